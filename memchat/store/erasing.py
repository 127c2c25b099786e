"""Removing for good what the user wants gone."""

from contextlib import suppress
from pathlib import Path

import apsw

from memchat.store.failures import BUSY_MILLISECONDS
from memchat.store.items import drop_item, drop_session_items, put_fact
from memchat.store.lookup import number_of
from memchat.store.sql import rows, run, value

_CHECKPOINT_MILLISECONDS = 2_000


def erase_session(db: apsw.Connection, id: str) -> None:
    """Removes a session's rows and index, and its words wherever they were quoted.

    Raises:
        NotFound: There is no such session.
    """
    _erase(db, number_of(db, "sessions", id))


def erase_deleted(db: apsw.Connection, before: float) -> int:
    """Erases the sessions that were deleted before that moment.

    Returns:
        How many there were.
    """
    numbers = [number for (number,) in rows(db, "SELECT number FROM sessions WHERE deleted_at < ?", before)]
    for number in numbers:
        _erase(db, number)
    return len(numbers)


def erase_memory(db: apsw.Connection, id: str) -> None:
    """Removes a memory with its sources and history.

    Raises:
        NotFound: There is no such memory.
    """
    number = number_of(db, "memories", id)
    found = value(db, "SELECT id FROM memories WHERE number = ?", number)
    drop_item(db, "fact", found)
    run(db, "DELETE FROM memories WHERE number = ?", number)
    run(db, "DELETE FROM sources WHERE target = ?", found)
    run(db, "DELETE FROM changes WHERE target = ?", found)
    run(db, "DELETE FROM recalled_items WHERE ref = ? AND kind = 'fact'", found)


def scrub(db: apsw.Connection, path: Path | None) -> None:
    """Drives what was erased out of the file as well.

    The rows are overwritten with zeros by `secure_delete` as they go; what remains is in the word index, which only
    marks deleted entries until it is merged, in the write-ahead log, and in backups.

    Args:
        db: The writing connection, in no transaction.
        path: The database's file; none when it is in memory.
    """
    run(db, "INSERT INTO item_words (item_words) VALUES ('optimize')")
    if path is None:
        return
    # Readers in other programs can hold the log; it is then emptied at the next checkpoint that gets through.
    db.set_busy_timeout(_CHECKPOINT_MILLISECONDS)
    try:
        with suppress(apsw.BusyError):
            db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        db.set_busy_timeout(BUSY_MILLISECONDS)
    for backup in path.parent.glob(f"{path.name}.v*.bak"):
        backup.unlink(missing_ok=True)


def _erase(db: apsw.Connection, number: int) -> None:
    session_id = value(db, "SELECT id FROM sessions WHERE number = ?", number)
    drop_session_items(db, number)
    run(db, "DELETE FROM recalled_items WHERE source_session = ?", session_id)
    quoting = [target for (target,) in rows(db, "SELECT DISTINCT target FROM sources WHERE session_id = ?", session_id)]
    run(db, "UPDATE sources SET quote = '' WHERE session_id = ?", session_id)
    for target in quoting:
        put_fact(db, target)
    run(db, "DELETE FROM jobs WHERE session_id = ?", session_id)
    run(db, "DELETE FROM sessions WHERE number = ?", number)
