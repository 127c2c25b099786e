"""How relevant a memory is to a message: a score from 0 to 1 that is the sum of named parts.

============= ======= =======================================================================================
relevance     at most what it is
============= ======= =======================================================================================
`words`       0.40    bm25, as a share of the most that the query's words could bring; 0.93 at most where
                      there is no meaning to compare; 0.36 for memories that are filed under a word akin to the
                      query's, as occupation is to job
`meaning`     0.60    `memchat.memory.likeness`, from the level of unrelated texts to that of paraphrases
`answer`      0.30    of the two parts above that the message just before has, where that one asks; not for a reply of
                      the assistant, which seldom tells anything of the user, unless its words are asked for
`asked for`   0.50    what was said in the time that a question asks for, where it asks for nothing else
============= ======= =======================================================================================

All of it is absolute: the best of a bad lot scores little. A word that nothing has weighs most, so a question about
what was never spoken of finds little by the words that it has in common with anything.

Relevance is multiplied by bounded boosts: those of `memchat.memory.decay`, and

============= ============= ================================================================================
boost         from - to     what it is
============= ============= ================================================================================
`kind`        1.00 - 1.05   1.05 for facts and profile values: said to be remembered
`time`        0.70 - 1.25   1.25 in the time that the message names, 0.70 outside of it
`world`       0.50 - 1.00   0.50 for everything, where the message asks about the world and not about the user
`named`       1.00 - 1.15   1.15 for the words of the one speaker whom the message names, and for those of the user or
                            of the assistant where it asks what I said or what you did
`past`        1.00 - 1.20   1.20 for what has ceased to hold, where the message asks how things were
`subject`     0.75 - 1.00   0.75 for what is about somebody whom the message does not name
`question`    0.55 - 1.00   0.85 for messages that ask, 0.55 for those that only ask: what is asked for is not in them
`speaker`     0.80 - 1.00   0.80 for the assistant's words, which repeat the user's or may be wrong, unless asked for
============= ============= ================================================================================

The part of a boost is what it adds or takes away, and `cap` is what is beyond 1. A boost finds nothing by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

from memchat.core.context import ItemKind
from memchat.core.embedders import model_of
from memchat.memory.decay import boosts
from memchat.memory.queries import Vocabulary, only_asks
from memchat.store.values import IndexedItem

Component = Literal["words", "meaning", "tokens", "context", "answer", "named", "question", "time", "boosts"]
COMPONENTS: tuple[Component, ...] = get_args(Component)
"""What can be left out, to see what it brings; `boosts` are all but those that are named here."""

WORDS = 0.40
WORDS_ALONE = 0.93
MEANING = 0.60
ANSWER = 0.30
AKIN = 0.36
_LAST_LATIN = 0x24F
_JUDGED = 400
_FEW = 100
"""In a memory that holds less, bm25 takes every word for common; there, having the words counts as well."""

_TOLD_APART = 6
"""Decimals of a score that tell items apart; recency moves it by some 1e-9 a second."""

_ASKED_FOR: Mapping[ItemKind, float] = MappingProxyType(
    {"episode": 0.5, "fact": 0.42, "profile": 0.35, "message": 0.36}
)
_KIND, _IN_TIME, _OUT_OF_TIME, _PAST, _ONLY_ASKS, _ASSISTANT = 1.05, 1.25, 0.7, 1.2, 0.55, 0.8
_OF_ANOTHER, _ASKS, _WORLD, _NAMED = 0.75, 0.85, 0.5, 1.15


@dataclass(frozen=True, slots=True)
class Similarities:
    """Where an embedder's similarities lie.

    Attributes:
        unrelated: Of texts that have nothing to do with each other.
        alike: Of paraphrases.
        latin: Whether it reads Latin script alone, so that its similarities of other texts tell nothing.
    """

    unrelated: float
    alike: float
    latin: bool = False

    def reads(self, text: str) -> bool:
        """Whether `text` means anything to the embedder, by its beginning: at least half of its letters do."""
        if not self.latin or text.isascii():
            return True
        letters = [character for character in text[:_JUDGED] if character.isalpha()]
        return 2 * sum(ord(letter) <= _LAST_LATIN for letter in letters) >= len(letters)

    def strength(self, alike: float) -> float:
        """`alike` from 0, as unrelated texts have, to 1, as paraphrases have."""
        return min(1.0, max(0.0, (alike - self.unrelated) / (self.alike - self.unrelated)))


def similarities(embedder_id: str) -> Similarities:
    """What is known of an embedder's similarities, else a cautious guess."""
    name = model_of(embedder_id).lower()
    if "minilm" in name:
        return Similarities(0.2, 0.7, latin="multilingual" not in name)
    if "text-embedding-3" in name:
        return Similarities(0.2, 0.75)
    if any(part in name for part in ("e5", "ada-002", "bge", "gte")):
        return Similarities(0.72, 0.92)
    return Similarities(0.45, 0.85)


