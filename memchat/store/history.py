"""Every change of a memory, of a rule, of what a session mutes: who, when, from what, to what."""

import json

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Action, Change
from memchat.store.prefixes import clear
from memchat.store.records import CHANGE, change_of
from memchat.store.sources import PROFILE_PREFIX
from memchat.store.sql import rows, run
from memchat.store.states import snapshot

__all__ = ["end_redo", "handled", "history", "newest", "record", "snapshot"]


def record(
    db: apsw.Connection,
    *,
    target: str,
    action: Action,
    actor: str,
    before: str | None,
    at: float,
    batch: str | None = None,
    again: bool = False,
    shows: bool = True,
    file: str = "",
) -> None:
    """Notes a change that was just made; what the user changes shows in the next request.

    Args:
        db: A connection in the transaction that made it.
        target: The memory's id, or `BOOK:KEY`.
        action: What it was.
        actor: Who made it.
        before: Its state before, as `snapshot` gave it; none when it is new.
        at: When, in seconds since 1970.
        batch: What it was made together with; none for nothing.
        again: Whether it was taken back, and is made again.
        shows: Whether it is about what requests show of the memory.
        file: Where it was imported from; empty where it was not.
    """
    after = snapshot(db, target)
    if file and after is not None:
        after = json.dumps({**json.loads(after), "file": file}, ensure_ascii=False)
    run(
        db,
        "INSERT INTO changes (id, target, action, actor, at, before, after, batch, again) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new_id("change"),
        target,
        action,
        actor,
        at,
        before,
        after,
        batch or new_id("batch"),
        int(again),
    )
    if shows and actor == ABOUT_USER:
        clear(db)


def end_redo(db: apsw.Connection) -> None:
    """Nothing that was taken back can be made again: what came since cannot be undone."""
    run(db, "UPDATE changes SET undoing = NULL, undone_after = NULL WHERE undoing IS NOT NULL")


def history(db: apsw.Connection, target: str) -> list[Change]:
    """The changes of a memory, a row of a book, or all values of `profile:FIELD`, oldest first, undone ones too."""
    if target.startswith(PROFILE_PREFIX):
        found = rows(
            db,
            f"SELECT {CHANGE} FROM changes WHERE target = ? OR target IN (SELECT id FROM memories WHERE field = ?) "
            "ORDER BY number",
            target,
            target.removeprefix(PROFILE_PREFIX),
        )
    else:
        found = rows(db, f"SELECT {CHANGE} FROM changes WHERE target = ? ORDER BY number", target)
    return [change_of(each) for each in found]


def newest(db: apsw.Connection, limit: int, offset: int) -> list[Change]:
    """The latest changes of all, the newest first, with those that were undone."""
    found = rows(db, f"SELECT {CHANGE} FROM changes ORDER BY number DESC LIMIT ? OFFSET ?", limit, offset)
    return [change_of(each) for each in found]


def handled(db: apsw.Connection) -> dict[str, float]:
    """When the user last changed each memory in use, or took something of it back, in seconds since 1970."""
    return dict(
        rows(
            db,
            "SELECT target, max(max(iif(actor = ?, at, 0), ifnull(undone_at, 0))) AS moment FROM changes "
            "WHERE target IN (SELECT id FROM memories WHERE status = 'active') GROUP BY target HAVING moment > 0",
            ABOUT_USER,
        )
    )
