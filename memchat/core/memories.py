"""What is known about the user: facts and profile fields, with where they come from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

MemoryKind = Literal["preference", "fact", "decision", "goal", "event", "instruction"]
MEMORY_KINDS: tuple[MemoryKind, ...] = get_args(MemoryKind)

MemoryStatus = Literal["active", "pending", "archived", "superseded", "forgotten"]
MEMORY_STATUSES: tuple[MemoryStatus, ...] = get_args(MemoryStatus)

Origin = Literal["user", "assistant", "tool", "import", "file"]
"""Whose words a memory rests on; trust falls in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A message that a memory rests on, with the words in it; no message when it was set by hand outside a session."""

    session_id: str | None
    message_id: str | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A free-form thing known about the user or their world.

    Attributes:
        confidence: How sure, from 0 to 1; 1 for what the user set by hand.
        observed_at: When it was said.
        valid_from: When it began to hold, where that is known.
        valid_to: When it ceased to hold.
        superseded_by: The memory that took its place.
        use_count: How many turns it was in the context of.
    """

    id: str
    kind: MemoryKind
    text: str
    status: MemoryStatus
    confidence: float
    origin: Origin
    observed_at: datetime
    updated_at: datetime
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    superseded_by: str | None = None
    pinned: bool = False
    use_count: int = 0
    last_used_at: datetime | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """One named field about the user, always in context."""

    field: str
    value: str
    confidence: float
    origin: Origin
    updated_at: datetime
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a memory's or a profile field's history; undoing it brings `before` back.

    Attributes:
        target: The memory's id, or `profile:FIELD`.
        actor: `user`, or the model's name.
        before: The value as JSON before the change; none for the first.
        after: The value as JSON after it; none when it was removed.
        undone_at: When it was taken back.
    """

    id: str
    target: str
    action: Literal["add", "edit", "forget", "restore", "set", "unset"]
    actor: str
    at: datetime
    before: str | None
    after: str | None
    undone_at: datetime | None = None