@dataclass(frozen=True, slots=True)
class Match:
    """How far a text matches what is looked for.

    Attributes:
        bm25: By words, higher is better; none when not found by words.
        alike: By meaning; none when meaning was not searched, or where there is no vector yet.
    """

    bm25: float | None = None
    alike: float | None = None

    def parts(self, weight: float, scale: Similarities | None) -> dict[str, float]:
        """What the match is worth, by part.

        Args:
            weight: What the words of the query weigh together.
            scale: The embedder's similarities; none when meaning was not searched.
        """
        share = min(1.0, max(0.0, self.bm25 or 0.0) / weight) if weight > 0 else 0.0
        if scale is None or self.alike is None:
            return {"words": WORDS_ALONE * share}
        return {"words": WORDS * share, "meaning": MEANING * scale.strength(self.alike)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that the index found.

    Attributes:
        match: How far it matches.
        answers: How far the question matches that the item follows; none when it follows none.
        akin: By words that are akin to the query's, higher is better; none when not found by these.
        context: Words around it that count as its own: what a memory rests on.
        in_time: Whether it belongs to the time that the message names; none when it names none.
        over: Whether it has ceased to hold.
        of_another: Whether it is about somebody whom the message does not name.
        named: Whether it is said by whom the message asks about.
    """

    item: IndexedItem
    match: Match
    answers: Match | None = None
    akin: float | None = None
    context: str = ""
    in_time: bool | None = None
    over: bool = False
    of_another: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score, which is the sum of its parts."""

    item: IndexedItem
    score: float
    parts: Mapping[str, float]

    @property
    def uncapped(self) -> float:
        """The score without its bound of 1, so that the best of several sure ones can be told."""
        return self.score - self.parts.get("cap", 0.0)


def rank(
    candidates: Sequence[Candidate],
    terms: Sequence[str],
    *,
    stored: int,
    weights: Mapping[str, float],
    now: datetime,
    scale: Similarities | None,
    answering: bool = True,
    personal: bool = True,
    beginnings: bool = False,
    only_time: bool = False,
    past: bool = False,
    extra: Collection[str] = (),
    without: Collection[Component] = (),
) -> list[Ranked]:
    """Scores `candidates`, best first; ties go to the newer, then to the id, so that the order is always the same.

    Scores that differ less than recency moves them between two searches are ties.

    Args:
        candidates: What the index found.
        terms: The query's words.
        stored: How many items the index holds.
        weights: How much each of the terms weighs, rare ones more.
        now: The present moment.
        scale: The embedder's similarities; none when meaning was not searched.
        answering: Whether the items are to answer something; else questions are as good as anything.
        personal: Whether the message is about the user or what they spoke of, and not about the world.
        beginnings: Whether terms are beginnings of words.
        only_time: Whether nothing but a time is asked for.
        past: Whether it is asked how things were before.
        extra: Those of the terms that need not be there, such as the names of months.
        without: Which boosts relevance is not multiplied by.
    """
    weight = weight_of(terms, weights, extra)
    best_akin = max((candidate.akin or 0.0 for candidate in candidates), default=0.0)
    young = 1 - min(stored, _FEW) / _FEW
    ranked = []
    for candidate in candidates:
        match = candidate.match
        if young and match.bm25 is not None:
            held = _held(candidate, terms, weights, beginnings=beginnings)
            match = replace(match, bm25=max(match.bm25, young * held))
        parts = match.parts(weight, scale)
        if candidate.akin is not None and best_akin > 0:
            parts["words"] = max(parts["words"], AKIN * candidate.akin / best_akin)
        if answering and candidate.answers is not None and (candidate.named or candidate.item.role != "assistant"):
            parts["answer"] = ANSWER * sum(candidate.answers.parts(weight, scale).values())
        if only_time and candidate.in_time:
            parts["asked for"] = max(0.0, _ASKED_FOR[candidate.item.kind] - sum(parts.values()))
        factors = boosts_of(candidate, now, answering=answering, past=past)
        if answering and not personal:
            factors["world"] = _WORLD
        ranked.append(_boosted(candidate.item, parts, _left(factors, without)))
    ranked.sort(key=lambda one: (-round(one.uncapped, _TOLD_APART), -one.item.at.timestamp(), one.item.ref))
    return ranked


def weight_of(terms: Sequence[str], weights: Mapping[str, float], extra: Collection[str] = ()) -> float:
    """What the terms weigh together, without those that need not be there."""
    return sum(weights.get(term, 0.0) for term in terms if term not in extra) or sum(weights.values())


def _held(candidate: Candidate, terms: Sequence[str], weights: Mapping[str, float], *, beginnings: bool) -> float:
    """What those of the terms weigh together that the candidate has."""
    vocabulary = Vocabulary.of(f"{candidate.item.text} {candidate.context}")
    return sum(weights.get(term, 0.0) for term in terms if vocabulary.has(term, beginning=beginnings))


def boosts_of(candidate: Candidate, now: datetime, *, answering: bool, past: bool) -> dict[str, float]:
    """What relevance is multiplied by, by name."""
    item = candidate.item
    factors = boosts(
        kind=item.type or item.kind,
        at=item.at,
        now=now,
        holds=item.holds,
        uses=item.use_count,
        confidence=item.confidence,
        pinned=item.pinned,
    )
    factors["kind"] = _KIND if item.kind in ("fact", "profile") else 1.0
    if candidate.in_time is not None:
        factors["time"] = _IN_TIME if candidate.in_time else _OUT_OF_TIME
    if candidate.of_another:
        factors["subject"] = _OF_ANOTHER
    if past and candidate.over:
        factors["past"] = _PAST
    if answering and item.kind == "message":
        factors["question"] = _ONLY_ASKS if only_asks(item.text) else _ASKS if item.asks else 1.0
        factors["speaker"] = _ASSISTANT if item.role == "assistant" and not candidate.named else 1.0
    if answering:
        factors["named"] = _NAMED if candidate.named else 1.0
    return factors


def _left(factors: Mapping[str, float], without: Collection[Component]) -> dict[str, float]:
    """The factors without those of some components."""
    if not without:
        return dict(factors)
    return {
        name: factor for name, factor in factors.items() if (name if name in COMPONENTS else "boosts") not in without
    }


def _boosted(item: IndexedItem, parts: dict[str, float], factors: Mapping[str, float]) -> Ranked:
    total = sum(parts.values())
    for name, factor in factors.items():
        parts[name] = total * (factor - 1)
        total += parts[name]
    if total > 1:
        parts["cap"] = 1 - total
    parts = {name: value for name, value in parts.items() if abs(value) >= 1e-6}
    return Ranked(item, min(1.0, max(0.0, sum(parts.values()))), parts)
