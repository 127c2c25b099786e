"""What a scripted server was asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Recorded:
    """One request as it came.

    Attributes:
        headers: By name in lower case.
        body: The JSON body; empty where there was none.
        raw: The body, byte for byte.
        answered: Set once the whole reply was sent.
        disconnected: Set once the client closed the connection before that.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json
    raw: bytes = b""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[Json]:
        """The messages of a chat request."""
        return list(self.body.get("messages", ()))

    @property
    def last_user(self) -> str:
        """The newest user message of a chat request, empty where there is none."""
        said = (message["content"] for message in reversed(self.messages) if message["role"] == "user")
        return str(next(said, ""))

    @property
    def wants_json(self) -> bool:
        """Whether a chat request asks for JSON by `response_format`."""
        return str(self.body.get("response_format", {}).get("type", "text")) != "text"
