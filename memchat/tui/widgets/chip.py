"""One quiet line under an answer: what was learned from the message, and what can be done about it."""

from typing import Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style

from memchat.core.events import Learned
from memchat.core.memories import Memory
from memchat.tui.text import counted, one_line
from memchat.tui.widgets.message import Line

_CELLS = 160

ChipAction = Literal["edit", "forget", "review", "look"]


class Note(Line):
    """A quiet line between messages: something remembered, folded, failed."""


class Chip(Note):
    """What was learned, with a click on what to do about it; never takes the focus.

    Args:
        event: What was learned.
    """

    class Asked(Message):
        """The user wants to do something about what was learned."""

        def __init__(self, action: ChipAction, memory_id: str) -> None:
            super().__init__()
            self.action = action
            self.memory_id = memory_id

    def __init__(self, event: Learned) -> None:
        self.sentence, self._about, actions = _told(event)
        links = [
            Content.styled(action, Style(underline=True) + Style.from_meta({"chip": action})).stylize("$dim")
            for action in actions
        ]
        super().__init__(Content.assemble(f"⟲ {self.sentence}   ", Content("  ").join(links)), classes="-learned -chip")

    def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("chip"):
            event.stop()
            self.post_message(self.Asked(action, self._about))


def tells(event: Learned) -> bool:
    """Whether there is something in it to be told."""
    return bool(event.added or event.profile or event.pending or (event.message_id and event.changed))


def _told(event: Learned) -> tuple[str, str, tuple[ChipAction, ...]]:
    """The sentence, the memory that can be changed by a click, and how."""
    before = {memory.field or memory.attribute: memory for memory in event.superseded}
    told: list[tuple[str, str]] = []
    for field in event.profile:
        old = before.get(field.field)
        instead = f", no longer {one_line(old.value or old.text, 60)}" if old is not None else ""
        told.append((f"{field.field.replace('_', ' ')}: {one_line(field.value, 80)}{instead}", field.memory_id))
    told += [
        (f"remembered: {one_line(memory.text, _CELLS)}{_instead(memory, event)}", memory.id) for memory in event.added
    ]
    if event.message_id:
        told += [(f"known, now surer: {one_line(memory.text, _CELLS)}", memory.id) for memory in event.changed]
    if not told:
        first = event.pending[0]
        return (_more(f"to review: {one_line(first.text, _CELLS)}", len(event.pending)), first.id, ("review",))
    waiting = f" · {len(event.pending):,} to review" if event.pending else ""
    if len(told) == 1:
        return told[0][0] + waiting, told[0][1], ("edit", "forget")
    return _more(told[0][0], len(told)) + waiting, "", ("look",)


def _instead(memory: Memory, event: Learned) -> str:
    old = next((each for each in event.superseded if each.superseded_by == memory.id), None)
    return f" (no longer: {one_line(old.text, 60)})" if old is not None else ""


def _more(sentence: str, number: int) -> str:
    return f"{sentence} · {counted(number - 1, 'more', 'more')}" if number > 1 else sentence
