"""How far the making of vectors is, and its being stopped and begun anew."""

from dataclasses import dataclass

import apsw

from memchat.store import embedders
from memchat.store.database import Database
from memchat.store.sql import value


@dataclass(frozen=True, slots=True, kw_only=True)
class MakingState:
    """How far it is.

    Attributes:
        items: How many there are to be found.
        embedded: How many of them are found by meaning.
        current: Whose vectors are searched; empty where there are none.
        coming: Whose are made to take their place; empty where none are.
        left: Of everything, how many vectors are still to be made; 0 when no such making is under way.
        stopped: Whether it waits for the user.
    """

    items: int
    embedded: int
    current: str
    coming: str
    left: int
    stopped: bool

    @property
    def under_way(self) -> bool:
        """Whether vectors of everything are made, or would be if it were not stopped."""
        return bool(self.coming) or self.left > 0


class Making:
    """The making of vectors for one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self) -> str:
        """Whose vectors are searched; empty where there are none."""
        return await self._database.read(_current)

    async def state(self) -> MakingState:
        """How far it is."""
        return await self._database.read(_state)

    async def anew(self) -> None:
        """Has all vectors of the embedder in use made again; the old ones stay in use, each until it is replaced."""
        await self._database.write(embedders.make_anew)

    async def stop(self) -> None:
        """Has it wait until `resume`, in every program and after the next start; what is new is embedded as ever."""
        await self._database.write(embedders.stop, stopped=True)

    async def resume(self) -> None:
        """Lets it go on."""
        await self._database.write(embedders.stop, stopped=False)

    async def finish(self) -> bool:
        """Puts the coming embedder into use, if it has a vector of everything; whether it did."""
        return await self._database.write(embedders.switch)

    async def clear(self) -> bool:
        """Deletes some vectors of embedders that are not in use any more; whether there are more."""
        if not await self._database.read(_has_going):
            return False
        return await self._database.write(embedders.drop_some)


def _current(db: apsw.Connection) -> str:
    used = embedders.current(db)
    return "" if used is None else used.id


def _state(db: apsw.Connection) -> MakingState:
    items = int(value(db, "SELECT count(*) FROM items"))
    used, other = embedders.current(db), embedders.coming(db)
    made = other or used
    left = 0
    if other is not None:
        left = embedders.waiting(db, other)
    elif used is not None:
        left = embedders.waiting(db, used, bulk=True)
    return MakingState(
        items=items,
        embedded=0 if used is None else items - embedders.missing(db, used),
        current="" if used is None else used.id,
        coming="" if other is None else other.id,
        left=left,
        stopped=made is not None and made.stopped,
    )


def _has_going(db: apsw.Connection) -> bool:
    return any(each.state == "going" for each in embedders.all_embedders(db))
