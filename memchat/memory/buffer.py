"""Which of the unfolded messages go into a request, within what the other layers leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from memchat.core.context import Block, LeftOut
from memchat.core.messages import Message
from memchat.memory.budget import OVERHEAD, Meter
from memchat.memory.clipping import clip
from memchat.memory.working import TRIM_STEP, exchange_starts

CUT_MARK = "\n[… cut to fit]"
KEPT_OUT = "you took it out of the context"
_LEAST_CUT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many tokens the buffer may take.

    Attributes:
        now: What the other layers leave in this request.
        steady: What they leave at least in requests of this kind, whatever is recalled; with it, the buffer's start
            does not move to and fro with the length of the other layers.
    """

    now: int
    steady: int


@dataclass(frozen=True, slots=True)
class Buffer:
    """The buffer's blocks, oldest first, and the messages that are not among them."""

    blocks: tuple[Block, ...]
    left_out: tuple[LeftOut, ...]


def lay_buffer(messages: Sequence[Message], keep: int | None, meter: Meter, room: Room) -> Buffer:
    """The newest whole exchanges that fit.

    When they do not all fit, the start moves on in steps of `TRIM_STEP` messages, so that it stays where it is for some
    turns and a prompt cache holds. When not even the newest exchange fits, that one is cut, and says so.

    Args:
        messages: None of them blank, the newest user message not among them, oldest first.
        keep: The most messages to take; none for as many as fit.
        meter: Counts in the model's tokens.
        room: Tokens at most.
    """
    start = max(0, len(messages) - keep) if keep is not None else 0
    starts = [index for index in exchange_starts(messages) if index >= start]
    begin = starts[0] if starts else len(messages)
    why = f"mode window keeps the last {keep} messages" if start else "its question is not in the buffer"
    left_out = [_left(message, meter, why) for message in messages[:begin]]
    sizes = [meter.scaled(message.tokens) + OVERHEAD for message in messages]
    first = _first_fitting(messages, sizes, starts, room)
    reason = f"does not fit: {room.now:,} tokens are left for the buffer"
    if first is not None:
        left_out += [_left(message, meter, reason) for message in messages[begin:first]]
        kept = zip(messages[first:], sizes[first:], strict=True)
        return Buffer(tuple(_block(message, message.text, size) for message, size in kept), tuple(left_out))
    left_out += [_left(message, meter, reason) for message in messages[begin : starts[-1]]]
    cut = _cut_exchange(messages[starts[-1] :], meter, room.now)
    if cut is None:
        left_out += [_left(message, meter, reason) for message in messages[starts[-1] :]]
        return Buffer((), tuple(left_out))
    return Buffer(cut.blocks, (*left_out, *cut.left_out))


def kept_out(messages: Sequence[Message], meter: Meter) -> list[LeftOut]:
    """Those of `messages` that the user took out of the requests."""
    return [_left(message, meter, KEPT_OUT) for message in messages if message.kept_out]


def _first_fitting(messages: Sequence[Message], sizes: Sequence[int], starts: Sequence[int], room: Room) -> int | None:
    """Index from which on the messages fit, at an exchange's start and a whole step; none when no exchange fits."""
    if not starts:
        return len(messages)
    remaining = sum(sizes[starts[0] :])
    if remaining <= room.now:
        return starts[0]
    left = {starts[0]: remaining}
    for earlier, index in pairwise(starts):
        left[index] = left[earlier] - sum(sizes[earlier:index])
    for limit in (room.steady, room.now):
        fitting = [index for index in starts if left[index] <= limit]
        if fitting:
            step = -(-messages[fitting[0]].seq // TRIM_STEP) * TRIM_STEP
            return next((index for index in fitting if messages[index].seq >= step), fitting[0])
    return None


def _cut_exchange(messages: Sequence[Message], meter: Meter, room: int) -> Buffer | None:
    """An exchange's messages, the long ones cut to equal parts of `room`; none when that leaves too little to read."""
    mark = meter.text(CUT_MARK) + OVERHEAD + 1
    limits: dict[str, int] = {}
    free = room
    for index, message in enumerate(sorted(messages, key=lambda message: message.tokens)):
        limits[message.id] = min(meter.scaled(message.tokens) + OVERHEAD, free // (len(messages) - index))
        free -= limits[message.id]
    blocks: list[Block] = []
    left_out: list[LeftOut] = []
    for message in messages:
        tokens = meter.scaled(message.tokens) + OVERHEAD
        limit = limits[message.id]
        if tokens <= limit:
            blocks.append(_block(message, message.text, tokens))
            continue
        head, rest = clip(message.text, limit - mark, meter.text)
        block = meter.block(message.role, head + CUT_MARK, "buffer", message.id)
        if not head.strip() or limit < mark + _LEAST_CUT or block.tokens > limit:
            return None
        blocks.append(block)
        reason = f"cut: {room:,} tokens are left for the buffer"
        lost = max(0, tokens - block.tokens)
        left_out.append(LeftOut(layer="buffer", ref=message.id, text=rest, tokens=lost, reason=reason))
    return Buffer(tuple(blocks), tuple(left_out))


def _block(message: Message, content: str, tokens: int) -> Block:
    return Block(role=message.role, content=content, tokens=tokens, layer="buffer", ref=message.id)


def _left(message: Message, meter: Meter, reason: str) -> LeftOut:
    tokens = meter.scaled(message.tokens) + OVERHEAD
    return LeftOut(layer="buffer", ref=message.id, text=message.text, tokens=tokens, reason=reason)
