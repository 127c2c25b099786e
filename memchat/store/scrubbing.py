"""Driving what was erased out of the files as well."""

from contextlib import suppress
from pathlib import Path

import apsw

from memchat.store.erased import count_erasing
from memchat.store.failures import BUSY_MILLISECONDS
from memchat.store.queue import add_jobs
from memchat.store.recalls import drop_quoting
from memchat.store.requests import clear
from memchat.store.sql import row, run
from memchat.store.values import NewJob

SCRUB_KEY = "tidy:scrub"
"""The key of the job that says that the files still hold what was erased."""

_WAIT_MILLISECONDS = 2_000


def note_unscrubbed(db: apsw.Connection, now: float) -> None:
    """Notes in the transaction that erases that it did, and that the files are to be scrubbed should the program end.

    The requests that were sent go with it, and so do reasons that quote: any of them may hold what is erased.

    Args:
        db: A connection in a transaction.
        now: In seconds since 1970.
    """
    count_erasing(db)
    clear(db)
    drop_quoting(db)
    add_jobs(db, [NewJob(kind="tidy", payload={}, key=SCRUB_KEY)], now)


def unscrubbed(db: apsw.Connection) -> bool:
    """Whether the files still hold what was erased."""
    return row(db, "SELECT 1 FROM jobs WHERE key = ?", SCRUB_KEY) is not None


def scrub(db: apsw.Connection, path: Path | None) -> bool:
    """Drives what was erased out of the file, its log and its backups.

    The rows are overwritten with zeros by `secure_delete` as they go; what remains is in the word index, which only
    marks deleted entries until it is merged, in pages that are no longer used, in the write-ahead log, and in backups.

    Args:
        db: The writing connection, in no transaction.
        path: The database's file; none when it is in memory.

    Returns:
        Whether all of it is gone; readers in other programs can hold the log, and it is then tried again later.
    """
    run(db, "INSERT INTO item_words (item_words) VALUES ('optimize')")
    if path is None:
        run(db, "DELETE FROM jobs WHERE key = ?", SCRUB_KEY)
        return True
    for backup in backups(path):
        backup.unlink(missing_ok=True)
    db.set_busy_timeout(_WAIT_MILLISECONDS)
    try:
        with suppress(apsw.BusyError):
            run(db, "VACUUM")
            if _emptied(db):
                # Only what is in the file by now is done; this row is in the log for a moment, and holds no words.
                run(db, "DELETE FROM jobs WHERE key = ?", SCRUB_KEY)
                _emptied(db)
                return True
    finally:
        db.set_busy_timeout(BUSY_MILLISECONDS)
    return False


def backups(path: Path) -> list[Path]:
    """The copies that migrations made of a database, unfinished ones too."""
    return sorted(path.parent.glob(f"{path.name}.v*.bak*"))


def _emptied(db: apsw.Connection) -> bool:
    """Whether the write-ahead log could be written into the file, and cut to nothing."""
    busy = row(db, "PRAGMA wal_checkpoint(TRUNCATE)")
    return busy is not None and busy[0] == 0
