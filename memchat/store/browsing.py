"""Looking through all that is remembered, as rows, in one query; and where something was used."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import apsw

from memchat.core.browsing import LONGEST_TEXT, MemoryRow, Order, Use, Wanted
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.lookup import number_of
from memchat.store.sql import Row, marks, rows, storable, value
from memchat.store.words import folded

_SAID = 200
_OF_SESSIONS = frozenset(("summary", "episode"))
_MOST_USES = 200

_ROWS = f"""
SELECT id, iif(field IS NULL, kind, 'profile') AS kind, substr(text, 1, {LONGEST_TEXT}) AS text, status, confidence,
    origin, observed_at, updated_at, last_used_at, use_count, pinned, field, subject, attribute, valid_to
FROM memories
UNION ALL
SELECT s.id, 'summary', substr(r.text, 1, {LONGEST_TEXT}), 'active', 1.0, iif(r.model IS NULL, 'user', 'assistant'),
    r.created_at, r.created_at, NULL, 0, 0, NULL, '', '', NULL
FROM sessions AS s JOIN rolling_summaries AS r ON r.id = s.summary_id WHERE s.deleted_at IS NULL
UNION ALL
SELECT s.id, 'episode', substr(e.text, 1, {LONGEST_TEXT}), 'active', 1.0, iif(e.model IS NULL, 'user', 'assistant'),
    e.session_at, e.created_at, NULL,
    (SELECT count(*) FROM recalled_items WHERE ref = s.id AND kind = 'episode' AND in_plan), 0, NULL, '', '', NULL
FROM session_summaries AS e JOIN sessions AS s ON s.number = e.session WHERE s.deleted_at IS NULL
"""
"""Without where each was said: that is put to them afterwards, in half the time that a join takes."""

_SORTED: dict[Order, str] = {
    "newest": "observed_at DESC",
    "oldest": "observed_at",
    "used": "use_count DESC, last_used_at DESC",
    "unused": "use_count, last_used_at IS NOT NULL, last_used_at",
    "sure": "confidence DESC, observed_at DESC",
    "unsure": "confidence, observed_at DESC",
    "expiring": "valid_to IS NULL, valid_to, observed_at DESC",
}


class Browsing:
    """All rows of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self) -> list[MemoryRow]:
        """Everything that is remembered or was, the newest first."""
        return await self._database.read(_page, Wanted(), 0.0)

    async def page(self, wanted: Wanted) -> list[MemoryRow]:
        """What is wanted, as it is sorted."""
        return await self._database.read(_page, wanted, to_unix(self._database.clock()))

    async def uses(self, id: str, *, limit: int = _MOST_USES) -> list[Use]:
        """The turns whose request something was in because it was recalled, the newest first.

        Args:
            id: The memory's, or of an episode the session's; what a memory was merged from counts with it.
            limit: How many at most.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.read(_uses, id, limit)


def _page(db: apsw.Connection, wanted: Wanted, now: float) -> list[MemoryRow]:
    conditions, values = _conditions(wanted, now)
    found = rows(
        db,
        f"SELECT * FROM ({_ROWS}){' WHERE ' if conditions else ''}{' AND '.join(conditions)} "
        f"ORDER BY {_SORTED[wanted.order]}, id LIMIT ? OFFSET ?",
        *values,
        -1 if wanted.limit is None else wanted.limit,
        wanted.offset,
    )
    listed = list(found)
    said = _first_said(db, None if wanted.limit is None else [each[0] for each in listed])
    titles = dict(db.execute("SELECT id, title FROM sessions"))
    return _told(listed, said, titles)


def _told(
    found: Sequence[Row], said: Mapping[str, tuple[str | None, str | None]], titles: Mapping[str, str]
) -> list[MemoryRow]:
    """The rows as values; written for speed, since there are tens of thousands."""
    moment, new, nowhere = datetime.fromtimestamp, tuple.__new__, (None, None)
    told: list[MemoryRow] = []
    for id_, kind, text, status, sure, origin, seen, changed, used, count, pinned, field, subject, about, end in found:
        session, message = (id_, None) if kind in _OF_SESSIONS else said.get(id_, nowhere)
        values = (
            *(id_, kind, text, status, sure, origin, moment(seen, UTC), moment(changed, UTC)),
            None if used is None else moment(used, UTC),
            *(count, pinned == 1, field, subject, about, session, message),
            titles.get(session, "") if session else "",
            None if end is None else moment(end, UTC),
        )
        told.append(new(MemoryRow, values))
    return told


def _first_said(db: apsw.Connection, ids: Sequence[str] | None) -> dict[str, tuple[str | None, str | None]]:
    """The session and the message of each memory's first source, of these or of all."""
    if ids is None:
        found = rows(db, "SELECT target, session_id, message_id FROM sources WHERE live ORDER BY number DESC")
    else:
        found = rows(
            db,
            "SELECT target, session_id, message_id FROM sources WHERE target IN (SELECT value FROM json_each(?)) "
            "AND live ORDER BY number DESC",
            json.dumps(list(ids)),
        )
    return {target: (session_id, message_id) for target, session_id, message_id in found}


