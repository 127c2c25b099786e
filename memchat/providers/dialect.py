"""What a server and model were found to understand, and how a request is written for them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from memchat.core.chat import ChatMessage, ChatRequest

SchemaLevel = Literal["schema", "object", "prompt"]
_NEXT_LEVEL: Mapping[SchemaLevel, SchemaLevel] = {"schema": "object", "object": "prompt"}

_FORMAT = re.compile(r"response_format|json_schema|json_object|json mode|schema|grammar|structured", re.IGNORECASE)
_TOOLS = re.compile(r"\btools?\b|tool[_ -]?(use|choice|call)|function.call|--jinja", re.IGNORECASE)
_FIRST = ("model", "stream", "messages")
"""What the client library writes first; the rest follows by name."""

_JSON_ONLY = "Answer with JSON only, no other text, following this JSON schema:\n"


@dataclass(slots=True)
class Dialect:
    """The parts of the protocol that one model at one server takes; learnt from its refusals.

    Attributes:
        tools: Whether it can call tools; none is not known.
        schema: Whether it takes a JSON schema; none is not known.
    """

    tools: bool | None = None
    schema: bool | None = None
    _level: SchemaLevel = "schema"
    _usage: bool = True
    _temperature: bool = True
    _limit: str = "max_tokens"

    def body(self, request: ChatRequest, model: str) -> dict[str, Any]:
        """The JSON of a streamed chat completion."""
        messages = [_message(message) for message in request.messages]
        body: dict[str, Any] = {"model": model, "messages": messages, "stream": True}
        if self._usage:
            body["stream_options"] = {"include_usage": True}
        if request.tools and self.tools is not False:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": dict(tool.parameters),
                    },
                }
                for tool in request.tools
            ]
        if request.max_tokens is not None:
            body[self._limit] = request.max_tokens
        if request.temperature is not None and self._temperature:
            body["temperature"] = request.temperature
        if request.schema is not None:
            self._ask_for_json(body, request.schema)
        return body

    def _ask_for_json(self, body: dict[str, Any], schema: Mapping[str, Any]) -> None:
        level = "object" if self._level == "schema" and self.schema is False else self._level
        if level == "schema":
            named = {"name": "reply", "schema": dict(schema), "strict": is_strict(schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
            return
        if level == "object":
            body["response_format"] = {"type": "json_object"}
        messages = body["messages"]
        asked = _JSON_ONLY + json.dumps(schema, ensure_ascii=False)
        if messages and messages[-1]["role"] == "user":
            messages[-1] = {**messages[-1], "content": f"{messages[-1]['content']}\n\n{asked}"}
        else:
            messages.append({"role": "user", "content": asked})

    def adapt(self, status: int, said: str, body: Mapping[str, Any]) -> bool:
        """Learns from a refusal.

        Args:
            status: The HTTP status.
            said: The server's message.
            body: What was sent.

        Returns:
            Whether the request, written anew, is worth sending again.
        """
        if status not in {400, 404, 415, 422, 500, 501}:
            return False
        refused = status in {400, 415, 422}
        if refused and "stream_options" in body and re.search(r"stream_options|include_usage", said):
            self._usage = False
            return True
        if refused and "max_tokens" in body and "max_completion_tokens" in said:
            self._limit = "max_completion_tokens"
            return True
        if refused and "temperature" in body and "temperature" in said:
            self._temperature = False
            return True
        if "response_format" in body and _FORMAT.search(said) and self._level in _NEXT_LEVEL:
            self.schema = False
            self._level = "prompt" if body["response_format"]["type"] == "json_object" else _NEXT_LEVEL[self._level]
            return True
        if "tools" in body and _TOOLS.search(said):
            self.tools = False
            return True
        return False

    def worked(self, body: Mapping[str, Any], *, called: bool) -> None:
        """Learns from a reply."""
        if called:
            self.tools = True
        if body.get("response_format", {}).get("type") == "json_schema":
            self.schema = True


def written(body: Mapping[str, Any]) -> bytes:
    """The JSON of a body, byte for byte as the client library sends it."""
    names = [*(name for name in _FIRST if name in body), *sorted(set(body) - set(_FIRST))]
    ordered = {name: body[name] for name in names}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(errors="replace")


def is_strict(schema: Any) -> bool:
    """Whether every object in a JSON schema is closed and requires all its fields, as strict servers ask."""
    if isinstance(schema, list):
        return all(map(is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        fields = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(fields):
            return False
        return all(map(is_strict, fields.values()))
    return all(is_strict(value) for value in schema.values() if isinstance(value, Mapping | list))


def _message(message: ChatMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    return wire
