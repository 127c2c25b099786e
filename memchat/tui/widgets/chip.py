"""One quiet line under an answer: what was learned from the message, and what can be done about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Literal, get_args

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.style import Style

from memchat.core.events import Learned
from memchat.core.memories import Memory
from memchat.core.times import now
from memchat.tui.text import brief, counted, one_line
from memchat.tui.widgets.message import Line

_CHARACTERS = 160
_GAP = 3
"""Cells between the sentence and what can be done."""

_REMEMBERED = "remembered: "

ChipAction = Literal["keep", "edit", "drop", "review"]
CHIP_ACTIONS: tuple[ChipAction, ...] = get_args(ChipAction)


class Note(Line):
    """A quiet line between messages: something remembered, folded, failed.

    One that can have the focus is left for the messages by the keys that go from one of these to the next.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.message_step(1)", "Next message", id="message.next", show=False),
        Binding("up", "screen.message_step(-1)", "Previous message", id="message.previous", show=False),
    ]

    @property
    def told_of(self) -> tuple[str, ...]:
        """Ids of the memories that it tells of, in use or not."""
        return ()

    def hear(self, known: Mapping[str, Memory]) -> bool:  # noqa: ARG002 - most lines tell of no memory
        """Takes over what the memories are now that it tells of; whether it still tells anything."""
        return True


