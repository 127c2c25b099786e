"""Cuts streamed Markdown into parts that are each cheap to draw.

Appending to a document costs as much as its last block is long, and laying out the screen as much as there are
widgets. So a long reply is a row of short documents: only the last one grows, and those far from view rest.
"""

import re
from dataclasses import dataclass

_FENCE = re.compile(r" {0,8}(?P<marks>`{3,}|~{3,})(?P<info>[^`\n]*)$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text for the last part, or for a new one.

    Attributes:
        text: Markdown to append.
        new: Whether it begins a part.
        joined: Whether the part goes on with the block before it, so that no gap may show between the two.
    """

    text: str
    new: bool = False
    joined: bool = False


class Cutter:
    """Cuts one reply, at the same places however its text is chunked.

    Args:
        soft: From this length in characters a part ends at the next blank line.
        hard: From this length it ends at the next line, whatever is there.
        fence_lines: After so many lines a code block goes on in a new part.
    """

    def __init__(self, *, soft: int = 1600, hard: int = 4000, fence_lines: int = 50) -> None:
        self._soft = soft
        self._hard = hard
        self._fence_lines = fence_lines
        self._length = 0
        self._line = ""
        self._sent = 0
        self._blank_before = True
        self._fence = ""
        self._opening = ""
        self._code_lines = 0
        self._began = False

    @property
    def in_fence(self) -> bool:
        """Whether the text so far ends inside a code block."""
        return bool(self._fence)

    def feed(self, text: str) -> list[Piece]:
        """The pieces of `text`, which goes on where the last call ended; only line feeds end its lines."""
        pieces: list[Piece] = []
        *lines, rest = text.split("\n")
        for line in lines:
            self._line += line + "\n"
            self._finish_line(pieces)
        self._line += rest
        if self._line and not self._must_see_whole_line():
            self._send_line(pieces)
        return _merged(pieces)

    def end(self) -> list[Piece]:
        """What was held back to see the whole of its line."""
        pieces: list[Piece] = []
        if self._line:
            self._begin_line(pieces)
            self._send_line(pieces)
            self._line, self._sent = "", 0
        return _merged(pieces)

    def _must_see_whole_line(self) -> bool:
        held = self._sent == 0 and (self._length >= self._soft or self._code_lines >= self._fence_lines)
        return held and len(self._line) <= self._soft

    def _finish_line(self, pieces: list[Piece]) -> None:
        self._begin_line(pieces)
        self._send_line(pieces)
        found = _FENCE.match(self._line.rstrip("\n"))
        if self._fence:
            self._code_lines += 1
            if found and not found["info"].strip() and found["marks"].startswith(self._fence):
                self._fence, self._code_lines = "", 0
        elif found:
            self._fence, self._opening, self._code_lines = found["marks"], self._line, 0
        self._blank_before = not self._line.strip()
        self._line, self._sent = "", 0

    def _begin_line(self, pieces: list[Piece]) -> None:
        """Ends the part before the line that is about to be sent, where it is time to."""
        if self._sent:
            return
        if self._fence:
            if self._code_lines >= self._fence_lines and self._line.strip() != self._fence:
                self._start(pieces, joined=True)
        elif not self._line.strip():
            pass
        elif self._length >= self._hard or (self._length >= self._soft and self._may_end_before(self._line)):
            self._start(pieces, joined=not self._blank_before)

    def _may_end_before(self, line: str) -> bool:
        return (self._blank_before and not line[0].isspace()) or _ITEM.match(line) is not None

    def _send_line(self, pieces: list[Piece]) -> None:
        """Sends what has come of the line; one too long for a part goes on in the next, from a space on."""
        if not self._sent:
            self._begin_line(pieces)
        rest = self._line[self._sent :]
        self._sent = len(self._line)
        limit = 2 * self._hard
        while self._length + len(rest) > limit:
            least = max(0, limit - self._length)
            most = max(0, limit + 200 - self._length)
            found = rest.find(" ", least, most) + 1
            if not found:
                # A part may be full to the last character; one that holds no more than a fence's opening is not.
                if len(rest) <= most or (not most and self._length <= len(self._opening)):
                    break
                found = most
            self._send(pieces, rest[:found])
            if self._fence:
                self._send(pieces, "\n")
            self._start(pieces, joined=True)
            rest = rest[found:]
        self._send(pieces, rest)

    def _start(self, pieces: list[Piece], *, joined: bool) -> None:
        if self._fence:
            self._send(pieces, self._fence + "\n")
        pieces.append(Piece("", new=True, joined=joined))
        self._length = self._code_lines = 0
        if self._fence:
            self._send(pieces, self._opening)

    def _send(self, pieces: list[Piece], text: str) -> None:
        if not text:
            return
        if not self._began:
            self._began = True
            pieces.append(Piece("", new=True))
        pieces.append(Piece(text))
        self._length += len(text)


def cut(text: str) -> list[Piece]:
    """The parts of a whole reply, each beginning a new one."""
    cutter = Cutter()
    pieces = _merged([*cutter.feed(text), *cutter.end()])
    return [piece for piece in pieces if piece.text.strip()]


def _merged(pieces: list[Piece]) -> list[Piece]:
    """`pieces` with those that only append joined to the one before them."""
    merged: list[Piece] = []
    texts: list[list[str]] = []
    for piece in pieces:
        if piece.new or not merged:
            merged.append(piece)
            texts.append([piece.text])
        else:
            texts[-1].append(piece.text)
    return [
        Piece("".join(parts), new=piece.new, joined=piece.joined) for piece, parts in zip(merged, texts, strict=True)
    ]
