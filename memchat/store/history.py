"""Every change of a memory or a profile field, and taking it back."""

import json
from typing import Any, Literal

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import Change
from memchat.store.items import put_fact, put_profile
from memchat.store.records import CHANGE, change_of
from memchat.store.sources import live_sources, profile_target, revive
from memchat.store.sql import row, rows, run

Action = Literal["add", "edit", "forget", "restore", "set", "unset"]

_KEPT = (
    "kind",
    "text",
    "normal_text",
    "status",
    "confidence",
    "origin",
    "updated_at",
    "valid_from",
    "valid_to",
    "superseded_by",
    "pinned",
)
"""What of a memory its history brings back; how often it was used only goes up."""

_PROFILE_PREFIX = profile_target("")


def snapshot(db: apsw.Connection, target: str) -> str | None:
    """The present state of a memory or a profile field as JSON; none when there is none."""
    state: dict[str, Any]
    if target.startswith(_PROFILE_PREFIX):
        found = row(
            db,
            "SELECT value, confidence, origin, updated_at FROM profile WHERE field = ?",
            target.removeprefix(_PROFILE_PREFIX),
        )
        if found is None:
            return None
        state = dict(zip(("value", "confidence", "origin", "updated_at"), found, strict=True))
    else:
        found = row(db, f"SELECT {', '.join(_KEPT)} FROM memories WHERE id = ?", target)
        if found is None:
            return None
        state = dict(zip(_KEPT, found, strict=True))
    # Quotes stay in their own table, where erasing a session finds them.
    state["sources"] = live_sources(db, target)
    return json.dumps(state, ensure_ascii=False)


def record(db: apsw.Connection, *, target: str, action: Action, actor: str, before: str | None, at: float) -> None:
    """Notes a change that was just made."""
    run(
        db,
        "INSERT INTO changes (id, target, action, actor, at, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        new_id("change"),
        target,
        action,
        actor,
        at,
        before,
        snapshot(db, target),
    )


def history(db: apsw.Connection, target: str) -> list[Change]:
    """The changes of a memory or a profile field, oldest first, with those that were undone."""
    found = rows(db, f"SELECT {CHANGE} FROM changes WHERE target = ? ORDER BY number", target)
    return [change_of(each) for each in found]


def undo(db: apsw.Connection, now: float) -> Change | None:
    """Takes the newest change back that stands.

    A memory whose addition is taken back is forgotten, not removed: its history still shows it.

    Returns:
        The change; none when there is none.
    """
    found = row(
        db,
        f"SELECT number, {CHANGE} FROM changes WHERE undone_at IS NULL ORDER BY number DESC LIMIT 1",
    )
    if found is None:
        return None
    number, change = found[0], change_of(found[1:])
    if change.target.startswith(_PROFILE_PREFIX):
        _bring_back_field(db, change)
    else:
        _bring_back_memory(db, change, now)
    run(db, "UPDATE changes SET undone_at = ? WHERE number = ?", now, number)
    return change_of(row(db, f"SELECT {CHANGE} FROM changes WHERE number = ?", number) or ())


def _bring_back_memory(db: apsw.Connection, change: Change, now: float) -> None:
    if change.before is None:
        run(db, "UPDATE memories SET status = 'forgotten', updated_at = ? WHERE id = ?", now, change.target)
    else:
        state = json.loads(change.before)
        assignments = ", ".join(f"{column} = ?" for column in _KEPT)
        run(
            db,
            f"UPDATE memories SET {assignments} WHERE id = ?",
            *(state[column] for column in _KEPT),
            change.target,
        )
        revive(db, change.target, state["sources"])
    put_fact(db, change.target)


def _bring_back_field(db: apsw.Connection, change: Change) -> None:
    field = change.target.removeprefix(_PROFILE_PREFIX)
    run(db, "DELETE FROM profile WHERE field = ?", field)
    state = json.loads(change.before) if change.before else {"sources": []}
    if change.before:
        run(
            db,
            "INSERT INTO profile (field, value, confidence, origin, updated_at) VALUES (?, ?, ?, ?, ?)",
            field,
            state["value"],
            state["confidence"],
            state["origin"],
            state["updated_at"],
        )
    revive(db, change.target, state["sources"])
    put_profile(db, field)
