"""Opening SQLite the way memchat needs it."""

import importlib.util
from pathlib import Path

import apsw

from memchat.core.errors import StoreError
from memchat.store.failures import BUSY_MILLISECONDS
from memchat.store.words import folded, spaced

_MMAP_BYTES = 64 * 1024 * 1024 * 1024
_CACHE_KIBIBYTES = 16 * 1024
_JOURNAL_BYTES = 32 * 1024 * 1024


def connect(path: Path | None, *, reader: bool = False) -> apsw.Connection:
    """A connection with sqlite-vec loaded and memchat's pragmas set.

    Args:
        path: The database's file, which must be there; none for one in memory.
        reader: Whether writing through it is refused.
    """
    flags = apsw.SQLITE_OPEN_READWRITE
    db = apsw.Connection(":memory:" if path is None else str(path), flags=flags)
    try:
        db.set_busy_timeout(BUSY_MILLISECONDS)
        _load_vectors(db)
        db.create_scalar_function("folded", lambda *texts: folded(str(texts[0])), 1, deterministic=True)
        db.create_scalar_function("spaced", lambda *texts: spaced(str(texts[0])), 1, deterministic=True)
        for pragma, value in (
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("temp_store", 2),
            ("cache_size", -_CACHE_KIBIBYTES),
            ("mmap_size", _MMAP_BYTES),
            ("journal_size_limit", _JOURNAL_BYTES),
            ("synchronous", 1),
        ):
            db.pragma(pragma, value)
        if reader:
            db.pragma("query_only", 1)
    except BaseException:
        db.close()
        raise
    return db


def _load_vectors(db: apsw.Connection) -> None:
    # The package's own loadable_path() would import Python's sqlite3, which some Pythons lack.
    spec = importlib.util.find_spec("sqlite_vec")
    if spec is None or spec.origin is None:
        raise StoreError("sqlite-vec is not installed.", "Install memchat again.")
    db.enable_load_extension(enable=True)
    try:
        db.load_extension(str(Path(spec.origin).with_name("vec0")))
    except apsw.ExtensionLoadingError as error:
        raise StoreError(f"sqlite-vec cannot be loaded: {error}.", "Install memchat again.") from error
    finally:
        db.enable_load_extension(enable=False)
