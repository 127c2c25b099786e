"""The input: it grows to six lines, remembers what was sent, and takes pastes of any size."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from memchat.tui.history import PromptHistory
from memchat.tui.pastes import Pastes
from memchat.tui.widgets.completions import Completions


class Prompt(TextArea):
    """Where a message is written.

    Its keys take effect in the order in which they are pressed, however quick: Textual would let a key that has a
    binding overtake the letters before it, or fall behind those after it.

    Args:
        completions: The list that shows what a slash command can be completed to.
        placeholder: What stands in it while it is empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="prompt.send"),
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "Newline", id="prompt.newline"),
        Binding("tab", "complete", "Complete", id="prompt.complete", show=False),
        Binding("ctrl+g", "screen.edit_prompt", "Write in $EDITOR", id="prompt.editor", show=False),
    ]

    class Sent(Message):
        """The user wants `text` sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Paged(Message):
        """The user wants the transcript scrolled by a page: up (-1) or down (1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, completions: Completions, placeholder: str) -> None:
        super().__init__(
            id="prompt", soft_wrap=True, show_line_numbers=False, compact=True, placeholder=placeholder, theme="css"
        )
        self.history_of_prompts = PromptHistory()
        self._completions = completions
        self._pastes = Pastes()

    @property
    def value(self) -> str:
        """The message, with what was pasted."""
        return self._pastes.unfold(self.text)

    def set_value(self, text: str) -> None:
        """Puts `text` in place of what is there, the cursor at its end."""
        self.load_text(self._pastes.fold(text))
        self.move_cursor(self.document.end)

    def take(self) -> str:
        """The message; the input is empty afterwards."""
        value = self.value
        self._pastes = Pastes()
        self.load_text("")
        return value

    async def _on_key(self, event: events.Key) -> None:
        if await self._acts(event.key):
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)

    async def _acts(self, key: str) -> bool:
        """Does what the key is bound to here; false when it is not."""
        chain = self.screen._binding_chain  # noqa: SLF001 - the only place where remapped keys are
        own = next((bindings for node, bindings in chain if node is self), None)
        for binding in own.key_to_bindings.get(key, ()) if own else ():
            if await self.app.run_action(binding.action, self):
                return True
        return False

    def action_send(self) -> None:
        chosen = self._completions.chosen
        if self._completions.open and chosen is not None:
            self.accept()
            if not chosen.complete:
                return
        if self.value.strip():
            self.post_message(self.Sent(self.take()))

    def give_back(self, text: str) -> None:
        """Puts a message that was not sent before what has been typed since."""
        self.set_value("\n\n".join(filter(None, [text, self.value])))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    def action_complete(self) -> None:
        if not self._completions.open:
            raise SkipAction
        self.accept()

    def accept(self) -> None:
        """Takes over the highlighted completion."""
        chosen = self._completions.chosen
        if chosen is not None:
            self.load_text(chosen.text)
            self.move_cursor(self.document.end)
            self._completions.offer(())

    def action_cursor_up(self, select: bool = False) -> None:  # noqa: FBT001, FBT002
        if self._completions.open:
            self._completions.step(-1)
        elif not select and self._row == 0:
            self._recall(-1)
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:  # noqa: FBT001, FBT002
        if self._completions.open:
            self._completions.step(1)
        elif not select and self._row >= self.wrapped_document.height - 1:
            self._recall(1)
        else:
            super().action_cursor_down(select)

    def action_cursor_page_up(self) -> None:
        self.post_message(self.Paged(-1))

    def action_cursor_page_down(self) -> None:
        self.post_message(self.Paged(1))

    def action_delete_left(self) -> None:
        row, column = self.cursor_location
        mark = self._pastes.mark_before(self.document.get_line(row)[:column]) if not self.selected_text else ""
        if mark:
            self.delete((row, column - len(mark)), (row, column))
        else:
            super().action_delete_left()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if result := self._replace_via_keyboard(self._pastes.fold(text), *self.selection):
            self.move_cursor(result.end_location)

    @property
    def _row(self) -> int:
        return self.wrapped_document.location_to_offset(self.cursor_location).y

    def _recall(self, by: int) -> None:
        found = self.history_of_prompts.step(by, self.value)
        if found is not None:
            self.set_value(found)
            if by < 0:
                self.move_cursor((0, len(self.document.get_line(0))))
