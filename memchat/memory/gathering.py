"""Brings what may help from the index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from memchat.core.context import ItemKind
from memchat.core.memories import ABOUT_USER
from memchat.core.searching import EVERYTHING, Narrowed
from memchat.memory.holding import in_time, over
from memchat.memory.likeness import likeness
from memchat.memory.queries import Vocabulary, akin
from memchat.memory.ranking import ANSWER, Candidate, Match, Similarities, weight_of
from memchat.memory.speakers import named_in
from memchat.memory.times_asked import TimesAsked
from memchat.store.look import Look
from memchat.store.nearest import cosines
from memchat.store.values import BufferSpan, Hit, IndexedItem

if TYPE_CHECKING:
    from memchat.providers.vectors import Question

_MEMORIES: tuple[ItemKind, ...] = ("fact", "profile")
_MOST_SPANS = 3
_NEAREST = 200
"""How many items the search by meaning brings at most; what is further off hardly ever is what is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for.

    Attributes:
        question: What the embedder made of the query; none where meaning is not searched.
        scale: The embedder's similarities; none where meaning is not searched.
        kinds: Only these; none for all.
        outside: The messages that go to the model anyway.
        limit: How many items the search by words brings; that by meaning, which looks less closely, twice as many.
        kept: How many of the best are read whole; memories all are.
        zone: The user's time zone; none is this machine's.
        narrowed: Bounds of a search by hand.
        unfinished: A word that is being typed, and may go on.
        around: Whether what was said around a message counts as its words too.
        answers: Whether what follows a question that is found is looked for too.
    """

    terms: Sequence[str]
    question: "Question | None"
    scale: Similarities | None
    kinds: tuple[ItemKind, ...] | None
    outside: BufferSpan | None
    limit: int
    kept: int
    zone: tzinfo | None
    now: datetime
    narrowed: Narrowed = EVERYTHING
    unfinished: str = ""
    around: bool = True
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found.

    Attributes:
        considered: How many items were looked at; the best of them are candidates.
        beginnings: Whether the beginnings of words were searched.
        weights: How much each term weighs, rare ones more.
        known: Those of the terms that some item holds.
    """

    candidates: Sequence[Candidate]
    considered: int
    beginnings: bool
    weights: Mapping[str, float]
    known: frozenset[str]


