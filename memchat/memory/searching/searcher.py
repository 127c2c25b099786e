"""Search by hand: what people and models look for in everything that was ever said or saved."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memchat.core.context import RecalledItem
from memchat.core.errors import NotFound
from memchat.core.searching import BadFilter, Exact, SearchHit, SearchPage, SearchQuery
from memchat.core.text import plain
from memchat.memory.holding import holding
from memchat.memory.queries import all_words
from memchat.memory.ranking import Ranked
from memchat.memory.searching.grammar import parsed
from memchat.memory.searching.snippets import snippet
from memchat.store import letters
from memchat.store.marking import marks
from memchat.store.words import UNSPACED

if TYPE_CHECKING:
    from memchat.memory.recall import Recaller
    from memchat.store import Store

RANKED = 500
"""How many hits are ranked; what lies beyond is found by narrowing the search."""

_READ_WHOLE = 3
"""Of how many times as many items as are wanted recall reads the whole text."""

LEAST = 0.12
"""What has none of the words must be alike enough in meaning to score this."""

_LINE, _BEFORE = 240, 28
"""Characters of the line that is shown of a hit, and of those before its first mark."""

_READ = 2_000
"""Characters of a text that is hardly alike that are looked through for the words."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """The words that are marked in what is found."""

    terms: tuple[str, ...] = ()
    unfinished: str = ""
    exact: tuple[Exact, ...] = ()


class Searcher:
    """Searches as recall does, and leaves out nothing that it would spare a model.

    Args:
        recaller: Ranks what is found.
        store: Where everything is.
    """

    def __init__(self, recaller: "Recaller", store: "Store") -> None:
        self._recaller = recaller
        self._store = store

    async def parsed(self, typed: str, *, typing_at: int | None = None) -> SearchQuery:
        """What `typed` looks for: words, "exact words", beginnings* and filters such as in:facts.

        Args:
            typed: By the user.
            typing_at: Where more is being typed, in characters; none where all is typed.

        Raises:
            BadFilter: A filter cannot be understood.
        """
        return parsed(typed, self._recaller.clock(), await self._recaller.seeker.zone(), typing_at=typing_at)

    async def search(self, query: SearchQuery, *, limit: int = 20, offset: int = 0, ranked: int = RANKED) -> SearchPage:
        """Some of what is found for `query`, in the order that it asks for.

        Without words, all that its bounds leave is found, the newest first. What has ceased to hold is found, with its
        dates, where the words ask how things were.

        Args:
            query: What is looked for; its space is this one.
            limit: How many hits at most.
            offset: How many of the hits to pass over.
            ranked: How many hits are ranked at most; fewer take less time.

        Raises:
            BadFilter: No session, or more than one, is called as the query says.
        """
        narrowed = query.narrowed
        if query.session:
            narrowed = replace(narrowed, session_id=await self._session(query.session))
        if not query.text:
            return await self._listed(replace(query, narrowed=narrowed), limit, offset)
        asked = await self._recaller.seeker.asked(query.text)
        asked = replace(asked, query=replace(asked.query, terms=asked.query.terms or all_words(query.text)))
        if not asked.query.terms or limit <= 0:
            return SearchPage(by_kind={})
        found, _, why = await self._recaller.seeker.find(
            asked,
            outside=None,
            candidates=ranked,
            limit=-(-ranked // _READ_WHOLE),
            answering=False,
            narrowed=narrowed,
            unfinished=query.unfinished,
        )
        found = holding(found, asked, self._recaller.clock())
        sought = _Sought(asked.query.terms, query.unfinished, narrowed.exact)
        best = (await asyncio.to_thread(_hits, found, sought))[:ranked]
        if query.order != "best":
            best.sort(key=lambda one: (one.item.at, one.item.ref), reverse=query.order == "newest")
        items = [self._recaller.item(one, one.item.text) for one in best[offset : offset + limit]]
        return SearchPage(
            hits=await self._told(items, sought),
            total=len(best),
            more_than=len(best) >= ranked,
            by_kind=Counter(one.item.kind for one in best),
            words_only=why,
        )

    async def _listed(self, query: SearchQuery, limit: int, offset: int) -> SearchPage:
        """What the bounds leave."""
        index = self._store.index
        keys, by_kind = await index.listed(query.narrowed, query.order, limit=limit, offset=offset)
        loaded = await index.load(keys)
        items = [self._recaller.item(Ranked(item, 0.0, {}), item.text) for item in loaded.values()]
        hits = await self._told(items, _Sought())
        return SearchPage(hits=hits, total=sum(by_kind.values()), by_kind=by_kind)

    async def _told(self, items: Sequence[RecalledItem], sought: _Sought) -> tuple[SearchHit, ...]:
        told = await self._recaller.told(items)
        return tuple(await asyncio.to_thread(lambda: [_hit(item, sought) for item in told]))

    async def _session(self, called: str) -> str:
        """The id of the session that is meant."""
        sessions = self._store.sessions
        with suppress(NotFound):
            return (await sessions.get(called)).id
        folded = called.casefold()
        found = [each for each in await sessions.list() if folded in each.title.casefold()]
        exact = [each for each in found if each.title.casefold() == folded]
        found = exact or found
        if not found:
            raise BadFilter(
                f"No session is called “{called}”.", "session: takes the beginning of an id, or of a title."
            )
        if len(found) > 1:
            raise BadFilter(f"{len(found)} sessions are called “{called}”.", "Give more of the title, or the id.")
        return found[0].id


def _hits(found: Sequence[Ranked], sought: _Sought) -> list[Ranked]:
    """Those that hold what must be there; where nothing must, those that have a word or are alike enough."""
    if exact := [_written(one) for one in sought.exact if letters.plain(one.words).strip()]:
        return [one for one in found if _has_all(letters.plain(one.item.text), exact)]
    return [one for one in found if one.score >= LEAST or one.parts.get("words", 0) > 0 or _has_word(one, sought)]


def _has_word(one: Ranked, sought: _Sought) -> bool:
    """Whether it has a word that is too common in all that is stored to count."""
    return bool(marks(one.item.text[:_READ], sought.terms, [sought.unfinished]))


def _has_all(text: str, exact: Sequence[re.Pattern[str]]) -> bool:
    return all(pattern.search(text) for pattern in exact)


def _hit(item: RecalledItem, sought: _Sought) -> SearchHit:
    text = plain(item.text)
    beginnings = [each.words for each in sought.exact if each.beginning]
    exact = [each.words for each in sought.exact if not each.beginning]
    found = marks(text, [*sought.terms, *exact], [*beginnings, *filter(None, [sought.unfinished])])
    return SearchHit(
        item=item, text=text, marks=tuple(found), snippet=snippet(text, found, limit=_LINE, before=_BEFORE)
    )


def _written(exact: Exact) -> re.Pattern[str]:
    """What finds words as they were typed, case and accents aside, in a text without these."""
    words = letters.plain(exact.words).split()
    begins, ends = (bool(re.fullmatch(f"[^\\W{UNSPACED}]", each)) for each in (words[0][0], words[-1][-1]))
    return re.compile(
        (r"(?<!\w)" if begins else "")
        + r"\W+".join(map(re.escape, words))
        + (r"(?!\w)" if ends and not exact.beginning else "")
    )
