"""Where in a text the words stand by which the index finds it, by the rules by which it was indexed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from memchat.store.languages import language_of
from memchat.store.letters import plain
from memchat.store.stems import stemmed
from memchat.store.words import UNSPACED, named, phrase

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_WORD = re.compile(f"[{UNSPACED}][{_MARKS}]*|(?:[^\\W_{UNSPACED}][{_MARKS}]*)+(?:\\+\\+|#)?")
_JOINED = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_QUOTED = re.compile(r'"([^"]*)"(\*?)')
_MOST = 400
"""How many words of a text are marked."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A way in which a term may be indexed: words in their order, of which the last may go on."""

    words: tuple[str, ...]
    beginning: bool


def marks(text: str, terms: Sequence[str], beginnings: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Where any of the terms stands in `text`: beginning and end in characters, in order, none touching another.

    Args:
        text: Any text.
        terms: What is looked up in the index: words, or several that stand together.
        beginnings: Those of which the last word may go on.
    """
    forms = [form for term in terms for form in _forms(term, prefix=False)]
    forms += [form for term in beginnings for form in _forms(term, prefix=True)]
    if not forms:
        return []
    return _joined(islice(_found(text, forms), _MOST))


def _found(text: str, forms: Sequence[_Form]) -> Iterator[tuple[int, int]]:
    by_first: dict[str, list[_Form]] = {}
    begun: list[_Form] = []
    for form in forms:
        if form.beginning and len(form.words) == 1:
            begun.append(form)
        else:
            by_first.setdefault(form.words[0], []).append(form)
    words = list(_words(text, language_of(plain(text))))
    for at, (place, word) in enumerate(words):
        if any(word.startswith(form.words[0]) for form in begun):
            yield place
        for form in by_first.get(word, ()):
            following = words[at : at + len(form.words)]
            if len(following) == len(form.words) and _same([one for _, one in following], form):
                yield place[0], following[-1][0][1]


def _same(words: Sequence[str], form: _Form) -> bool:
    last = words[-1].startswith(form.words[-1]) if form.beginning else words[-1] == form.words[-1]
    return last and tuple(words[:-1]) == form.words[:-1]


def _words(text: str, language: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The words of `text` as they are indexed, each with its place."""
    for match in _WORD.finditer(text):
        word = match.group()
        start, end = match.span()
        yield (start, end), _indexed(word, language)
        if len(word) > 2 and not word[1:].islower() and word.isascii():
            for part in _JOINED.finditer(word):
                if 1 < len(part.group()) < len(word):
                    yield (start + part.start(), start + part.end()), _indexed(part.group(), language)


@lru_cache(maxsize=50_000)
def _indexed(word: str, language: str) -> str:
    return stemmed(plain(named(word)), language)


@lru_cache(maxsize=2_000)
def _forms(term: str, *, prefix: bool) -> tuple[_Form, ...]:
    found = []
    for quoted, star in _QUOTED.findall(phrase(term, prefix=prefix)):
        if words := tuple(_WORD.findall(quoted)):
            found.append(_Form(words, bool(star)))
    return tuple(found)


def _joined(found: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in their order, those as one that overlap or touch."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
