"""What erasing takes away for good, told before it is done."""

from dataclasses import dataclass
from typing import Literal

ErasureKind = Literal["memory", "profile", "session", "space"]
"""What is erased: one memory, a profile field with its past, a session, or all of a space."""

PlaceKind = Literal[
    "memory",
    "history",
    "quote",
    "message",
    "tool_use",
    "title",
    "draft",
    "tags",
    "instructions",
    "rolling_summary",
    "session_summary",
    "recalled",
    "conflict",
    "rule",
    "job",
    "log",
    "backup",
    "session",
]
"""Where something stands: what a memory says, its history, the words that it rests on, a conversation, …"""

Fate = Literal["removed", "cut", "remade", "restored", "stays"]
"""What becomes of a place: it goes as a whole, only the words go, it is made again without them, it comes back into
use because the memory that it was merged into goes, or it stays, and the user should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carved:
    """A text without the words that go.

    Attributes:
        text: What is left.
        words: What was cut out of it.
    """

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place that holds what is erased.

    Attributes:
        id: Names the place, to spare it.
        where: What it belongs to in words for the user, such as a session's title; empty when there is nothing to say.
        text: What stands there now, or the part of it around the words.
        words: What goes of it; empty when all of it does.
        ref: The memory's, message's or session's id, or a file's path.
    """

    id: str
    kind: PlaceKind
    fate: Fate
    text: str
    words: tuple[str, ...] = ()
    where: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What will go, for the user to see before it does.

    Attributes:
        target: The memory's or session's id, the profile field's or the space's name.
        title: What is erased, in words.
        words: The words by which its traces are found.
        places: Where they are; the same place can be spared by its `id`.
        note: What stays although one could think otherwise, in a sentence; empty when there is nothing to say.
    """

    kind: ErasureKind
    target: str
    title: str
    words: tuple[str, ...]
    places: tuple[Place, ...]
    note: str = ""

    def of(self, *kinds: PlaceKind) -> tuple[Place, ...]:
        """Its places of these kinds."""
        return tuple(place for place in self.places if place.kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went.

    Attributes:
        erasure: What was taken away.
        complete: Whether its bytes are gone from the files as well; if not, `note` says what they wait for.
    """

    erasure: Erasure
    complete: bool
    note: str = ""
