"""Consolidations: begun, carried on after a kill, ended, taken back."""

import apsw

from memchat.core.ids import new_id
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.sql import Row, row, run
from memchat.store.values import Run

_RUN = "SELECT id, begun_at, ended_at, undone_at, progress FROM consolidations"


class Consolidations:
    """The consolidations of one database; a run's id is the batch of its changes, which `undo_batch` takes back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def begin(self) -> Run:
        """Begins one, or goes on with the one that did not come to its end."""
        return await self._database.write(_begin, self._now)

    async def progress(self, id: str, json: str) -> None:
        """Notes how far one came."""
        await self._database.write(run, "UPDATE consolidations SET progress = ? WHERE id = ?", json, id)

    async def end(self, id: str) -> None:
        """Notes that one is done."""
        await self._database.write(
            run, "UPDATE consolidations SET ended_at = ? WHERE id = ? AND ended_at IS NULL", self._now, id
        )

    async def last_ended(self) -> Run | None:
        """The one that ended last; none when there was none."""
        return await self._database.read(
            _first, f"{_RUN} WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, begun_at DESC LIMIT 1"
        )

    async def unfinished(self) -> Run | None:
        """The one that did not come to its end; none when there is none."""
        return await self._database.read(_first, _UNFINISHED)


_UNFINISHED = f"{_RUN} WHERE ended_at IS NULL AND undone_at IS NULL ORDER BY begun_at DESC LIMIT 1"


def _first(db: apsw.Connection, sql: str) -> Run | None:
    found = row(db, sql)
    return None if found is None else _run_of(found)


def _begin(db: apsw.Connection, now: float) -> Run:
    unfinished = _first(db, _UNFINISHED)
    if unfinished is not None:
        return unfinished
    run(db, "INSERT INTO consolidations (id, begun_at) VALUES (?, ?)", new_id("batch"), now)
    begun = _first(db, _UNFINISHED)
    assert begun is not None
    return begun


def _run_of(found: Row) -> Run:
    run_id, begun_at, ended_at, undone_at, progress = found
    return Run(
        id=run_id,
        begun_at=from_unix(begun_at),
        ended_at=None if ended_at is None else from_unix(ended_at),
        undone_at=None if undone_at is None else from_unix(undone_at),
        progress=progress,
    )
