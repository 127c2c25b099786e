"""A data set for measuring recall, whatever its format."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from memchat.core.errors import MemchatError

Format = Literal["locomo", "longmemeval", "jsonl"]

BETWEEN_TURNS = timedelta(seconds=30)
"""Where a data set dates its sessions alone."""


class BrokenData(MemchatError):
    """A data set cannot be used: a file that is not there, another format, or something missing in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something that was said.

    Attributes:
        id: The data set's own; it is never stored, so that nothing can be found by it.
    """

    id: str
    text: str
    at: datetime
    role: Literal["user", "assistant"] = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A session, with at least one turn."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        gold: Ids of the turns that answer it; a question without is asked, but not scored.
        at: When; none is a day after the last that was said.
    """

    text: str
    gold: frozenset[str]
    category: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A conversation and the questions on it; its sessions are in the order of their times."""

    name: str
    sittings: tuple[Sitting, ...]
    questions: tuple[Question, ...]

    @property
    def session_of(self) -> Mapping[str, str]:
        """The session of each turn, by ids."""
        return {turn.id: sitting.id for sitting in self.sittings for turn in sitting.turns}

    @property
    def ended(self) -> datetime:
        """When the last was said."""
        return max(turn.at for sitting in self.sittings for turn in sitting.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """All that a file holds.

    Attributes:
        left_out: How many questions its protocol leaves out, besides those without gold in `samples`.
        aside: A category without which all is told once more; empty for none.
    """

    format: Format
    samples: tuple[Sample, ...]
    left_out: int = 0
    aside: str = ""


def in_order(sittings: list[Sitting]) -> tuple[Sitting, ...]:
    """The sessions that hold anything, in the order of their times."""
    return tuple(sorted((sitting for sitting in sittings if sitting.turns), key=lambda sitting: sitting.turns[0].at))
