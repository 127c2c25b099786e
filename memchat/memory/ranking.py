"""How relevant a memory is to a message: a score from 0 to 1 that is the sum of named parts.

========== ======= ==========================================================================================
part       at most what it is
========== ======= ==========================================================================================
`words`    0.65    bm25 against the best candidate's, times how much of the query the candidates have at all;
                   0.90 at most where meaning is not searched
`meaning`  0.65    cosine similarity of the embeddings, from the level of unrelated texts to that of paraphrases;
                   0.25 at most where words find everything, more the less they find
`kind`     0.03    facts and profile fields: said to be remembered
`pinned`   0.04    pinned facts
`recency`  0.03    halved every 30 days
`question` -45 %   of the above, for messages that only ask: what is asked for is not in them
`speaker`  -20 %   of the above, for the assistant's words, which repeat the user's or may be wrong
========== ======= ==========================================================================================

How much of the query the candidates have is the share of its words in the one that has most, rare words counting more.
So the order is mostly bm25's, which beats small embedders at finding what was said, while the score tells a good find
from the best of a bad lot. A boost adds to what was found by words or meaning, and finds nothing by itself.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memchat.memory.queries import Vocabulary, only_asks, same_text
from memchat.store.values import IndexedItem

WORDS = 0.65
WORDS_ALONE = 0.90
MEANING = 0.25
MEANING_WITHOUT_WORDS = 0.65
_FEW = 100
"""A young memory is treated as if it held this much: in two items every word is common."""

_HALF_LIFE_DAYS = 30.0


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
    """

    item: IndexedItem
    bm25: float | None
    cosine: float | None


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
    """
    vocabularies = [Vocabulary.of(candidate.item.text) for candidate in candidates]
    held = [{term for term in terms if vocabulary.has(term, beginning=beginnings)} for vocabulary in vocabularies]
    weights = _rarity(terms, held, stored)
    best = max((candidate.bm25 or 0.0 for candidate in candidates), default=0.0)
    coverage = max((sum(weights[term] for term in present) for present in held), default=0.0)
    coverage /= sum(weights.values()) or 1.0
    for_words = coverage * (WORDS if scale else WORDS_ALONE)
    for_meaning = MEANING + (MEANING_WITHOUT_WORDS - MEANING) * (1 - coverage) ** 2
    ranked = []
    for candidate in candidates:
        parts = {"words": for_words * max(0.0, candidate.bm25 or 0.0) / best if best > 0 else 0.0}
        if scale and candidate.cosine is not None:
            parts["meaning"] = for_meaning * scale.strength(candidate.cosine)
        ranked.append(_with_boosts(candidate.item, parts, now, answering=answering))
    return sorted(ranked, key=lambda one: (-round(one.score, 9), -one.item.at.timestamp(), one.item.ref))


def _with_boosts(item: IndexedItem, parts: dict[str, float], now: datetime, *, answering: bool) -> Ranked:
    found = sum(parts.values())
    if found > 0:
        days = max(0.0, (now - item.at).total_seconds() / 86_400)
        parts["recency"] = 0.03 * 0.5 ** (days / _HALF_LIFE_DAYS)
        if item.kind in ("fact", "profile"):
            parts["kind"] = 0.03
        if item.pinned:
            parts["pinned"] = 0.04
        if answering and item.kind == "message":
            whole = sum(parts.values())
            if only_asks(item.text):
                parts["question"] = -0.45 * whole
            if item.role == "assistant":
                parts["speaker"] = -0.2 * whole
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
