"""What is read for facts, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds, Memory
from memchat.core.messages import Message, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message of the user that is read for facts, with what stood around it.

    Attributes:
        message: What the user said.
        before: The assistant's message before it, for reference only; nothing is learned from it.
        recalled: Texts that were recalled for it; nothing is learned from them either.
        kept: Texts that were stored from it already, because the user asked for it; they are not proposed again.
        playing: Whether it is part of a play that began before it.
    """

    message: Message
    before: str = ""
    recalled: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    playing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionBatch:
    """Messages of one session that are read in one call.

    Attributes:
        heard: In the order in which they were said.
        candidates: Memories that the messages may speak of again; a model sees them by small integers.
        fields: The profile fields that learning may set, with what each is for.
    """

    heard: tuple[Heard, ...]
    candidates: tuple[Memory, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A fact or a profile value that a message states, checked and ready to be compared with what is known.

    Attributes:
        text: A sentence that stands on its own; of a profile value, `field: value`.
        quote: The user's words that it rests on, as they stand in the message.
        message_id: The message that they stand in.
        said_at: When they were said.
        confidence: How sure, from 0 to 1.
        holds: How long it is likely to hold; none when that is not known.
        subject: Whom or what it is about: `user`, or a name or relation such as `sister`.
        attribute: What of the subject it tells, in a word or two; empty when that is not known.
        field: The profile field that it sets; none for a fact.
        value: The value for that field; of a fact, the words that answer for its attribute, where they are known.
        valid_from: When it began to hold, where the user says so.
        valid_to: When it ceased or will cease to hold, where the user says so.
        past: Whether the user speaks of what is no longer so.
        several: Whether it comes beside others of its attribute (`also`, `too`) rather than in their place.
        reason: Why it waits for the user to agree, in a sentence; empty when it need not.
        known: The candidate that it speaks of again, as the model sees it; a hint, not a decision.
    """

    kind: MemoryKind
    text: str
    quote: str
    message_id: str
    said_at: datetime
    confidence: float
    holds: Holds | None = None
    subject: str = ABOUT_USER
    attribute: str = ""
    field: str | None = None
    value: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    past: bool = False
    several: bool = False
    reason: str = ""
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What came of reading a batch.

    Attributes:
        proposals: In the order in which they were said.
        dropped: Why something that a message or the model said is not among them, for the log; without its words.
        usage: The tokens that it cost; none when no model was asked or the server does not count.
        called: How many calls were made; 0 when no message could hold a claim.
    """

    proposals: tuple[Proposal, ...] = ()
    dropped: tuple[str, ...] = ()
    usage: Usage | None = None
    called: int = 0
