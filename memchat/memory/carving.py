"""Telling which sentences carry what is to be erased, and cutting them out.

A sentence carries it when it holds the words that the memory rests on, or one of its *key words*, or most of its words.
Key words are those that hardly anybody would use about something else: names, numbers, and what is rare both in general
and in what the user says. What is cut leaves `[erased]` behind.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from memchat.core.erasure import Carved
from memchat.memory.queries import folded, stem

ERASED = "[erased]"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u30a0-\u30ff"
_KANA = "\u3040-\u309f"
_OTHER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(f"[{_HAN}]+|[{_OTHER}]+|[^\\W_{_HAN}{_KANA}{_OTHER}]+")
_UNSPACED = re.compile(f"[{_HAN}{_OTHER}]")
# What hardly tells one fact from another: runs are parted there, and rid of it at their ends.
_PARTS = re.compile("使用者|用户|用戶|ユーザー|住在|住|的|是|在|和|與|了|我|你|您")
_ENDS = "他她它們们有与對对不也都就這那很去來来到從从叫做會会要用把被給给喜歡欢"
_HANGUL = re.compile("[\uac00-\ud7af]")
_ENDINGS = re.compile("(?:에서|으로|이고|입니다|은|는|이|가|을|를|에|의|도|로|와|과)$")

_EMPTY_WORDS = """
a about after again all also always am an and any are as at be because been before being but by can could did do
does for from get got had has have having he her hers him his how i if in into is it its just let ll m may me might
mine more most much must my no nor not now of off ok on once only or other our ours out over please re s said say
she should so some such t tell than thank that the their theirs them then there these they this those through to
too under up us user users ve very was we were what when where which while who whom why will with would yes you
your yours remember der die das und ist ein eine ich mein meine meinen nicht den dem des im mit zu von auf für es
le la les un une et est je mon ma mes pas de du des en que qui à el los las y es una mi mis no con por para o um
uma e eu meu minha não do da dos em il lo gli di che sono io mio mia
nutzer nutzerin benutzer utilisateur usuario usuário utente dr mr mrs ms prof herr frau 사용자 저 제 나 내
"""
_GENERIC_WORDS = """
live like love prefer use want work name call go come make take thing people person day time year new good
wohne wohnt lebe heiße heisse arbeite mag habite aime appelle travaille vivo vive gusta llamo trabajo gosto moro
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_GENERIC = frozenset(map(stem, _GENERIC_WORDS.split()))

_RARE, _MIDDLING = 100_000.0, 20_000.0
_WEIGHT_RARE, _WEIGHT_MIDDLING, _WEIGHT_COMMON, _WEIGHT_GENERIC = 3.0, 2.0, 1.5, 0.5
_FEW_NAMED, _FEW = 25, 3
_ENOUGH = 0.6
_ALIKE = 0.75
_LONG = 300

_TITLES = ("Dr", "Mr", "Mrs", "Ms", "St", "Prof", "Nr", "Sr", "Jr", "[A-Z]")
_SHORTENED = "|".join(rf"(?<=\b{title})\." for title in _TITLES)
_SENTENCE = re.compile(rf"(?:[^.!?。！？…\n]|{_SHORTENED}|[.!?](?=\S))+[.!?。！？…]*")
_CLAUSE = re.compile(r"[^,;:，；、]+[,;:，；、]*")
_AROUND = re.compile(rf"{re.escape(ERASED)}(?:[\s,;.]*{re.escape(ERASED)})+")

