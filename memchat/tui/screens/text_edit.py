"""A text in an editor of its own."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import plain


class TextEditScreen(Dialog[str]):
    """Edits a text; its result is the new text, or none when it was left as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True, id="edit.save"),
        Binding("escape", "close", "Cancel", priority=True, id="edit.cancel"),
    ]

    def __init__(self, title: str, text: str = "") -> None:
        """An editor.

        Args:
            title: What is edited.
            text: As it is now.
        """
        super().__init__()
        self._title = title
        self._text = plain(text)

    def content(self) -> ComposeResult:
        yield TextArea(self._text, soft_wrap=True, compact=True)

    def on_mount(self) -> None:
        self.entitle(self._title)
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        """Closes it with the text that stands there."""
        self.dismiss(self.query_one(TextArea).text)
