"""Finding messages, facts, profile fields and episodes, by words and by meaning."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from memchat.core.times import to_unix
from memchat.store import embedders, vectors
from memchat.store.database import Database
from memchat.store.look import Look
from memchat.store.values import Around

P = ParamSpec("P")
T = TypeVar("T")


def _alone(function: Callable[Concatenate[Look, P], T]) -> "Callable[Concatenate[Index, P], Coroutine[Any, Any, T]]":
    """One thing to look up, with nothing after it."""

    @wraps(function)
    async def look_up(self: "Index", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.at_once(function, *args, **kwargs)

    return look_up


class Index:
    """The index of one database. Words are found as soon as a thing is stored, meaning once it is embedded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at_once(self, function: Callable[Concatenate[Look, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns, given a look at one state of the database.

        It runs in a thread that reads, so that it leaves the event loop free however much it looks up and computes.
        """
        now = to_unix(self._database.clock())
        return await self._database.read(lambda db: function(Look(db, now), *args, **kwargs))

    by_words = _alone(Look.by_words)
    by_meaning = _alone(Look.by_meaning)
    within = _alone(Look.within)
    listed = _alone(Look.listed)
    rarity = _alone(Look.rarity)
    held = _alone(Look.held)
    answers = _alone(Look.answers)
    token_signs = _alone(Look.token_signs)
    vectors = _alone(Look.vectors)
    around = _alone(Look.around)
    load = _alone(Look.load)
    counts = _alone(Look.counts)

    async def use_embedder(self, embedder_id: str, dimensions: int) -> None:
        """Says whose vectors are wanted; those of another embedder stay in use until these are made."""
        await self._database.write(embedders.use_embedder, embedder_id, dimensions)

    async def pending(self, limit: int, embedder_id: str = "", *, bulk: bool | None = None) -> list[tuple[int, str]]:
        """Key and text of items that wait for a vector, newest first.

        Args:
            limit: How many at most.
            embedder_id: Whose; empty for the one whose vectors are searched.
            bulk: Only those that wait because everything does, or only the others; none for all.
        """
        return await self._database.read(vectors.pending, limit, embedder_id, bulk=bulk)

    async def put_vectors(
        self,
        embedder_id: str,
        dimensions: int,
        pairs: Sequence[tuple[int, bytes]],
        tokens: Mapping[int, bytes] = MappingProxyType({}),
        around: Mapping[int, Around] = MappingProxyType({}),
    ) -> None:
        """Stores vectors; those for items that are gone by now, or of an embedder that is not wanted, are let be.

        Once there is one of everything, the embedder takes the place of the one that was searched before.

        Args:
            embedder_id: Whose they are.
            dimensions: How many numbers each has.
            pairs: Key and vector, little-endian float32, of length 1.
            tokens: By key, the signs of the numbers of every token's vector, where the embedder tells them.
            around: By key, what was read around it; what has changed meanwhile stays pending.

        Raises:
            ValueError: A vector has another length.
        """
        await self._database.write(vectors.put_vectors, embedder_id, dimensions, pairs, tokens, around)
