"""Why an answer is as it is: what its request held, and what it just missed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from memchat.core.context import Layer, Recall, RecalledItem
from memchat.core.kinds import MemoryKind
from memchat.core.messages import Message
from memchat.core.requests import SentRequest

ReasonKind = Literal["recalled", "profile", "pinned", "instruction", "session", "summary", "news", "missed"]
"""How something came into a request: it was recalled, or is in each; or that it was not, after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that was in a request, or just missed it.

    Attributes:
        ref: The memory, message, session or rolling summary that it is.
        text: As the request had it.
        tokens: In the model's tokens.
        item: How it was found, where it was.
        missed: Why it did not go in; empty for what did.
        kind: What sort of memory it is today; none where it is none, or is gone.
        gone: Whether it is a memory that is not active any more.
        pinned: Whether it is a memory that is in each request.
        session_id: Where it was said, if that is known.
        message_id: The message of it.
        at: When that was.
        memory_id: What it can be changed by; empty where it is no memory.
        session_title: What the session is called, if that is known.
        today: What it says today, where it was put in other words since; empty where it was not.
    """

    how: ReasonKind
    ref: str
    text: str
    tokens: int
    layer: Layer
    item: RecalledItem | None = None
    missed: str = ""
    kind: MemoryKind | None = None
    gone: bool = False
    pinned: bool = False
    session_id: str | None = None
    message_id: str | None = None
    at: datetime | None = None
    memory_id: str = ""
    session_title: str = ""
    today: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What an answer rests on.

    Attributes:
        question: The user's message.
        answer: What was answered; none where nothing was yet.
        reasons: What was in the request, recalled first, best first.
        missed: What was found and did not go in, best first.
        recall: How it was looked for; none where that is not known.
        request: What was sent; none where it is not kept.
        note: What is not known of it, and why, in a sentence; empty when all is.
        coming: Whether it is being answered just now.
    """

    question: Message
    answer: Message | None
    reasons: tuple[Reason, ...]
    missed: tuple[Reason, ...]
    recall: Recall | None
    request: SentRequest | None
    note: str = ""
    coming: bool = False
