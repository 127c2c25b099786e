"""A text beside a list: its wrapped lines go on where they are told to, and what belongs together stays on one line."""

from collections.abc import Iterable, Iterator

from textual.content import Content

from memchat.tui.text import Part, shown
from memchat.tui.widgets.panels.lines import Prose

HANG: Part = ("", "hang")
"""Put in a line: where that line goes on when it is wrapped. Without it, at the line's beginning."""

JOIN = "\u00a0"
"""A blank at which no line is broken."""


class Pane(Prose):
    """A text that is wrapped and scrolled, with `HANG` and `JOIN`."""

    def folded(self, width: int) -> list[Content]:
        key = (self.parts, width)
        if self._folded[0] != key:
            lines = [part for line, hang in _lines(self.parts) for part in _wrapped(line, hang, max(1, width))]
            self._folded = (key, lines)
        return self._folded[1]


def _lines(parts: Iterable[Part]) -> Iterator[tuple[Content, int]]:
    """The lines as they are written, and in how many cells each goes on."""
    line: list[Part] = []
    hang = 0
    for part in parts:
        if part == HANG:
            hang = Content.assemble(*line).cell_length
            continue
        first, *more = shown(part[0]).split("\n")
        line.append((first, part[1]))
        for text in more:
            yield Content.assemble(*line), hang
            line, hang = [(text, part[1])], 0
    yield Content.assemble(*line), hang


def _wrapped(line: Content, hang: int, width: int) -> list[Content]:
    hang = min(hang, width // 2)
    # Every sort of blank breaks a line, so that here the joining one is no blank.
    text = line.plain.replace(JOIN, "_")
    first, *more = Content(text).wrap(width)
    if not more:
        return [line]
    begin = _after(text, 0, first)
    rest = Content(text[begin:]).wrap(width - hang) if hang else more
    lines = [line[: len(first)]]
    for each in rest:
        lines.append(line[begin : begin + len(each)].pad_left(hang))
        begin = _after(text, begin, each)
    return lines


def _after(text: str, begin: int, line: Content) -> int:
    """Where the next line begins."""
    end = begin + len(line)
    return end + len(text[end:]) - len(text[end:].lstrip())
