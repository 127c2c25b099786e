"""One quiet line under an answer: what was learned from the message, and what can be done about it."""

from dataclasses import replace
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style

from memchat.core.events import Learned
from memchat.core.memories import Memory
from memchat.core.times import now
from memchat.tui.text import counted, one_line
from memchat.tui.widgets.message import Line

_CELLS = 160

ChipAction = Literal["edit", "forget", "review", "look"]


class Note(Line):
    """A quiet line between messages: something remembered, folded, failed."""

    def heard(self, memory: Memory) -> bool:  # noqa: ARG002 - most lines tell of no memory
        """Takes over what a memory became by the user's hand; whether the line still tells anything."""
        return True


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
        super().__init__(classes="-learned -chip")
        self._tell(event)

    def _tell(self, event: Learned) -> None:
        self._event = event
        self.sentence, self._about, self._actions = _told(event)

    def render(self) -> Content:
        """The sentence as far as it fits, and what can be done."""
        links = Content("  ").join(
            Content.styled(action, Style(underline=True) + Style.from_meta({"chip": action})).stylize("$dim")
            for action in self._actions
        )
        said = f"⟲ {self.sentence}"
        room = self.content_size.width - links.cell_length - 3
        if 0 < room < cell_len(said):
            said = set_cell_size(said, room - 1).rstrip() + "…"
        return Content.assemble(f"{said}   ", links)

    def heard(self, memory: Memory) -> bool:
        """Tells what a memory of the line became; whether there is anything left to tell."""
        event = _without(self._event, memory.id)
        if event is None:
            return True
        if memory.status == "active":
            event = replace(event, added=(*event.added, memory))
        if not tells(event):
            return False
        self._tell(event)
        self.refresh()
        return True

    def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("chip"):
            event.stop()
            self.post_message(self.Asked(action, self._about))


def tells(event: Learned) -> bool:
    """Whether there is something in it to be told."""
    return bool(event.added or event.profile or event.pending or (event.message_id and event.changed))


def _without(event: Learned, memory_id: str) -> Learned | None:
    """The event as it is without one memory; none when that is not in it."""
    left = replace(
        event,
        added=tuple(memory for memory in event.added if memory.id != memory_id),
        changed=tuple(memory for memory in event.changed if memory.id != memory_id),
        pending=tuple(memory for memory in event.pending if memory.id != memory_id),
        profile=tuple(field for field in event.profile if field.memory_id != memory_id),
    )
    return None if left == event else left


def _told(event: Learned) -> tuple[str, str, tuple[ChipAction, ...]]:
    """The sentence, the memory that can be changed by a click, and how."""
    before = {memory.field or memory.attribute: memory for memory in event.superseded}
    told: list[tuple[str, str]] = []
    for field in event.profile:
        old = before.get(field.field)
        instead = f", no longer {one_line(old.value or old.text, 60)}" if old is not None else ""
        told.append((f"{field.field.replace('_', ' ')}: {one_line(field.value, 80)}{instead}", field.memory_id))
    for memory in event.added:
        said = one_line(memory.text, _CELLS) if memory.field else f"remembered: {one_line(memory.text, _CELLS)}"
        told.append((f"{said}{_instead(memory, event)}", memory.id))
    if event.message_id:
        told += [(f"{_became(memory)}: {one_line(memory.text, _CELLS)}", memory.id) for memory in event.changed]
    if not told:
        first = event.pending[0]
        return (_more(f"to review: {one_line(first.text, _CELLS)}", len(event.pending)), first.id, ("review",))
    waiting = f" · {len(event.pending):,} to review" if event.pending else ""
    if len(told) == 1:
        return told[0][0] + waiting, told[0][1], ("edit", "forget")
    return _more(told[0][0], len(told)) + waiting, "", ("look",)


def _became(memory: Memory) -> str:
    """What a change by learning made of a memory."""
    if memory.status != "active":
        return memory.status
    return "no longer" if memory.valid_to is not None and memory.valid_to <= now() else "updated"


def _instead(memory: Memory, event: Learned) -> str:
    old = next((each for each in event.superseded if each.superseded_by == memory.id), None)
    return f" (no longer: {one_line(old.text, 60)})" if old is not None else ""


def _more(sentence: str, number: int) -> str:
    return f"{sentence} · {counted(number - 1, 'more', 'more')}" if number > 1 else sentence
