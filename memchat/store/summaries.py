"""Rolling summaries with their versions, and session summaries."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import apsw

from memchat.core.errors import NotFound
from memchat.core.ids import new_id
from memchat.core.messages import RollingSummary, Session, SessionSummary
from memchat.core.times import to_unix
from memchat.store.database import Database
from memchat.store.erased import check_as_of
from memchat.store.items import put_episode
from memchat.store.lookup import number_of
from memchat.store.records import EPISODE, ROLLING, episode_of, rolling_of
from memchat.store.session_changes import change
from memchat.store.sql import row, rows, run, storable, value

_ROLLING = f"SELECT {ROLLING} FROM sessions AS s JOIN rolling_summaries AS r ON r.session = s.number"
_HOLDING = f"SELECT {ROLLING} FROM sessions AS s JOIN rolling_summaries AS r ON r.id = s.summary_id"
_EPISODE = f"SELECT {EPISODE} FROM sessions AS s JOIN session_summaries AS e ON e.session = s.number"


class Summaries:
    """What sessions were folded into, and what finished ones came to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def latest(self, session_id: str) -> RollingSummary | None:
        """The rolling summary that holds."""
        return await self._database.read(_latest, session_id)

    async def history(self, session_id: str) -> list[RollingSummary]:
        """All versions of a session's rolling summary, oldest first, those that were taken back among them."""
        return await self._database.read(
            lambda db: [
                rolling_of(each) for each in rows(db, f"{_ROLLING} WHERE s.id = ? ORDER BY r.number", session_id)
            ]
        )

    async def add(
        self,
        *,
        session_id: str,
        text: str,
        from_seq: int,
        to_seq: int,
        tokens: int,
        model: str | None,
        previous_id: str | None,
        as_of: int | None = None,
    ) -> RollingSummary | None:
        """Stores the result of a fold, unless another one came before it.

        Args:
            session_id: Whose.
            text: The summary.
            from_seq: The first message that it covers.
            to_seq: The last message that it covers.
            tokens: Its length in o200k_base tokens.
            model: Who wrote it.
            previous_id: The version that it was merged with; none for the first.
            as_of: From `erasures.times`, before the messages were read; none asks for nothing.

        Returns:
            The new version; none when `previous_id` is no longer the latest.

        Raises:
            NotFound: There is no such session.
            ErasedMeanwhile: Something was erased since they were read.
        """
        new = RollingSummary(
            id=new_id("summary"),
            session_id=session_id,
            text=storable(text),
            from_seq=from_seq,
            to_seq=to_seq,
            tokens=tokens,
            created_at=self._database.clock(),
            model=model,
            previous_id=previous_id,
        )
        return await self._database.write(_add, new, as_of)

    async def edit(self, session_id: str, text: str, tokens: int) -> RollingSummary:
        """Stores the user's wording as a new version that covers the same messages.

        Raises:
            NotFound: The session has no rolling summary.
        """
        return await self._database.write(_edit, session_id, storable(text), tokens, self._database.clock())

    async def hold(
        self, session_id: str, version: str | None, *, action: Literal["revert", "unfold"], seen: str | None
    ) -> bool:
        """Lets another version of the rolling summary hold; messages that it does not cover are in the buffer again.

        Args:
            session_id: Whose.
            version: The version's id; none where nothing is to be folded.
            action: What its history calls this.
            seen: The version that held when this was decided.

        Returns:
            Whether it holds now; false when another one than `seen` held.

        Raises:
            NotFound: There is no such session, or no such version of it.
        """
        return await self._database.write(_hold, session_id, version, action, seen, self._now)

    async def note_fold(self, session_id: str, before: str | None) -> None:
        """Keeps in the history that the user had the session folded, `before` being the version that held."""
        await self._database.write(_note_fold, session_id, before, self._now)

    async def of_session(self, session_id: str) -> SessionSummary | None:
        """A session's own summary."""
        found = await self._database.read(row, f"{_EPISODE} WHERE s.id = ?", session_id)
        return None if found is None else episode_of(found)

    async def put_session(
        self, *, session_id: str, text: str, to_seq: int, tokens: int, model: str | None, as_of: int | None = None
    ) -> SessionSummary:
        """Stores and indexes what a session came to, unless what is there knows of later messages.

        Args:
            session_id: Whose.
            text: What it came to.
            to_seq: The last message that it knows of.
            tokens: Its length in o200k_base tokens.
            model: Who wrote it.
            as_of: As in `add`.

        Raises:
            NotFound: There is no such session.
            ErasedMeanwhile: Something was erased since it was read.
        """
        return await self._database.write(_put, session_id, storable(text), to_seq, tokens, model, self._now, as_of)

    async def recent(self, *, before: Session, limit: int) -> list[SessionSummary]:
        """The summaries of the newest sessions begun before `before`, oldest first."""
        return await self._database.read(_recent, before, limit)

    async def made_since(self, moment: datetime, *, limit: int) -> list[SessionSummary]:
        """The newest summaries of sessions that were made or made again since `moment`, newest first."""
        return await self._database.read(_made_since, to_unix(moment), limit)


