"""What SQLite's failures are in words for the user."""

import shutil
from pathlib import Path

import apsw

from memchat.core.errors import StoreError

BUSY_MILLISECONDS = 30_000

_LEAST_BYTES = 64 * 1024
"""What SQLite needs beside a file to open it."""


def store_error(error: apsw.Error, path: Path | None) -> StoreError:
    """The sentence for `error`, and what to do about it."""
    where = "The database in memory" if path is None else f"The database {path}"
    if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and _is_full(path)):
        return StoreError("The disk is full, so nothing more can be stored.", "Free some space and try again.")
    match error:
        case apsw.NotADBError():
            return StoreError(
                f"{where} is not a memchat database.", "Move that file away, or set MEMCHAT_HOME to another folder."
            )
        case apsw.CorruptError():
            return StoreError(
                f"{where} is damaged.",
                "Put a backup in its place (the files beside it that end in .bak), or move it away to start anew.",
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError():
            return StoreError(
                f"{where} cannot be written to.", "Make it writable for you, or set MEMCHAT_HOME to another folder."
            )
        case apsw.CantOpenError():
            return StoreError(
                f"{where} cannot be opened.", "Check its folder's permissions, or set MEMCHAT_HOME to another folder."
            )
        case apsw.BusyError() | apsw.LockedError():
            return StoreError(
                f"Another program kept the database busy for {BUSY_MILLISECONDS // 1000} seconds.",
                "Wait for it or close it, then try again.",
            )
        case apsw.IOError():
            return StoreError(
                f"{where} could not be read or written, because the disk failed.", "Check the disk and try again."
            )
        case _:
            return StoreError(f"{where} refused an operation: {error}.", "Run `memchat doctor` to see what is wrong.")


def _is_full(path: Path | None) -> bool:
    """Whether the disk is the reason that SQLite cannot tell: it maps a file that cannot grow."""
    try:
        return path is not None and shutil.disk_usage(path.parent).free < _LEAST_BYTES
    except OSError:
        return False
