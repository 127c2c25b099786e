"""The state of a session, its rolling summary included, as its history notes it and brings it back."""

import json
from collections.abc import Mapping
from typing import Any

import apsw

from memchat.store.items import drop_session_items, put_copies, put_episode, put_session_items
from memchat.store.prefixes import clear
from memchat.store.sql import row, run, value

_PREFIX = "session:"

SESSION_KEPT = (
    "title",
    "title_by",
    "archived_at",
    "deleted_at",
    "tags",
    "summary_id",
    "unfolded_to",
    "persona",
    "system_prompt",
)
"""What of a session its history brings back."""

OUTLIVED = (
    f"((target >= '{_PREFIX}' AND target < 'session;' "
    "AND json_extract(before, '$.summary_id') IS NOT json_extract(after, '$.summary_id') "
    "AND iif(undone_at IS NULL, json_extract(after, '$.summary_id'), json_extract(before, '$.summary_id')) IS NOT "
    f"(SELECT summary_id FROM sessions WHERE id = substr(target, {len(_PREFIX) + 1}))) "
    "OR (action = 'fork' AND EXISTS (SELECT 1 FROM sessions AS s "
    f"WHERE s.id = substr(changes.target, {len(_PREFIX) + 1}) AND (s.number IN (SELECT session FROM claims) "
    "OR EXISTS (SELECT 1 FROM messages AS m WHERE m.session = s.number AND m.created_at > changes.at)))))"
)
"""Of rows of `changes`, those which nothing takes back any more: of a rolling summary that was folded on since, and of
a fork that is open, or went on by itself."""


def session_target(session_id: str) -> str:
    """What a session's changes are filed under."""
    return _PREFIX + session_id


def is_session(target: str) -> bool:
    """Whether a change is one of a session."""
    return target.startswith(_PREFIX)


def drop_ended_claims(db: apsw.Connection, now: float) -> None:
    """Removes the claims of programs that ended without a word: what they had open is not open any more."""
    run(db, "DELETE FROM claims WHERE until <= ?", now)


def outlived(db: apsw.Connection, number: int) -> bool:
    """Whether the change of that number is one that nothing takes back, or makes again, any more."""
    return value(db, f"SELECT 1 FROM changes WHERE number = ? AND {OUTLIVED}", number) is not None


def snapshot(db: apsw.Connection, target: str) -> str | None:
    """The present state of a session as JSON; none when it is gone."""
    found = row(db, f"SELECT {', '.join(SESSION_KEPT)} FROM sessions WHERE id = ?", target.removeprefix(_PREFIX))
    if found is None:
        return None
    state: dict[str, Any] = dict(zip(SESSION_KEPT, found, strict=True))
    state["tags"] = json.loads(state["tags"]) if state["tags"] else []
    return json.dumps(state, ensure_ascii=False)


def bring(db: apsw.Connection, target: str, values: Mapping[str, Any]) -> None:
    """Sets values of a session without a note; the index and the requests follow. One that is gone is let be."""
    number = value(db, "SELECT number FROM sessions WHERE id = ?", target.removeprefix(_PREFIX))
    columns = dict(values)
    version = columns.get("summary_id")
    if version is not None and value(db, "SELECT 1 FROM rolling_summaries WHERE id = ?", version) is None:
        del columns["summary_id"]  # it was erased since
    if number is None or not columns:
        return
    if "tags" in columns:
        columns["tags"] = json.dumps(columns["tags"], ensure_ascii=False) if columns["tags"] else ""
    was_deleted = _deleted(db, number)
    run(
        db,
        f"UPDATE sessions SET {', '.join(f'{name} = ?' for name in columns)} WHERE number = ?",
        *columns.values(),
        number,
    )
    deleted = _deleted(db, number)
    if deleted and not was_deleted:
        drop_session_items(db, number)
        put_copies(db, number)
        # Its summary may stand in the requests of later sessions.
        clear(db)
    elif was_deleted and not deleted:
        put_session_items(db, number)
        put_copies(db, number)
    elif "title" in columns and not deleted:
        put_episode(db, number)


def _deleted(db: apsw.Connection, number: int) -> bool:
    return value(db, "SELECT deleted_at FROM sessions WHERE number = ?", number) is not None
