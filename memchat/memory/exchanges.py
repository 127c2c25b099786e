"""What a model called in this turn and what came of it, within what the window leaves.

These messages go along only until the turn's answer is there: the next turn's request has the answer and not them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from memchat.core.chat import ChatMessage
from memchat.memory.budget import OVERHEAD
from memchat.memory.buffer import CUT_MARK
from memchat.memory.clipping import clip

USED = "(This was read already.)"
"""Stands for an older result where there is no room for it."""

_LEAST = 24
"""Tokens of a result below which it says nothing."""

Measure = Callable[[str], int]
"""Length of a text in the model's tokens."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The model's calls in one message, and their results."""

    call: ChatMessage
    results: tuple[ChatMessage, ...]


def within(exchanges: Sequence[Exchange], room: int, measure: Measure) -> list[ChatMessage] | None:
    """The messages of `exchanges` in at most `room` tokens.

    Older results are dropped before the newest are cut, which all get the same room.

    Args:
        exchanges: Oldest first.
        room: Tokens at most.
        measure: Counts in the model's tokens.

    Returns:
        None when not even the newest calls fit with something to read.
    """
    kept = list(exchanges)
    for index in range(len(kept)):
        if _size(kept, measure) <= room:
            return _messages(kept)
        if index < len(kept) - 1:
            used = tuple(replace(result, content=USED) for result in kept[index].results)
            kept[index] = replace(kept[index], results=used)
    while len(kept) > 1 and _size([*kept[:-1], _emptied(kept[-1])], measure) + _LEAST > room:
        kept.pop(0)
    newest = kept.pop()
    free = room - _size([*kept, _emptied(newest)], measure)
    cut = _cut(newest, free, measure)
    return None if cut is None else _messages([*kept, cut])


def _cut(exchange: Exchange, free: int, measure: Measure) -> Exchange | None:
    mark = measure(CUT_MARK) + 1
    results: list[ChatMessage] = []
    for number, result in enumerate(exchange.results):
        limit = free // (len(exchange.results) - number)
        content = result.content
        if measure(content) > limit:
            if limit < _LEAST:
                return None
            content = clip(content, limit - mark, measure)[0] + CUT_MARK
        free -= measure(content)
        results.append(replace(result, content=content))
    return replace(exchange, results=tuple(results))


def _emptied(exchange: Exchange) -> Exchange:
    return replace(exchange, results=tuple(replace(result, content="") for result in exchange.results))


def _size(exchanges: Sequence[Exchange], measure: Measure) -> int:
    total = 0
    for message in _messages(exchanges):
        calls = sum(measure(call.name) + measure(call.arguments) + OVERHEAD for call in message.tool_calls)
        total += measure(message.content) + calls + OVERHEAD
    return total


def _messages(exchanges: Sequence[Exchange]) -> list[ChatMessage]:
    return [message for exchange in exchanges for message in (exchange.call, *exchange.results)]
