"""The part of each session's request that stays the same from one fold to the next."""

import json
from collections.abc import Mapping
from typing import Any

import apsw

from memchat.core.ids import new_id
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.sql import row, run
from memchat.store.values import Prefix

_TICKET = "ticket"
"""Stands alone in the content of a prefix that is being made."""


class Prefixes:
    """The prefixes of one database.

    A change of a memory or of the profile by the user takes all of them away, so that the next request shows it; what
    learning changes leaves them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, session_id: str) -> Prefix | None:
        """A session's prefix; none when it is to be made anew."""
        return await self._database.read(_get, session_id)

    async def begin(self, session_id: str) -> str:
        """Says that a session's prefix is about to be made, before what goes into it is read.

        Returns:
            What `put` is to be given: what the user changes or erases in between takes it away.
        """
        ticket = new_id("prefix")
        await self._database.write(
            run,
            "INSERT OR REPLACE INTO prefixes (session, summary_id, content, made_at) "
            "SELECT number, NULL, ?, ? FROM sessions WHERE id = ?",
            json.dumps({_TICKET: ticket}),
            to_unix(self._database.clock()),
            session_id,
        )
        return ticket

    async def put(self, session_id: str, summary_id: str | None, content: Mapping[str, Any], *, ticket: str) -> bool:
        """Keeps a session's prefix, unless what is known was changed by the user since it was begun.

        Args:
            session_id: Whose.
            summary_id: The rolling summary that it was made with.
            content: JSON values.
            ticket: From `begin`.

        Returns:
            Whether it is kept.
        """
        kept = await self._database.write(
            run,
            "UPDATE prefixes SET summary_id = ?, content = ?, made_at = ? "
            "WHERE session = (SELECT number FROM sessions WHERE id = ?) AND content = ?",
            summary_id,
            json.dumps(dict(content)),
            to_unix(self._database.clock()),
            session_id,
            json.dumps({_TICKET: ticket}),
        )
        return bool(kept)

    async def clear(self) -> None:
        """Takes all of them away."""
        await self._database.write(clear)


def clear(db: apsw.Connection) -> None:
    """Takes all prefixes away."""
    run(db, "DELETE FROM prefixes")


def _get(db: apsw.Connection, session_id: str) -> Prefix | None:
    found = row(
        db,
        "SELECT p.summary_id, p.content, p.made_at FROM prefixes AS p JOIN sessions AS s ON s.number = p.session "
        "WHERE s.id = ?",
        session_id,
    )
    if found is None:
        return None
    content = json.loads(found[1])
    if _TICKET in content:
        return None
    return Prefix(summary_id=found[0], content=content, made_at=from_unix(found[2]))
