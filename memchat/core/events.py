"""What happens in a turn, and what the learning after it changed."""

from dataclasses import dataclass
from typing import Literal

from memchat.core.context import ContextPlan, Recall
from memchat.core.memories import Conflict, Memory, ProfileField
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary


@dataclass(frozen=True, slots=True)
class UserSaved:
    """The user's message is in the database; nothing that follows can lose it."""

    message: Message


@dataclass(frozen=True, slots=True)
class Recalled:
    """The memory was searched for this turn."""

    recall: Recall


@dataclass(frozen=True, slots=True)
class ContextBuilt:
    """The request is laid out, and is about to be sent."""

    plan: ContextPlan


@dataclass(frozen=True, slots=True)
class Delta:
    """More of the reply's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """More of the model's thinking aloud."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    """The model called a tool, and `result` went back to it."""

    name: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """The model did not answer; the call is made again after `seconds`, for the `attempt`th time of `attempts`."""

    attempt: int
    attempts: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class AssistantSaved:
    """The reply is in the database: whole, stopped by the user, or cut off."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFailed:
    """No reply came; the user's message stays, and can be tried again.

    Attributes:
        user_message: None when the message was refused before it was saved.
    """

    sentence: str
    next_step: str
    user_message: Message | None
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Memories or profile fields changed.

    Attributes:
        known: What was said again, and says just what it said.
        message_id: The user's message that it was learned from, where there is one.
    """

    added: tuple[Memory, ...] = ()
    changed: tuple[Memory, ...] = ()
    superseded: tuple[Memory, ...] = ()
    pending: tuple[Memory, ...] = ()
    profile: tuple[ProfileField, ...] = ()
    known: tuple[Memory, ...] = ()
    session_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class ForgetAsked:
    """The model proposes to forget a memory; nothing is forgotten unless the user says so."""

    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsKeptOut:
    """Secrets in the user's message were replaced by placeholders; `kinds` names them."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """A consolidation ended, or `problem` says in a sentence why it did not.

    Attributes:
        run_id: Takes it back, with `undo`.
        merged: The statements that near-duplicates became.
        distilled: The facts that recur over episodes.
        conflicts: Pairs that contradict each other, for the user to settle.
        archived: What was let go of.
    """

    run_id: str
    merged: tuple[Memory, ...] = ()
    distilled: tuple[Memory, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    archived: tuple[Memory, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryUpdated:
    """Another rolling summary of a session holds: more was folded, or the user changed it or took it back.

    Attributes:
        new: None where nothing is folded any more.
    """

    old: RollingSummary | None
    new: RollingSummary | None

    @property
    def session_id(self) -> str:
        """Whose summary it is."""
        known = self.new or self.old
        return known.session_id if known is not None else ""


@dataclass(frozen=True, slots=True)
class EpisodeClosed:
    """A finished session got its session summary."""

    summary: SessionSummary


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """A session's title, model or end changed."""

    session: Session


@dataclass(frozen=True, slots=True)
class ChangedElsewhere:
    """Another program changed what is remembered, or erased something: what is shown of it may be past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningChanged:
    """How many learning jobs wait or run, and the last failure in a sentence.

    Attributes:
        unable: Why nothing is learned from ordinary talk, in a sentence; empty when it is.
    """

    waiting: int
    failure: str = ""
    unable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderChanged:
    """Whether recall can search by meaning, and if not, why."""

    state: Literal["loading", "ready", "unavailable"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChanged:
    """How far the making of vectors for everything is, which finding by meaning rests on.

    Attributes:
        items: How many things there are to be found.
        left: How many of them still wait for their vector; 0 once all is made.
        embedder: Whose vectors are made.
        anew: Whether they are made again by the same embedder; else the old one's are searched meanwhile.
        stopped: Whether it waits for the user.
        elsewhere: Whether another program does it.
        problem: Why it does not go on for now, in a sentence; it is tried again.
    """

    items: int
    left: int
    embedder: str
    anew: bool = False
    stopped: bool = False
    elsewhere: bool = False
    problem: str = ""

    @property
    def percent(self) -> int:
        """How much is made; 100 only when all is."""
        return 100 * (self.items - min(self.left, self.items)) // self.items if self.items else 100


TurnEvent = (
    UserSaved
    | Recalled
    | ContextBuilt
    | Delta
    | Reasoning
    | ToolCalled
    | Retrying
    | AssistantSaved
    | TurnFailed
    | Learned
    | ForgetAsked
    | SecretsKeptOut
)
"""What one turn yields, in this order; `AssistantSaved` or `TurnFailed` ends the answer."""

BackgroundEvent = (
    Learned
    | Consolidated
    | SummaryUpdated
    | EpisodeClosed
    | ChangedElsewhere
    | SessionChanged
    | LearningChanged
    | EmbedderChanged
    | IndexChanged
)
"""What comes outside of turns, to those who subscribed."""

Event = TurnEvent | BackgroundEvent
