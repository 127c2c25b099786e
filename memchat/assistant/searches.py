"""Search by hand, in this space and in the others."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from memchat.assistant.embedding import SpaceEmbedder
from memchat.core.searching import ALL_SPACES, BadFilter, SearchHit, SearchPage, SearchQuery
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.recall import Recaller
from memchat.memory.searching import RANKED, Searcher, filtered
from memchat.paths import Paths
from memchat.store import Store

_QUICKLY = 150
"""How many hits are ranked while one types."""


class Searches:
    """Finds what was said and saved; looks into other spaces through databases of their own.

    Args:
        store: This space's database.
        recaller: Ranks what is in it.
        embedder: For the search by meaning, in every space.
        settings: Name this space.
        paths: Where the spaces are.
        count: Length of a text in tokens.
        clock: Tells the present moment.
    """

    def __init__(
        self,
        store: Store,
        recaller: Recaller,
        *,
        embedder: SpaceEmbedder,
        settings: Settings,
        paths: Paths,
        count: Callable[[str], int],
        clock: Clock,
    ) -> None:
        self._own = Searcher(recaller, store)
        self._recaller = recaller
        self._embedder = embedder
        self._settings = settings
        self._paths = paths
        self._count = count
        self._clock = clock
        self._stores: dict[str, Store] = {}
        self._searchers: dict[str, Searcher] = {}

    @property
    def space(self) -> str:
        """The space that is searched where no other is named."""
        return self._settings.memory.space

    def spaces(self) -> list[str]:
        """All spaces, by name; reads the disk."""
        return self._paths.spaces()

    async def parsed(
        self, typed: str, *, typing_at: int | None = None, options: Mapping[str, str] | None = None
    ) -> SearchQuery:
        """What `typed` looks for: words, "exact words", beginnings* and filters such as in:facts.

        Args:
            typed: By the user.
            typing_at: Where more is being typed, in characters; none where all is typed.
            options: Filters that were given apart, by name; they replace those that were typed.

        Raises:
            BadFilter: A filter cannot be understood.
        """
        query = await self._own.parsed(typed, typing_at=typing_at)
        if not options:
            return query
        return filtered(query, options, self._clock(), await self._recaller.seeker.zone(), options=True)

    async def search(
        self, query: SearchQuery, *, limit: int = 20, offset: int = 0, wait: bool = True, quickly: bool = False
    ) -> SearchPage:
        """Some of what is found: messages, facts, profile and past sessions.

        Args:
            query: What is looked for.
            limit: How many hits at most.
            offset: How many of the hits to pass over.
            wait: Whether an embedder that is loading is waited for; else words are searched alone meanwhile.
            quickly: Whether somebody is typing, so that fewer hits are ranked.

        Raises:
            BadFilter: No space or session is called as the query says.
        """
        if wait:
            await self._embedder.wait()
        ranked = max(_QUICKLY, offset + limit) if quickly else RANKED
        names = self._named(query)
        if names == [self.space]:
            return await self._own.search(query, limit=limit, offset=offset, ranked=ranked)
        pages: list[SearchPage] = []
        missing: BadFilter | None = None
        for name in names:
            try:
                found = await (await self._searcher(name)).search(query, limit=offset + limit, ranked=ranked)
            except BadFilter as error:  # no session of this space is called so
                missing = error
                continue
            pages.append(replace(found, hits=tuple(replace(hit, space=name) for hit in found.hits)))
        if not pages and missing is not None:
            raise missing
        return _merged(pages, query, limit, offset)

    async def leave(self) -> None:
        """Closes what was opened to look into other spaces."""
        stores, self._stores, self._searchers = self._stores, {}, {}
        for store in stores.values():
            await store.close()

    def _named(self, query: SearchQuery) -> list[str]:
        if not query.space or query.space == self.space:
            return [self.space]
        there = self.spaces()
        if query.space in there:
            return [query.space]
        if query.space == ALL_SPACES:
            return list(dict.fromkeys([self.space, *there]))
        known = ", ".join(there) or self.space
        raise BadFilter(f"There is no space called “{query.space}”.", f"There are {known}; all stands for every one.")

    async def _searcher(self, name: str) -> Searcher:
        if name == self.space:
            return self._own
        if name not in self._searchers:
            store = await Store.open(self._paths.database_of(name), clock=self._clock)
            fields = self._settings.profile.fields
            embedder = self._embedder.over(store)
            recaller = Recaller(store, embedder, self._count, clock=self._clock, fields=fields)
            self._stores[name], self._searchers[name] = store, Searcher(recaller, store)
        return self._searchers[name]


def _merged(pages: list[SearchPage], query: SearchQuery, limit: int, offset: int) -> SearchPage:
    hits = [hit for page in pages for hit in page.hits]
    if query.order == "best" and query.text:
        hits.sort(key=lambda hit: -hit.item.score)
    else:
        hits.sort(key=_when, reverse=query.order != "oldest")
    by_kind = sum((Counter(page.by_kind) for page in pages), Counter())
    return SearchPage(
        hits=tuple(hits[offset : offset + limit]),
        total=sum(page.total for page in pages),
        more_than=any(page.more_than for page in pages),
        by_kind=by_kind,
        words_only=next((page.words_only for page in pages if page.words_only), ""),
    )


def _when(hit: SearchHit) -> float:
    return hit.item.source.at.timestamp()
