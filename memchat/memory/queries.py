"""From a user's message to what is looked up for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from memchat.memory.querying.languages import ENGLISH, language_of
from memchat.memory.querying.pasted import reduced
from memchat.memory.querying.referring import with_what_it_refers_to
from memchat.memory.querying.terms import terms_of, words_of
from memchat.store.letters import plain
from memchat.store.words import UNSPACED

_TOKEN = re.compile(f"[{UNSPACED}]+|[^\\W_{UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
LOOKED_AT = 1_200
"""How many characters of a message are looked up."""

_READ_WHOLE = 6_000
_MOST_TERMS = 32

_ASKING = re.compile(
    r"(?:what|who|whom|whose|when|where|which|why|how|is|are|am|was|were|do|does|did|can|could|will|would|should|have|has"
    r"|remind me|tell me|do you)\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_ENDS_ASKING = re.compile(r"(?:[?？]|[吗嗎呢か])[\s\"'”’)]*$")


_KIN: tuple[tuple[str, str], ...] = (
    ("live lived living home reside residence address city town", "location live moved"),
    ("job work profession occupation career living employed", "occupation employer work"),
    ("company employer boss", "employer company"),
    ("dog cat pet pets", "pet"),
    ("eat food meal cook restaurant dinner lunch breakfast recipe diet", "diet allergy allergic vegetarian vegan"),
    ("allergy allergies allergic", "allergy allergic"),
    ("study studies studying university degree", "studies"),
    ("car drive", "car"),
    ("kids children son daughter", "children"),
    ("wife husband spouse partner married girlfriend boyfriend", "marital partner"),
    ("old age birthday born", "age birthday"),
    ("instrument", "instrument"),
    ("laptop computer os", "operating system"),
)
_AKIN = {word: tuple(akin.split()) for words, akin in _KIN for word in words.split()}


def akin(terms: Sequence[str]) -> tuple[str, ...]:
    """What facts may be filed under that answer a question with `terms`, besides these: occupation for job."""
    found = dict.fromkeys(word for term in terms for word in _AKIN.get(term, ()))
    return tuple(word for word in found if word not in terms)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked up for a message.

    Attributes:
        terms: Words that carry meaning, as the index compares them, each once; pairs of characters in unspaced scripts.
        text: What is embedded: what the message refers to, and the message; of a long one the user's own words.
        language: Code of the language that the message is in; `other` for those that are not known.
        follows: Whether it refers to what was said before it.
    """

    terms: tuple[str, ...]
    text: str
    language: str = ENGLISH
    follows: bool = False


def folded(text: str) -> str:
    """`text` in small letters and without accents, as the word index compares."""
    return plain(text)


def looked_at(message: str) -> str:
    """The part of `message` that tells what it is about: all of it, unless it is long."""
    return _cut(reduced(message)[0])


def query_of(message: str, last: Sequence[str] = ()) -> Query:
    """What to look up for `message`; no terms when nothing in it carries meaning, as in a greeting or a sum.

    Args:
        message: The user's.
        last: What was said just before it by either side, oldest first; a message that refers to it, such as "why?",
            is looked up by what it refers to.
    """
    own, telling = reduced(message)
    own = _cut(own)
    text = with_what_it_refers_to(own, last)
    terms = dict.fromkeys([*terms_of(text), *telling])
    return Query(tuple(terms)[:_MOST_TERMS], _cut(text), language_of(own).code, text != own)


def _cut(text: str) -> str:
    return text if len(text) <= LOOKED_AT else f"{text[: LOOKED_AT // 2]}\n{text[-LOOKED_AT // 2 :]}"


def all_words(text: str) -> tuple[str, ...]:
    """Every word of `text`, stop words too, for a search by hand that has nothing else."""
    return tuple(words_of(text))[:_MOST_TERMS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """`word` without an English ending; both sides of a comparison are cut alike, so it need not be a real stem."""
    if len(word) < 4 or not word.isascii():
        return word[:-1] if word == "use" else word
    for ending, least in (("ies", 3), ("ing", 2), ("ed", 2), ("es", 2), ("s", 3), ("e", 2), ("y", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            # "Mondays" and "Monday" have their y in common.
            if ending != "y" or word[-2] not in "aeou":
                word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a text, for telling which terms are in it.

    Attributes:
        stems: Of its words; of a long text, of the words in its beginning.
        unspaced: Its text in scripts without spaces.
        rest: What follows that beginning, looked through as it is.
    """

    stems: frozenset[str]
    unspaced: str
    rest: str

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """The words of `text`."""
        whole = folded(text)
        tokens = set(_TOKEN.findall(whole[:_READ_WHOLE]))
        if whole.isascii():
            return cls(frozenset(map(stem, tokens)), "", whole[_READ_WHOLE:])
        spaced = frozenset(stem(token) for token in tokens if not _IS_UNSPACED.match(token))
        unspaced = " ".join(sorted(token for token in tokens if _IS_UNSPACED.match(token)))
        return cls(spaced, unspaced, whole[_READ_WHOLE:])

    def has(self, term: str, *, beginning: bool = False) -> bool:
        """Whether the text has `term`, whatever its English ending; or a word that begins so."""
        if _IS_UNSPACED.match(term):
            return term in self.unspaced or term in self.rest
        if not term.isalnum():
            return all(self.has(part, beginning=beginning) for part in _TOKEN.findall(term))
        found = stem(term)
        if found in self.stems or (len(found) > 3 and found in self.rest):
            return True
        return beginning and any(word.startswith(term) for word in self.stems)


def only_asks(text: str) -> bool:
    """Whether `text` only asks, and so cannot hold what another question is after."""
    sentences = [sentence.strip() for sentence in _SENTENCES.findall(text.strip()) if sentence.strip()]
    if not sentences or len(text) > 600:
        return False
    return all(_ENDS_ASKING.search(sentence) or _ASKING.match(sentence) for sentence in sentences)


def same_text(text: str) -> str:
    """What two texts have in common that differ only in case, accents, space and punctuation."""
    return " ".join(_TOKEN.findall(folded(text)))
