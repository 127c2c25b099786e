"""The part of a long text that is shown of a hit."""

import re
from collections.abc import Sequence

from memchat.core.searching import Snippet

_GAP = "…"
_SPACE = re.compile(r"\s+")
_BEGUN = re.compile(r"\S+$")


def snippet(text: str, marks: Sequence[tuple[int, int]], *, limit: int, before: int) -> Snippet:
    """One line of `text` around the place with the most marks, with its marks.

    Args:
        text: Anything, cleaned of what a terminal acts on.
        marks: Where what was looked for stands in it, in order.
        limit: The most characters.
        before: How many characters stand before the first mark that is shown, about.
    """
    start = _start(text, marks, limit, before)
    end = min(len(text), start + 2 * limit)
    pieces: list[str] = []
    length = 0
    shown: list[tuple[int, int]] = []
    if start > 0:
        pieces.append(_GAP)
        length = 1
    at = start
    for begin, stop in [*(mark for mark in marks if start <= mark[0] and mark[1] <= end), (end, end)]:
        between = _SPACE.sub(" ", text[at:begin])
        if length <= 1:
            between = between.lstrip()
        marked = _SPACE.sub(" ", text[begin:stop])
        pieces += [between, marked]
        if marked:
            shown.append((length + len(between), length + len(between) + len(marked)))
        length += len(between) + len(marked)
        at = stop
        if length > limit:
            break
    line = "".join(pieces)
    if len(line) > limit or at < len(text):
        line = line[: limit - 1].rstrip() + _GAP if len(line) > limit - 1 else line.rstrip() + _GAP
    else:
        line = line.rstrip()
    last = len(line) - (1 if line.endswith(_GAP) else 0)
    return Snippet(line, tuple((first, min(final, last)) for first, final in shown if first < last))


def _start(text: str, marks: Sequence[tuple[int, int]], limit: int, before: int) -> int:
    """Where the snippet begins: so that it has the most marks, at a word, the first of several such places."""
    room = limit - before
    best, most = 0, 0
    end = 0
    for at, (begin, _) in enumerate(marks):
        while end < len(marks) and marks[end][1] <= begin + room:
            end += 1
        if end - at > most:
            best, most = begin, end - at
    if best <= before:
        return 0
    start = best - before
    cut = _BEGUN.search(text, max(0, start - before), start)
    return cut.start() if cut and len(cut.group()) < before // 2 and not text[start].isspace() else start
