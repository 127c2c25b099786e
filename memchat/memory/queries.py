"""From a user's message to what is looked up for it."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

_ENGLISH = """
a about after again all also am an and any are as at be because been before being but by can could d did do does
doing don for from get got had has have having he her here hers him his how i if in into is it its just know let ll
m may me might mine more most much must my no nor not now of off ok okay on once only or other our ours out over
please re remember remind s said say says shall she should so some such t tell than thank thanks that the their
them then there these they this those through to too told under up us ve very was we were what when where which
while who whom whose why will with would yes you your yours hello hi hey morning evening bye goodbye welcome sure
"""
_STOP_WORDS = frozenset(_ENGLISH.split())

_GREETINGS = """
afternoon all alright amazing awesome care cool day evening everything fine fun glad going good great happy how
interesting later lol lovely meet night nice perfect see sleep sounds soon take talk tomorrow tonight weekend well
wonderful wow yeah yep
"""
_SMALL_TALK = frozenset(_GREETINGS.split())
"""Words that greetings and thanks are made of; where there is nothing else, nothing is looked up."""

_OWN = re.compile(r"\b(?:i|i'm|i've|my|mine|me|myself|we|our|us|ours)\b", re.IGNORECASE)
_HOW_TO = re.compile(
    r"\s*how (?:do|can|would|should|to) ?(?:i|we|one|you)?\b|\b(?:tell|show|give|help|teach) me\b", re.I
)
_ENGLISH_SURELY = re.compile(
    r"\b(?:what|how|which|who|when|where|why|the|does|with|write|explain|tell|give|it|this|you|an|for|and|to|of|is|are)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;:] )[A-Z][^\W\d_]+|\b[A-Z][^\W\d_]+(?='s\b)")

# Scripts without spaces between words, and Hangul, whose particles cling to words: looked up by pairs of characters.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_UNSPACED += "\U00020000-\U0003ffff"
_TOKEN = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_EMPTY_PAIRS = re.compile(
    "什麼|什么|甚麼|哪裡|哪里|哪兒|哪儿|誰|谁|以前|之前|從前|从前|なに|どこ|いつ|だれ|なん|何|ですか|ますか|ましたか"
)
_MARKS = re.compile("[\u0300-\u036f]")
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
        terms: Words that carry meaning, lower case, each once; of unspaced scripts, pairs of characters.
        text: What is embedded; the beginning and the end of a long message.
    """

    terms: tuple[str, ...]
    text: str


def folded(text: str) -> str:
    """`text` in lower case and without accents, as the word index compares."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text))).casefold()


def query_of(message: str, last: Sequence[str] = ()) -> Query:  # noqa: ARG001
    """What to look up for `message`; no terms when nothing in it carries meaning, as in a greeting or a sum.

    Args:
        message: The user's.
        last: What was said just before it by either side, oldest first; a message that refers to it, such as "why?",
            is looked up by what it refers to.
    """
    text = message.strip()
    if len(text) > LOOKED_AT:
        text = f"{text[: LOOKED_AT // 2]}\n{text[-LOOKED_AT // 2 :]}"
    return Query(tuple(_terms(text)[:_MOST_TERMS]), text)


def about_world(message: str, known: Collection[str]) -> bool:
    """Whether an English message asks about the world: it has no I or my, and names nobody who was spoken of.

    Args:
        message: The user's.
        known: Those of its terms that something in the index holds.
    """
    if not message.isascii() or not _ENGLISH_SURELY.search(message) or _OWN.search(_HOW_TO.sub(" ", message, count=1)):
        return False
    return not any(folded(name) in known for name in _NAME.findall(message))


def _terms(text: str) -> list[str]:
    found: dict[str, None] = {}
    for token in _TOKEN.findall(folded(text)):
        if _IS_UNSPACED.match(token):
            found.update(dict.fromkeys(_pairs(token)))
        elif token not in _STOP_WORDS and len(token) > 1:
            found[token] = None
    # Numbers alone find everything that has a number in it.
    return list(found) if any(not (term.isdigit() or term in _SMALL_TALK) for term in found) else []


def _pairs(token: str) -> list[str]:
    """Pairs of neighbouring characters, without those of words that only ask; all of them when nothing is left."""
    pairs = [run[at : at + 2] for run in _EMPTY_PAIRS.split(token) for at in range(len(run) - 1)]
    return pairs or [token[at : at + 2] for at in range(len(token) - 1)] or [token]


def all_words(text: str) -> tuple[str, ...]:
    """Every word of `text`, stop words too, for a search by hand that has nothing else."""
    return tuple(dict.fromkeys(_TOKEN.findall(folded(text))))[:_MOST_TERMS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """`word` without an English ending; both sides of a comparison are cut alike, so it need not be a real stem."""
    if len(word) < 4 or not word.isascii():
        return word[:-1] if word == "use" else word
    for ending, least in (("ies", 3), ("ing", 2), ("ed", 2), ("es", 2), ("s", 3), ("e", 2), ("y", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
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
