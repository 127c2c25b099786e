"""Looking for everything that may be wanted, and ranking it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from memchat.core.searching import EVERYTHING, Narrowed
from memchat.core.times import Clock
from memchat.memory.gathering import Gathering, Wanted
from memchat.memory.holding import times_of
from memchat.memory.queries import query_of
from memchat.memory.querying.world import about_world
from memchat.memory.questions import Questions
from memchat.memory.ranking import Component, Ranked, rank
from memchat.memory.times_asked import TimesAsked, around_event, times_asked
from memchat.memory.zones import user_zone
from memchat.store.look import Look
from memchat.store.values import BufferSpan

if TYPE_CHECKING:
    from memchat.store import Store

CANDIDATES = 100
"""How many items the search by words brings; that by meaning, which is cheap, twice as many."""

_READ, SPARE = 48, 3
"""How many of the best are read whole, at least, and how many times as many as are wanted: some will be left out."""

_SURE_EVENT = 0.35
"""The score from which on something is the event that a message speaks of."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for, and how it is ranked."""

    wanted: Wanted
    asked: TimesAsked
    answering: bool
    without: Collection[Component]


class Seeker:
    """Looks by words and by meaning together.

    Args:
        store: Where everything is.
        questions: For the search by meaning.
        clock: Tells the present moment.
        zone: The user's time zone; none is the one that their profile names, else this machine's.
        fields: What each profile field says, by name, in words that a question may use.
    """

    def __init__(
        self, store: "Store", questions: Questions, *, clock: Clock, zone: tzinfo | None, fields: Mapping[str, str]
    ) -> None:
        self._store = store
        self._questions = questions
        self._clock = clock
        self._zone = zone
        self._fields = fields

    async def asked(self, text: str, last: Sequence[str] = ()) -> TimesAsked:
        """What `text` asks of time, with the time that an event in it gives where that is found."""
        return await self.anchored(times_asked(text, self._clock(), await self.zone(), last))

    async def zone(self) -> tzinfo:
        """The user's time zone."""
        return self._zone or await user_zone(self._store)

    async def anchored(self, asked: TimesAsked) -> TimesAsked:
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
        sought, why = await self.sought(
            asked,
            outside=outside,
            candidates=candidates,
            limit=limit,
            answering=answering,
            without=without,
            narrowed=narrowed,
            unfinished=unfinished,
        )
        ranked, considered = await self._store.index.at_once(self.ranked, sought)
        return ranked, considered, why

    async def sought(
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
    ) -> tuple[Sought, str]:
        """All that looking takes, for which `find` has the words; why meaning is not searched."""
        embedded, why = (None, "") if "meaning" in without else await self._questions.of(asked.query)
        if embedded and "tokens" in without:
            embedded = (replace(embedded[0], tokens=b""), embedded[1])
        wanted = Wanted(
            terms=() if "words" in without else asked.query.terms,
            question=embedded[0] if embedded else None,
            scale=embedded[1] if embedded else None,
            kinds=narrowed.kinds,
            outside=outside,
            limit=candidates,
            kept=max(_READ, SPARE * limit),
            zone=await self.zone() if asked.spans else None,
            now=self._clock(),
            narrowed=narrowed,
            unfinished=unfinished,
            around=answering and "context" not in without,
            answers=answering and "answer" not in without,
        )
        return Sought(wanted, asked, answering, without), why

    def ranked(self, look: Look, sought: Sought) -> tuple[list[Ranked], int]:
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
