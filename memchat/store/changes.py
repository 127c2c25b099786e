"""What was changed, by whom, and taking it back."""

from collections.abc import Mapping
from datetime import datetime

import apsw

from memchat.core.memories import Change
from memchat.core.times import from_unix, to_unix
from memchat.store import history, undoing
from memchat.store.database import Database
from memchat.store.sql import value


class Changes:
    """The history of one database: of memories, of rules, of what a session leaves out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def history(self, target: str) -> list[Change]:
        """The changes of a memory or of all values of `profile:FIELD`, oldest first."""
        return await self._database.read(history.history, target)

    async def changes(self, *, limit: int = 100, offset: int = 0) -> list[Change]:
        """The latest changes of everything that has a history, the newest first, with those that were undone.

        Args:
            limit: How many at most.
            offset: How many newer ones to leave out.
        """
        return await self._database.read(history.newest, limit, offset)

    async def handled(self) -> Mapping[str, datetime]:
        """When the user last changed each memory in use that they ever changed, or took back what was changed of it."""
        found = await self._database.read(history.handled)
        return {target: from_unix(moment) for target, moment in found.items()}

    async def together(self, change: Change) -> int:
        """How many other changes were made together with one, and taken back with it where it was."""
        return await self._database.read(_together, change)

    async def undo(self) -> Change | None:
        """Takes the newest change back that still stands, with those that were made together with it.

        Returns:
            The newest of them; none when there is none.
        """
        return await self._database.write(undoing.undo, self._now)

    async def undo_batch(self, batch: str) -> list[Change]:
        """Takes back all changes that were made together and still stand, oldest first.

        Raises:
            MemchatError: Something that they changed was changed again since.
        """
        return await self._database.write(undoing.undo_batch, batch, self._now)

    async def undo_change(self, change_id: str) -> Change:
        """Takes one change back, with what was made together with it and was not changed since.

        Args:
            change_id: Its id, or the beginning of one that is unique.

        Raises:
            NotFound: There is no such change.
            MemchatError: It was taken back already, or what it changed was changed again since.
        """
        return await self._database.write(undoing.undo_change, change_id, self._now)

    async def redo(self) -> Change | None:
        """Makes again what was taken back last, unless the user changed something since.

        Returns:
            The newest of the changes, as it was made now; none when there is nothing to make again.

        Raises:
            MemchatError: What would come back was changed again since, by learning.
        """
        return await self._database.write(undoing.redo, self._now)


def _together(db: apsw.Connection, change: Change) -> int:
    counted = value(
        db,
        "SELECT count(*) FROM changes WHERE batch = ?1 AND id != ?2 "
        "AND undone_at IS (SELECT undone_at FROM changes WHERE id = ?2)",
        change.batch,
        change.id,
    )
    return int(counted)
