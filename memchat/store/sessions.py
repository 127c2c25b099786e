"""Sessions: made, listed, named, claimed, ended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Action, Memory
from memchat.core.messages import Session
from memchat.core.times import to_unix
from memchat.store import erasing, memory_writing, session_changes, session_reading
from memchat.store.database import Database
from memchat.store.erased import check_as_of
from memchat.store.forking import fork
from memchat.store.lookup import number_of
from memchat.store.records import SESSION, session_of
from memchat.store.session_changes import change
from memchat.store.session_states import bring, session_target
from memchat.store.sql import marks, row, rows, run, storable

_EMPTY_FOR = timedelta(minutes=1)
"""How long another program gets between making a session and claiming it."""

_EMPTY = (
    "FROM sessions WHERE last_seq = 0 AND created_at < ? "
    "AND NOT EXISTS (SELECT 1 FROM claims WHERE session = number AND until > ?)"
)


class Sessions:
    """The sessions of one database; a session without messages is not listed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def create(self, *, model: str | None = None, persona: str | None = None, incognito: bool = False) -> Session:
        """Begins a session."""
        return await self._database.write(_create, model, persona, self._now, incognito=incognito)

    async def get(self, id: str) -> Session:
        """The session with this id, or the only one whose id begins so; deleted ones too.

        Raises:
            NotFound: There is none, or there are several.
        """
        return await self._database.read(_get, id)

    async def titles(self, ids: Collection[str]) -> dict[str, str]:
        """What the sessions of these ids are called, as far as they are there."""
        return await self._database.read(_titles, list(ids))

    async def latest(self) -> Session | None:
        """The session that something was last said in."""
        found = await self._database.read(session_reading.listed, [], 1, archived=False, tags=())
        return found[0] if found else None

    async def rename(
        self, id: str, title: str, *, by: Literal["default", "model", "user"], as_of: int | None = None
    ) -> Session:
        """Names a session; a title of the model's or the default never replaces the user's.

        Args:
            id: The session's.
            title: What it is called.
            by: Who names it.
            as_of: From `erasures.times`, before what it is made of was read; none for what is made of nothing.

        Raises:
            ErasedMeanwhile: Something was erased since.
        """
        return await self._database.write(_rename, id, storable(title), by, as_of, self._now)

    async def set_draft(self, id: str, text: str) -> None:
        """Keeps what stands unsent in the input; a session that is gone is let be."""
        await self._database.write(run, "UPDATE sessions SET draft = ? WHERE id = ?", storable(text), id)

    async def set_model(self, id: str, model: str | None) -> Session:
        """Notes the model that a session uses."""
        return await self._database.write(_update, id, "model = ?", (model,))

    async def set_persona(self, id: str, persona: str | None) -> Session:
        """Says whose system prompt a session uses; none for the default."""
        return await self._database.write(_changed, id, "edit", {"persona": persona}, self._now)

    async def set_system_prompt(self, id: str, text: str | None) -> Session:
        """Gives a session its own system prompt; none or no text takes it away."""
        kept = storable(text or "").strip() or None
        return await self._database.write(_changed, id, "edit", {"system_prompt": kept}, self._now)

    async def end(self, id: str) -> Session | None:
        """Closes a session; one without messages is removed, and gives none."""
        return await self._database.write(_end, id, self._now)

    async def reopen(self, id: str) -> Session:
        """Takes up a session that was ended."""
        return await self._database.write(_update, id, "ended_at = NULL", ())

    async def claim(self, id: str, owner: str, seconds: float) -> None:
        """Says that the live program `owner` has the session open for the next `seconds`."""
        await self._database.write(_claim, id, owner, self._now + seconds)

    async def release(self, id: str, owner: str) -> None:
        """Takes a claim back; one that is not there is let be."""
        await self._database.write(
            run,
            "DELETE FROM claims WHERE owner = ? AND session = (SELECT number FROM sessions WHERE id = ?)",
            owner,
            id,
        )

    async def unfinished(self, owner: str) -> list[Session]:
        """Sessions of two messages or more that went on after their session summary, oldest first.

        Those that a live program other than `owner` has open are left out.
        """
        return await self._database.read(_unfinished, owner, self._now)

    async def delete(self, id: str, *, memories: Sequence[str] = ()) -> Session:
        """Puts a session away: out of lists and recall, until it is restored, erased or purged.

        Args:
            id: The session's.
            memories: Ids of memories that are forgotten with it; what is undone brings both back.
        """
        return await self._database.write(_delete, id, memories, self._now)

    async def restore(self, id: str) -> Session:
        """Brings a deleted session back, into recall too."""
        return await self._database.write(_changed, id, "restore", {"deleted_at": None}, self._now)

    async def erase(self, id: str) -> None:
        """Removes a session and all that was taken from it, bytes included; memories stay, without its words.

        Backups made before migrations are removed too, because they hold it.
        """
        await self._database.write(erasing.erase_session, id)
        await self._database.maintain(erasing.scrub, self._database.path)

    async def purge(self, before: datetime) -> int:
        """Erases the sessions that were deleted before that moment.

        Returns:
            How many there were.
        """
        count = await self._database.write(erasing.erase_deleted, to_unix(before))
        if count:
            await self._database.maintain(erasing.scrub, self._database.path)
        return count

    async def sweep(self) -> None:
        """Removes sessions without messages that no live program has open."""
        oldest = to_unix(self._database.clock() - _EMPTY_FOR)
        # Only looking needs no lock, so that a start never waits for another program's writing.
        if await self._database.read(row, f"SELECT 1 {_EMPTY}", oldest, self._now) is not None:
            await self._database.write(run, f"DELETE {_EMPTY}", oldest, self._now)

    async def between(self, since: datetime | None, until: datetime | None, *, limit: int) -> list[Session]:
        """The sessions that went on at some time from `since` until before `until`, the newest first.

        Args:
            since: None for any time before.
            until: None for any time after.
            limit: How many at most.
        """
        return await self._database.read(session_reading.between, since, until, limit)

    async def list(
        self,
        *,
        search: str = "",
        limit: int | None = None,
        archived: bool | None = False,
        tags: Sequence[str] = (),
    ) -> list[Session]:
        """Sessions, newest first.

        Args:
            search: Words that must all be in the title, or all in one message; the last may be a beginning.
            limit: How many at most.
            archived: Whether those that are filed away are wanted, or the others; none for both.
            tags: All of which they have, whatever the case.
        """
        return await self._database.read(
            session_reading.listed,
            storable(search).split(),
            -1 if limit is None else limit,
            archived=archived,
            tags=tags,
        )

    async def set_archived(self, id: str, *, archived: bool) -> Session:
        """Files a session away, out of lists, or brings it back; recall finds what was said in it either way.

        Raises:
            NotFound: There is no such session.
        """
        return (await self.set_all_archived([id], archived=archived))[0]

    async def set_all_archived(self, ids: Sequence[str], *, archived: bool) -> Sequence[Session]:
        """Files sessions away, or brings them back, as one change.

        Raises:
            NotFound: There is no session of one of the ids; then none is changed.
        """
        return await self._database.write(_set_archived, ids, self._now, archived=archived)

    async def set_tags(self, id: str, tags: Sequence[str]) -> Session:
        """Gives a session these tags in place of those that it has.

        Raises:
            NotFound: There is no such session.
        """
        kept = {"tags": [storable(tag) for tag in tags]}
        return await self._database.write(_changed, id, "tag", kept, self._now)

    async def fork(self, id: str, message_id: str) -> Session:
        """Makes a session that begins with copies of another's messages, up to one of them.

        Raises:
            NotFound: There is no such session, or no such message in it.
        """
        return await self._database.write(_fork, id, message_id, self._now)

    async def keep_out(self, id: str, message_ids: Sequence[str], *, out: bool) -> int:
        """Takes messages out of a session's requests, or puts them back in, as one change; how many that changed.

        Raises:
            NotFound: There is no such session.
        """
        return await self._database.write(session_changes.keep_out, id, message_ids, self._now, out=out)

    async def resting(self, id: str) -> tuple[Sequence[Memory], Sequence[Memory]]:
        """The memories that rest on a session alone, and those that rest on it and on something else."""
        return await self._database.read(session_reading.resting, id)

    async def kept_out(self, id: str) -> Sequence[str]:
        """Ids of the messages that the user took out of a session's requests, the oldest first."""
        return await self._database.read(_kept_out, id)


