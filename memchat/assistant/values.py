"""What the assistant tells those who show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from memchat.core.context import ContextPlan
from memchat.core.memories import MemoryStatus, ProfileField
from memchat.core.messages import Message, RollingSummary, Session
from memchat.core.settings import LearningMode
from memchat.store.values import UsageTotal


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """Which model answers, and whether it can.

    Attributes:
        endpoint: The endpoint's name; `builtin` for the built-in engine.
        local: Whether it runs on this machine.
        window: What it reads at most, in its tokens.
        state: `unknown` before it was looked for, `none` when nothing is configured, found or installed.
        problem: Why it is `failed`, in a sentence.
    """

    endpoint: str = ""
    name: str = ""
    local: bool = False
    window: int = 8192
    state: Literal["unknown", "none", "ready", "failed"] = "unknown"
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model that the user can pick.

    Attributes:
        detail: Its window, size or what is wrong with its endpoint.
        installed: Whether it can answer now; a built-in one that is not must be pulled first.
    """

    endpoint: str
    name: str
    detail: str
    installed: bool
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningStatus:
    """How learning stands in a space.

    Attributes:
        unable: Why nothing is learned from ordinary talk, in a sentence; empty when it is.
        waiting: How many jobs wait or run.
        failed: How many were given up.
        problem: Why one of those waits for its next try, or was given up, in a sentence; empty when none did.
        counts: How many memories there are of each status.
        conflicts: How many pairs contradict each other and wait for the user.
        consolidated_at: When the last consolidation ended.
        usage: What learning cost, the newest day first.
    """

    mode: LearningMode
    unable: str
    waiting: int
    failed: int
    problem: str
    counts: Mapping[MemoryStatus, int]
    conflicts: int
    consolidated_at: datetime | None
    usage: tuple[UsageTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as it is resumed.

    Attributes:
        messages: The newest page, oldest first.
        more: Whether there are earlier ones.
        plan: What the next request holds before anything is typed.
        unanswered: The last message, when it is the user's and its reply never came.
    """

    session: Session
    messages: tuple[Message, ...]
    more: bool
    summary: RollingSummary | None
    profile: tuple[ProfileField, ...]
    plan: ContextPlan
    unanswered: Message | None