Rarity = Callable[[str], float]
"""How rare a word is in general: its rank by frequency, from 0 on."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of what is to be erased, as it is compared.

    Attributes:
        text: Its stem; a run of characters in scripts without spaces.
        weight: How much it tells.
        limit: Of how many other messages it can be a word and still be a key word; 0 is never one.
        rank: How rare it is in general, for choosing among those that are rather common.
        written: The word as it was written.
    """

    text: str
    weight: float
    limit: int = 0
    rank: float = 0.0
    written: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of a sentence, in the forms that terms are compared with."""

    stems: frozenset[str]
    runs: str

    @classmethod
    def of(cls, text: str) -> "Sentence":
        """Those of `text`."""
        tokens = _TOKEN.findall(folded(text))
        spaced = frozenset(_spaced(token) for token in tokens if not _UNSPACED.match(token))
        return cls(spaced, " ".join(token for token in tokens if _UNSPACED.match(token)))

    def has(self, term: str) -> bool:
        """Whether `term` is among them; of a run of characters, half of its pairs are enough."""
        if not _UNSPACED.match(term):
            return term in self.stems
        if not self.runs or term in self.runs:
            return bool(self.runs)
        pairs = [term[at : at + 2] for at in range(len(term) - 1)]
        return len(pairs) > 1 and sum(pair in self.runs for pair in pairs) / len(pairs) > 0.5


@dataclass(frozen=True, slots=True)
class Traces:
    """What gives away that a text carries what is to be erased.

    Attributes:
        terms: The words of it.
        keys: Those of which one is enough.
        wordings: What it rests on and how it was put, word for word.
        signs: The longest word of each of those.
    """

    terms: tuple[Term, ...]
    keys: frozenset[str]
    wordings: tuple[re.Pattern[str], ...] = field(repr=False, default=())
    signs: frozenset[str] = frozenset()

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
            for term in _terms(text, rarity, frozenset(_spaced(folded(each)) for each in dull)):
                known.setdefault(term.text, term)
        terms = tuple(known.values())
        return cls(terms, _keys(terms)).with_wordings([each for each in (*texts, *quotes) if _telling(each)])

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
        left = _AROUND.sub(ERASED, "".join([*pieces, text[at:]]))
        return Carved(text=left, words=tuple(text[start:end] for start, end in merged))

    def tells(self, text: str) -> bool:
        """Whether `text` says as a whole what is to be erased, and little else."""
        if any(pattern.fullmatch(text.strip()) for pattern in self.wordings):
            return True
        sentence = Sentence.of(text)
        if self._share(sentence) < _ENOUGH:
            return False
        own = {term.text: term.weight for term in _terms(text, lambda _: _MIDDLING - 1, frozenset())}
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
    if _UNSPACED.match(term) and len(term) > 2:
        return not text.isascii()
    return term in text


def _keys(terms: Sequence[Term]) -> frozenset[str]:
    """Names, numbers and rare words; where there are none, the rarest of the others."""
    named = frozenset(term.text for term in terms if term.limit == _FEW_NAMED)
    highest = max((term.rank for term in terms), default=0.0)
    return named or frozenset(term.text for term in terms if term.limit and term.rank == highest)


def _terms(text: str, rarity: Rarity, dull: frozenset[str]) -> Iterator[Term]:
    """The words of `text` that tell something."""
    for at, match in enumerate(_TOKEN.finditer(text)):
        written = match.group()
        word = folded(written)
        if _UNSPACED.match(word):
            for run in _PARTS.split(word):
                kept = run.strip(_ENDS)
                if len(kept) > 1:
                    yield Term(kept, _WEIGHT_RARE, _FEW_NAMED, written=kept)
            continue
        if word in _EMPTY or len(word) < 2:
            continue
        known = _spaced(word)
        if known in dull or known in _EMPTY:
            continue
        if known in _GENERIC:
            yield Term(known, _WEIGHT_GENERIC)
            continue
        digits = word.isdigit()
        named = at > 0 and not written[0].islower() and not digits and any(c.isupper() for c in written)
        rank = min(map(rarity, {word, known, f"{known}e", f"{known}s"})) if not digits else 0.0
        hangul = bool(_HANGUL.search(word)) and rank >= _MIDDLING
        mixed = any(c.isdigit() for c in word) and not digits
        if named or hangul or mixed or (digits and len(word) > 3) or rank >= _RARE:
            yield Term(known, _WEIGHT_RARE, _FEW_NAMED, written=written)
        elif rank >= _MIDDLING:
            yield Term(known, _WEIGHT_MIDDLING, _FEW, rank, written)
        else:
            yield Term(known, _WEIGHT_COMMON)


def _spaced(word: str) -> str:
    return _ENDINGS.sub("", word) or word if _HANGUL.search(word) else stem(word)


def _telling(text: str) -> bool:
    """Whether `text` is long enough to be said about nothing else."""
    return len(re.findall(r"\w+", text)) > 2 or len(_UNSPACED.findall(text)) > 3


def _wording(text: str) -> re.Pattern[str] | None:
    words = re.findall(r"\w+", text)
    if not words:
        return None
    said = r"\W+".join(map(re.escape, words))
    return re.compile(said if _UNSPACED.search(text) else rf"\b{said}\b[.!]?", re.IGNORECASE)


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