class Gathering:
    """Gathers candidates from one state of a store.

    Args:
        look: At that state.
        fields: What each profile field says, by name.
    """

    def __init__(self, look: Look, fields: Mapping[str, str]) -> None:
        self._look = look
        self._fields = fields

    def candidates(self, wanted: Wanted, asked: TimesAsked, *, answering: bool) -> Gathered:
        """What the index has, the best of it.

        By words and by meaning, and what follows a question that is found; where a time is named, in that time too;
        where it is asked how things were, what has ceased to hold too, among the memories alone.
        """
        past = asked.past or bool(asked.spans)
        found = [self._search(wanted, past=past)]
        found += [
            self._search(wanted, past=past, since=span.start, until=span.end) for span in asked.spans[:_MOST_SPANS]
        ]
        if asked.past:
            kinds = tuple(kind for kind in _MEMORIES if wanted.kinds is None or kind in wanted.kinds)
            found.append(self._search(replace(wanted, kinds=kinds), past=True))
        weights = self._look.rarity(wanted.terms)
        bm25, cosine = _best(hits for hits, _ in found), _best(hits for _, hits in found)
        of_messages = {hit.ref: hit.score for hits, _ in found for hit in hits if hit.kind == "message"}
        related = self._akin(wanted, past=asked.past) if answering else {}
        beginnings = not answering and not bm25
        if beginnings:
            bm25 = _best([(self._search(replace(wanted, question=None), past=past, prefix=True))[0]])
        listed = self._within(wanted, asked) if asked.only else []
        answers = self._answers(wanted, [*bm25, *cosine]) if answering and wanted.answers else {}
        keys = list(dict.fromkeys([*bm25, *cosine, *related, *listed, *answers]))
        alike = self._alike(wanted, keys, cosine)
        matches = {key: Match(bm25.get(key), alike.get(key)) for key in keys}
        memories = {hit.key for both in found for hits in both for hit in hits if hit.kind != "message"}
        weight = weight_of(wanted.terms, weights, asked.extra)
        worth = {key: sum(match.parts(weight, wanted.scale).values()) for key, match in matches.items()}
        for answer, question in answers.items():
            worth[answer] += ANSWER * worth[question]
        best = sorted(worth, key=lambda key: -worth[key])[: wanted.kept]
        items = self._look.load(list(dict.fromkeys([*best, *memories, *related, *listed])))
        alike = _readable(alike, items, wanted.scale)
        context = self._contexts(list(items.values()))
        said = {item.ref: (item, alike[key]) for key, item in items.items() if item.kind == "message" and key in alike}
        named = named_in(items.values(), asked.message) if answering else frozenset()
        candidates = [
            Candidate(
                item,
                Match(
                    _inherited(item, bm25.get(key), of_messages, context.get(item.ref, ""), wanted.terms),
                    _likeness_of(item, alike.get(key), said, context.get(item.ref, "")),
                ),
                answers=matches.get(answers.get(key, -1)),
                akin=related.get(key),
                context=context.get(item.ref, ""),
                in_time=in_time(item, asked.spans, wanted.zone, read=place < wanted.kept // 2) if asked.spans else None,
                over=over(item, wanted.now),
                of_another=_of_another(item, wanted.terms),
                named=key in named,
            )
            for place, (key, item) in enumerate(items.items())
        ]
        return Gathered(candidates, len(matches), beginnings, weights, self._look.held(wanted.terms))

    def _search(
        self,
        wanted: Wanted,
        *,
        past: bool,
        since: datetime | None = None,
        until: datetime | None = None,
        prefix: bool = False,
    ) -> tuple[list[Hit], list[Hit]]:
        """What is found by words and what by meaning."""
        words = self._look.by_words(
            wanted.terms,
            limit=wanted.limit,
            outside=wanted.outside,
            kinds=wanted.kinds,
            since=since,
            until=until,
            prefix=prefix,
            past=past,
            narrowed=wanted.narrowed,
            unfinished=wanted.unfinished,
            around=wanted.around,
        )
        if wanted.question is None:
            return words, []
        meaning = self._look.by_meaning(
            wanted.question.vector,
            limit=min(2 * wanted.limit, _NEAREST),
            outside=wanted.outside,
            kinds=wanted.kinds,
            since=since,
            until=until,
            past=past,
            embedder_id=wanted.question.embedder_id,
            narrowed=wanted.narrowed,
        )
        return words, meaning

    def _answers(self, wanted: Wanted, keys: Sequence[int]) -> dict[int, int]:
        """What follows those of the items that ask, each with that one."""
        if wanted.kinds is not None and "message" not in wanted.kinds:
            return {}
        return self._look.answers(keys, outside=wanted.outside)

    def _alike(self, wanted: Wanted, keys: Sequence[int], cosine: Mapping[int, float]) -> dict[int, float]:
        """How alike the items and what is looked for are, by the vectors of their tokens or their own."""
        if wanted.question is None:
            return {}
        asked, whose = wanted.question, wanted.question.embedder_id
        tokens = self._look.token_signs(keys, whose) if asked.tokens else {}
        others = cosines(asked.vector, self._look.vectors([key for key in keys if key not in cosine], whose))
        return likeness(wanted.question, tokens, {**cosine, **others})

    def _akin(self, wanted: Wanted, *, past: bool) -> dict[int, float]:
        """Memories that are filed under what the question is about, in other words than its own.

        Args:
            past: Also those that have ceased to hold.
        """
        words = akin(wanted.terms)
        kinds = tuple(kind for kind in _MEMORIES if wanted.kinds is None or kind in wanted.kinds)
        if not words or not kinds:
            return {}
        return _best([(self._search(replace(wanted, terms=words, question=None, kinds=kinds), past=past))[0]])

    def _within(self, wanted: Wanted, asked: TimesAsked) -> list[int]:
        listed: list[int] = []
        for span in asked.spans[:_MOST_SPANS]:
            listed += self._look.within(
                since=span.start,
                until=span.end,
                limit=wanted.limit,
                outside=wanted.outside,
                kinds=wanted.kinds,
                past=True,
                narrowed=wanted.narrowed,
            )
        return listed

    def _contexts(self, items: Sequence[IndexedItem]) -> dict[str, str]:
        """The words that the memories among `items` rest on, and what their field says, by id."""
        refs = [item.ref for item in items if item.kind in _MEMORIES]
        if not refs:
            return {}
        return {
            memory.id: " ".join(
                [
                    self._fields.get(memory.field or "", ""),
                    (memory.field or memory.attribute).replace("_", " "),
                    *(source.quote for source in memory.sources),
                ]
            )
            for memory in self._look.memories(refs)
        }


def _of_another(item: IndexedItem, terms: Sequence[str]) -> bool:
    """Whether an item is about somebody else than the user, whom the terms do not name."""
    if item.kind not in _MEMORIES or item.subject == ABOUT_USER:
        return False
    named = Vocabulary.of(item.subject)
    return not any(named.has(term) for term in terms)


def _inherited(
    item: IndexedItem, own: float | None, of_messages: Mapping[str, float], context: str, terms: Sequence[str]
) -> float | None:
    """A memory's bm25: that of the message that it rests on, where that is higher and the words rested on are found."""
    said = of_messages.get(item.message_id or "") if item.kind in _MEMORIES else None
    if said is None or said <= (own or 0.0):
        return own
    vocabulary = Vocabulary.of(context)
    return said if any(vocabulary.has(term) for term in terms) else own


def _likeness_of(
    item: IndexedItem, own: float | None, said: Mapping[str, tuple[IndexedItem, float]], context: str
) -> float | None:
    """How alike a memory is: as the message that it rests on, where that is more and says little besides."""
    source = said.get(item.message_id or "") if item.kind in _MEMORIES else None
    if source is None or 2 * len(context) < len(source[0].text):
        return own
    return max(own or 0.0, source[1])


def _readable(
    alike: dict[int, float], items: Mapping[int, IndexedItem], scale: Similarities | None
) -> dict[int, float]:
    """`alike` without what the embedder made of texts that it cannot read."""
    if scale is None:
        return alike
    return {key: value for key, value in alike.items() if key not in items or scale.reads(items[key].text)}


def _best(found: Iterable[Sequence[Hit]]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for hits in found:
        for hit in hits:
            scores[hit.key] = max(hit.score, scores.get(hit.key, hit.score))
    return scores