def _by_number(db: apsw.Connection, number: int) -> Session:
    found = row(db, f"SELECT {SESSION} FROM sessions WHERE number = ?", number)
    assert found is not None
    return session_of(found)


def _create(db: apsw.Connection, model: str | None, persona: str | None, now: float, *, incognito: bool) -> Session:
    run(
        db,
        "INSERT INTO sessions (id, created_at, updated_at, model, persona, incognito) VALUES (?, ?, ?, ?, ?, ?)",
        new_id("session"),
        now,
        now,
        model,
        persona,
        int(incognito),
    )
    return _by_number(db, db.last_insert_rowid())


def _titles(db: apsw.Connection, ids: Sequence[str]) -> dict[str, str]:
    return dict(rows(db, f"SELECT id, title FROM sessions WHERE id IN ({marks(len(ids))})", *ids))


def _get(db: apsw.Connection, id: str) -> Session:
    return _by_number(db, number_of(db, "sessions", id))


def _update(db: apsw.Connection, id: str, assignment: str, values: Sequence[str | int | None]) -> Session:
    number = number_of(db, "sessions", id)
    run(db, f"UPDATE sessions SET {assignment} WHERE number = ?", *values, number)
    return _by_number(db, number)


def _rename(db: apsw.Connection, id: str, title: str, by: str, as_of: int | None, now: float) -> Session:
    check_as_of(db, as_of)
    number = number_of(db, "sessions", id)
    session = _by_number(db, number)
    named = {"title": title, "title_by": by}
    if by == "user":
        change(db, session.id, "rename", named, now)
    elif session.title_by != "user":
        bring(db, session_target(session.id), named)
    return _by_number(db, number)


