"""A box to type in over a list: what is typed narrows the list, the arrow keys move in it."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from memchat.tui.widgets.filter_box import FilterBox
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.panels.rows import Row, Rows


class Picker(Widget):
    """A filter and a list under one focus; rows are also edited in place.

    Posts `Typed`, `Edited`, and the list's own `Rows.Highlighted` and `Rows.Chosen`.
    """

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("picker.tcss").read_text(encoding="utf-8")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "list('cursor(-1)')", "Up", show=False, id="list.up"),
        Binding("down", "list('cursor(1)')", "Down", show=False, id="list.down"),
        Binding("pageup", "list('page(-1)')", "Page up", show=False, id="list.page-up"),
        Binding("pagedown", "list('page(1)')", "Page down", show=False, id="list.page-down"),
        Binding("ctrl+home", "list('edge(-1)')", "First", show=False, id="list.first"),
        Binding("ctrl+end", "list('edge(1)')", "Last", show=False, id="list.last"),
    ]

    class Typed(Message):
        """The filter's text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Edited(Message):
        """A row was given another text; `key` is the row's."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key = key
            self.text = text

    class Left(Message):
        """The editing of a row is over, whatever came of it."""

    class Taken(Message):
        """Enter was pressed while no row is there."""

    def __init__(self, *, placeholder: str, empty: str, text: str = "") -> None:
        """A filter over an empty list.

        Args:
            placeholder: What is shown while the filter is empty.
            empty: What is said when there are no rows.
            text: What stands in the filter at first.
        """
        super().__init__(classes="list")
        self.filter = FilterBox(text, placeholder=placeholder, compact=True, id="filter")
        self.list = Rows(empty=empty, steady=True)
        self.list.can_focus = False
        self.inline = InlineInput()
        self._moved = False
        self._may_empty = False

    def compose(self) -> ComposeResult:
        yield self.filter
        yield self.list
        yield self.inline

    @property
    def text(self) -> str:
        """What is typed."""
        return self.filter.value.strip()

    @property
    def key(self) -> str:
        """The key of the row under the cursor; empty when there is none."""
        return self.list.key

    def show(self, rows: tuple[Row, ...], empty: str | None = None) -> None:
        """Puts `rows` in the list; the cursor stays on its row where it was moved there, else it is on the first."""
        if empty is not None:
            self.list.empty = empty
        self.list.rows = rows
        if not self._moved:
            self.list.action_edge(-1)

    def focus_filter(self) -> None:
        """Gives the focus back to the filter."""
        self.filter.focus()

    def edit(self, value: str, *, x: int, empty: str = "") -> None:
        """Edits the row under the cursor in its place.

        Args:
            value: The text as it is.
            x: Where it begins in the row, in cells.
            empty: What is shown while there is no text, where none is a text too.
        """
        self._may_empty = bool(empty)
        if self.key:
            left = x + self.list.gutter.left
            line = self.list.cursor - self.list.scroll_offset.y
            self.inline.begin(
                self.key,
                value,
                x=left,
                y=self.list.region.y - self.region.y + line,
                width=self.list.size.width - left,
                placeholder=empty,
            )

    def choose(self) -> None:
        """Chooses the row under the cursor."""
        # In the list's own time: a message that a parent sends by its child goes no further than the parent.
        self.list.call_later(self.list.action_choose)

    async def action_list(self, action: str) -> None:
        """Moves in the list."""
        self._moved = True
        await self.list.run_action(action)

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._moved = False
        self.post_message(self.Typed(event.value.strip()))

    @on(Input.Submitted, "#filter")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.key:
            self.choose()
        else:
            self.post_message(self.Taken())

    def on_click(self) -> None:
        self._moved = True

    @on(InlineInput.Ended)
    def _ended(self, event: InlineInput.Ended) -> None:
        event.stop()
        if event.focused:
            self.filter.focus()
        self.post_message(self.Left())
        if event.value or (event.value is not None and self._may_empty):
            self.post_message(self.Edited(event.key, event.value))
