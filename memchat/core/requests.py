"""A request as it went to the model, byte for byte, and what it is made of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from memchat.core.context import Block, ContextPlan, Layer
from memchat.core.messages import Role

Part = Layer | Literal["calls", "tools", "settings"]
"""What a piece of a request is: of a layer, of the calls of tools within the turn, the tools, or all the rest."""

PARTED = "\n\n"
"""What parts the blocks of one message."""


class Shape(NamedTuple):
    """Where a block is in the messages: whose, of which layer, and how many characters of them it is."""

    role: Role
    layer: Layer
    tokens: int
    ref: str | None
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a request.

    Attributes:
        tokens: In the model's tokens; 0 where they were not counted.
        ref: Id of the message, summary or session that it shows, where there is one.
    """

    role: Role
    part: Part
    text: str
    tokens: int = 0
    ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class SentRequest:
    """A request, sent or about to be.

    Attributes:
        session_id: Whose; empty for a session that is yet to begin.
        message_id: The user's message that it answers; empty where that is not stored.
        round: 0 for the first of a turn, and one more each time that tools were called.
        at: When it was sent; none where it was not.
        url: Where it goes.
        keyed: Whether a key goes with it, which is not kept.
        body: What goes over the wire.
        plan: How it was laid out, and what was left out of it.
    """

    session_id: str
    message_id: str
    round: int
    at: datetime | None
    url: str
    keyed: bool
    body: bytes = field(repr=False)
    plan: ContextPlan = field(repr=False)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The body's values."""
        return dict(json.loads(self.body))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All of it in order: the messages block by block, the tools, and what else is asked of the model."""
        return pieces(self.content, shapes(self.plan.blocks))


def shapes(blocks: Sequence[Block]) -> tuple[Shape, ...]:
    """What tells the blocks apart once they are joined; blank ones are not sent."""
    return tuple(
        Shape(block.role, block.layer, block.tokens, block.ref, len(block.content))
        for block in blocks
        if block.content.strip()
    )


def pieces(content: Mapping[str, Any], of: Sequence[Shape]) -> tuple[Piece, ...]:
    """The pieces of a request.

    Args:
        content: Its body's values.
        of: The blocks that its first messages are joined from.
    """
    found: list[Piece] = []
    for message, blocks in _by_message(content, of):
        found += [
            Piece(role=each.role, part=each.layer, text=each.content, tokens=each.tokens, ref=each.ref)
            for each in blocks
        ] or [Piece(role=message["role"], part="calls", text=_called(message))]
    rest = {name: value for name, value in content.items() if name not in ("messages", "tools")}
    if tools := content.get("tools"):
        found.append(Piece(role="system", part="tools", text=_indented(tools)))
    return (*found, Piece(role="system", part="settings", text=_indented(rest)))


def blocks_of(content: Mapping[str, Any], of: Sequence[Shape]) -> tuple[Block, ...]:
    """The blocks that a request's messages were joined from; the arguments are those of `pieces`."""
    return tuple(block for _, blocks in _by_message(content, of) for block in blocks)


def _by_message(content: Mapping[str, Any], of: Sequence[Shape]) -> Iterator[tuple[Mapping[str, Any], list[Block]]]:
    """Each message with the blocks that it was joined from; one of the calls of tools has none."""
    left = list(of)
    for message in content.get("messages", ()):
        blocks = _of_message(message["role"], str(message.get("content") or ""), left)
        del left[: len(blocks)]
        yield message, blocks


def _of_message(role: Role, text: str, left: Sequence[Shape]) -> list[Block]:
    mine: list[Block] = []
    start = 0
    for shape in left:
        if shape.role != role or start > len(text):
            break
        part = text[start : start + shape.characters]
        mine.append(Block(role=role, content=part, tokens=shape.tokens, layer=shape.layer, ref=shape.ref))
        start += shape.characters + len(PARTED)
    rest = text[max(0, start - len(PARTED)) :]
    if mine and rest:  # something was added for the server
        mine[-1] = replace(mine[-1], content=mine[-1].content + rest)
    return mine


def _called(message: Mapping[str, Any]) -> str:
    calls = message.get("tool_calls") or ()
    told = [f"{call['function']['name']}({call['function']['arguments']})" for call in calls]
    return "\n".join(filter(None, [str(message.get("content") or ""), *told]))


def _indented(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
