"""Sessions and the messages in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]

MessageStatus = Literal["complete", "partial", "stopped", "failed"]
"""`partial`: cut off by a failure or a crash; `stopped`: by the user; `failed`: a user message never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that the server counted for one call; `cost` in US dollars where the server says it."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """A tool call that the model made in a turn, with what came of it, kept for showing."""

    name: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said, never altered by summarising or forgetting.

    Attributes:
        seq: Its place in the session, from 1.
        tokens: Its text's length in o200k_base tokens, unscaled, counted once.
        parent_id: The message that it follows, so that branches can come.
        reasoning: The model's thinking aloud; shown on request and never sent again.
        error: Why the reply failed or was cut off, in a sentence.
        kept_out: Whether the user took it out of the requests; it stays in the conversation.
        copy_of: The message that it is a copy of, in the session that this one was forked from.
        told: Whether it is a page about the memory, told without a model; nothing is made of it.
    """

    id: str
    session_id: str
    seq: int
    role: Literal["user", "assistant"]
    text: str
    status: MessageStatus
    created_at: datetime
    tokens: int
    parent_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    reasoning: str = ""
    finish_reason: str | None = None
    error: str | None = None
    tool_uses: tuple[ToolUse, ...] = ()
    kept_out: bool = False
    copy_of: str | None = None
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A conversation.

    Attributes:
        title_by: Who named it; a title given by the user is never replaced.
        draft: What stood unsent in the input when it was left.
        persona: Name of the persona whose system prompt it uses, or none for the default.
        incognito: Whether it is held in memory only and leaves nothing behind.
        ended_at: When it was closed or left; none while it is in use.
        learned_to: Place of the last message that facts were extracted from.
        system_prompt: Its own system prompt, in place of any other.
        archived_at: When it was filed away: out of lists, and still recalled from.
        tags: Words to find it by, in their order.
        forked_from: The session whose beginning it shares.
        unfolded_to: Place of the last message that the user unfolded; messages up to it make no fold due.
    """

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    title_by: Literal["default", "model", "user"] = "default"
    message_count: int = 0
    model: str | None = None
    draft: str = ""
    persona: str | None = None
    incognito: bool = False
    ended_at: datetime | None = None
    deleted_at: datetime | None = None
    learned_to: int = 0
    system_prompt: str | None = None
    archived_at: datetime | None = None
    tags: tuple[str, ...] = ()
    forked_from: str | None = None
    unfolded_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingSummary:
    """What the older messages of a session were folded into.

    Attributes:
        from_seq: First message that it covers.
        to_seq: Last message that it covers; the buffer begins after it.
        tokens: Its text's length in o200k_base tokens.
        previous_id: The version that it was merged with.
    """

    id: str
    session_id: str
    text: str
    from_seq: int
    to_seq: int
    tokens: int
    created_at: datetime
    model: str | None = None
    previous_id: str | None = None

    @property
    def covers(self) -> int:
        """How many places in the session the range has."""
        return self.to_seq - self.from_seq + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """At most 200 tokens on a finished session: wanted, resolved, pending, topic.

    Attributes:
        to_seq: Last message that it knows of; it is made again when the session went on.
    """

    session_id: str
    title: str
    text: str
    to_seq: int
    tokens: int
    session_at: datetime
    created_at: datetime
    model: str | None = None
