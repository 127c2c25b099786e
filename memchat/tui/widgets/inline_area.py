"""A box that is laid over a text of several lines while it is edited."""

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from memchat.tui.text import plain


class InlineArea(TextArea):
    """Edits a text in its place: enter takes it, esc does not; the focus may go elsewhere and come back.

    Its parent needs a layer called `edit`.
    """

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("inline_area.tcss").read_text(encoding="utf-8")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", priority=True, id="inline.keep-text"),
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "Newline", priority=True, id="inline.newline"),
        Binding("escape", "cancel", "Cancel", priority=True, id="inline.cancel-text"),
    ]

    class Kept(Message):
        """The text is to be as it stands in the box, which stays open until it is closed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Cancelled(Message):
        """The text is to stay as it was."""

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, show_line_numbers=False, compact=True, theme="css")

    @property
    def opened(self) -> bool:
        """Whether something is being edited."""
        return self.has_class("-open")

    def begin(self, text: str) -> None:
        """Opens it with `text`, the cursor at its end."""
        self.load_text(plain(text))
        self.add_class("-open")
        self.move_cursor(self.document.end)
        self.focus()

    def close(self) -> None:
        """Takes it away."""
        self.remove_class("-open")
        self.load_text("")

    def action_keep(self) -> None:
        """Asks for the text to be kept."""
        self.post_message(self.Kept(self.text.strip()))

    def action_newline(self) -> None:
        """Begins a line."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_cancel(self) -> None:
        """Leaves the text as it was."""
        self.post_message(self.Cancelled())

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = plain(event.text)
        await super()._on_paste(event)
