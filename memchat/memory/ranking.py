"""How relevant a memory is to a message: a score from 0 to 1 that is the sum of named parts.

============= ======= =======================================================================================
relevance     at most what it is
============= ======= =======================================================================================
`words`       0.68    bm25 against the best candidate's, times how much of the query the candidates have at all;
                      0.93 at most where meaning is not searched; 0.45 for memories that are filed under a
                      word akin to the query's, as occupation is to job
`meaning`     0.70    cosine similarity of the embeddings, from the level of unrelated texts to that of
                      paraphrases; 0.27 at most where words find everything, more the less they find
`asked for`   0.50    what was said in the time that a question asks for, where it asks for nothing else
============= ======= =======================================================================================

How much of the query the candidates have is the share of its words in the one that has most, rare words counting more.
So the order is mostly bm25's, which beats small embedders at finding what was said, while the score tells a good find
from the best of a bad lot.

Relevance is multiplied by bounded boosts: those of `memchat.memory.decay`, and

============= ============= ================================================================================
boost         from - to     what it is
============= ============= ================================================================================
`kind`        1.00 - 1.05   1.05 for facts and profile values: said to be remembered
`time`        0.70 - 1.25   1.25 in the time that the message names, 0.70 outside of it
`past`        1.00 - 1.20   1.20 for what has ceased to hold, where the message asks how things were
`subject`     0.75 - 1.00   0.75 for what is about somebody whom the message does not name
`question`    0.55 - 1.00   0.55 for messages that only ask: what is asked for is not in them
`speaker`     0.80 - 1.00   0.80 for the assistant's words, which repeat the user's or may be wrong
============= ============= ================================================================================

The part of a boost is what it adds or takes away, and `cap` is what is beyond 1. A boost finds nothing by itself.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from memchat.core.context import ItemKind
from memchat.memory.decay import boosts
from memchat.memory.queries import Vocabulary, only_asks, same_text
from memchat.store.values import IndexedItem

WORDS = 0.68
WORDS_ALONE = 0.93
MEANING = 0.27
MEANING_WITHOUT_WORDS = 0.70
AKIN = 0.45
_FEW = 100
"""A young memory is treated as if it held this much: in two items every word is common."""

_ASKED_FOR: Mapping[ItemKind, float] = MappingProxyType(
    {"episode": 0.5, "fact": 0.42, "profile": 0.35, "message": 0.36}
)
_KIND, _IN_TIME, _OUT_OF_TIME, _PAST, _QUESTION, _ASSISTANT = 1.05, 1.25, 0.7, 1.2, 0.55, 0.8
_OF_ANOTHER = 0.75


@dataclass(frozen=True, slots=True)
class Similarities:
    """Where an embedder's cosine similarities lie: of unrelated texts, and of paraphrases."""

    unrelated: float
    alike: float

    def strength(self, cosine: float) -> float:
        """`cosine` from 0, as unrelated texts have, to 1, as paraphrases have."""
        return min(1.0, max(0.0, (cosine - self.unrelated) / (self.alike - self.unrelated)))


def similarities(embedder_id: str) -> Similarities:
    """What is known of an embedder's similarities, else a cautious guess."""
    name = embedder_id.lower()
    if "minilm" in name:
        return Similarities(0.2, 0.65)
    if "text-embedding-3" in name:
        return Similarities(0.2, 0.75)
    if any(part in name for part in ("e5", "ada-002", "bge", "gte")):
        return Similarities(0.72, 0.92)
    return Similarities(0.45, 0.85)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that the index found.

    Attributes:
        bm25: By words, higher is better; none when not found by words.
        cosine: By meaning; none when not found by meaning.
        akin: By words that are akin to the query's, higher is better; none when not found by these.
        context: Words around it that count as its own: what a memory rests on.
        in_time: Whether it belongs to the time that the message names; none when it names none.
        over: Whether it has ceased to hold.
        of_another: Whether it is about somebody whom the message does not name.
    """

    item: IndexedItem
    bm25: float | None
    cosine: float | None
    akin: float | None = None
    context: str = ""
    in_time: bool | None = None
    over: bool = False
    of_another: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score, which is the sum of its parts."""

    item: IndexedItem
    score: float
    parts: Mapping[str, float]


