"""Where each memory stands in the browser: in use, waiting, put away, or in contradiction to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from memchat.core.memories import Conflict, Memory
from memchat.core.times import ago
from memchat.tui.text import one_line
from memchat.tui.widgets.panels.rows import Row

Shelf = Literal["active", "pending", "conflicts", "archived", "superseded", "forgotten"]
SHELVES: tuple[Shelf, ...] = get_args(Shelf)

_LABELS: dict[Shelf, str] = {
    "active": "in use",
    "pending": "to review",
    "conflicts": "contradictions",
    "archived": "archived",
    "superseded": "past",
    "forgotten": "forgotten",
}
EMPTY: dict[Shelf, str] = {
    "active": "Nothing is remembered yet. /remember TEXT keeps a fact; ctrl+n adds one here.",
    "pending": "Nothing waits for your review.",
    "conflicts": "Nothing contradicts. /consolidate looks for what does.",
    "archived": "Nothing is archived. What is never used goes here after a while, and can be restored.",
    "superseded": "Nothing of what is remembered is past yet.",
    "forgotten": "Nothing was forgotten.",
}


@dataclass(frozen=True, slots=True)
class Shelves:
    """All that is remembered, as it was read last.

    Attributes:
        memories: Of every status, profile values among them.
        conflicts: Pairs that wait for the user.
    """

    memories: tuple[Memory, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def on(self, shelf: Shelf) -> list[Memory]:
        """What stands on a shelf, in the order in which it is shown."""
        if shelf == "conflicts":
            return [memory for conflict in self.conflicts for memory in (conflict.first, conflict.second)]
        found = [memory for memory in self.memories if memory.status == shelf]
        return sorted(found, key=lambda memory: memory.field is not None)

    def names(self) -> dict[Shelf, str]:
        """The shelves with something on them, and what is in use, each as it is called with how much there is."""
        counts = {shelf: len(self.conflicts) if shelf == "conflicts" else len(self.on(shelf)) for shelf in SHELVES}
        return {shelf: f"{_LABELS[shelf]} {counts[shelf]:,}" for shelf in SHELVES if counts[shelf] or shelf == "active"}

    def conflict_of(self, memory_id: str) -> Conflict | None:
        """The contradiction that a memory stands in."""
        return next((each for each in self.conflicts if memory_id in (each.first.id, each.second.id)), None)


def rows(memories: Iterable[Memory], words: Sequence[str], present: datetime) -> tuple[Row, ...]:
    """The rows of those memories that have all `words`."""
    return tuple(_row(memory, present) for memory in memories if _fits(memory, words))


def _fits(memory: Memory, words: Sequence[str]) -> bool:
    kind = "profile" if memory.field else memory.kind
    folded = f"{kind} {memory.subject} {memory.text}".casefold()
    return all(word in folded for word in words)


def _row(memory: Memory, present: datetime) -> Row:
    mark = {"user": "●", "assistant": "◐", "tool": "◐"}.get(memory.origin, "○")
    right = ((f"{mark} {ago(memory.observed_at, present):>3}", "$dim"),)
    pin = ("◆ " if memory.pinned else "  ", "$accent")
    if memory.field:
        value = one_line(memory.value or memory.text)
        kind, colour = "profile", "$layer-profile"
        text = ((f"{one_line(memory.field)}: ", "$dim"), (value, "$foreground"))
        return Row(key=memory.id, left=(pin, (f"{kind:<11} ", colour), *text), right=right)
    return Row(
        key=memory.id,
        left=(pin, (f"{memory.kind:<11} ", "$layer-recalled"), (one_line(memory.text), "$foreground")),
        right=right,
    )
