"""The context meter: what each layer takes of the model's window."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from memchat.core.context import LAYERS, ContextPlan, Layer
from memchat.tui.text import short_number
from memchat.tui.widgets.panels.lines import Part

LAYER_NAMES: dict[Layer, str] = {
    "system": "system",
    "profile": "profile",
    "sessions": "sessions",
    "summary": "summary",
    "buffer": "buffer",
    "recalled": "recalled",
    "user": "message",
}
"""What the layers are called on the screen."""

_TIGHT = 0.9
"""From this share of the window on, the numbers warn."""


def cells(amounts: Sequence[int], whole: int, width: int) -> list[int]:
    """Cells of a bar for each amount; what is there at all gets at least one.

    Args:
        amounts: Parts of `whole`, in its unit.
        whole: What the full width stands for.
        width: Cells of the bar; the sum is never more.
    """
    if whole <= 0 or width <= 0:
        return [0] * len(amounts)
    got = [max(1, round(amount * width / whole)) if amount > 0 else 0 for amount in amounts]
    while sum(got) > width:
        got[got.index(max(got))] -= 1
    return got


def glyphs(plan: ContextPlan) -> dict[Layer, str]:
    """What each layer of a plan is drawn with: neighbours differ by more than colour, for those who see none."""
    present = [layer for layer, tokens in plan.layers.items() if tokens]
    return {layer: "█▓"[place % 2] for place, layer in enumerate(present)}


class ContextMeter(Widget):
    """One bar over the window, with the layers named beneath it."""

    DEFAULT_CSS: ClassVar[str] = "ContextMeter { height: auto; }"

    plan: reactive[ContextPlan | None] = reactive(None, layout=True)
    reported: reactive[int | None] = reactive(None)
    """Tokens of the plan's request as the server counted them; they hold until there is another plan."""

    def __init__(self) -> None:
        super().__init__()
        self._counted: ContextPlan | None = None
        self._named = (0, 0)

    def watch_reported(self) -> None:
        self._counted = self.plan if self.reported is not None else None

    def height_for(self, width: int) -> int:
        """How many lines it takes at a width in cells, the blank one beneath it included."""
        width -= self.gutter.width
        return 2 + len(self._legend(width)) if self.plan else 2

    def render(self) -> Content:
        width = self.size.width
        if self.plan is None:
            return Content.assemble(("Context ", "bold"), ("nothing yet", "$dim"))
        return Content("\n").join([self._bar(width), *self._legend(width)])

    def _bar(self, width: int) -> Content:
        plan = self.plan
        assert plan is not None
        reported = self.reported if self._counted is plan else None
        used = plan.tokens if reported is None else reported
        tight = used + plan.reserve > plan.window * _TIGHT
        number = f"{'~' if reported is None else ''}{short_number(used)} / {short_number(plan.window)}"
        head = Content.assemble(("Context ", "bold"), (number, "bold $warning" if tight else "$foreground"), " ")
        room = max(0, width - head.cell_length)
        layers, shapes = plan.layers, glyphs(plan)
        *got, kept = cells([*(layers[layer] for layer in LAYERS), plan.reserve], plan.window, room)
        parts: list[Part] = [
            (shapes[layer] * count, f"$layer-{layer}") for layer, count in zip(LAYERS, got, strict=True) if count
        ]
        parts.append(("·" * (room - sum(got) - kept), "$layer-free"))
        parts.append(("░" * kept, "$layer-reserve"))
        return Content.assemble(head, *parts)

    def _legend(self, width: int) -> list[Content]:
        plan = self.plan
        if plan is None:
            return []
        shapes = glyphs(plan)
        entries: list[tuple[Part, ...]] = [
            ((shapes[layer], f"$layer-{layer}"), (f" {LAYER_NAMES[layer]} {short_number(tokens)}", "$dim"))
            for layer, tokens in plan.layers.items()
            if tokens
        ]
        entries.append((("░", "$layer-reserve"), (f" reply {short_number(plan.reserve)}", "$dim")))
        lines: list[Content] = []
        for entry in entries:
            piece = Content.assemble(*entry)
            if lines and lines[-1].cell_length + 2 + piece.cell_length <= width:
                lines[-1] = Content.assemble(lines[-1], "  ", piece)
            else:
                lines.append(piece)
        # A message on its way is named for a moment only, and the panels below must not go up and down for that.
        known_width, most = self._named
        most = max(len(lines), most if known_width == width else 0)
        self._named = (width, most)
        return lines + [Content("")] * (most - len(lines))
