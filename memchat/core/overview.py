"""All that is remembered, at a glance: what a person is shown who asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from memchat.core.kinds import MemoryKind
from memchat.core.memories import Memory
from memchat.core.messages import SessionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Memories of one kind about one subject.

    Attributes:
        subject: `user`, or a name.
        memories: The most important ones: pinned, then the newest.
        count: How many there are in all.
    """

    subject: str
    kind: MemoryKind
    memories: tuple[Memory, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A session that a memory rests on."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is remembered.

    Attributes:
        profile: The values of the profile's fields, by field.
        groups: What else holds now: the user's own first, then who is spoken of most.
        subjects: About how many others anything is remembered; `groups` may show only some.
        pending: How many memories wait for review.
        conflicts: How many pairs contradict each other.
        past: How many memories hold no longer.
        archived: How many are out of recall.
        forgotten: How many were forgotten, and can be brought back.
        sessions: How many conversations there are.
        messages: How many messages are in them.
        episodes: The summaries of the newest sessions, the newest first.
        where: The sessions that memories rest on, by id.
    """

    profile: tuple[Memory, ...] = ()
    groups: tuple[Group, ...] = ()
    subjects: int = 0
    pending: int = 0
    conflicts: int = 0
    past: int = 0
    archived: int = 0
    forgotten: int = 0
    sessions: int = 0
    messages: int = 0
    episodes: tuple[SessionSummary, ...] = ()
    where: Mapping[str, Where] = field(default_factory=dict)
