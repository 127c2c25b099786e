"""Active memories that contradict each other, for the user to settle."""

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Conflict
from memchat.core.times import from_unix, to_unix
from memchat.store import memory_reading as reading
from memchat.store.database import Database
from memchat.store.history import record
from memchat.store.sql import rows, run, storable, value
from memchat.store.states import snapshot, target_of


class Conflicts:
    """The conflicts of one database; one is gone once either of its memories is no longer active."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def add(self, first: str, second: str, why: str) -> Conflict | None:
        """Notes that two memories contradict each other; a pair that was settled is not asked about again.

        Args:
            first: The id of one.
            second: The id of the other.
            why: In a sentence.

        Returns:
            The conflict; none when it was settled, or one of them is not active.
        """
        pair = min(first, second), max(first, second)
        return await self._database.write(_add, pair, storable(why), self._now)

    async def open(self) -> list[Conflict]:
        """Those that are not settled, the oldest first."""
        return await self._database.read(_open)

    async def resolve(self, id: str) -> None:
        """Notes that the user settled one; one that is gone is let be."""
        await self._database.write(_resolve, id, self._now)


def _resolve(db: apsw.Connection, conflict_id: str, now: float) -> None:
    target = target_of("conflict", conflict_id)
    before = snapshot(db, target)
    if run(db, "UPDATE conflicts SET resolved_at = ? WHERE id = ? AND resolved_at IS NULL", now, conflict_id):
        record(db, target=target, action="settle", actor=ABOUT_USER, before=before, at=now)


def _add(db: apsw.Connection, pair: tuple[str, str], why: str, now: float) -> Conflict | None:
    first, second = pair
    active = value(db, "SELECT count(*) FROM memories WHERE id IN (?, ?) AND status = 'active'", first, second)
    if active < len(pair):
        return None
    run(
        db,
        "INSERT INTO conflicts (id, first, second, why, found_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        new_id("conflict"),
        first,
        second,
        why,
        now,
    )
    found = _open(db, " AND c.first = ? AND c.second = ?", first, second)
    return found[0] if found else None


def _open(db: apsw.Connection, condition: str = "", *values: str) -> list[Conflict]:
    found = list(
        rows(
            db,
            "SELECT c.id, c.first, c.second, c.why, c.found_at FROM conflicts AS c "
            # In this order: the other way round all memories are read.
            "CROSS JOIN memories AS f ON f.id = c.first AND f.status = 'active' "
            "CROSS JOIN memories AS s ON s.id = c.second AND s.status = 'active' "
            f"WHERE c.resolved_at IS NULL{condition} ORDER BY c.found_at, c.id",
            *values,
        )
    )
    known = {memory.id: memory for memory in reading.by_ids(db, [each[place] for each in found for place in (1, 2)])}
    return [
        Conflict(id=conflict_id, first=known[first], second=known[second], why=why, found_at=from_unix(found_at))
        for conflict_id, first, second, why, found_at in found
    ]
