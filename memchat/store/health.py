"""What the store is built on, tried out for `memchat doctor`."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import apsw

from memchat.core.errors import MemchatError
from memchat.store.connection import connect
from memchat.store.words import spaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the store; `detail` is its version, or why it does not work."""

    name: str
    works: bool
    detail: str


def parts() -> list[Part]:
    """SQLite, sqlite-vec and FTS5, each tried with a small query. Blocks for some milliseconds."""
    try:
        db = connect(None)
    except (MemchatError, apsw.Error, OSError) as error:
        return [Part(name="sqlite", works=False, detail=str(error))]
    try:
        return [_tried(name, attempt, db) for name, attempt in _ATTEMPTS.items()]
    finally:
        db.close()


def _tried(name: str, attempt: Callable[[apsw.Connection], str], db: apsw.Connection) -> Part:
    try:
        return Part(name=name, works=True, detail=attempt(db))
    except (apsw.Error, AssertionError) as error:
        return Part(name=name, works=False, detail=str(error) or "it gives a wrong answer")


def _sqlite(db: apsw.Connection) -> str:
    version = db.execute("SELECT sqlite_version()").get
    return f"SQLite {version}, apsw {apsw.apsw_version()}"


def _vectors(db: apsw.Connection) -> str:
    db.execute("CREATE VIRTUAL TABLE temp.tried_vec USING vec0(v float[2] distance_metric=cosine)")
    db.execute(
        "INSERT INTO tried_vec(rowid, v) VALUES (1, ?), (2, ?)", (struct.pack("2f", 1, 0), struct.pack("2f", 0, 1))
    )
    near = db.execute("SELECT rowid FROM tried_vec WHERE v MATCH ? AND k = 1", (struct.pack("2f", 0.1, 1),)).get
    assert near == 2
    return str(db.execute("SELECT vec_version()").get)


def _words(db: apsw.Connection) -> str:
    db.execute("CREATE VIRTUAL TABLE temp.tried_fts USING fts5(t, tokenize='unicode61 remove_diacritics 0')")
    db.execute("INSERT INTO tried_fts(t) VALUES (?)", (spaced("walking in Kyōto"),))
    assert db.execute("SELECT count(*) FROM tried_fts WHERE tried_fts MATCH 'kyoto walk'").get == 1
    return "full-text search works"


_ATTEMPTS: dict[str, Callable[[apsw.Connection], str]] = {"sqlite": _sqlite, "sqlite-vec": _vectors, "fts5": _words}
