"""Looking things up in one state of the database."""

from collections.abc import Collection, Sequence
from datetime import datetime

import apsw

from memchat.core.context import ItemKind
from memchat.core.memories import Memory
from memchat.core.searching import EVERYTHING, Narrowed, SearchOrder
from memchat.core.times import to_unix
from memchat.store import memory_reading, nearest, searching, vectors
from memchat.store.loading import load
from memchat.store.searching import Filter
from memchat.store.sql import storable, value
from memchat.store.values import Around, BufferSpan, Hit, IndexCounts, IndexedItem
from memchat.store.words import phrase

_BY_ANYBODY = 3
"""How many times as many items are looked at where only one of the two speakers is wanted."""


class Look:
    """What one state of the database holds, for plain code that looks up one thing after the other.

    It belongs to the thread that reads, and to the transaction that it was made in.

    Args:
        db: A connection in a transaction.
        now: The present moment, in seconds since 1970.
    """

    def __init__(self, db: apsw.Connection, now: float) -> None:
        self._db = db
        self._now = now
        self._counted: dict[str, int] = {}
        self._counts: IndexCounts | None = None

    def by_words(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        outside: BufferSpan | None = None,
        kinds: Collection[ItemKind] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        session: str | None = None,
        prefix: bool = False,
        past: bool = False,
        narrowed: Narrowed = EVERYTHING,
        unfinished: str = "",
        around: bool = True,
    ) -> list[Hit]:
        """Items that hold any of the terms, or what must be there, best first by bm25.

        Args:
            terms: Plain words; anything in them is safe.
            limit: How many at most.
            outside: Messages that are in the buffer and are not wanted.
            kinds: Only these; none for all.
            since: Only what was said then or later.
            until: Only what was said before then.
            session: Only what belongs to this session.
            prefix: Whether a term also stands for words that begin with it.
            past: Also memories that were superseded, or have ceased to hold.
            narrowed: Only what is in all of these bounds too.
            unfinished: A word that may go on.
            around: Whether the words around a thing count too.
        """
        chosen = self._filter(outside, kinds, since, until, session, past=past, narrowed=narrowed)
        return searching.by_words(
            self._db,
            [storable(term) for term in terms],
            limit,
            chosen,
            prefix=prefix,
            unfinished=storable(unfinished),
            around=around,
            counted=self._counted,
        )

    def by_meaning(
        self,
        vector: bytes,
        *,
        limit: int,
        outside: BufferSpan | None = None,
        kinds: Collection[ItemKind] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        session: str | None = None,
        past: bool = False,
        embedder_id: str = "",
        narrowed: Narrowed = EVERYTHING,
    ) -> list[Hit]:
        """Embedded items nearest to a vector; none when it is of another length than theirs, or another embedder's.

        Args:
            vector: Little-endian float32, of length 1.
            limit: How many at most.
            outside: As in `by_words`.
            kinds: As in `by_words`.
            since: As in `by_words`.
            until: As in `by_words`.
            session: As in `by_words`.
            past: As in `by_words`.
            embedder_id: Whose it is; empty where that is known to be the one whose vectors are searched.
            narrowed: As in `by_words`; words that must be there are found by words alone.
        """
        chosen = self._filter(outside, kinds, since, until, session, past=past, narrowed=narrowed)
        return _by_meaning(self._db, vector, limit, chosen, embedder_id)

    def within(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        limit: int,
        outside: BufferSpan | None = None,
        kinds: Collection[ItemKind] | None = None,
        past: bool = False,
        narrowed: Narrowed = EVERYTHING,
    ) -> list[int]:
        """Keys of what was said in a time, episodes first, the newest of each first.

        Args:
            since: As in `by_words`.
            until: As in `by_words`.
            limit: How many at most.
            outside: As in `by_words`.
            kinds: As in `by_words`.
            past: As in `by_words`.
            narrowed: As in `by_words`.
        """
        chosen = self._filter(outside, kinds, since, until, None, past=past, narrowed=narrowed)
        return searching.within(self._db, limit, chosen)

    def listed(
        self, narrowed: Narrowed, order: SearchOrder, *, limit: int, offset: int = 0
    ) -> tuple[list[int], dict[ItemKind, int]]:
        """Keys of some of what is in these bounds, and how many there are of each kind.

        Args:
            narrowed: Which items.
            order: The oldest first, or else the newest.
            limit: How many at most.
            offset: How many to pass over.
        """
        chosen = self._filter(None, None, None, None, None, past=False, narrowed=narrowed)
        return searching.listed(self._db, order, limit, offset, chosen)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """How much each term weighs: the more, the fewer items hold it; most where none does."""
        return searching.rarity(self._db, [storable(term) for term in terms], self.counts().items, self._counted)

    def held(self, terms: Sequence[str]) -> frozenset[str]:
        """Those of the terms that some item holds."""
        return searching.held(self._db, [storable(term) for term in terms], self._counted)

    def answers(
        self,
        keys: Sequence[int],
        *,
        outside: BufferSpan | None = None,
        kinds: Collection[ItemKind] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> dict[int, int]:
        """Keys of the messages that follow one of these which asks something, each with that one's.

        Args:
            keys: What was found.
            outside: As in `by_words`.
            kinds: As in `by_words`.
            since: As in `by_words`.
            until: As in `by_words`.
        """
        chosen = self._filter(outside, kinds, since, until, None, past=True)
        return searching.answers(self._db, keys, chosen)

    def token_signs(self, keys: Sequence[int], embedder_id: str = "") -> dict[int, bytes]:
        """The signs of the numbers of every token's vector, of those of the items that have them.

        Args:
            keys: The items'.
            embedder_id: As in `by_meaning`.
        """
        return nearest.token_signs(self._db, keys, embedder_id)

    def vectors(self, keys: Sequence[int], embedder_id: str = "") -> dict[int, bytes]:
        """The vectors of those of the items that have one, as little-endian float16.

        Args:
            keys: The items'.
            embedder_id: As in `by_meaning`.
        """
        return nearest.whole(self._db, keys, embedder_id)

    def around(self, keys: Sequence[int]) -> dict[int, Around]:
        """What was said around those of the items that are messages."""
        return vectors.around(self._db, keys)

    def load(self, keys: Sequence[int]) -> dict[int, IndexedItem]:
        """The items of these keys; those that are gone are not in it."""
        return load(self._db, keys)

    def counts(self) -> IndexCounts:
        """How much there is to be found."""
        if self._counts is None:
            self._counts = vectors.counts(self._db)
        return self._counts

    def memories(self, ids: Sequence[str]) -> list[Memory]:
        """The memories of these ids, in their order; those that are gone are left out."""
        return memory_reading.by_ids(self._db, ids)

    def learned_from(self, message_id: str) -> list[Memory]:
        """The memories of every status that rest on a message, the oldest first."""
        return memory_reading.of_message(self._db, message_id)

    def parent_of(self, message_id: str) -> str | None:
        """The message that a message answers; none where it answers none, or is gone."""
        found = value(self._db, "SELECT parent_id FROM messages WHERE id = ?", message_id)
        return None if found is None else str(found)

    def _filter(
        self,
        outside: BufferSpan | None,
        kinds: Collection[ItemKind] | None,
        since: datetime | None,
        until: datetime | None,
        session: str | None,
        *,
        past: bool,
        narrowed: Narrowed = EVERYTHING,
    ) -> Filter:
        wanted = [set(each) for each in (kinds, narrowed.kinds) if each is not None]
        begins = [to_unix(each) for each in (since, narrowed.since) if each is not None]
        ends = [to_unix(each) for each in (until, narrowed.until) if each is not None]
        exact = (phrase(storable(each.words), prefix=each.beginning) for each in narrowed.exact)
        return Filter(
            outside=outside,
            kinds=frozenset(set.intersection(*wanted)) if wanted else None,
            since=max(begins, default=None),
            until=min(ends, default=None),
            session=session or narrowed.session_id,
            past=past,
            now=self._now,
            speaker=narrowed.speaker,
            exact=tuple(text for text in exact if text),
        )


def _by_meaning(db: apsw.Connection, vector: bytes, limit: int, wanted: Filter, embedder_id: str) -> list[Hit]:
    if wanted.exact:
        return []
    if wanted.speaker is None:
        return nearest.by_meaning(db, vector, limit, wanted, embedder_id)
    found = nearest.by_meaning(db, vector, _BY_ANYBODY * limit, wanted, embedder_id)
    theirs = searching.kept(db, [hit.key for hit in found], wanted)
    return [hit for hit in found if hit.key in theirs][:limit]
