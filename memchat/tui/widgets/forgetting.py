"""The model asks whether something shall be forgotten; the user answers when they like."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.style import Style

from memchat.core.memories import Memory
from memchat.tui.text import one_line
from memchat.tui.widgets.chip import Note


class ForgetQuestion(Note, can_focus=True):
    """`Forget “likes tea”?  y forget  n keep`; it never takes the focus by itself.

    Args:
        memory: What the model proposes to forget.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Forget", id="forgetting.yes"),
        Binding("n,escape", "answer(False)", "Keep", id="forgetting.no"),
    ]

    class Answered(Message):
        """The user says whether it shall be forgotten."""

        def __init__(self, question: "ForgetQuestion", *, forget: bool) -> None:
            super().__init__()
            self.question = question
            self.forget = forget

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        super().__init__(self._asked("shift+tab comes here"), classes="-question")

    @property
    def told_of(self) -> tuple[str, ...]:
        """The memory that it asks about."""
        return (self.memory.id,)

    def hear(self, known: Mapping[str, Memory]) -> bool:
        """Asks as long as the memory is in use."""
        memory = known.get(self.memory.id)
        return memory is not None and memory.status == "active"

    def _asked(self, aside: str) -> Content:
        return Content.assemble(
            f"Forget “{one_line(self.memory.text, 160)}”?   ",
            Content.styled("y forget", Style(underline=True) + Style.from_meta({"answer": "yes"})),
            "  ",
            Content.styled("n keep", Style(underline=True) + Style.from_meta({"answer": "no"})),
            Content.styled(f"   {aside}" if aside else "", "$dim"),
        )

    def on_focus(self) -> None:
        self.update(self._asked(""))

    def on_blur(self) -> None:
        self.update(self._asked("shift+tab comes here"))

    def on_click(self, event: events.Click) -> None:
        if answer := event.style.meta.get("answer"):
            event.stop()
            self.action_answer(answer == "yes")

    def action_answer(self, forget: bool) -> None:  # noqa: FBT001
        self.post_message(self.Answered(self, forget=forget))