def rank(
    candidates: Sequence[Candidate],
    terms: Sequence[str],
    *,
    stored: int,
    now: datetime,
    scale: Similarities | None,
    answering: bool = True,
    beginnings: bool = False,
    only_time: bool = False,
    past: bool = False,
    extra: Collection[str] = (),
    boosted: bool = True,
) -> list[Ranked]:
    """Scores `candidates`, best first; ties go to the newer, then to the id, so that the order is always the same.

    Args:
        candidates: What the index found.
        terms: The query's words.
        stored: How many items the index holds, for telling rare words.
        now: The present moment.
        scale: The embedder's similarities; none when meaning was not searched.
        answering: Whether the items are to answer something; else questions are as good as anything.
        beginnings: Whether terms are beginnings of words.
        only_time: Whether nothing but a time is asked for.
        past: Whether it is asked how things were before.
        extra: Those of the terms that need not be there, such as the names of months.
        boosted: Whether relevance is multiplied by boosts.
    """
    vocabularies = [Vocabulary.of(f"{candidate.item.text} {candidate.context}") for candidate in candidates]
    held = [{term for term in terms if vocabulary.has(term, beginning=beginnings)} for vocabulary in vocabularies]
    weights = _rarity(terms, held, stored)
    best = max((candidate.bm25 or 0.0 for candidate in candidates), default=0.0)
    best_akin = max((candidate.akin or 0.0 for candidate in candidates), default=0.0)
    coverage = max((sum(weights[term] for term in present) for present in held), default=0.0)
    coverage = min(1.0, coverage / (sum(weights[term] for term in terms if term not in extra) or 1.0))
    for_words = coverage * (WORDS if scale else WORDS_ALONE)
    for_meaning = MEANING + (MEANING_WITHOUT_WORDS - MEANING) * (1 - coverage) ** 2
    ranked = []
    for candidate in candidates:
        parts = {"words": for_words * max(0.0, candidate.bm25 or 0.0) / best if best > 0 else 0.0}
        if candidate.akin is not None and best_akin > 0:
            parts["words"] = max(parts["words"], AKIN * candidate.akin / best_akin)
        if scale and candidate.cosine is not None:
            parts["meaning"] = for_meaning * scale.strength(candidate.cosine)
        if only_time and candidate.in_time:
            parts["asked for"] = max(0.0, _ASKED_FOR[candidate.item.kind] - sum(parts.values()))
        factors = boosts_of(candidate, now, answering=answering, past=past) if boosted else {}
        ranked.append(_boosted(candidate.item, parts, factors))
    ranked.sort(
        key=lambda one: (-round(one.score - one.parts.get("cap", 0.0), 9), -one.item.at.timestamp(), one.item.ref)
    )
    return ranked


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
        factors["question"] = _QUESTION if only_asks(item.text) else 1.0
        factors["speaker"] = _ASSISTANT if item.role == "assistant" else 1.0
    return factors


def _boosted(item: IndexedItem, parts: dict[str, float], factors: Mapping[str, float]) -> Ranked:
    total = sum(parts.values())
    for name, factor in factors.items():
        parts[name] = total * (factor - 1)
        total += parts[name]
    if total > 1:
        parts["cap"] = 1 - total
    parts = {name: value for name, value in parts.items() if abs(value) >= 1e-6}
    return Ranked(item, min(1.0, max(0.0, sum(parts.values()))), parts)


def _rarity(terms: Sequence[str], held: Sequence[Collection[str]], stored: int) -> dict[str, float]:
    """A weight from 0 to 1 for every term: 1 for one that nothing has, little for one that most items have."""
    total = max(stored, len(held), _FEW)
    most = math.log(1 + total / 0.5)
    return {term: math.log(1 + total / (0.5 + sum(term in present for present in held))) / most for term in terms}


def distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    """`ranked` without those whose words are the same as a better one's, case and punctuation aside.

    Texts that differ in one word stay: that word may be what changed.
    """
    found: dict[str, Ranked] = {}
    for one in ranked:
        found.setdefault(same_text(one.item.text), one)
    return list(found.values())
