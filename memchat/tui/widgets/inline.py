"""A box that is laid over a row while its text is edited."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from memchat.tui.text import plain


class InlineInput(Input):
    """Edits one line in its place: enter takes it, esc and leaving the box do not.

    Its parent needs a layer called `edit`.
    """

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("inline.tcss").read_text(encoding="utf-8")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", id="inline.keep"),
        Binding("escape", "cancel", "Cancel", priority=True, id="inline.cancel"),
    ]

    class Ended(Message):
        """The editing is over.

        Args:
            key: What was edited.
            value: Its new text; none when it is to stay as it was.
            focused: Whether the box had the focus until now, which goes elsewhere.
            step: 1 to go on with the next one, -1 with the one before, 0 for neither.
        """

        def __init__(self, key: str, value: str | None, *, focused: bool, step: int = 0) -> None:
            super().__init__()
            self.key = key
            self.value = value
            self.focused = focused
            self.step = step

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=True)
        self._key = ""

    def begin(self, key: str, value: str, *, x: int, y: int, width: int, placeholder: str = "") -> None:
        """Opens it over a text.

        Args:
            key: What is edited; comes back with `Ended`.
            value: The text as it is.
            x: Its place in the parent, in cells.
            y: Its line in the parent.
            width: In cells.
            placeholder: What is shown while it is empty.
        """
        self._key = key
        self.value = plain(value)
        self.placeholder = placeholder
        self.place(x=x, y=y, width=width)
        self.add_class("-open")
        self.focus()

    @property
    def editing(self) -> str:
        """What is edited; empty for nothing."""
        return self._key

    def place(self, *, x: int, y: int, width: int) -> None:
        """Lays it where the text is now."""
        self.styles.offset = (x, y)
        self.styles.width = max(8, width)

    def action_cancel(self) -> None:
        """Leaves the text as it was."""
        self._end(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end(event.value.strip())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        self._end(None)

    def _end(self, value: str | None, step: int = 0) -> None:
        if not self._key:
            return
        key, self._key = self._key, ""
        focused = self.has_focus
        self.remove_class("-open")
        self.post_message(self.Ended(key, value, focused=focused, step=step))


class FieldInput(InlineInput):
    """Edits one of several lines: tab takes it and goes on with the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "next(1)", "Next", priority=True, id="inline.next"),
        Binding("shift+tab", "next(-1)", "Before", priority=True, show=False, id="inline.previous"),
    ]

    def action_next(self, step: int) -> None:
        """Takes the line, and goes on with another."""
        self._end(self.value.strip(), step)
