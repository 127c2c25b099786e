"""What a session does not recall, with its history."""

from collections.abc import Collection, Sequence

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Action
from memchat.core.times import to_unix
from memchat.store.database import Database
from memchat.store.history import record
from memchat.store.lookup import number_of
from memchat.store.sql import marks, rows, run, value
from memchat.store.states import put_row, snapshot, target_of


class Mutes:
    """What the sessions of one database mute; a session that is erased takes its mutes along."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def of(self, session_id: str) -> frozenset[str]:
        """Ids of the memories, messages and episodes that a session does not recall."""
        return await self._database.read(_of, session_id)

    async def hidden(self, session_id: str) -> frozenset[str]:
        """What recall is to pass over for a session: what it mutes, and the messages that muted memories rest on."""
        return await self._database.read(_hidden, session_id)

    async def resting_on(self, refs: Collection[str]) -> frozenset[str]:
        """`refs`, and the messages that the memories among them rest on."""
        return await self._database.read(_resting_on, frozenset(refs))

    async def add(self, session_id: str, *refs: str) -> bool:
        """Keeps something out of what a session recalls, as one change; whether that changed anything.

        Args:
            session_id: The session's id, or the beginning of one that is unique.
            refs: Ids of memories, of messages, or for episodes of their sessions.

        Raises:
            NotFound: There is no such session.
        """
        return await self._database.write(_set, session_id, refs, self._now, muted=True)

    async def drop(self, session_id: str, *refs: str) -> bool:
        """Lets a session recall something again, as one change; whether that changed anything.

        Args:
            session_id: As in `add`.
            refs: As in `add`.

        Raises:
            NotFound: There is no such session.
        """
        return await self._database.write(_set, session_id, refs, self._now, muted=False)


def _of(db: apsw.Connection, session_id: str) -> frozenset[str]:
    return frozenset(ref for (ref,) in rows(db, "SELECT ref FROM mutes WHERE session = ?", session_id))


def _hidden(db: apsw.Connection, session_id: str) -> frozenset[str]:
    return _resting_on(db, _of(db, session_id))


def _resting_on(db: apsw.Connection, refs: frozenset[str]) -> frozenset[str]:
    if not refs:
        return refs
    said = rows(
        db,
        f"SELECT message_id FROM sources WHERE target IN ({marks(len(refs))}) AND live AND message_id IS NOT NULL",
        *refs,
    )
    return refs | {message_id for (message_id,) in said}


def _set(db: apsw.Connection, given: str, refs: Sequence[str], now: float, *, muted: bool) -> bool:
    session_id = str(value(db, "SELECT id FROM sessions WHERE number = ?", number_of(db, "sessions", given)))
    action: Action = "mute" if muted else "unmute"
    batch, changed = new_id("batch"), False
    for ref in refs:
        target = target_of("mute", session_id, ref)
        before = snapshot(db, target)
        if (before is not None) == muted:
            continue
        if muted:
            run(db, "INSERT INTO mutes (session, ref, at) VALUES (?, ?, ?)", session_id, ref, now)
        else:
            put_row(db, target, None)
        record(db, target=target, action=action, actor=ABOUT_USER, before=before, at=now, batch=batch)
        changed = True
    return changed
