"""All that is remembered, in rows for looking through: small, since there may be tens of thousands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from memchat.core.kinds import MEMORY_KINDS, MemoryKind
from memchat.core.memories import MemoryStatus, Origin

RowKind = MemoryKind | Literal["profile", "summary", "episode"]
"""What a row tells: a fact of its kind, a profile field's value, a rolling summary, a past session."""
ROW_KINDS: tuple[RowKind, ...] = (*MEMORY_KINDS, "profile", "summary", "episode")

LONGEST_TEXT = 300
"""Characters of a row's text at most; the whole is read when one is looked at."""

Order = Literal["newest", "oldest", "used", "unused", "sure", "unsure", "expiring"]
ORDERS: tuple[Order, ...] = get_args(Order)


class MemoryRow(NamedTuple):
    """One thing that is remembered.

    Attributes:
        id: The memory's; of a rolling summary and of an episode, the session's.
        kind: What it is.
        text: At most `LONGEST_TEXT` characters of it.
        status: `active` for summaries and episodes.
        confidence: How sure, from 0 to 1; 1 for summaries and episodes.
        origin: Whose words it rests on.
        observed_at: When it was first said; of a summary when it was made, of an episode when the session began.
        updated_at: When it changed last.
        last_used_at: When it was last in a turn's context, where that is known.
        use_count: How many turns it was in the context of.
        pinned: Whether it is in every request.
        field: The profile field that it is a value of.
        subject: Whom or what it is about: `user`, or a name; empty for summaries and episodes.
        attribute: What of the subject it tells; may be empty.
        session_id: Where it was first said; none for what was set by hand outside a session.
        message_id: The message that it rests on first.
        title: That session's title; empty without one.
        valid_to: When it ceased to hold, or will.
    """

    id: str
    kind: RowKind
    text: str
    status: MemoryStatus
    confidence: float
    origin: Origin
    observed_at: datetime
    updated_at: datetime
    last_used_at: datetime | None
    use_count: int
    pinned: bool
    field: str | None
    subject: str
    attribute: str
    session_id: str | None
    message_id: str | None
    title: str
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are wanted; what is not given does not matter.

    Attributes:
        kinds: Only these kinds.
        statuses: Only what stands so.
        origins: Only what rests on these words.
        search: Words that must all be in the text, wherever they stand in it.
        session_id: Only what was said there.
        subject: Only what is about this.
        pinned: Only what is pinned, or only what is not.
        never_used: Only what was in no turn's context.
        below: Only what is less sure than this.
        expires_before: Only what holds now and ceases to before then.
        since: Only what was said then or later.
        until: Only what was said before then.
        order: How they are sorted; pinned ones do not come first.
        limit: How many at most; none for all.
        offset: How many to leave out before.
    """

    kinds: tuple[RowKind, ...] = ()
    statuses: tuple[MemoryStatus, ...] = ()
    origins: tuple[Origin, ...] = ()
    search: str = ""
    session_id: str | None = None
    subject: str | None = None
    pinned: bool | None = None
    never_used: bool = False
    below: float | None = None
    expires_before: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A turn whose request a memory was in.

    Attributes:
        message_id: The user's message.
        title: Of its session.
        said: How the message begins.
        at: When it was said.
        score: How relevant the memory was to it, from 0 to 1.
        parts: What the score is made of, by name.
    """

    message_id: str
    session_id: str
    title: str
    said: str
    at: datetime
    score: float
    parts: Mapping[str, float]
