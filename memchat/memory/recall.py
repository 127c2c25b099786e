"""Finding what a turn needs in everything that was ever said or saved."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Protocol

from memchat.core.context import ItemKind, ItemSource, Recall, RecalledItem
from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged
from memchat.core.times import Clock, now
from memchat.memory.excerpts import excerpt
from memchat.memory.queries import Query, all_words, query_of, same_text
from memchat.memory.ranking import Candidate, Ranked, Similarities, distinct, rank, similarities
from memchat.store.values import BufferSpan, Hit

if TYPE_CHECKING:
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

CANDIDATES = 32
"""How many items each way of searching brings to be ranked."""

_LEAST_ITEM_TOKENS = 48
_LINE_TOKENS = 24
"""About what the line above an item takes in the request, and the quote marks."""


class EmbedderSource(Protocol):
    """Who has the embedder, or will have it."""

    @property
    def status(self) -> EmbedderChanged:
        """Whether it is loaded, and if it cannot be, why."""

    async def get(self) -> "Embedder | None":
        """Waits for it; none when it cannot be had."""


class Recaller:
    """Searches by words and by meaning together.

    Args:
        store: Where everything is.
        embedder: For the search by meaning; while it is loading or missing, words are searched alone.
        count: Length of a text in tokens.
        clock: Tells the present moment.
        patience: How long a search waits for the query's vector, in seconds.
    """

    def __init__(
        self,
        store: "Store",
        embedder: EmbedderSource,
        count: Callable[[str], int],
        *,
        clock: Clock = now,
        patience: float = 2.0,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._count = count
        self._clock = clock
        self._patience = patience

    async def recall(
        self,
        text: str,
        *,
        outside: BufferSpan | None,
        limit: int,
        max_tokens: int,
        floor: float,
        in_context: Collection[str] = (),
    ) -> Recall:
        """What helps to answer `text`.

        A message without a word that carries meaning, such as a greeting or a sum, recalls nothing.

        Args:
            text: The user's message.
            outside: The messages that go to the model anyway, the newest included; they are not found.
            limit: The most items.
            max_tokens: The most tokens of all items together.
            floor: The lowest score that counts.
            in_context: Refs of what goes to the model anyway: profile fields, pinned facts, session summaries.
        """
        began = time.perf_counter()
        query = query_of(text)
        if not query.terms or limit <= 0:
            return Recall(items=(), considered=0, milliseconds=_since(began), words_only=self._missing())
        found, why = await self._find(query, outside=outside, kinds=None, candidates=CANDIDATES)
        asked = same_text(text)
        useful = [
            one
            for one in distinct(found)
            if one.score >= floor and one.item.ref not in in_context and same_text(one.item.text) != asked
        ]
        items = self._fitting(useful, query.terms, limit, max_tokens)
        return Recall(items=tuple(items), considered=len(found), milliseconds=_since(began), words_only=why)

    async def search(
        self, query: str, *, kinds: Collection[ItemKind] | None = None, limit: int = 20
    ) -> list[RecalledItem]:
        """What a search by hand finds, best first; beginnings of words count where whole words find nothing."""
        asked = query_of(query)
        asked = Query(asked.terms or all_words(query), asked.text)
        if not asked.terms or limit <= 0:
            return []
        candidates = max(CANDIDATES, 2 * limit)
        found, _ = await self._find(asked, outside=None, kinds=kinds, candidates=candidates, answering=False)
        return [self._item(one, one.item.text) for one in found[:limit] if one.score > 0]

    async def _find(
        self,
        query: Query,
        *,
        outside: BufferSpan | None,
        kinds: Collection[ItemKind] | None,
        candidates: int,
        answering: bool = True,
    ) -> tuple[list[Ranked], str]:
        index = self._store.index
        wanted = list(kinds) if kinds is not None else None
        (embedded, why), by_words, counts = await asyncio.gather(
            self._embed(query.text),
            index.by_words(query.terms, limit=candidates, outside=outside, kinds=wanted),
            index.counts(),
        )
        by_meaning: Sequence[Hit] = ()
        scale: Similarities | None = None
        if embedded is not None:
            vector, scale = embedded
            by_meaning = await index.by_meaning(vector, limit=candidates, outside=outside, kinds=wanted)
        beginnings = not answering and not by_words
        if beginnings:
            by_words = await index.by_words(query.terms, limit=candidates, outside=outside, kinds=wanted, prefix=True)
        bm25 = {hit.key: hit.score for hit in by_words}
        cosine = {hit.key: hit.score for hit in by_meaning}
        items = await index.load(list(bm25 | cosine))
        chosen = [Candidate(item, bm25.get(key), cosine.get(key)) for key, item in items.items()]
        ranked = rank(
            chosen,
            query.terms,
            stored=counts.items,
            now=self._clock(),
            scale=scale,
            answering=answering,
            beginnings=beginnings,
        )
        return ranked, why

    async def _embed(self, text: str) -> tuple[tuple[bytes, Similarities] | None, str]:
        """The query's vector and what its similarities mean, or why there is none."""
        if self._embedder.status.state != "ready":
            return None, self._missing()
        try:
            async with asyncio.timeout(self._patience):
                embedder = await self._embedder.get()
                if embedder is None:
                    return None, self._missing()
                vectors = await embedder.embed([text])
        except TimeoutError:
            return None, "The embedder took too long, so only words were searched."
        except MemchatError as error:
            return None, str(error)
        return (vectors[0], similarities(embedder.id)), ""

    def _missing(self) -> str:
        status = self._embedder.status
        match status.state:
            case "ready":
                return ""
            case "loading":
                return "The embedder is still loading, so only words are searched."
            case "unavailable":
                return status.reason or "There is no embedder, so only words are searched."

    def _fitting(self, ranked: Sequence[Ranked], terms: Sequence[str], limit: int, room: int) -> list[RecalledItem]:
        """The best items within `room` tokens; a long one is cut to the part that the query is about."""
        longest = max(_LEAST_ITEM_TOKENS, room // 3)
        items: list[RecalledItem] = []
        for one in ranked:
            if len(items) == limit:
                break
            item = self._item(one, excerpt(one.item.text, terms, longest, self._count))
            if item.tokens + _LINE_TOKENS <= room:
                room -= item.tokens + _LINE_TOKENS
                items.append(item)
        return items

    def _item(self, ranked: Ranked, text: str) -> RecalledItem:
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
