"""Whether another program changed what is remembered."""

from dataclasses import dataclass

import apsw

from memchat.store.database import Database
from memchat.store.erased import times_erased
from memchat.store.sql import rows, value


@dataclass(frozen=True, slots=True)
class State:
    """What tells one state of the database from another.

    Attributes:
        others: Grows when another program writes anything, such as that it is still there.
        changed: The newest change, how often something was taken back, and how often something was erased.
    """

    others: int
    changed: tuple[int, int, int]


class Watching:
    """Looks at one database. The connection that writes is asked, since SQLite tells it of what all others wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, before: State | None = None) -> State:
        """The state now.

        Args:
            before: Where no other program wrote since, no more is read, and it is this one.
        """
        return await self._database.maintain(_state, before)


def _state(db: apsw.Connection, before: State | None) -> State:
    others = int(value(db, "PRAGMA data_version"))
    if before is not None and before.others == others:
        return before
    ((newest, undone),) = rows(
        db,
        "SELECT (SELECT coalesce(max(number), 0) FROM changes), "
        "(SELECT coalesce(max(undoing), 0) FROM changes WHERE undoing IS NOT NULL)",
    )
    return State(others, (newest, undone, times_erased(db)))
