"""Sessions: made, listed, named, claimed, ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import apsw

from memchat.core.ids import new_id
from memchat.core.messages import Session
from memchat.core.times import to_unix
from memchat.store import erasing
from memchat.store.database import Database
from memchat.store.erased import check_as_of
from memchat.store.items import drop_session_items, put_episode, put_session_items
from memchat.store.lookup import number_of
from memchat.store.prefixes import clear
from memchat.store.records import SESSION, session_of
from memchat.store.sql import row, rows, run, storable
from memchat.store.words import folded, phrase

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

    async def latest(self) -> Session | None:
        """The session that something was last said in."""
        found = await self._database.read(_list, [], 1)
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
        return await self._database.write(_rename, id, storable(title), by, as_of)

    async def set_draft(self, id: str, text: str) -> None:
        """Keeps what stands unsent in the input; a session that is gone is let be."""
        await self._database.write(run, "UPDATE sessions SET draft = ? WHERE id = ?", storable(text), id)

    async def set_model(self, id: str, model: str | None) -> Session:
        """Notes the model that a session uses."""
        return await self._database.write(_update, id, "model = ?", (model,))

    async def set_persona(self, id: str, persona: str | None) -> Session:
        """Says whose system prompt a session uses; none for the default."""
        return await self._database.write(_update, id, "persona = ?", (persona,))

    async def set_system_prompt(self, id: str, text: str | None) -> Session:
        """Gives a session its own system prompt; none or no text takes it away."""
        kept = storable(text or "").strip() or None
        return await self._database.write(_update, id, "system_prompt = ?", (kept,))

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

    async def delete(self, id: str) -> Session:
        """Puts a session away: out of lists and recall, until it is restored, erased or purged."""
        return await self._database.write(_delete, id, self._now)

    async def restore(self, id: str) -> Session:
        """Brings a deleted session back, into recall too."""
        return await self._database.write(_restore, id)

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
        return await self._database.read(_between, since, until, limit)

    async def list(self, *, search: str = "", limit: int | None = None) -> list[Session]:
        """Sessions, newest first.

        Args:
            search: Words that must all be in the title, or all in one message; the last may be a beginning.
            limit: How many at most.
        """
        return await self._database.read(_list, storable(search).split(), -1 if limit is None else limit)


def _between(db: apsw.Connection, since: datetime | None, until: datetime | None, limit: int) -> list[Session]:
    found = rows(
        db,
        f"SELECT {SESSION} FROM sessions WHERE deleted_at IS NULL AND last_seq > 0 AND updated_at >= ? "
        "AND created_at < ? ORDER BY updated_at DESC LIMIT ?",
        to_unix(since) if since is not None else float("-inf"),
        to_unix(until) if until is not None else float("inf"),
        limit,
    )
    return [session_of(each) for each in found]


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


def _get(db: apsw.Connection, id: str) -> Session:
    return _by_number(db, number_of(db, "sessions", id))


def _list(db: apsw.Connection, words: Sequence[str], limit: int) -> list[Session]:
    where, values = "", []
    if words:
        titles = " AND ".join("instr(folded(title), ?) > 0" for _ in words)
        values = [folded(storable(word)) for word in words]
        where = f"AND (({titles})"
        query = _message_query(words)
        if query:
            where += (
                " OR number IN (SELECT i.session FROM item_words JOIN items AS i ON i.key = item_words.rowid "
                "WHERE item_words MATCH ? AND i.kind = 'message')"
            )
            values.append(query)
        where += ")"
    return [
        session_of(found)
        for found in rows(
            db,
            f"SELECT {SESSION} FROM sessions WHERE deleted_at IS NULL AND last_seq > 0 {where} "
            "ORDER BY updated_at DESC LIMIT ?",
            *values,
            limit,
        )
    ]


def _message_query(words: Sequence[str]) -> str:
    # A single Latin letter begins too many words to be worth a search.
    quoted = [phrase(word) for word in words[:-1]]
    quoted.append(phrase(words[-1], prefix=len(words[-1].encode()) > 1))
    if not all(quoted):
        return ""
    return "{body} : (" + " AND ".join(quoted) + ")"


def _update(db: apsw.Connection, id: str, assignment: str, values: Sequence[str | int | None]) -> Session:
    number = number_of(db, "sessions", id)
    run(db, f"UPDATE sessions SET {assignment} WHERE number = ?", *values, number)
    return _by_number(db, number)


def _rename(db: apsw.Connection, id: str, title: str, by: str, as_of: int | None) -> Session:
    check_as_of(db, as_of)
    number = number_of(db, "sessions", id)
    changed = run(
        db,
        "UPDATE sessions SET title = ?, title_by = ? WHERE number = ? AND (title_by != 'user' OR ? = 'user')",
        title,
        by,
        number,
        by,
    )
    if changed:
        put_episode(db, number)
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


def _delete(db: apsw.Connection, id: str, now: float) -> Session:
    number = number_of(db, "sessions", id)
    run(db, "UPDATE sessions SET deleted_at = coalesce(deleted_at, ?) WHERE number = ?", now, number)
    drop_session_items(db, number)
    clear(db)
    return _by_number(db, number)


def _restore(db: apsw.Connection, id: str) -> Session:
    number = number_of(db, "sessions", id)
    if run(db, "UPDATE sessions SET deleted_at = NULL WHERE number = ? AND deleted_at IS NOT NULL", number):
        put_session_items(db, number)
    return _by_number(db, number)
