"""What became of one request in the next: which pieces stayed, so that a server need not read them again, and which did
not."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest
from typing import Literal

from memchat.core.requests import Piece, SentRequest

DifferenceKind = Literal["same", "changed", "new", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of one piece.

    Attributes:
        before: In the earlier request; none for a new one.
        after: In the later request; none for one that is gone.
        cached: Whether all before it stayed as well, so that a prompt cache holds it.
    """

    kind: DifferenceKind
    before: Piece | None
    after: Piece | None
    cached: bool = False

    @property
    def piece(self) -> Piece:
        """The later of the two."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two requests beside each other.

    Attributes:
        differences: In the order of the later request; what is gone stands where it was.
    """

    differences: tuple[Difference, ...]

    @property
    def cached(self) -> int:
        """Tokens of the beginning that stayed the same."""
        return sum(each.piece.tokens for each in self.differences if each.cached)

    @property
    def changed(self) -> int:
        """How many pieces are not as they were."""
        return sum(each.kind != "same" for each in self.differences)


def compare(before: SentRequest, after: SentRequest) -> Comparison:
    """What changed from one request to the next; a message is the same whatever layer it moved to."""
    old, new = before.pieces, after.pieces
    found: list[Difference] = []
    matcher = SequenceMatcher(None, [_key(each) for each in old], [_key(each) for each in new], autojunk=False)
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            found += [
                Difference(kind="same", before=one, after=other)
                for one, other in zip(old[start:end], new[begin:stop], strict=True)
            ]
        else:
            found += _replaced(old[start:end], new[begin:stop])
    # Chat templates put the tools before everything, so that with others nothing is kept.
    others = [each.text for each in old if each.part == "tools"] != [each.text for each in new if each.part == "tools"]
    kept = 0 if others else sum(1 for _ in takewhile(_stayed, found))
    return Comparison(
        differences=tuple(
            Difference(kind=each.kind, before=each.before, after=each.after, cached=place < kept)
            for place, each in enumerate(found)
        )
    )


def _stayed(each: Difference) -> bool:
    return each.kind == "same" and each.piece.part not in ("tools", "settings")


def _key(piece: Piece) -> tuple[str, str]:
    return ("" if piece.part in ("buffer", "user") else piece.part) + piece.role, piece.text


def _replaced(old: Sequence[Piece], new: Sequence[Piece]) -> list[Difference]:
    """Pieces of one part are taken for another wording of each other; the rest went or came."""
    found: list[Difference] = []
    for part in dict.fromkeys(each.part for each in (*old, *new)):
        pairs = zip_longest(
            (each for each in old if each.part == part), (each for each in new if each.part == part), fillvalue=None
        )
        for one, other in pairs:
            if part in ("buffer", "user", "calls") and one is not None and other is not None:
                found += [
                    Difference(kind="gone", before=one, after=None),
                    Difference(kind="new", before=None, after=other),
                ]
                continue
            kind: DifferenceKind = "gone" if other is None else "new" if one is None else "changed"
            found.append(Difference(kind=kind, before=one, after=other))
    return found
