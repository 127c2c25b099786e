"""A short list to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import one_line
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker

_LONG = 40
"""Characters of a choice for which the list is made as wide as there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of the list.

    Attributes:
        key: What it stands for; empty for a heading.
        text: What it says.
        sign: What stands before it.
        right: What stands at the line's end.
    """

    key: str
    text: str
    sign: Part = ("", "")
    right: str = ""

    def row(self) -> Row:
        """As a line."""
        if not self.key:
            return Row(key="", left=((self.text, "$primary"),))
        sign: tuple[Part, ...] = ((f"{self.sign[0]} ", self.sign[1]),) if self.sign[0] else ()
        return Row(
            key=self.key,
            left=(*sign, (one_line(self.text, 200), "$foreground")),
            right=((one_line(self.right, 40), "$dim"),) if self.right else (),
        )


class ChooseScreen(Dialog[str]):
    """Its result is the key of what was chosen, or none.

    Args:
        title: What is chosen.
        choices: What there is.
        empty: What is said when there is nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", "Choose", id="choose.enter")]

    def __init__(self, title: str, choices: Sequence[Choice], *, empty: str = "There is none.") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._empty = empty

    def content(self) -> ComposeResult:
        yield Picker(placeholder="Type to filter", empty=self._empty)

    def on_mount(self) -> None:
        self.entitle(self._title)
        # As high as what is in it: frame, keys, the filter with the line under it, and the rows.
        self.query_one("#frame").set_class(max((len(each.text) for each in self._choices), default=0) > _LONG, "-long")
        self.query_one("#frame").styles.height = max(2, len(self._choices)) + 6
        self._show()
        self.query_one(Picker).focus_filter()

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        words = self.query_one(Picker).text.casefold().split()
        fits = [each for each in self._choices if all(word in each.text.casefold() for word in words)]
        self.query_one(Picker).show(tuple(each.row() for each in fits if each.key or not words))

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)

    def action_choose(self) -> None:
        """Chooses the row under the cursor."""
        self.query_one(Picker).choose()
