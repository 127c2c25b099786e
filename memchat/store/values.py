"""What the store gives and takes besides the core's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from memchat.core.context import ItemKind
from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds, MemoryStatus
from memchat.core.messages import Role

JobKind = Literal["fold", "session_summary", "title", "learn", "consolidate", "tidy"]


@dataclass(frozen=True, slots=True)
class Span:
    """How much stands in a range of a session's messages; `tokens` in o200k_base tokens."""

    count: int
    tokens: int


@dataclass(frozen=True, slots=True)
class BufferSpan:
    """The messages of a session at or after `from_seq`: they are in the buffer, and are not found again."""

    session_id: str
    from_seq: int


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that a search found.

    Attributes:
        key: What `Index.load` takes.
        ref: The message's, memory's or session's id; of a profile value, the id of the memory that holds it.
        score: Higher is better; by words it is bm25 (from 0, unbounded), by meaning the cosine similarity.
    """

    key: int
    kind: ItemKind
    ref: str
    score: float


@dataclass(frozen=True, slots=True)
class Around:
    """What was said next to a message in its session: the end of each of the two before it, the start of the next."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedItem:
    """An item of the index with what a search needs to show and to rank it.

    Attributes:
        session_id: Where it was said; none for what was set by hand outside a session.
        at: When it was said; for an episode, when the session began.
        confidence: From 0 to 1; 1 for messages and episodes.
        use_count: How many turns it was in the context of; 0 for all but facts and profile values.
        status: A memory's; `active` for messages and episodes.
        valid_from: When a memory began to hold.
        valid_to: When it ceased to hold.
        subject: Whom or what it is about.
        holds: How long it is likely to hold.
        field: The profile field that it is a value of.
        type: Which kind of memory; none for messages and episodes.
        asks: Whether a message asks something.
    """

    key: int
    kind: ItemKind
    ref: str
    text: str
    session_id: str | None
    session_title: str
    message_id: str | None
    role: Role | None
    at: datetime
    confidence: float = 1.0
    pinned: bool = False
    use_count: int = 0
    last_used_at: datetime | None = None
    status: MemoryStatus = "active"
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    subject: str = ABOUT_USER
    holds: Holds | None = None
    field: str | None = None
    type: MemoryKind | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """How many items the index holds, and how many of them can be found by meaning."""

    items: int
    embedded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Learning to be done later.

    Attributes:
        payload: What the work needs, as JSON values; `session_id` in it ties the job to a session.
        key: Jobs with one key are one job as long as none of them has begun.
        after_seconds: How long to wait before it may begin.
    """

    kind: JobKind
    payload: Mapping[str, Any]
    key: str
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that was leased; `attempts` counts this one."""

    id: str
    kind: JobKind
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that was given up, and why."""

    id: str
    kind: JobKind
    payload: Mapping[str, Any]
    attempts: int
    error: str
    failed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What was learned about a model by using it.

    Attributes:
        token_scale: The model's tokens for one o200k_base token.
        samples: How many reports the scale rests on.
        tools: Whether it can call tools; none is not known.
        schema: Whether its server can enforce a JSON schema; none is not known.
        window: Its context window in tokens; none is not known.
        extracts: Whether it can extract facts; none is not known.
    """

    token_scale: float = 1.0
    samples: int = 0
    tools: bool | None = None
    schema: bool | None = None
    window: int | None = None
    extracts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The part of a session's request that stays the same until the next fold.

    Attributes:
        summary_id: The rolling summary that it was made with.
        content: Its blocks, as JSON values.
    """

    summary_id: str | None
    content: Mapping[str, Any]
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotal:
    """What one kind of learning cost on one day with one model, in the model's tokens."""

    day: date
    model: str
    kind: str
    calls: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A consolidation.

    Attributes:
        id: Also the batch of the changes that it makes.
        progress: How far it came, as JSON.
    """

    id: str
    begun_at: datetime
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    progress: str = "{}"
