"""Brings what may help from the index, and tells what of it still holds."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from memchat.core.context import ItemKind, RecalledItem
from memchat.core.errors import NotFound
from memchat.core.memories import ABOUT_USER, Memory
from memchat.memory.dates import TimeSpan, spans
from memchat.memory.likeness import cosines, likeness
from memchat.memory.queries import Vocabulary, akin
from memchat.memory.ranking import ANSWER, Candidate, Match, Ranked, Similarities, weight_of
from memchat.memory.times_asked import TimesAsked
from memchat.store.values import BufferSpan, Hit, IndexedItem

if TYPE_CHECKING:
    from memchat.providers.vectors import Question
    from memchat.store import Store

_MEMORIES: tuple[ItemKind, ...] = ("fact", "profile")
_SPEAKER = re.compile(r"([^\W\d_][\w .-]{0,30}): ")
_WORDS = re.compile(r"[\w-]+")
_MOST_SPANS = 3
_BEST = 6
"""How many of the best surely have room."""

_READ = 600
"""How many characters of an item are read for the times that it tells of."""

_SHORT = 200
"""A message of so many characters says little besides what was learned from it."""


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


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found.

    Attributes:
        considered: How many items were looked at; the best of them are candidates.
        beginnings: Whether the beginnings of words were searched.
        weights: How much each term weighs, rare ones more.
    """

    candidates: Sequence[Candidate]
    considered: int
    beginnings: bool
    weights: Mapping[str, float]


