"""What changed between two versions of a text, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A run of blanks, one character of a script without blanks, a word, or a mark.
_TOKEN = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|.")
_MOST = 6000
"""Tokens in both texts together up to which they are compared; more would take longer than a frame."""


class Changed(NamedTuple):
    """A text as pieces, each said to be new or not, and how many words came and went."""

    pieces: tuple[tuple[str, bool], ...]
    added: int
    removed: int


def changed(old: str, new: str) -> Changed:
    """`new` in pieces, with those marked that `old` has not."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if not before or before == after or len(before) + len(after) > _MOST:
        return Changed(((new, False),), 0, 0)
    pieces: list[tuple[str, bool]] = []
    added = removed = 0
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        removed += sum(_is_word(token) for token in before[start:end]) if tag in ("delete", "replace") else 0
        if new_start == new_end:
            continue
        fresh = tag in ("insert", "replace")
        added += sum(_is_word(token) for token in after[new_start:new_end]) if fresh else 0
        pieces.append(("".join(after[new_start:new_end]), fresh))
    return Changed(tuple(pieces), added, removed)


def differences(old: str, new: str) -> tuple[tuple[str, Literal["same", "new", "gone"]], ...]:
    """`new` in pieces, with what it has and `old` has not, and in its place what `old` has and it has not."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) + len(after) > _MOST:
        return ((new, "same"),)
    pieces: list[tuple[str, Literal["same", "new", "gone"]]] = []
    for tag, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[start:end]), "".join(after[begin:stop])
        if tag == "equal":
            pieces.append((come, "same"))
            continue
        if gone:
            pieces.append((gone, "gone"))
        if gone and come and not gone[-1].isspace():
            pieces.append((" ", "same"))
        if come:
            pieces.append((come, "new"))
    return tuple(pieces)


def _is_word(token: str) -> bool:
    return token[0].isalnum()