def _end(db: apsw.Connection, id: str, now: float) -> Session | None:
    number = number_of(db, "sessions", id)
    if run(db, "DELETE FROM sessions WHERE number = ? AND last_seq = 0", number):
        return None
    run(db, "UPDATE sessions SET ended_at = ? WHERE number = ?", now, number)
    return _by_number(db, number)


def _claim(db: apsw.Connection, id: str, owner: str, until: float) -> None:
    number = number_of(db, "sessions", id)
    run(db, "INSERT OR REPLACE INTO claims (session, owner, until) VALUES (?, ?, ?)", number, owner, until)


def _unfinished(db: apsw.Connection, owner: str, now: float) -> list[Session]:
    found = rows(
        db,
        f"SELECT {SESSION} FROM sessions WHERE deleted_at IS NULL AND message_count >= 2 AND last_seq > summarised_to "
        "AND NOT EXISTS (SELECT 1 FROM claims WHERE session = number AND owner != ? AND until > ?) "
        "ORDER BY updated_at",
        owner,
        now,
    )
    return [session_of(each) for each in found]


def _changed(db: apsw.Connection, id: str, action: Action, values: Mapping[str, Any], now: float) -> Session:
    """Sets values of a session as one change."""
    number = number_of(db, "sessions", id)
    change(db, _by_number(db, number).id, action, values, now)
    return _by_number(db, number)


def _set_archived(db: apsw.Connection, ids: Sequence[str], now: float, *, archived: bool) -> list[Session]:
    batch = new_id("batch")
    action: Action = "archive" if archived else "restore"
    found = [_get(db, each) for each in ids]
    for session in found:
        if (session.archived_at is not None) != archived:
            change(db, session.id, action, {"archived_at": now if archived else None}, now, batch=batch)
    return [_get(db, each.id) for each in found]


def _delete(db: apsw.Connection, id: str, memories: Sequence[str], now: float) -> Session:
    number = number_of(db, "sessions", id)
    session = _by_number(db, number)
    if session.deleted_at is None:
        batch = new_id("batch")
        writer = memory_writing.pen(db, ABOUT_USER, now, batch)
        for each in memories:
            memory_writing.change(writer, each, "forget", {"status": "forgotten"})
        change(db, session.id, "delete", {"deleted_at": now}, now, batch=batch)  # the newest, by which it is named
    return _by_number(db, number)


def _fork(db: apsw.Connection, id: str, message_id: str, now: float) -> Session:
    return _by_number(db, fork(db, id, message_id, now))


def _kept_out(db: apsw.Connection, id: str) -> list[str]:
    found = rows(
        db,
        # Of the few that are kept out, not of all that a session has.
        "SELECT m.id FROM kept_out AS k CROSS JOIN messages AS m ON m.id = k.message "
        "WHERE m.session = (SELECT number FROM sessions WHERE id = ?) ORDER BY m.seq",
        id,
    )
    return [message_id for (message_id,) in found]
