"""Why an item was recalled."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from memchat.core.context import RecalledItem
from memchat.core.times import ago, now
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.panels.lines import Part, Prose

_BAR = 24


class RecalledScreen(Dialog[bool]):
    """The parts of the score, the length, the source and the text; true when its source is asked for."""

    HEADING = "Why this was recalled"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "source", "Go to the source", id="recalled.source"),
    ]

    def __init__(self, item: RecalledItem) -> None:
        super().__init__()
        self._item = item

    def content(self) -> ComposeResult:
        yield Prose()

    def on_mount(self) -> None:
        pane = self.query_one(Prose)
        pane.parts = why(self._item)
        pane.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return action != "source" or self._item.source.session_id is not None

    def action_source(self) -> None:
        """Closes it, asking for the message that the item came from."""
        self.dismiss(result=True)


def why(item: RecalledItem) -> tuple[Part, ...]:
    """The item, its score as bars, its length and its source."""
    parts: list[Part] = [(f"{plain(item.text)}\n\n", "$foreground"), *score_parts(item)]
    source = item.source
    where = one_line(source.session_title, 80) or ("an untitled session" if source.session_id else "set by hand")
    parts += [
        ("\nkind     ", "$dim"),
        (f"{item.kind}\n", ""),
        ("length   ", "$dim"),
        (f"{counted(item.tokens, 'token')} of the request\n", ""),
        ("session  ", "$dim"),
        (where, ""),
        (f"  {source.session_id}\n" if source.session_id else "\n", "$dim"),
    ]
    if source.message_id:
        who = "you" if source.role == "user" else source.role or ""
        parts += [("message  ", "$dim"), (who, ""), (f"  {source.message_id}\n", "$dim")]
    at = source.at.astimezone()
    parts += [("when     ", "$dim"), (f"{at:%d %b %Y, %H:%M}", ""), (f"  {ago(source.at, now())}", "$dim")]
    return tuple(parts)


def score_parts(item: RecalledItem) -> list[Part]:
    """The score and what it is made of, as bars."""
    parts = _bar("score", item.score, "bold")
    wide = max((len(name) for name in item.parts), default=5)
    for name, value in sorted(item.parts.items(), key=lambda part: -part[1]):
        parts += _bar(name.replace("_", " "), value, "", wide)
    return parts


def _bar(name: str, value: float, style: str, wide: int = 5) -> list[Part]:
    filled = round(min(1.0, max(0.0, abs(value))) * _BAR)
    return [
        (f"{plain(name):<{max(wide, 8)}} ", f"{style} $dim".strip()),
        ("━" * filled, "$layer-recalled" if value >= 0 else "$error"),
        ("─" * (_BAR - filled), "$rule"),
        (f" {value:.2f}\n", style),
    ]
