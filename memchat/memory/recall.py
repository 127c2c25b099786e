"""Finding what a turn needs in everything that was ever said or saved."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from memchat.core.context import ItemSource, Missed, Recall, RecalledItem
from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged
from memchat.core.searching import EVERYTHING, Narrowed
from memchat.core.settings import DEFAULT_PROFILE
from memchat.core.times import Clock, now
from memchat.memory.choosing import beside_the_best, fitting, new_to, sure_enough
from memchat.memory.gathering import Gathering, Wanted
from memchat.memory.holding import Holding, times_of
from memchat.memory.missing import Chosen, near_misses
from memchat.memory.queries import Query, query_of
from memchat.memory.querying.languages import ENGLISH, reads_english_alone
from memchat.memory.querying.world import about_world
from memchat.memory.ranking import Component, Ranked, Similarities, rank, similarities
from memchat.memory.times_asked import TimesAsked, around_event, times_asked
from memchat.memory.zones import user_zone
from memchat.store.look import Look
from memchat.store.values import BufferSpan

if TYPE_CHECKING:
    from memchat.providers.embedder import Embedder
    from memchat.providers.vectors import Question
    from memchat.store import Store

NOTHING_HIDDEN: Mapping[str, str] = MappingProxyType({})

CANDIDATES = 100
"""How many items the search by words brings; that by meaning, which is cheap, twice as many."""

_READ, _SPARE = 48, 3
"""How many of the best are read whole, at least, and how many times as many as are wanted: some will be left out."""

_MISSED_CHARACTERS = 300
"""Of what was not recalled, no more is told."""

_SURE_EVENT = 0.35
"""The score from which on something is the event that a message speaks of."""


class EmbedderSource(Protocol):
    """Who has the embedder, or will have it."""

    @property
    def status(self) -> EmbedderChanged:
        """Whether it is loaded, and if it cannot be, why."""

    async def get(self) -> "Embedder | None":
        """Waits for it; none when it cannot be had."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for, and how it is ranked."""

    wanted: Wanted
    asked: TimesAsked
    answering: bool
    without: Collection[Component]


