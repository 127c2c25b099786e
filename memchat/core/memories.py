"""What is known about the user: facts and profile fields, with where they come from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from memchat.core.kinds import MemoryKind

MemoryStatus = Literal["active", "pending", "archived", "superseded", "forgotten"]
MEMORY_STATUSES: tuple[MemoryStatus, ...] = get_args(MemoryStatus)

Origin = Literal["user", "assistant", "tool", "import", "file"]
"""Whose words a memory rests on; trust falls in this order, and a memory's is the least in its lineage."""
ORIGINS: tuple[Origin, ...] = get_args(Origin)

Holds = Literal["days", "weeks", "months", "years"]
"""How long a memory is likely to hold; what holds for years fades slowly."""
HOLDS: tuple[Holds, ...] = get_args(Holds)

ABOUT_USER = "user"
"""The subject of a memory that is about the user."""

SURE, FAIRLY_SURE = 0.8, 0.5
"""From which confidence on a memory is called sure, and from which on it is at least likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A message that a memory rests on, with the words in it; no message when it was set by hand outside a session."""

    session_id: str | None
    message_id: str | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A thing known about the user or their world: a free-form fact, or the value of a profile field.

    Attributes:
        text: A sentence that stands on its own; of a profile field's value, `field: value`.
        confidence: How sure, from 0 to 1; 1 for what the user set by hand.
        observed_at: When it was first said.
        valid_from: When it began to hold, where that is known.
        valid_to: When it ceased to hold.
        superseded_by: The memory that took its place, or into which it was merged.
        use_count: How many turns it was in the context of.
        subject: Whom or what it is about: `user`, or a name.
        attribute: What of the subject it tells, in a word or two, such as `employer`; empty when that is not known.
            Only memories with one subject and one attribute can supersede one another.
        field: The profile field that it is a value of; none for a fact.
        value: That value.
        holds: How long it is likely to hold; none when that is not known.
        seen_count: How often the user has said it.
        last_seen_at: When they last said it.
        actor: Who wrote it as it stands: `user`, or a model's name.
        reason: Why it is pending, in a sentence.
        derived_from: The memories that it was merged or distilled from.
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
    subject: str = ABOUT_USER
    attribute: str = ""
    field: str | None = None
    value: str | None = None
    holds: Holds | None = None
    seen_count: int = 1
    last_seen_at: datetime | None = None
    actor: str = "user"
    reason: str = ""
    derived_from: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """One named field about the user, always in context: the active memory that holds its value.

    Attributes:
        memory_id: That memory's; a field with several values has several of them.
        actor: Who set it: `user`, or a model's name.
    """

    field: str
    value: str
    confidence: float
    origin: Origin
    updated_at: datetime
    memory_id: str = ""
    actor: str = "user"
    valid_from: datetime | None = None
    sources: tuple[Source, ...] = ()


Action = Literal[
    "add",
    "import",
    "edit",
    "reinforce",
    "revise",
    "supersede",
    "merge",
    "accept",
    "reject",
    "archive",
    "restore",
    "forget",
    "set",
    "unset",
    "rename",
    "tag",
    "delete",
    "fork",
    "fold",
    "unfold",
    "revert",
    "drop",
    "put_back",
    "mute",
    "unmute",
    "settle",
]
"""What a change did; from `rename` on to a session, its rolling summary, its buffer, or what it recalls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a memory's history; undoing it brings `before` back.

    Attributes:
        target: The memory's id, or `session:ID`, `rule:ID`, `mute:SESSION:ID`, `conflict:ID`,
            `kept_out:MESSAGE`; `profile:FIELD` in changes from before profile values were memories.
        actor: `user`, or the model's name.
        before: The value as JSON before the change; none for the first.
        after: The value as JSON after it; none when it was removed. Of what was imported, `file` names where from.
        undone_at: When it was taken back.
        batch: Changes of one batch were made together and are taken back together.
    """

    id: str
    target: str
    action: Action
    actor: str
    at: datetime
    before: str | None
    after: str | None
    undone_at: datetime | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two active memories that contradict each other, for the user to settle.

    Attributes:
        why: In a sentence.
    """

    id: str
    first: Memory
    second: Memory
    why: str
    found_at: datetime
