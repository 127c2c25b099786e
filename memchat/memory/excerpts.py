"""The part of a long text that a question is about."""

from collections.abc import Callable, Sequence

from memchat.memory.clipping import units
from memchat.memory.queries import Vocabulary

_GAP = "…"
_READ_CHARACTERS = 40_000


def excerpt(text: str, terms: Sequence[str], limit: int, count: Callable[[str], int]) -> str:
    """At most `limit` tokens of `text` around where most of `terms` stand together; all of it when it is short.

    Whole sentences where they fit, with `…` where something is missing.
    """
    text = text.strip()
    if len(text) <= 4 * _READ_CHARACTERS and count(text) <= limit:
        return text
    pieces = list(units(text[:_READ_CHARACTERS]))
    sizes = [count(piece) for piece in pieces]
    hits = [sum(vocabulary.has(term) for term in terms) for vocabulary in map(Vocabulary.of, pieces)]
    room = limit - 2 * count(_GAP)
    start, end = _densest(sizes, hits, room)
    chosen = "".join(pieces[start:end]).strip()
    while end > start + 1 and count(chosen) > room:
        end -= 1
        chosen = "".join(pieces[start:end]).strip()
    before = _GAP if start > 0 else ""
    after = _GAP if end < len(pieces) or len(text) > _READ_CHARACTERS else ""
    return before + chosen + after


def _densest(sizes: Sequence[int], hits: Sequence[int], room: int) -> tuple[int, int]:
    """The stretch of pieces within `room` with the most hits; the earliest of several, grown to fill the room."""
    best, found = (0, 0), -1
    end = used = total = 0
    for start in range(len(sizes)):
        while end < len(sizes) and used + sizes[end] <= room:
            used += sizes[end]
            total += hits[end]
            end += 1
        if total > found and end > start:
            best, found = (start, end), total
        if end > start:
            used -= sizes[start]
            total -= hits[start]
        else:
            end = start + 1
    return best
