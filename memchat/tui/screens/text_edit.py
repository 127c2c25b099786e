"""A text in an editor of its own."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from memchat.tui.text import plain
from memchat.tui.widgets.hints import Hints


class TextEditScreen(ModalScreen[str | None]):
    """Edits a text; its result is the new text, or none when it was left as it was."""

    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True, id="edit.save"),
        Binding("escape", "cancel", "Cancel", priority=True, id="edit.cancel"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = plain(text)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Label(plain(self._title), classes="title", markup=False)
            yield TextArea(self._text, soft_wrap=True, compact=True)
            yield Hints()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        """Closes it with the text that stands there."""
        self.dismiss(self.query_one(TextArea).text)

    def action_cancel(self) -> None:
        """Closes it without a change."""
        self.dismiss(None)
