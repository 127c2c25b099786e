"""Finding what a turn needs in everything that was ever said or saved."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

from memchat.core.context import ItemSource, Missed, Recall, RecalledItem
from memchat.core.settings import DEFAULT_PROFILE
from memchat.core.times import Clock, now
from memchat.memory.choosing import beside_the_best, fitting, new_to, sure_enough
from memchat.memory.holding import Holding
from memchat.memory.missing import Chosen, near_misses
from memchat.memory.queries import query_of
from memchat.memory.questions import EmbedderSource, Questions
from memchat.memory.ranking import Component, Ranked
from memchat.memory.seeking import CANDIDATES, SPARE, Seeker
from memchat.memory.times_asked import TimesAsked
from memchat.store.look import Look
from memchat.store.values import BufferSpan

if TYPE_CHECKING:
    from memchat.store import Store

NOTHING_HIDDEN: Mapping[str, str] = MappingProxyType({})

_MISSED_CHARACTERS = 300
"""Of what was not recalled, no more is told."""


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
        self._questions = Questions(embedder, patience)
        self.seeker = Seeker(store, self._questions, clock=clock, zone=zone, fields=fields)
        self._count = count
        self.clock = clock

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
        asked = await self.seeker.asked(text, last)
        if not asked.anything or limit <= 0:
            return self._nothing(began)
        sought, why = await self.seeker.sought(asked, outside=outside, candidates=CANDIDATES, limit=limit)

        def recalled(look: Look) -> tuple[list[RecalledItem], list[Missed], int]:
            found, considered = self.seeker.ranked(look, sought)
            new = new_to(text, found)
            sure = sure_enough(new, floor)
            useful = [one for one in sure if one.item.ref not in in_context and one.item.ref not in hidden]
            lasting = Holding(look)
            current = lasting.current(useful, asked, sought.wanted.now, SPARE * limit)
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
        asked = await self.seeker.asked(text)
        if "time" in without:
            asked = TimesAsked(query=query_of(text), message=asked.message)
        if not asked.anything or limit <= 0:
            return self._nothing(began)
        candidates = max(CANDIDATES, limit)
        sought, why = await self.seeker.sought(asked, outside=None, candidates=candidates, limit=limit, without=without)

        def useful(look: Look) -> tuple[list[Ranked], int]:
            found, considered = self.seeker.ranked(look, sought)
            return Holding(look).current(new_to(text, found), asked, sought.wanted.now, limit), considered

        found, considered = await self._store.index.at_once(useful)
        items = tuple(self.item(one, one.item.text) for one in found)
        return Recall(items=items, considered=considered, milliseconds=_since(began), words_only=why)

    async def told(self, items: Sequence[RecalledItem]) -> list[RecalledItem]:
        """`items` with what is known of the memories among them: until when they held, what came then, how sure."""
        return await self._store.index.at_once(lambda look: Holding(look).told(items))

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

    def _nothing(self, began: float) -> Recall:
        return Recall(items=(), considered=0, milliseconds=_since(began), words_only=self._questions.missing)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