def _latest(db: apsw.Connection, session_id: str) -> RollingSummary | None:
    found = row(db, f"{_HOLDING} WHERE s.id = ?", session_id)
    return None if found is None else rolling_of(found)


def _add(db: apsw.Connection, new: RollingSummary, as_of: int | None = None) -> RollingSummary | None:
    check_as_of(db, as_of)
    session = number_of(db, "sessions", new.session_id)
    latest = _latest(db, new.session_id)
    if (latest.id if latest else None) != new.previous_id:
        return None
    run(
        db,
        "INSERT INTO rolling_summaries (id, session, text, from_seq, to_seq, tokens, created_at, model, previous_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new.id,
        session,
        new.text,
        new.from_seq,
        new.to_seq,
        new.tokens,
        to_unix(new.created_at),
        new.model,
        new.previous_id,
    )
    unfolded_to = "unfolded_to" if latest is not None and latest.to_seq >= new.to_seq else "0"
    run(db, f"UPDATE sessions SET summary_id = ?, unfolded_to = {unfolded_to} WHERE number = ?", new.id, session)
    return new


def _hold(
    db: apsw.Connection,
    session_id: str,
    version: str | None,
    action: Literal["revert", "unfold"],
    seen: str | None,
    now: float,
) -> bool:
    session = number_of(db, "sessions", session_id)
    if value(db, "SELECT summary_id FROM sessions WHERE number = ?", session) != seen:
        return False
    covered = value(db, "SELECT to_seq FROM rolling_summaries WHERE id = ?", seen) or 0
    left = 0
    if version is not None:
        left = value(db, "SELECT to_seq FROM rolling_summaries WHERE id = ? AND session = ?", version, session)
        if left is None:
            raise NotFound(
                "The summary has no such version.",
                "`memchat summary history SESSION` lists those that it has.",
                on_screen="f3 shows the one that holds.",
            )
    values: dict[str, Any] = {"summary_id": version}
    if left < covered:
        values["unfolded_to"] = value(db, "SELECT last_seq FROM sessions WHERE number = ?", session)
    change(db, session_id, action, values, now)
    return True


def _note_fold(db: apsw.Connection, session_id: str, before: str | None, now: float) -> None:
    """As if the fold were made now: what held before is put back for a moment, inside the transaction.

    What it folded counts as unfolded by the user once this is taken back, so that it is not folded again at once.
    """
    after = value(db, "SELECT summary_id FROM sessions WHERE id = ?", session_id)
    run(db, "UPDATE sessions SET summary_id = ?, unfolded_to = last_seq WHERE id = ?", before, session_id)
    change(db, session_id, "fold", {"summary_id": after, "unfolded_to": 0}, now)


def _edit(db: apsw.Connection, session_id: str, text: str, tokens: int, at: datetime) -> RollingSummary:
    old = _latest(db, session_id)
    if old is None:
        raise NotFound("This session has no summary yet.", "One is made once the conversation is long enough.")
    new = replace(old, id=new_id("summary"), text=text, tokens=tokens, created_at=at, model=None, previous_id=old.id)
    _add(db, new)
    run(db, "UPDATE sessions SET summary_id = ? WHERE id = ?", old.id, session_id)
    change(db, session_id, "edit", {"summary_id": new.id}, to_unix(at))
    return new


def _put(
    db: apsw.Connection,
    session_id: str,
    text: str,
    to_seq: int,
    tokens: int,
    model: str | None,
    now: float,
    as_of: int | None,
) -> SessionSummary:
    check_as_of(db, as_of)
    session = number_of(db, "sessions", session_id)
    run(
        db,
        "INSERT INTO session_summaries (session, text, to_seq, tokens, session_at, created_at, model) "
        "SELECT number, ?, ?, ?, created_at, ?, ? FROM sessions WHERE number = ? "
        "ON CONFLICT DO UPDATE SET text = excluded.text, to_seq = excluded.to_seq, tokens = excluded.tokens, "
        "created_at = excluded.created_at, model = excluded.model WHERE excluded.to_seq >= to_seq",
        text,
        to_seq,
        tokens,
        now,
        model,
        session,
    )
    run(db, "UPDATE sessions SET summarised_to = max(summarised_to, ?) WHERE number = ?", to_seq, session)
    put_episode(db, session)
    found = row(db, f"{_EPISODE} WHERE s.number = ?", session)
    assert found is not None
    return episode_of(found)


def _made_since(db: apsw.Connection, moment: float, limit: int) -> list[SessionSummary]:
    found = rows(
        db,
        f"{_EPISODE} WHERE e.created_at >= ? AND s.deleted_at IS NULL ORDER BY e.created_at DESC LIMIT ?",
        moment,
        limit,
    )
    return [episode_of(each) for each in found]


def _recent(db: apsw.Connection, before: Session, limit: int) -> list[SessionSummary]:
    found = rows(
        db,
        f"{_EPISODE} WHERE e.session_at < ? AND s.deleted_at IS NULL AND s.id != ? ORDER BY e.session_at DESC LIMIT ?",
        to_unix(before.created_at),
        before.id,
        limit,
    )
    return [episode_of(each) for each in found][::-1]