class Recaller:
    """Searches by words and by meaning together.

    Args:
        store: Where everything is.
        embedder: For the search by meaning; while it is loading or missing, words are searched alone.
        count: Length of a text in tokens.
        clock: Tells the present moment.
        zone: The user's time zone; none is the one that their profile names, else this machine's.
        fields: What each profile field says, by name, in words that a question may use.
        patience: How long a search waits for the query's vector, in seconds.
    """

    def __init__(
        self,
        store: "Store",
        embedder: EmbedderSource,
        count: Callable[[str], int],
        *,
        clock: Clock = now,
        zone: tzinfo | None = None,
        fields: Mapping[str, str] = DEFAULT_PROFILE,
        patience: float = 2.0,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._count = count
        self.clock = clock
        self._zone = zone
        self._patience = patience
        self._fields = fields

    async def recall(
        self,
        text: str,
        *,
        outside: BufferSpan | None,
        limit: int,
        max_tokens: int,
        floor: float,
        last: Sequence[str] = (),
        in_context: Collection[str] = (),
        hidden: Mapping[str, str] = NOTHING_HIDDEN,
    ) -> Recall:
        """What helps to answer `text`.

        A message without a word that carries meaning, such as a greeting or a sum, recalls nothing.

        Args:
            text: The user's message.
            outside: The messages that go to the model anyway, the newest included; they are not found.
            limit: The most items.
            max_tokens: The most tokens of all items together.
            floor: The lowest score that counts.
            last: What was said just before by either side, oldest first, for a text that refers to it.
            in_context: Refs of what goes to the model anyway: profile fields, pinned facts, session summaries.
            hidden: Refs of what the user does not want, and why not.
        """
        began = time.perf_counter()
        asked = times_asked(text, self.clock(), await self.zone(), last)
        if not (asked.query.terms or asked.spans) or limit <= 0:
            return Recall(items=(), considered=0, milliseconds=_since(began), words_only=self._missing())
        asked = await self._anchored(asked)
        sought, why = await self._sought(asked, outside=outside, candidates=CANDIDATES, limit=limit)

        def recalled(look: Look) -> tuple[list[RecalledItem], list[Missed], int]:
            found, considered = self._ranked(look, sought)
            new = new_to(text, found)
            sure = sure_enough(new, floor)
            useful = [one for one in sure if one.item.ref not in in_context and one.item.ref not in hidden]
            lasting = Holding(look)
            current = lasting.current(useful, asked, sought.wanted.now, _SPARE * limit)
            beside = beside_the_best(current)
            chosen = fitting(beside, asked.query.terms, limit, max_tokens, self._count)
            choice = Chosen(found, new, sure, useful, current, beside, [one for one, _ in chosen])
            missed = near_misses(
                choice, now=sought.wanted.now, floor=floor, limit=limit, hidden=hidden, shown=in_context
            )
            told = [Missed(self.item(one, one.item.text[:_MISSED_CHARACTERS]), reason) for one, reason in missed]
            return lasting.told([self.item(one, part) for one, part in chosen]), told, considered

        items, missed, considered = await self._store.index.at_once(recalled)
        return Recall(
            items=tuple(items),
            considered=considered,
            milliseconds=_since(began),
            words_only=why,
            missed=tuple(missed),
        )

    async def ranking(self, text: str, *, limit: int, without: Collection[Component] = ()) -> Recall:
        """What `recall` chooses from for `text`, whole and scored as there, for measuring how well it is ranked.

        No score is too low, and nothing is left out for its length or because it goes to the model anyway.

        Args:
            text: The user's message.
            limit: The most items.
            without: What is not used, so that it shows what that brings.
        """
        began = time.perf_counter()
        asked = times_asked(text, self.clock(), await self.zone())
        if "time" in without:
            asked = TimesAsked(query=query_of(text), message=asked.message)
        if not (asked.query.terms or asked.spans) or limit <= 0:
            return Recall(items=(), considered=0, milliseconds=_since(began), words_only=self._missing())
        asked = await self._anchored(asked)
        candidates = max(CANDIDATES, limit)
        sought, why = await self._sought(asked, outside=None, candidates=candidates, limit=limit, without=without)

        def useful(look: Look) -> tuple[list[Ranked], int]:
            found, considered = self._ranked(look, sought)
            return Holding(look).current(new_to(text, found), asked, sought.wanted.now, limit), considered

        found, considered = await self._store.index.at_once(useful)
        items = tuple(self.item(one, one.item.text) for one in found)
        return Recall(items=items, considered=considered, milliseconds=_since(began), words_only=why)

    async def asked(self, text: str, last: Sequence[str] = ()) -> TimesAsked:
        """What `text` asks of time, with the time that an event in it gives where that is found."""
        return await self._anchored(times_asked(text, self.clock(), await self.zone(), last))

    async def zone(self) -> tzinfo:
        """The user's time zone."""
        return self._zone or await user_zone(self._store)

    async def _anchored(self, asked: TimesAsked) -> TimesAsked:
        """`asked` with the time that its event gives, where that is found."""
        if asked.anchor is None:
            return asked
        event = TimesAsked(query=query_of(asked.anchor.event), past=True)
        if not event.query.terms:
            return asked
        found, *_ = await self.find(event, outside=None, candidates=CANDIDATES // 2, limit=3)
        for one in found[:3]:
            if one.score < _SURE_EVENT:
                break
            if times := times_of(one.item, await self.zone()):
                return replace(asked, spans=tuple(around_event(asked.anchor, times)))
        return asked

    async def find(
        self,
        asked: TimesAsked,
        *,
        outside: BufferSpan | None,
        candidates: int,
        limit: int,
        answering: bool = True,
        without: Collection[Component] = (),
        narrowed: Narrowed = EVERYTHING,
        unfinished: str = "",
    ) -> tuple[list[Ranked], int, str]:
        """Everything that may be wanted, ranked; how many items were looked at; why meaning was not searched.

        Args:
            asked: What is looked for.
            outside: Messages that are not wanted.
            candidates: How many items the search by words brings.
            limit: How many are wanted in the end; some more are ranked.
            answering: Whether the items are to answer something; else questions are as good as anything.
            without: What is not used.
            narrowed: Bounds of a search by hand.
            unfinished: A word that is being typed, and may go on.
        """
        sought, why = await self._sought(
            asked,
            outside=outside,
            candidates=candidates,
            limit=limit,
            answering=answering,
            without=without,
            narrowed=narrowed,
            unfinished=unfinished,
        )
        ranked, considered = await self._store.index.at_once(self._ranked, sought)
        return ranked, considered, why

    async def told(self, items: Sequence[RecalledItem]) -> list[RecalledItem]:
        """`items` with what is known of the memories among them: until when they held, what came then, how sure."""
        return await self._store.index.at_once(lambda look: Holding(look).told(items))

    async def _sought(
        self,
        asked: TimesAsked,
        *,
        outside: BufferSpan | None,
        candidates: int,
        limit: int,
        answering: bool = True,
        without: Collection[Component] = (),
        narrowed: Narrowed = EVERYTHING,
        unfinished: str = "",
    ) -> tuple["_Sought", str]:
        """All that looking takes, for which `find` has the words; why meaning is not searched."""
        embedded, why = (None, "") if "meaning" in without else await self._embed(asked.query)
        if embedded and "tokens" in without:
            embedded = (replace(embedded[0], tokens=b""), embedded[1])
        wanted = Wanted(
            terms=() if "words" in without else asked.query.terms,
            question=embedded[0] if embedded else None,
            scale=embedded[1] if embedded else None,
            kinds=narrowed.kinds,
            outside=outside,
            limit=candidates,
            kept=max(_READ, _SPARE * limit),
            zone=await self.zone() if asked.spans else None,
            now=self.clock(),
            narrowed=narrowed,
            unfinished=unfinished,
            around=answering and "context" not in without,
            answers=answering and "answer" not in without,
        )
        return _Sought(wanted, asked, answering, without), why

    def _ranked(self, look: Look, sought: "_Sought") -> tuple[list[Ranked], int]:
        """What is found, ranked, and how many items were looked at; it runs in the thread that reads."""
        wanted, asked, answering = sought.wanted, sought.asked, sought.answering
        gathered = Gathering(look, self._fields).candidates(wanted, asked, answering=answering)
        stored = look.counts().items
        ranked = rank(
            gathered.candidates,
            wanted.terms,
            stored=stored,
            weights=gathered.weights,
            now=wanted.now,
            scale=wanted.scale,
            answering=answering,
            personal=not about_world(asked.query.text, gathered.known),
            beginnings=gathered.beginnings,
            only_time=asked.only,
            past=asked.past,
            extra=asked.extra,
            without=sought.without,
        )
        return ranked, gathered.considered

    async def _embed(self, query: Query) -> tuple[tuple["Question", Similarities] | None, str]:
        """What the embedder makes of the query and what its similarities mean, or why there is none.

        None either where it cannot read the query, about which there is nothing to be said to the user.
        """
        if self._embedder.status.state != "ready":
            return None, self._missing()
        try:
            async with asyncio.timeout(self._patience):
                embedder = await self._embedder.get()
                if embedder is None:
                    return None, self._missing()
                scale = similarities(embedder.id)
                foreign = query.language != ENGLISH and reads_english_alone(embedder.id)
                if foreign or not scale.reads(query.text):
                    return None, ""
                question = await embedder.question(query.text)
        except TimeoutError:
            return None, "The embedder took too long, so only words were searched."
        except MemchatError as error:
            return None, str(error)
        return (question, scale), ""

    def _missing(self) -> str:
        status = self._embedder.status
        match status.state:
            case "ready":
                return ""
            case "loading":
                return "The embedder is still loading, so only words are searched."
            case "unavailable":
                return status.reason or "There is no embedder, so only words are searched."

    def item(self, ranked: Ranked, text: str) -> RecalledItem:
        """A ranked item as it is told, with `text` for its own."""
        item = ranked.item
        return RecalledItem(
            id=item.ref,
            kind=item.kind,
            text=text,
            score=ranked.score,
            parts=ranked.parts,
            tokens=self._count(text),
            source=ItemSource(
                session_id=item.session_id,
                session_title=item.session_title,
                message_id=item.message_id,
                role=item.role,
                at=item.at,
            ),
        )


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
