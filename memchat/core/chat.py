"""What goes to a chat model and what comes back, whoever serves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memchat.core.messages import Role, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model asks for; `arguments` is the JSON text as it came."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message on the wire."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One call of a chat model.

    Attributes:
        max_tokens: The reply's limit, in tokens; none leaves it to the server.
        schema: A JSON schema that the reply must follow; none for prose.
    """

    messages: Sequence[ChatMessage]
    tools: Sequence[Tool] = ()
    schema: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """More of the reply's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """More of the model's thinking aloud."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPart:
    """The call failed and is tried again after `seconds`."""

    attempt: int
    attempts: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPart:
    """The reply is over.

    Attributes:
        finish_reason: As the server says it: `stop`, `length`, `tool_calls`, …
        usage: None where the server does not count.
        model: The name that the server gave.
    """

    finish_reason: str
    usage: Usage | None
    model: str
    tool_calls: tuple[ToolCall, ...] = ()


ChatPart = TextPart | ReasoningPart | RetryPart | EndPart