class Chip(Note):
    """What was learned, with a key or a click on what to do about it; it never takes the focus by itself.

    Args:
        event: What was learned.
        keys: The keys that hold while the input is empty, as they are written on the screen, by action.
        past: Whether it is from before the session was opened, and offers nothing any more.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,enter", "ask('keep')", "Keep", id="chip.keep-here"),
        Binding("e", "ask('edit')", "Edit", id="chip.edit-here"),
        Binding("d,delete", "ask('drop')", "Drop", id="chip.drop-here"),
        Binding("r", "ask('review')", "Review", id="chip.review-here"),
    ]

    FOCUS_ON_CLICK: ClassVar[bool] = False

    fresh: var[bool] = var(default=True, init=False)
    """Whether it still offers what can be done; not so once it was kept, or another message was sent."""

    newest: var[bool] = var(default=True, init=False)
    """Whether it is the one that the keys are about."""

    class Asked(Message):
        """The user wants to do something about what was learned."""

        def __init__(self, chip: "Chip", action: ChipAction) -> None:
            super().__init__()
            self.chip = chip
            self.action = action

    def __init__(self, event: Learned, keys: Mapping[str, str] | None = None, *, past: bool = False) -> None:
        super().__init__(classes="-learned -chip -faded" if past else "-learned -chip")
        self.can_focus = not past
        self.set_reactive(Chip.fresh, not past)
        self.set_reactive(Chip.newest, not past)
        self._keys = keys or {}
        self._learned = event
        self._tell(event)

    def _tell(self, event: Learned) -> None:
        self.event = event
        self._first, self._rest = _told(event)

    @property
    def sentence(self) -> str:
        """What was learned."""
        return self._first + self._rest

    @property
    def told_of(self) -> tuple[str, ...]:
        """Ids of the memories that it tells of, also of those that are not in use any more."""
        learned = self._learned
        fields = (field.memory_id for field in learned.profile if field.memory_id)
        return (*fields, *(memory.id for memory in (*learned.added, *learned.changed, *learned.pending)))

    @property
    def learned(self) -> tuple[str, ...]:
        """Ids of the memories that it says were learned."""
        changed = self.event.changed if self.event.message_id else ()
        return tuple(dict.fromkeys((*self.held, *(memory.id for memory in changed))))

    @property
    def held(self) -> tuple[str, ...]:
        """Ids of the memories that it tells of as in use."""
        fields = (field.memory_id for field in self.event.profile if field.memory_id)
        return (*fields, *(memory.id for memory in self.event.added))

    @property
    def pending(self) -> tuple[str, ...]:
        """Ids of the memories that wait for the user's review."""
        return tuple(memory.id for memory in self.event.pending)

    @property
    def offers(self) -> tuple[ChipAction, ...]:
        """What can be done about it."""
        if not self.fresh:
            return ()
        review: tuple[ChipAction, ...] = ("review",) if self.pending else ()
        if not self.learned and len(self.pending) > 1:
            return review
        return ("keep", "edit", "drop", *review)

    def watch_fresh(self, fresh: bool) -> None:  # noqa: FBT001 - a watcher
        self.set_class(not fresh, "-faded")
        self.can_focus = fresh
        self.refresh()

    def watch_newest(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """The sentence as far as it fits, and what can be done, in as few words as it leaves room for."""
        width, said = self.content_size.width, f"⟲ {self.sentence}"
        links = Content()
        for links in self._links():
            room = width - links.cell_length - (_GAP if links.cell_length else 0)
            if cell_len(said) <= room:
                break
        else:
            # That it was remembered goes without saying before words are lost.
            first, room = f"⟲ {self._first.removeprefix(_REMEMBERED)}", room - cell_len(self._rest)
            if cell_len(first) > room:
                first = set_cell_size(first, max(2, room - 1)).rstrip() + "…"
            said = first + self._rest
        return Content.assemble(said, " " * _GAP if links.cell_length else "", links)

    def _links(self) -> Iterator[Content]:
        """What can be done, each with its key; the letters of the words as keys, with what they have in common."""
        keys = {action: self._keys.get(action, "") if self.newest else "" for action in self.offers}
        yield _linked([(f"{key} " if key else "", action) for action, key in keys.items()])
        common = {key.rpartition("+")[0] for key in keys.values()}
        last = {action: key.rpartition("+")[2] for action, key in keys.items()}
        if len(common) == 1 and all(common) and all(key == action[0] for action, key in last.items()):
            yield _linked([("", action) for action in last], before=f"{common.pop()}+ ", initials=True)

    def hear(self, known: Mapping[str, Memory]) -> bool:
        """Tells what the memories of the line are now; whether there is anything left to tell."""
        event = _as_now(self._learned, known, past=not self.fresh)
        if not tells(event):
            return False
        if event != self.event:
            self._tell(event)
            self.refresh()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done about it."""
        return parameters[0] in self.offers if action == "ask" else super().check_action(action, parameters)

    def action_ask(self, action: ChipAction) -> None:
        """Asks for something to be done about what was learned."""
        if action in self.offers:
            self.post_message(self.Asked(self, action))

    def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("chip"):
            event.stop()
            self.action_ask(action)


def _linked(offers: Sequence[tuple[str, ChipAction]], *, before: str = "", initials: bool = False) -> Content:
    """The offers, each after its key, to be clicked.

    Args:
        offers: How the key is written, and what is offered.
        before: What stands before the first.
        initials: Whether the first letter of each is its key.
    """
    links: list[Content] = []
    for key, action in offers:
        word = Content.styled(action, Style(underline=True))
        said = (
            word.stylize("$primary bold", 0, 1) if initials else Content.assemble(Content.styled(key, "$primary"), word)
        )
        links.append(said.stylize(Style.from_meta({"chip": action})).stylize("$dim"))
    return Content.assemble(Content.styled(before, "$primary"), Content(" " if initials else "  ").join(links))


def past_lines(learned: Mapping[str, Sequence[Memory]]) -> dict[str, Chip]:
    """The lines about what was learned from messages a while ago, by message.

    Args:
        learned: The memories that were first said in each message, as they are now.
    """
    replaced = tuple(memory for memories in learned.values() for memory in memories if memory.superseded_by)
    told = {
        message: Learned(
            added=tuple(memory for memory in memories if memory.status in ("active", "superseded")),
            pending=tuple(memory for memory in memories if memory.status == "pending"),
            superseded=replaced,
            message_id=message,
        )
        for message, memories in learned.items()
    }
    return {message: Chip(event, past=True) for message, event in told.items() if tells(event)}


def tells(event: Learned) -> bool:
    """Whether there is something in it to be told."""
    return bool(event.added or event.profile or event.pending or (event.message_id and event.changed))


def _as_now(event: Learned, known: Mapping[str, Memory], *, past: bool) -> Learned:
    """What an event tells today.

    Args:
        event: As it happened.
        known: Its memories as they are now; what was erased is not among them.
        past: Whether it still tells of what something else took the place of since.
    """

    def stands(id: str) -> bool:
        memory = known.get(id)
        return memory is not None and (memory.status == "active" or (past and memory.status == "superseded"))

    def now_as(memory: Memory) -> Memory:
        return known[memory.id] if known[memory.id].status == "active" else memory

    waited = [known[memory.id] for memory in event.pending if memory.id in known]
    return replace(
        event,
        profile=tuple(
            replace(field, value=known[field.memory_id].value or field.value) if field.memory_id in known else field
            for field in event.profile
            if not field.memory_id or stands(field.memory_id)
        ),
        added=(
            *(now_as(memory) for memory in event.added if stands(memory.id)),
            *(memory for memory in waited if memory.status == "active"),
        ),
        changed=tuple(
            known[memory.id]
            for memory in event.changed
            if memory.id in known and known[memory.id].status in ("active", memory.status)
        ),
        pending=tuple(memory for memory in waited if memory.status == "pending"),
    )


def _told(event: Learned) -> tuple[str, str]:
    """What was learned first, and how much else."""
    before = {memory.field or memory.attribute: memory for memory in event.superseded}
    told: list[str] = []
    for field in event.profile:
        old, name, value = before.get(field.field), field.field.replace("_", " "), one_line(field.value, 80)
        if old is None:
            told.append(f"{name}: {value}")
        else:
            told.append(f"updated: {name} {one_line(old.value or old.text, 60)} → {value}")
    told += [_added(memory, event) for memory in event.added]
    if event.message_id:
        told += [f"{_became(memory)}: {_said(memory)}" for memory in event.changed]
    if not told:
        return f"to review: {_said(event.pending[0])}", _more(len(event.pending))
    waiting = f" · {len(event.pending):,} to review" if event.pending else ""
    return told[0], _more(len(told)) + waiting


def _became(memory: Memory) -> str:
    """What a change by learning made of a memory."""
    if memory.status != "active":
        return memory.status
    return "no longer" if memory.valid_to is not None and memory.valid_to <= now() else "updated"


def _added(memory: Memory, event: Learned) -> str:
    old = next((each for each in event.superseded if each.superseded_by == memory.id), None)
    if old is not None:
        if memory.field and memory.value:
            name, before = memory.field.replace("_", " "), one_line(old.value or old.text, 60)
            return f"updated: {name} {before} → {one_line(memory.value, 80)}"
        return f"updated: {_said(old, 60)} → {_said(memory, 80)}"
    return _said(memory) if memory.field else _REMEMBERED + _said(memory)


def _said(memory: Memory, characters: int = _CHARACTERS) -> str:
    return one_line(brief(memory.text), characters)


def _more(number: int) -> str:
    return f" · {counted(number - 1, 'more', 'more')}" if number > 1 else ""
