"""Listing sessions: by what was said in them, by tags, by time."""

from collections.abc import Sequence
from datetime import datetime

import apsw

from memchat.core.memories import Memory
from memchat.core.messages import Session
from memchat.core.times import to_unix
from memchat.store.memory_reading import by_ids
from memchat.store.records import SESSION, session_of
from memchat.store.sql import rows, storable
from memchat.store.words import folded, phrase

_SAID = (
    "WITH said AS (SELECT i.session, i.ref FROM item_words JOIN items AS i ON i.key = item_words.rowid "
    "WHERE item_words MATCH ? AND i.kind = 'message') "
    "SELECT session FROM said UNION SELECT c.session FROM said JOIN messages AS c ON c.copy_of_id = said.ref"
)
"""Numbers of the sessions with certain words in a message, or in what it is a copy of."""


def between(db: apsw.Connection, since: datetime | None, until: datetime | None, limit: int) -> list[Session]:
    """The sessions that went on in a time, the newest first."""
    found = rows(
        db,
        f"SELECT {SESSION} FROM sessions WHERE deleted_at IS NULL AND last_seq > 0 AND updated_at >= ? "
        "AND created_at < ? ORDER BY updated_at DESC LIMIT ?",
        to_unix(since) if since is not None else float("-inf"),
        to_unix(until) if until is not None else float("inf"),
        limit,
    )
    return [session_of(each) for each in found]


def listed(
    db: apsw.Connection, words: Sequence[str], limit: int, *, archived: bool | None, tags: Sequence[str]
) -> list[Session]:
    """Sessions, the newest first.

    Args:
        db: A connection.
        words: All of them in the title, or all in one message; the last may be a beginning.
        limit: How many at most; -1 for all.
        archived: Whether those that are filed away are wanted, or the others; none for both.
        tags: All of which they have, whatever the case.
    """
    where, values = "", []
    if archived is not None:
        where = f"AND archived_at IS {'NOT ' if archived else ''}NULL "
    for tag in tags:
        where += "AND tags != '' AND EXISTS (SELECT 1 FROM json_each(tags) WHERE folded(value) = ?) "
        values.append(folded(storable(tag)))
    if words:
        titles = " AND ".join("instr(folded(title), ?) > 0" for _ in words)
        values += [folded(storable(word)) for word in words]
        where += f"AND (({titles})"
        query = _message_query(words)
        if query:
            where += f" OR number IN ({_SAID})"
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


def resting(db: apsw.Connection, session_id: str) -> tuple[list[Memory], list[Memory]]:
    """The memories that rest on a session alone, and those that rest on it and on something else, the oldest first."""
    alone: list[str] = []
    partly: list[str] = []
    for memory_id, elsewhere in rows(
        db,
        "SELECT m.id, EXISTS (SELECT 1 FROM sources WHERE target = m.id AND live AND session_id IS NOT ?1) "
        "FROM memories AS m WHERE m.id IN (SELECT target FROM sources WHERE session_id = ?1 AND live) "
        "ORDER BY m.number",
        session_id,
    ):
        (partly if elsewhere else alone).append(memory_id)
    return by_ids(db, alone), by_ids(db, partly)


def _message_query(words: Sequence[str]) -> str:
    # A single Latin letter begins too many words to be worth a search.
    quoted = [phrase(word) for word in words[:-1]]
    quoted.append(phrase(words[-1], prefix=len(words[-1].encode()) > 1))
    if not all(quoted):
        return ""
    return "{body} : (" + " AND ".join(quoted) + ")"
