"""What the store gives and takes besides the core's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from memchat.core.context import ItemKind
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
        ref: The message's, memory's or session's id, or the profile field's name.
        score: Higher is better; by words it is bm25 (from 0, unbounded), by meaning the cosine similarity.
    """

    key: int
    kind: ItemKind
    ref: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedItem:
    """An item of the index with what a search needs to show and to rank it.

    Attributes:
        session_id: Where it was said; none for what was set by hand outside a session.
        at: When it was said; for an episode, when the session began.
        confidence: From 0 to 1; 1 for messages and episodes.
        use_count: How many turns it was in the context of; 0 for all but facts.
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
    """

    token_scale: float = 1.0
    samples: int = 0
    tools: bool | None = None
    schema: bool | None = None
    window: int | None = None
