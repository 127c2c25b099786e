"""What the user changes of a session and of its buffer, with its history."""

from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Action
from memchat.store import states
from memchat.store.history import record
from memchat.store.lookup import number_of
from memchat.store.session_states import bring, session_target, snapshot
from memchat.store.sql import run, value


def change(
    db: apsw.Connection,
    session_id: str,
    action: Action,
    values: Mapping[str, Any],
    now: float,
    *,
    batch: str | None = None,
    actor: str = ABOUT_USER,
) -> bool:
    """Sets values of a session, and notes it.

    Args:
        db: A connection in a transaction.
        session_id: Its id.
        action: What its history calls this.
        values: By name, of `SESSION_KEPT`.
        now: In seconds since 1970.
        batch: What it is changed together with; none for nothing.
        actor: Who changes it.

    Returns:
        Whether that changed anything; if not, there is nothing in its history either.
    """
    target = session_target(session_id)
    before = snapshot(db, target)
    bring(db, target, values)
    if before == snapshot(db, target):
        return False
    record(db, target=target, action=action, actor=actor, before=before, at=now, batch=batch, shows=False)
    return True


def keep_out(db: apsw.Connection, given: str, message_ids: Sequence[str], now: float, *, out: bool) -> int:
    """Takes messages of a session out of its requests, or puts them back in, as one change.

    Args:
        db: A connection in a transaction.
        given: The session's id, or the beginning of it.
        message_ids: Which; those that are not in it, or are so already, are let be.
        now: In seconds since 1970.
        out: Whether they are taken out.

    Returns:
        How many that changed.
    """
    session = number_of(db, "sessions", given)
    batch, changed = new_id("batch"), 0
    for message_id in dict.fromkeys(message_ids):
        if value(db, "SELECT 1 FROM messages WHERE id = ? AND session = ? AND active", message_id, session) is None:
            continue
        target = states.target_of("kept_out", message_id)
        before = states.snapshot(db, target)
        if (before is not None) == out:
            continue
        if out:
            run(db, "INSERT INTO kept_out (message, at) VALUES (?, ?)", message_id, now)
        else:
            run(db, "DELETE FROM kept_out WHERE message = ?", message_id)
        action: Action = "drop" if out else "put_back"
        record(db, target=target, action=action, actor=ABOUT_USER, before=before, at=now, batch=batch, shows=False)
        changed += 1
    return changed
