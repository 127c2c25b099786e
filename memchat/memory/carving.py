"""Telling which sentences carry what is to be erased, and cutting them out.

A sentence carries it when it holds the words that the memory rests on, or one of its *key words*, or most of its words.
Key words are those that hardly anybody would use about something else: names, numbers, and what is rare both in general
and in what the user says. What is cut leaves `[erased]` behind.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from memchat.core.erasure import Carved
from memchat.memory.distinctive import UNSPACED, Rarity, Sentence, Term, keys_of, terms_of
from memchat.memory.queries import folded

ERASED = "[erased]"

_ENOUGH = 0.6
_ALIKE = 0.75
_LONG = 300

_TITLES = ("Dr", "Mr", "Mrs", "Ms", "St", "Prof", "Nr", "Sr", "Jr", "[A-Z]")
_SHORTENED = "|".join(rf"(?<=\b{title})\." for title in _TITLES)
_SENTENCE = re.compile(rf"(?:[^.!?。！？…\n]|{_SHORTENED}|[.!?](?=\S))+[.!?。！？…]*")
_NUMBER = re.compile(r"\d+")
_CLAUSE = re.compile(r"[^,;:，；、]+[,;:，；、]*")
_AROUND = re.compile(rf"{re.escape(ERASED)}(?:[\s,;.]*{re.escape(ERASED)})+")


def marked_once(text: str) -> str:
    """`text` with one mark where several stand side by side."""
    return _AROUND.sub(ERASED, text)


@dataclass(frozen=True, slots=True)
class Traces:
    """What gives away that a text carries what is to be erased.

    Attributes:
        terms: The words of it.
        keys: Those of which one is enough.
        wordings: What it rests on and how it was put, word for word.
        signs: The longest word of each of those.
        numbers: The numbers in it, short ones too.
    """

    terms: tuple[Term, ...]
    keys: frozenset[str]
    wordings: tuple[re.Pattern[str], ...] = field(repr=False, default=())
    signs: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, texts: Collection[str], quotes: Collection[str], rarity: Rarity, *, dull: Collection[str] = ()
    ) -> "Traces":
        """The traces of a memory.

        Args:
            texts: What it says, in all its wordings.
            quotes: The words of messages that it rests on.
            rarity: How rare a word is.
            dull: Words that say nothing here, such as a profile field's name.
        """
        known: dict[str, Term] = {}
        for text in sorted(texts):
            for term in terms_of(text, rarity, dull):
                known.setdefault(term.text, term)
        terms = tuple(known.values())
        numbers = frozenset(number for text in (*texts, *quotes) for number in _NUMBER.findall(text))
        found = cls(terms, keys_of(terms), numbers=numbers)
        return found.with_wordings([each for each in (*texts, *quotes) if _telling(each)])

    def with_wordings(self, texts: Collection[str]) -> "Traces":
        """These traces, and `texts` word for word, however short they are."""
        longest_first = sorted({text.strip() for text in texts}, key=len, reverse=True)
        patterns = tuple(filter(None, map(_wording, longest_first)))
        longest = {max(re.findall(r"\w+", text), key=len, default="") for text in longest_first}
        signs = self.signs | {folded(word) for word in longest if word}
        return replace(self, wordings=(*self.wordings, *patterns), signs=frozenset(signs))

    def without_keys(self, words: Collection[str]) -> "Traces":
        """These traces where `words` alone are not enough."""
        return replace(self, keys=self.keys - frozenset(words))

    def named(self, words: Collection[str]) -> tuple[str, ...]:
        """Key words as they were written."""
        return tuple(sorted(term.written for term in self.terms if term.text in words))

    def found(self, text: str) -> frozenset[str]:
        """The key words in `text`."""
        whole = folded(text)
        if not any(_could_have(whole, key) for key in self.keys):
            return frozenset()
        sentence = Sentence.of(text)
        return frozenset(key for key in self.keys if sentence.has(key))

    def cut(self, text: str) -> Carved | None:
        """`text` without the sentences that carry it; none when there are none."""
        spans = sorted(self._spans(text)) if self._may_carry(folded(text)) else []
        if not spans:
            return None
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        pieces, at = [], 0
        for start, end in merged:
            pieces += [text[at:start], ERASED]
            at = end
        left = marked_once("".join([*pieces, text[at:]]))
        return Carved(text=left, words=tuple(text[start:end] for start, end in merged))

    def tells(self, text: str) -> bool:
        """Whether `text` says as a whole what is to be erased, and little else; with another number it does not."""
        if any(pattern.fullmatch(text.strip()) for pattern in self.wordings):
            return True
        if not self.numbers.issuperset(_NUMBER.findall(text)):
            return False
        sentence = Sentence.of(text)
        if self._share(sentence) < _ENOUGH:
            return False
        own = {term.text: term.weight for term in terms_of(text, lambda _: 0.0)}
        known = {term.text: term.weight for term in self.terms}
        total = sum(known.get(each, weight) for each, weight in own.items())
        shared = sum(known[each] for each in own if each in known)
        return total > 0 and shared / total >= _ALIKE

    def carried(self, text: str) -> bool:
        """Whether a sentence of `text` carries it by more than a key word."""
        if any(pattern.search(text) for pattern in self.wordings):
            return True
        return any(self._enough(Sentence.of(text[start:end])) for start, end in _sentences(text))

    def _may_carry(self, text: str) -> bool:
        """Whether it is worth a closer look at `text`, which is folded."""
        telling = sum(_could_have(text, term.text) for term in self.terms)
        return telling > 1 or any(_could_have(text, key) for key in self.keys) or any(s in text for s in self.signs)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern in self.wordings:
            for match in pattern.finditer(text):
                yield match.span()
        whole = Sentence.of(text)
        if not any(whole.has(term.text) for term in self.terms):
            return
        for start, end in _sentences(text):
            sentence = Sentence.of(text[start:end])
            if any(sentence.has(key) for key in self.keys) or self._enough(sentence):
                yield start, end

    def _enough(self, sentence: Sentence) -> bool:
        telling = [term for term in self.terms if sentence.has(term.text)]
        return len(telling) > 1 and self._share(sentence) >= _ENOUGH

    def _share(self, sentence: Sentence) -> float:
        total = sum(term.weight for term in self.terms)
        return sum(term.weight for term in self.terms if sentence.has(term.text)) / total if total else 0.0


def _could_have(text: str, term: str) -> bool:
    """Whether folded `text` may have `term`: nearly as good as looking at its words, and much faster."""
    if UNSPACED.match(term) and len(term) > 2:
        return not text.isascii()
    return term in text


def _telling(text: str) -> bool:
    """Whether `text` is long enough to be said about nothing else."""
    return len(re.findall(r"\w+", text)) > 2 or len(UNSPACED.findall(text)) > 3


def _wording(text: str) -> re.Pattern[str] | None:
    words = re.findall(r"\w+", text)
    if not words:
        return None
    said = r"\W+".join(map(re.escape, words))
    return re.compile(said if UNSPACED.search(text) else rf"\b{said}\b[.!]?", re.IGNORECASE)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of `text` are; of a long one, its clauses."""
    for match in _SENTENCE.finditer(text):
        start, end = _trimmed(text, *match.span())
        if start == end:
            continue
        if end - start <= _LONG:
            yield start, end
            continue
        for clause in _CLAUSE.finditer(text, start, end):
            yield from _windows(text, *clause.span())


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONG:
        cut = text.rfind(" ", start, start + _LONG)
        cut = cut if cut > start else start + _LONG
        yield _trimmed(text, start, cut)
        start = cut
    yield _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