class Gathering:
    """Gathers candidates from one store.

    Args:
        store: Where everything is.
        fields: What each profile field says, by name.
    """

    def __init__(self, store: "Store", fields: Mapping[str, str]) -> None:
        self._store = store
        self._fields = fields

    async def candidates(self, wanted: Wanted, asked: TimesAsked, *, answering: bool) -> Gathered:
        """What the index has, the best of it.

        By words and by meaning, and what follows a question that is found; where a time is named, in that time too;
        where it is asked how things were, what has ceased to hold too, among the memories alone.
        """
        past = asked.past or bool(asked.spans)
        searches = [self._search(wanted, past=past)]
        named = asked.spans[:_MOST_SPANS]
        searches += [self._search(wanted, past=past, since=span.start, until=span.end) for span in named]
        if asked.past:
            kinds = tuple(kind for kind in _MEMORIES if wanted.kinds is None or kind in wanted.kinds)
            searches.append(self._search(replace(wanted, kinds=kinds), past=True))
        weights = await self._store.index.rarity(wanted.terms)
        found = await asyncio.gather(*searches)
        bm25, cosine = _best(hits for hits, _ in found), _best(hits for _, hits in found)
        of_messages = {hit.ref: hit.score for hits, _ in found for hit in hits if hit.kind == "message"}
        related = await self._akin(wanted) if answering else {}
        beginnings = not answering and not bm25
        if beginnings:
            bm25 = _best([(await self._search(replace(wanted, question=None), past=past, prefix=True))[0]])
        listed = await self._within(wanted, asked) if asked.only else []
        answers = await self._answers(wanted, [*bm25, *cosine]) if answering else {}
        keys = list(dict.fromkeys([*bm25, *cosine, *related, *listed, *answers]))
        alike = await self._alike(wanted, keys, cosine)
        matches = {key: Match(bm25.get(key), alike.get(key)) for key in keys}
        memories = {hit.key for both in found for hits in both for hit in hits if hit.kind != "message"}
        weight = weight_of(wanted.terms, weights, asked.extra)
        worth = {key: sum(match.parts(weight, wanted.scale).values()) for key, match in matches.items()}
        for answer, question in answers.items():
            worth[answer] += ANSWER * worth[question]
        best = sorted(worth, key=lambda key: -worth[key])[: wanted.kept]
        items = await self._store.index.load(list(dict.fromkeys([*best, *memories, *related, *listed])))
        context = await self._contexts(list(items.values()))
        said = {item.ref: (item, alike[key]) for key, item in items.items() if item.kind == "message" and key in alike}
        speaker = _speaker([item.text for item in items.values()], asked.query.text) if answering else None
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
                in_time=self._in_time(item, asked.spans, wanted.zone) if asked.spans else None,
                over=over(item, wanted.now),
                of_another=_of_another(item, wanted.terms),
                named=speaker is not None and _said_by(item.text) == speaker,
            )
            for key, item in items.items()
        ]
        return Gathered(candidates, len(matches), beginnings, weights)

    async def current(self, ranked: Sequence[Ranked], asked: TimesAsked, now: datetime, limit: int) -> list[Ranked]:
        """The best `limit` of `holding`, without the messages that said no more than what has ceased to hold.

        A message goes as well when a memory that says the same, and was learned from it, is among the best. A short
        reply goes with the message that it echoes.
        """
        kept: list[Ranked] = []
        holding = self.holding(ranked, asked, now)
        best = [one.item for one in holding[:_BEST] if one.item.kind in _MEMORIES and one.item.message_id]
        said = {item.message_id: len(item.text) for item in best}
        for one in holding:
            if len(kept) == limit:
                break
            item = one.item
            if item.kind == "message" and item.role == "user" and len(item.text) <= _SHORT:
                if len(item.text) <= 2 * said.get(item.ref, 0):
                    continue
                if not (asked.past or asked.spans) and await self._outdated(item.ref):
                    continue
            short_reply = item.kind == "message" and item.role == "assistant" and len(item.text) <= _SHORT
            if short_reply and await self._echoes(item.ref, said):
                continue
            kept.append(one)
        return kept

    async def _outdated(self, message_id: str) -> bool:
        """Whether all that was learned from a message has ceased to hold."""
        learned = await self._store.memories.of_message(message_id)
        return bool(learned) and all(memory.status == "superseded" and memory.valid_to for memory in learned)

    async def _echoes(self, reply_id: str, said: Collection[str | None]) -> bool:
        """Whether a reply answers a message of which a memory is among the best, or one that is outdated."""
        try:
            parent = (await self._store.messages.get(reply_id)).parent_id
        except NotFound:  # it was erased a moment ago
            return True
        return parent is not None and (parent in said or await self._outdated(parent))

    def holding(self, ranked: Sequence[Ranked], asked: TimesAsked, now: datetime) -> list[Ranked]:
        """`ranked` without what no longer holds, unless it is asked for."""
        return [one for one in ranked if asked.past or not over(one.item, now) or _touched(one.item, asked.spans)]

    async def told(self, items: Sequence[RecalledItem]) -> list[RecalledItem]:
        """`items` with what is known of the memories among them: until when they held, what came then, how sure."""
        refs = [item.id for item in items if item.kind in _MEMORIES]
        known = {memory.id: memory for memory in await self._store.memories.by_ids(refs)} if refs else {}
        later = [memory.superseded_by for memory in known.values() if memory.superseded_by]
        successors = {memory.id: memory for memory in await self._store.memories.by_ids(later)} if later else {}
        return [_told(item, known.get(item.id), successors) for item in items]

    def times_of(self, item: IndexedItem, zone: tzinfo | None) -> list[TimeSpan]:
        """The times that an item tells of: those in its text, else when it holds, else the day on which it was said."""
        if named := [span for span in spans(item.text[:_READ], item.at, zone) if span.start or span.end]:
            return named
        if item.valid_from or item.valid_to:
            return [TimeSpan(item.valid_from, item.valid_to, "", "range")]
        return [TimeSpan(item.at, item.at + timedelta(days=1), "", "day")] if item.kind != "profile" else []

    def _in_time(self, item: IndexedItem, asked: Sequence[TimeSpan], zone: tzinfo | None) -> bool:
        """Whether an item was said in one of the times, holds in it, or tells of it."""
        if any(span.holds(item.at) for span in asked) or _touched(item, asked):
            return True
        named = spans(item.text[:_READ], item.at, zone)
        return any(span.touches(one.start, one.end) for one in named for span in asked)

    async def _search(
        self,
        wanted: Wanted,
        *,
        past: bool,
        since: datetime | None = None,
        until: datetime | None = None,
        prefix: bool = False,
    ) -> tuple[list[Hit], list[Hit]]:
        """What is found by words and what by meaning."""
        index = self._store.index
        by_words = index.by_words(
            wanted.terms,
            limit=wanted.limit,
            outside=wanted.outside,
            kinds=wanted.kinds,
            since=since,
            until=until,
            prefix=prefix,
            past=past,
        )
        if wanted.question is None:
            return await by_words, []
        by_meaning = index.by_meaning(
            wanted.question.vector,
            limit=2 * wanted.limit,
            outside=wanted.outside,
            kinds=wanted.kinds,
            since=since,
            until=until,
            past=past,
        )
        words, meaning = await asyncio.gather(by_words, by_meaning)
        return words, meaning

    async def _answers(self, wanted: Wanted, keys: Sequence[int]) -> dict[int, int]:
        """What follows those of the items that ask, each with that one."""
        if wanted.kinds is not None and "message" not in wanted.kinds:
            return {}
        return await self._store.index.answers(keys, outside=wanted.outside)

    async def _alike(self, wanted: Wanted, keys: Sequence[int], cosine: Mapping[int, float]) -> dict[int, float]:
        """How alike the items and what is looked for are, by the vectors of their tokens or their own."""
        if wanted.question is None:
            return {}
        tokens = await self._store.index.token_signs(keys) if wanted.question.tokens else {}
        others = cosines(wanted.question, await self._store.index.vectors([key for key in keys if key not in cosine]))
        return await asyncio.to_thread(likeness, wanted.question, tokens, {**cosine, **others})

    async def _akin(self, wanted: Wanted) -> dict[int, float]:
        """Memories that are filed under what the question is about, in other words than its own."""
        words = akin(wanted.terms)
        kinds = tuple(kind for kind in _MEMORIES if wanted.kinds is None or kind in wanted.kinds)
        if not words or not kinds:
            return {}
        return _best([(await self._search(replace(wanted, terms=words, question=None, kinds=kinds), past=False))[0]])

    async def _within(self, wanted: Wanted, asked: TimesAsked) -> list[int]:
        listed: list[int] = []
        for span in asked.spans[:_MOST_SPANS]:
            listed += await self._store.index.within(
                since=span.start,
                until=span.end,
                limit=wanted.limit,
                outside=wanted.outside,
                kinds=wanted.kinds,
                past=True,
            )
        return listed

    async def _contexts(self, items: Sequence[IndexedItem]) -> dict[str, str]:
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
            for memory in await self._store.memories.by_ids(refs)
        }


