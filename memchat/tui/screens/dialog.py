"""What memchat's screens over the chat have in common."""

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Static

from memchat.core.errors import MemchatError
from memchat.tui.text import one_line, plain, shown
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.key_line import KeyLine

_EDITING = ("edit_keep", "edit_leave")


class Dialog(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """A frame with a title, what a subclass puts in it, a line for problems, and the keys.

    Subclasses give `HEADING` and `content`.
    """

    CSS_PATH: ClassVar = [Path(__file__).with_name("dialog.tcss")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - an instance variable of the base
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012 - as above
    HEADING: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="dialog.close"),
    ]

    def compose(self) -> ComposeResult:
        self._fit()
        with Vertical(id="frame") as frame:
            frame.border_title = Content(one_line(self.HEADING, 60)).markup
            yield from self.content()
            yield Static("", id="problem", markup=False)
            yield KeyLine()

    def _fit(self) -> None:
        """Is laid out for the size that there is at once: Textual tells the breakpoints after the first drawing."""
        size = self.app.size
        for there, breakpoints in (
            (size.width, self.HORIZONTAL_BREAKPOINTS),
            (size.height, self.VERTICAL_BREAKPOINTS),
        ):
            fits = [name for least, name in breakpoints if there >= least]
            for _, name in breakpoints:
                self.set_class(name == fits[-1], name)

    @property
    def ready(self) -> bool:
        """Whether its parts are there: they are made after it is shown, and go before it does."""
        return self.is_mounted and self.is_attached and not self._pruning

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now; while its parts are being made or taken away, nothing but closing it."""
        return self.allows(action, parameters) if self.ready else action == "close"

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done now; as `check_action`."""
        return super().check_action(action, parameters)

    def content(self) -> ComposeResult:
        """The widgets between the title and the keys."""
        raise NotImplementedError

    def entitle(self, title: str) -> None:
        """Names the frame; the title is data."""
        self.query_one("#frame").border_title = Content(one_line(title, 60)).markup

    def fail(self, sentence: str) -> None:
        """Says what went wrong; an empty sentence takes it away."""
        if not self.ready:
            return
        line = self.query_one("#problem", Static)
        line.update(shown(sentence))
        line.set_class(bool(sentence), "-shown")
        self.set_class(bool(sentence), "-failed")

    def refused(self, error: MemchatError) -> None:
        """Says why a change cannot be made."""
        self.fail(str(error))

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change and tells of it, or says what went wrong; whether it was made.

        Args:
            change: Makes it.
            said: What is told of it; empty for the sentence that the change itself comes to, if any.
        """
        try:
            done = await change
        except MemchatError as error:
            self.refused(error)
            return False
        self.fail("")
        if sentence := said or (done if isinstance(done, str) else ""):
            self.app.notify(plain(sentence), markup=False)
        return True

    def action_close(self) -> None:
        """Closes it without a result."""
        self.dismiss(None)


class EditingDialog(Dialog[ScreenResultType], Generic[ScreenResultType]):
    """A dialog in which lines are edited in their place, by one `InlineInput`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit_keep", "Keep"),
        Binding("escape", "edit_leave", "Leave it as it was"),
    ]

    @property
    def editing(self) -> bool:
        """Whether a line is being edited in its place."""
        return self.query_exactly_one(InlineInput).has_class("-open")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now; while a line is edited, nothing but keeping it or not."""
        if self.ready and (self.editing or action in _EDITING):
            return self.editing and action in _EDITING
        return super().check_action(action, parameters)

    async def action_edit_keep(self) -> None:
        """Keeps what was written in the line."""
        await self.query_exactly_one(InlineInput).action_submit()

    def action_edit_leave(self) -> None:
        """Leaves the line as it was."""
        self.query_exactly_one(InlineInput).action_cancel()
