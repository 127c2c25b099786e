"""Cutting a text to a number of tokens where it hurts least."""

import re
from collections.abc import Callable, Iterator

Count = Callable[[str], int]
"""Length of a text in tokens."""

_SENTENCES = re.compile(r".*?(?:[.!?…](?=\s)|[。！？]|\n|$)\s*", re.DOTALL)
_WORDS = re.compile(r"\S+\s*|\s+")
_UNIT_CHARS = 400


def units(text: str) -> Iterator[str]:
    """Pieces to cut between: sentences, the long ones by words, the long words by characters."""
    for sentence in _SENTENCES.findall(text):
        if sentence and len(sentence) <= _UNIT_CHARS:
            yield sentence
        elif sentence:
            yield from _words(sentence)


def _words(text: str) -> Iterator[str]:
    for word in _WORDS.findall(text):
        for start in range(0, len(word), 40):
            yield word[start : start + 40]


def clip(text: str, limit: int, count: Count) -> tuple[str, str]:
    """Splits `text` into a head of at most `limit` tokens and the rest.

    The cut falls after a sentence where one fits, else after a word, else anywhere. Only the head is counted, so a
    giant text costs no more than its beginning.
    """
    if len(text) <= 20_000 and count(text) <= limit:
        return text, ""
    for pieces in (units(text), _words(text), iter(text)):
        if head := _taken(pieces, limit, count):
            return head, text[len(head) :]
    return "", text


def _taken(pieces: Iterator[str], limit: int, count: Count) -> str:
    """The first of `pieces` that fit together."""
    taken: list[str] = []
    used = 0
    for piece in pieces:
        used += count(piece)
        if used > limit:
            break
        taken.append(piece)
    while taken and count("".join(taken)) > limit:
        taken.pop()
    return "".join(taken)


def split(text: str, limit: int, count: Count) -> list[str]:
    """`text` in pieces of at most `limit` tokens each; a limit below one character's tokens is exceeded by one."""
    pieces: list[str] = []
    rest = text
    while rest:
        head, rest = clip(rest, limit, count)
        if not head:
            head, rest = rest[0], rest[1:]
        pieces.append(head)
    return pieces