def _conditions(wanted: Wanted, now: float) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, *given: Any) -> None:
        conditions.append(condition)
        values.extend(given)

    columns: tuple[tuple[str, Sequence[str]], ...] = (
        ("kind", wanted.kinds),
        ("status", wanted.statuses),
        ("origin", wanted.origins),
    )
    if wanted.session_id is not None:
        add("(id = ?1 OR id IN (SELECT target FROM sources WHERE session_id = ?1 AND live))", wanted.session_id)
    for column, chosen in columns:
        if chosen:
            add(f"{column} IN ({marks(len(chosen))})", *chosen)
    for word in wanted.search.split():
        add("instr(folded(text), ?) > 0", folded(storable(word)))
    if wanted.subject is not None:
        add("folded(subject) = ?", folded(storable(wanted.subject)))
    if wanted.pinned is not None:
        add("pinned = ?", int(wanted.pinned))
    if wanted.never_used:
        add("use_count = 0")
    if wanted.below is not None:
        add("confidence < ?", wanted.below)
    if wanted.expires_before is not None:
        add("status = 'active' AND valid_to > ? AND valid_to < ?", now, to_unix(wanted.expires_before))
    if wanted.since is not None:
        add("observed_at >= ?", to_unix(wanted.since))
    if wanted.until is not None:
        add("observed_at < ?", to_unix(wanted.until))
    return conditions, values


def _uses(db: apsw.Connection, given: str, limit: int) -> list[Use]:
    if value(db, "SELECT 1 FROM sessions WHERE id = ?", given):
        target = given
    else:
        target = str(value(db, "SELECT id FROM memories WHERE number = ?", number_of(db, "memories", given)))
    found = rows(
        db,
        "WITH RECURSIVE whole (id) AS (VALUES (?1) UNION SELECT l.part FROM lineage AS l JOIN whole ON l.memory = id) "
        f"SELECT m.id, s.id, s.title, substr(m.text, 1, {_SAID}), m.created_at, r.score, r.parts "
        "FROM whole CROSS JOIN recalled_items AS r ON r.ref = whole.id AND r.in_plan "
        "CROSS JOIN messages AS m ON m.id = r.message_id CROSS JOIN sessions AS s ON s.number = m.session "
        "WHERE s.deleted_at IS NULL ORDER BY m.created_at DESC, r.score DESC LIMIT ?2",
        target,
        limit,
    )
    return [
        Use(
            message_id=message_id,
            session_id=session_id,
            title=title,
            said=said,
            at=from_unix(at),
            score=score,
            parts=json.loads(parts),
        )
        for message_id, session_id, title, said, at, score, parts in found
    ]
