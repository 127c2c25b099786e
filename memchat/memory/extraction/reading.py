"""What a claim says, as far as its words tell without a model: its kind, attribute, and the value of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds
from memchat.memory.claims import Claim
from memchat.memory.kinds import kind_of
from memchat.memory.languages import Language, Read

LONGEST_VALUE = 80
"""Characters of a profile value that is learned at most; what is longer is no value but talk."""

_HOLDS: dict[MemoryKind, Holds] = {
    "preference": "years",
    "fact": "years",
    "decision": "months",
    "goal": "months",
    "event": "weeks",
    "instruction": "years",
}
_PREDICATES: tuple[tuple[str, str], ...] = (
    ("name", r"\b(?:is|are) (?:called|named)\b|\bname is\b"),
    ("location", r"\b(?:lives?|living|moved|based)\b"),
    ("employer", r"\bworks? (?:at|for)\b"),
    ("occupation", r"\bworks? as\b|\b(?:is|are|was) an? (?:\w+ )?\w+(?:er|or|ist|ian|nurse|chef|student|vet)\b"),
    ("birthday", r"\bbirthday\b|\bwas born\b"),
    ("age", r"\b(?:is|are|turn(?:s|ed)) \d{1,2}\b"),
    ("allergy", r"\ballergic\b"),
    ("diet", r"\b(?:vegetarian|vegan)\b"),
)
_TAIL = re.compile(
    r"\s+(?:(?:i|we|and|but|because|since|so|with|for (?:the past|over|about|\w+ years?|work)|where|which|who"
    r"|these days|right now|now"
    r"|at the moment|currently|last|this|next|in (?:19|20)\d\d|ago|on (?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day|recently|again"
    r"|together|as well|too|already|by the way|btw|until|till|from (?:january|february|march|april|may|june"
    r"|july|august"
    r"|september|october|november|december|now)|in (?:january|february|march|april|may|june|july|august"
    r"|september|october"
    r"|november|december)|(?:a|one|two|three|four|five|six|\d+) (?:days?|weeks?|months?|years?))\b.*)$",
    re.IGNORECASE,
)
_PLACES = frozenset({"location", "employer", "hometown", "occupation"})
_EDGES = " \t\"'“”‘’()，,。.;；:：!！"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the words of a claim tell.

    Attributes:
        kind: None where nothing tells.
        attribute: Empty where nothing tells.
        field: The profile field that it would set.
        value: What answers for the attribute; empty where nothing tells.
        sure: Whether its words leave no doubt that it is worth keeping.
        change: Whether it says that something became so.
    """

    subject: str = ABOUT_USER
    kind: MemoryKind | None = None
    attribute: str = ""
    field: str | None = None
    value: str = ""
    holds: Holds | None = None
    sure: bool = False
    change: bool = False
    several: bool = False


def reading(claim: Claim) -> Reading:
    """What the words of `claim` tell."""
    if claim.standing:
        return Reading(kind="instruction", holds="years", sure=True)
    if claim.answers:
        attribute = claim.answers.replace("_", " ")
        return Reading(
            kind="fact", attribute=attribute, field=claim.answers, value=claim.text, holds="years", sure=True
        )
    if claim.about:
        return _of_another(claim)
    found = next(_told(claim), None)
    return found or _named_attribute(claim) or _untold(claim)


def readings(claim: Claim) -> tuple[Reading, ...]:
    """What the words of `claim` tell, and what else they tell that is a profile value: `I work at Globex as a cook`."""
    first = reading(claim)
    if claim.standing or claim.answers or claim.about or not first.sure:
        return (first,)
    others = (each for each in _told(claim) if each.field and each.sure and each.attribute != first.attribute)
    return (first, *islice(others, 1))


def _told(claim: Claim) -> Iterator[Reading]:
    language = claim.language
    for read in language.reads:
        match = read.pattern.search(claim.text)
        if match is None or not (value := _value(match, claim.language, read.attribute)):
            continue
        denied = language.negates.search(claim.text[: match.start()]) or language.unsaid.search(
            claim.text[match.end() :]
        )
        if not denied or not read.attribute:
            yield _read(read, value, claim)


def holds_of(kind: MemoryKind) -> Holds:
    """How long a memory of this kind is likely to hold where nothing else tells."""
    return _HOLDS[kind]


def _read(read: Read, value: str, claim: Claim) -> Reading:
    kind = read.kind or "fact"
    usable = len(value) <= LONGEST_VALUE and not claim.past and not claim.hedged
    return Reading(
        kind=kind,
        attribute=read.attribute,
        field=read.field if usable else None,
        value=value,
        holds=read.holds or _HOLDS[kind],
        sure=not read.loose,
        change=read.change,
        several=read.several,
    )


def _of_another(claim: Claim) -> Reading:
    found = claim.language.relations.search(claim.about)
    who = found["who"].casefold() if found else claim.about
    attribute = next((name for name, pattern in _PREDICATES if re.search(pattern, claim.text, re.IGNORECASE)), "")
    if not attribute and claim.about.casefold() != (found.group().casefold() if found else ""):
        attribute = ""
    kind = kind_of(claim.text)
    kind = kind if kind in {"event", "preference"} else "fact"
    return Reading(subject=who, kind=kind, attribute=attribute, holds=_HOLDS[kind], sure=bool(attribute))


def _named_attribute(claim: Claim) -> Reading | None:
    """`my favourite colour is green` names its attribute itself."""
    found = re.search(
        r"\b(?:my|our) (?P<what>(?:[\w\-']+ ){0,3}?[\w\-']+?)(?: (?:is|are|was|will be)|['’]s"
        r"|:) (?P<value>[^;!?\n]+)",
        claim.text,
        re.IGNORECASE,
    )
    if claim.language.code != "en" or found is None:
        return None
    what = re.sub(r"\b(?:new|current|own|old|former|previous)\b ?", "", found["what"].casefold()).strip()
    kind = kind_of(claim.text)
    kind = (
        "preference" if what.startswith(("favo", "go-to", "preferred")) else "fact" if kind == "instruction" else kind
    )
    return Reading(
        kind=kind,
        attribute=what.replace("favourite", "favorite"),
        value=_tidied(found["value"]),
        holds=_HOLDS[kind],
        sure=what.startswith(("favo", "preferred")) or kind != "fact",
    )


def _untold(claim: Claim) -> Reading:
    kind = kind_of(claim.text) if claim.language.code == "en" else None
    if kind is None or kind in {"fact", "instruction"}:
        return Reading()
    return Reading(kind=kind, holds=_HOLDS[kind])


def _value(match: re.Match[str], language: Language, attribute: str) -> str:
    groups = match.groupdict()
    value = next((text for name, text in groups.items() if name.startswith("value") and text), "")
    tidied = _tidied(value)
    return language.tails.sub("", tidied).strip(_EDGES) if attribute in _PLACES else tidied


def _tidied(value: str) -> str:
    return _TAIL.sub("", value.strip(_EDGES)).strip(_EDGES)
