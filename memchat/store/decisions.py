"""What learning decides about memories, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from memchat.core.events import Learned
from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds, Memory, MemoryStatus, Origin, ProfileField, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMemory:
    """A memory that is not stored yet; the fields are those of `Memory`.

    Attributes:
        observed_at: When it was said; none for now.
        attribute: Empty takes the profile field's name, where there is one.
        reason: Why it is to be pending, in a sentence.
    """

    kind: MemoryKind
    text: str
    confidence: float
    origin: Origin
    sources: tuple[Source, ...] = ()
    observed_at: datetime | None = None
    status: MemoryStatus = "active"
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    subject: str = ABOUT_USER
    attribute: str = ""
    field: str | None = None
    value: str | None = None
    holds: Holds | None = None
    reason: str = ""
    derived_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Add:
    """It is new; what says the same already is reinforced instead."""

    new: NewMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinforce:
    """It was said again."""

    id: str
    sources: tuple[Source, ...]
    confidence: float
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    """It says more of the same: a new version of the memory, whose history keeps the old one."""

    id: str
    new: NewMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """It holds instead of others, which end at `at`.

    Attributes:
        named: Whether the user spoke of the old ones themselves; then an attribute that neither has is no hindrance.
    """

    old_ids: tuple[str, ...]
    new: NewMemory
    at: datetime
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """It says what several said; they stay in history as its parts."""

    part_ids: tuple[str, ...]
    new: NewMemory


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits for the user, for the reason that `new` gives.

    Attributes:
        replaces: The memories that it is to supersede once the user accepts it.
    """

    new: NewMemory
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """It ceased to hold, or will."""

    id: str
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class Archive:
    """It is let go of: out of recall, and still there."""

    id: str


@dataclass(frozen=True, slots=True)
class KeepOut:
    """It is not learned, because of a rule; only that is counted."""

    rule_id: str


Decision = Add | Reinforce | Revise | Replace | Merge | Hold | Expire | Archive | KeepOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What decisions came to.

    Attributes:
        added: New active facts.
        changed: Facts that were revised, expired or archived.
        known: Facts and profile values that were said again, and say just what they said.
        superseded: Facts and profile values that something took the place of.
        pending: Facts and profile values that wait for the user.
        profile: Profile values that are new or changed.
        batch: Takes all of it back, with `undo_batch`; empty when nothing was written.
    """

    added: tuple[Memory, ...] = ()
    changed: tuple[Memory, ...] = ()
    superseded: tuple[Memory, ...] = ()
    pending: tuple[Memory, ...] = ()
    profile: tuple[ProfileField, ...] = ()
    known: tuple[Memory, ...] = ()
    batch: str = ""

    def learned(self, session_id: str, message_id: str) -> Learned:
        """What is told of it.

        Args:
            session_id: Where it was said.
            message_id: The user's message that it was learned from.
        """
        return Learned(
            added=self.added,
            changed=self.changed,
            superseded=self.superseded,
            pending=self.pending,
            profile=self.profile,
            known=self.known,
            session_id=session_id,
            message_id=message_id,
        )

    @property
    def empty(self) -> bool:
        """Whether nothing came of them."""
        return not (self.added or self.changed or self.superseded or self.pending or self.profile or self.known)
