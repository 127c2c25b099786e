"""What an import would do, told before it is done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from memchat.core.memories import Memory

Format = Literal["markdown", "jsonl"]

Fate = Literal["new", "same", "conflict", "held", "erased"]
"""What becomes of it: it is kept, it is there already, it waits for review because it contradicts what is known or
because it must not be taken in unseen, or it is left out because the user has erased it and did not ask for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A memory in a file.

    Attributes:
        line: Where it stands, from 1.
        memory: As the file has it: its id, the ids that it names and its sources are the file's.
    """

    line: int
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """What could not be read.

    Attributes:
        line: Where it stands, from 1.
        why: In a sentence.
    """

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds.

    Attributes:
        kind: What kind of file it is, in words.
        skipped: What it holds that is not memory, in words; empty for nothing.
    """

    kind: str
    candidates: tuple[Candidate, ...]
    bad: tuple[BadLine, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportItem:
    """What becomes of one memory of a file.

    Attributes:
        memory: As it will be stored, or is there already.
        why: Why it is not simply kept, or kept again, in a sentence; empty when it is.
        against: The memories that say the same, or otherwise.
        back: The memory that says this and was taken back; it comes into use again.
    """

    line: int
    memory: Memory
    fate: Fate
    why: str = ""
    against: tuple[Memory, ...] = ()
    back: Memory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import would do; nothing is changed yet.

    Attributes:
        name: The file's.
        kind: What kind of file it is, in words.
        note: What comes of it later, in a sentence; empty for nothing.
    """

    name: str
    kind: str
    items: tuple[ImportItem, ...]
    bad: tuple[BadLine, ...] = ()
    skipped: str = ""
    note: str = ""

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many there are of each fate."""
        return Counter(item.fate for item in self.items)

    @property
    def wanted(self) -> tuple[ImportItem, ...]:
        """What is kept or waits for review."""
        return tuple(item for item in self.items if item.fate in ("new", "conflict", "held"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        batch: Takes all of it back at once; empty when nothing was stored.
        memories: What was stored.
    """

    batch: str = ""
    memories: tuple[Memory, ...] = field(default=())