def _said_by(text: str) -> str | None:
    """Who speaks, in a text that begins with a name and a colon; in small letters."""
    found = _SPEAKER.match(text)
    return found[1].lower() if found else None


def _speaker(texts: Iterable[str], asked: str) -> str | None:
    """The one of those who speak in `texts` whom the question names; none when it names several or nobody."""
    words = f" {' '.join(_WORDS.findall(asked.lower()))} "
    named = {name for text in texts if (name := _said_by(text)) and f" {name} " in words}
    return named.pop() if len(named) == 1 else None


def over(item: IndexedItem, now: datetime) -> bool:
    """Whether an item has ceased to hold."""
    return item.status != "active" or (item.valid_to is not None and item.valid_to <= now)


def _of_another(item: IndexedItem, terms: Sequence[str]) -> bool:
    """Whether an item is about somebody else than the user, whom the terms do not name."""
    if item.kind not in _MEMORIES or item.subject == ABOUT_USER:
        return False
    named = Vocabulary.of(item.subject)
    return not any(named.has(term) for term in terms)


def _touched(item: IndexedItem, asked: Sequence[TimeSpan]) -> bool:
    """Whether an item that has a beginning or an end holds in one of the times."""
    if item.valid_from is None and item.valid_to is None:
        return False
    return any(span.touches(item.valid_from or item.at, item.valid_to) for span in asked)


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


def _best(found: Iterable[Sequence[Hit]]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for hits in found:
        for hit in hits:
            scores[hit.key] = max(hit.score, scores.get(hit.key, hit.score))
    return scores


def _told(item: RecalledItem, memory: Memory | None, successors: Mapping[str, Memory]) -> RecalledItem:
    if memory is None:
        return item
    successor = successors.get(memory.superseded_by or "")
    return replace(
        item,
        valid_from=memory.valid_from,
        valid_to=memory.valid_to,
        since_then=successor.text if successor is not None else "",
        said=memory.sources[-1].quote if memory.field and memory.valid_to and memory.sources else "",
        origin=memory.origin,
        confidence=memory.confidence,
    )
