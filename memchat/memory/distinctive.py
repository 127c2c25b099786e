"""Words as they tell one thing from another: what is said about hardly anything else, and how that is compared."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from memchat.memory.queries import folded, stem

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u30a0-\u30ff"
_KANA = "\u3040-\u309f"
_OTHER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(f"[{_HAN}]+|[{_OTHER}]+|[^\\W_{_HAN}{_KANA}{_OTHER}]+")
UNSPACED = re.compile(f"[{_HAN}{_OTHER}]")
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
        spaced = frozenset(_spaced(token) for token in tokens if not UNSPACED.match(token))
        return cls(spaced, " ".join(token for token in tokens if UNSPACED.match(token)))

    def has(self, term: str) -> bool:
        """Whether `term` is among them; of a run of characters, half of its pairs are enough."""
        if not UNSPACED.match(term):
            return term in self.stems
        if not self.runs or term in self.runs:
            return bool(self.runs)
        pairs = [term[at : at + 2] for at in range(len(term) - 1)]
        return len(pairs) > 1 and sum(pair in self.runs for pair in pairs) / len(pairs) > 0.5


def keys_of(terms: Sequence[Term]) -> frozenset[str]:
    """Names, numbers and rare words; where there are none, the rarest of the others."""
    named = frozenset(term.text for term in terms if term.limit == _FEW_NAMED)
    highest = max((term.rank for term in terms), default=0.0)
    return named or frozenset(term.text for term in terms if term.limit and term.rank == highest)


def terms_of(text: str, rarity: Rarity, dull: Collection[str] = ()) -> Iterator[Term]:
    """The words of `text` that tell something.

    Args:
        text: Of what is to be erased.
        rarity: How rare a word is.
        dull: Words that say nothing here.
    """
    nothing = frozenset(_spaced(folded(each)) for each in dull) | _EMPTY
    for at, match in enumerate(_TOKEN.finditer(text)):
        written = match.group()
        word = folded(written)
        if UNSPACED.match(word):
            for run in _PARTS.split(word):
                kept = run.strip(_ENDS)
                if len(kept) > 1:
                    yield Term(kept, _WEIGHT_RARE, _FEW_NAMED, written=kept)
            continue
        if word in _EMPTY or len(word) < 2:
            continue
        known = _spaced(word)
        if known in nothing:
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
