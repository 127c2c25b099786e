"""What two statements have in common, as far as code can tell without understanding them.

Meaning is the embedder's cosine; beside it stand the things that a cosine hardly sees: names, numbers, and whether
something is so or is not so. Statements that differ in one of these never count as the same.
"""

import re
import struct
from dataclasses import dataclass
from operator import mul

from memchat.memory.queries import Vocabulary, folded, query_of, stem

SURELY_SAME = 0.93
"""From this cosine on two English statements with the same names, numbers and polarity say the same."""

MAYBE_SAME = 0.8
"""Below this cosine two statements about different attributes are not compared any further."""

SAME_ATTRIBUTE = 0.82
"""From this cosine on two names of attributes mean one."""

NEARLY_SAME = 0.85
"""From this cosine on a statement that has all words of another, and no name or number more, says the same."""

_BEGINNING = 5
"""Letters that words of one family have in common, such as `allergic` and `allergy`."""

_STEM = 4
"""Shorter words have no family, only themselves."""

_LIGHT = frozenset(
    map(
        stem,
        [
            "user",
            "users",
            "person",
            "have",
            "has",
            "having",
            "been",
            "being",
            "currently",
            "called",
            "named",
            "name",
            "own",
            "likes",
            "like",
            "does",
            "thing",
            "every",
            "each",
        ],
    )
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)(?<!\w)[^\W\d_a-z]\w*", re.MULTILINE)
_NO_NAME = frozenset({"I", "The", "User", "A", "An"})
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_PARTICLES = frozenset("我你您他她它的了嗎吗呢啊也都就是在有很使用者はがをにのともよねですまし저나는은을를이가도요")
"""Characters that tell nothing by themselves in scripts without spaces."""

_NOT = (
    r"(?:not|no|never|without|neither|nor|cannot|\w+n['’]t|no\ longer|stopped|quit"
    r"|nicht|kein\w*|nie|pas|jamais|nunca|não)"
)
_AVERSION = r"(?:hates?|dislikes?|detests?|avoids?|allerg\w*|intoleran\w*|refuses?|hasst|déteste|odia\w*)"
_NEGATED_AVERSION = re.compile(rf"\b{_NOT}\s+(?:\w+\s+)?{_AVERSION}\b", re.IGNORECASE | re.VERBOSE)
_NEGATIVE = re.compile(
    rf"\b(?:{_NOT}|{_AVERSION})\b|[不沒没無无非勿別别]|ない|ません|過敏|过敏", re.IGNORECASE | re.VERBOSE
)
_CHANGED = re.compile(
    r"\b(?:no\ longer|not\ any\ ?more|any\ ?more|instead|switched|changed|swapped|replaced|moved|sold|quit|stopped"
    r"|gave\ up|given\ up|used\ to|from\ now\ on|nicht\ mehr|statt|stattdessen|ne\ \w+\ plus|ya\ no|em\ vez)\b"
    r"|不再|改用|改成|換成|换成|もう",
    re.IGNORECASE | re.VERBOSE,
)
_CORRECTED = re.compile(
    r"\b(?:i\ (?:misread|misspoke|mistyped|misremembered|meant)|i\ (?:was|got\ (?:it|that))\ wrong|correction"
    r"|scratch\ that|my\ mistake|verlesen|ich\ meinte|korrektur|falsch\ gesagt|me\ equivoqué|quise\ decir"
    r"|je\ me\ suis\ trompée?|je\ voulais\ dire|mi\ sono\ sbagliat[oa]|volevo\ dire|eu\ quis\ dizer"
    r"|vergist|ik\ bedoelde)\b"
    r"|я\ ошиб(?:ся|лась)|間違えました|訂正|說錯|说错|看錯|看错|更正|잘못\ 말",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Gist:
    """The parts of a statement that must agree for two to be the same.

    Attributes:
        words: Stems of the words that carry meaning; of scripts without spaces, pairs of characters.
        names: Stems of words with a capital letter that no sentence begins with.
        numbers: As they are written.
        negative: Whether it says that something is not so, or not liked.
        unspaced: Whether it has a script without spaces, where a cosine of the built-in embedder tells little.
        characters: Those of such a script that carry meaning.
    """

    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    negative: bool
    unspaced: bool
    characters: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Its names and numbers."""
        return self.names | self.numbers


def gist(text: str) -> Gist:
    """What `text` says, in parts that can be compared."""
    bare = re.sub(r"['’]s\b", "", text.strip())
    return Gist(
        words=frozenset(stem(term) for term in query_of(bare).terms) - _LIGHT,
        names=frozenset(stem(folded(name)) for name in _NAME.findall(bare) if name not in _NO_NAME),
        numbers=frozenset(_NUMBER.findall(bare)),
        negative=bool(_NEGATIVE.search(_NEGATED_AVERSION.sub(" ", bare))),
        unspaced=bool(_UNSPACED.search(bare)),
        characters=frozenset(_UNSPACED.findall(bare)) - _PARTICLES,
    )


def agree(first: Gist, second: Gist) -> bool:
    """Whether nothing in names, numbers and polarity speaks against their being the same."""
    only_one_has = (first.names - second.names - second.words) | (second.names - first.names - first.words)
    return first.negative == second.negative and first.numbers == second.numbers and not only_one_has


def adds(new: Gist, old: Gist) -> bool:
    """Whether `new` says all that `old` does and something more."""
    return bool(old.words) and old.words < new.words and old.numbers <= new.numbers and new.negative == old.negative


def tells_change(text: str) -> bool:
    """Whether `text` says in so many words that something is no longer as it was."""
    return bool(_CHANGED.search(text))


def tells_mistake(text: str) -> bool:
    """Whether `text` takes back what was said just before, as a slip of the tongue."""
    return bool(_CORRECTED.search(text))


def differs(first: Gist, second: Gist) -> bool:
    """Whether each says something that the other does not, and no name or number shows that they speak of one thing.

    Tea and coffee, violin and viola: what stands for one thing in the one stands for another in the other.
    """
    if first.unspaced or second.unspaced:
        return not (first.characters <= second.characters or second.characters <= first.characters)
    return not (first.keys & second.keys) and _has_more(first, second) and _has_more(second, first)


def _has_more(first: Gist, second: Gist) -> bool:
    """Whether `first` has a word that is of the family of none in `second`."""
    return any(not any(_akin(word, other) for other in second.words) for word in first.words)


def _akin(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) >= _STEM and long.startswith(short[:_BEGINNING]))


def covers(new: Gist, old: Gist) -> float:
    """The share of the words of `old` that are in `new`, or begin as one of them does, from 0 to 1."""
    beginnings = {word[:_BEGINNING] for word in new.words if len(word) >= _BEGINNING}
    found = sum(word in new.words or word[:_BEGINNING] in beginnings for word in old.words)
    return found / len(old.words) if old.words else 0.0


def cosine(first: bytes | None, second: bytes | None) -> float:
    """The similarity of two vectors of length 1, little-endian float32; 0 when there is none of one of them."""
    if not first or not second or len(first) != len(second):
        return 0.0
    form = f"<{len(first) // 4}f"
    return float(sum(map(mul, struct.unpack(form, first), struct.unpack(form, second))))


def mentions(text: str, value: str) -> bool:
    """Whether every word of `value` that carries meaning is in `text`."""
    vocabulary = Vocabulary.of(text)
    terms = query_of(value).terms or tuple(folded(value).split())
    return bool(terms) and all(vocabulary.has(term) for term in terms)
