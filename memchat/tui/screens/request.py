"""The exact request: each block that goes to the model, and what was left out."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from memchat.core.context import Block, ContextPlan
from memchat.core.messages import Role
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.recalled_item import why
from memchat.tui.text import one_line, plain, short_number
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.meter import LAYER_NAMES, ContextMeter
from memchat.tui.widgets.panels.recalled import score_text
from memchat.tui.widgets.panels.rows import Row, Rows

_ROLES: dict[Role, str] = {"system": "sys", "user": "you", "assistant": "ai", "tool": "tool"}


class RequestScreen(Dialog[None]):
    """The blocks in the order of the request; what is under the cursor stands whole beside them."""

    HEADING = "The exact request"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Other pane", id="request.pane"),
        Binding("ctrl+y", "copy", "Copy", id="request.copy"),
    ]

    def __init__(self, plan: ContextPlan) -> None:
        super().__init__()
        self._plan = plan

    def content(self) -> ComposeResult:
        yield ContextMeter()
        with Container(classes="panes"):
            yield Rows(empty="The request is empty.", steady=True, id="blocks")
            yield Prose()

    def on_mount(self) -> None:
        plan = self._plan
        self.entitle(f"The exact request · {plan.model or 'no model'} · {plan.mode}")
        self.query_one(ContextMeter).plan = plan
        rows = self.query_one(Rows)
        rows.add_class("list")
        rows.rows = tuple(_rows(plan))
        rows.focus()

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self.query_one(Prose).parts = self._whole(event.key)

    def _whole(self, key: str) -> tuple[Part, ...]:
        kind, _, number = key.partition(":")
        if kind == "block":
            block = self._plan.blocks[int(number)]
            head = f"{block.role} · {LAYER_NAMES[block.layer]} · {block.tokens:,} tokens\n\n"
            return ((head, f"$layer-{block.layer}"), (plain(block.content), ""))
        if kind == "left":
            left = self._plan.left_out[int(number)]
            head = f"Left out of {LAYER_NAMES[left.layer]} · {left.tokens:,} tokens\n"
            return ((head, "$warning"), (f"{plain(left.reason)}\n\n", "$dim"), (plain(left.text), ""))
        if kind == "item":
            return why(self._plan.recalled[int(number)])
        return ()

    def action_copy(self) -> None:
        """Copies the block under the cursor."""
        text = "".join(text for text, _ in self.query_one(Prose).parts[1:])
        if text:
            self.app.copy_to_clipboard(text)


def _rows(plan: ContextPlan) -> list[Row]:
    rows = [_block(number, block, folds=block.ref in plan.fold_next) for number, block in enumerate(plan.blocks)]
    if plan.recalled:
        rows.append(Row(key="", left=((f"Recalled · {len(plan.recalled)}", "bold $primary"),)))
    for number, item in enumerate(plan.recalled):
        rows.append(
            Row(
                key=f"item:{number}",
                left=((f"{score_text(item.score)} ", "$layer-recalled"), (one_line(item.text), "$foreground")),
                right=((f"{item.kind} {short_number(item.tokens)}", "$dim"),),
            )
        )
    if plan.left_out:
        rows.append(Row(key="", left=((f"Left out · {len(plan.left_out)}", "bold $warning"),)))
    for number, left in enumerate(plan.left_out):
        rows.append(
            Row(
                key=f"left:{number}",
                left=(("× ", "$warning"), (one_line(left.text) or LAYER_NAMES[left.layer], "$dim")),
                right=((f"{LAYER_NAMES[left.layer]} {short_number(left.tokens)}", "$dim"),),
            )
        )
    return rows


def _block(number: int, block: Block, *, folds: bool) -> Row:
    return Row(
        key=f"block:{number}",
        left=(
            ("▌", f"$layer-{block.layer}"),
            (f"{LAYER_NAMES[block.layer]:<9}", f"$layer-{block.layer}"),
            (f"{_ROLES[block.role]:<5}", "$dim"),
            ("↓ " if folds else "", "$warning"),
            (one_line(block.content), "$foreground"),
        ),
        right=((short_number(block.tokens), "$dim"),),
    )
