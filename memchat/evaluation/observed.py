"""What came of playing a written conversation, as it was seen."""

from dataclasses import dataclass
from datetime import datetime

from memchat.core.context import RecalledItem
from memchat.core.memories import Memory
from memchat.evaluation.cases import Conversation, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and what was answered.

    Attributes:
        with_memory: Whether the memory was on.
        recalled: What was recalled into the request.
        context: The lines of the request that stood there anyway, such as the profile's.
        seconds: From the question to the end of the answer.
        problem: Why there is no answer, in a sentence; empty when there is one.
    """

    question: Question
    with_memory: bool
    answer: str
    recalled: tuple[RecalledItem, ...] = ()
    context: tuple[str, ...] = ()
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One conversation that was played.

    Attributes:
        memories: All that is kept once everything is said, of whatever status; profile values too.
        at: The moment, in the conversation's time, at which that was looked at.
        waits: Seconds from the end of a reply until what the message taught was stored; only of those that taught.
        unfinished: After how many messages learning had not come to its end in time.
        leaks: Files in which a secret was found.
        calls: How many calls of the model learning made.
        tokens: What those took, in and out, in the model's tokens.
        seconds: How long all of it took.
    """

    conversation: Conversation
    memories: tuple[Memory, ...]
    at: datetime
    waits: tuple[float, ...] = ()
    asked: tuple[Asked, ...] = ()
    unfinished: int = 0
    leaks: tuple[str, ...] = ()
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
