"""Whose vectors the index holds: those in use, those that are being made, and those that are on their way out.

Each embedder has tables of its own, named by its number: the signs of the vectors' numbers for a first look, the
vectors as float16, and the signs of every token. What still waits for a vector stands in `unembedded`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import apsw

from memchat.store.blocks import table_of_blocks
from memchat.store.sql import Row, row, rows, run, value

EmbedderState = Literal["current", "coming", "going"]

_DROPPED_AT_ONCE = 1_000
"""How many vectors of an embedder that is going are deleted in one transaction."""

_FEW = 200
"""So many texts are embedded in a few seconds."""


@dataclass(frozen=True, slots=True)
class EmbedderRow:
    """An embedder whose vectors are in the index.

    Attributes:
        number: Names its tables.
        id: Names its vector space.
        dimensions: Numbers in a vector.
        state: `current` is searched; `coming` takes its place once it has a vector of everything; `going` is deleted.
        stopped: Whether the making of vectors for everything waits for the user.
    """

    number: int
    id: str
    dimensions: int
    state: EmbedderState
    stopped: bool

    @property
    def signs(self) -> str:
        """The table of signs, in blocks."""
        return f"signs_{self.number}"

    @property
    def vectors(self) -> str:
        """The table of vectors."""
        return f"vectors_{self.number}"

    @property
    def tokens(self) -> str:
        """The table of the signs of tokens."""
        return f"tokens_{self.number}"


def all_embedders(db: apsw.Connection) -> list[EmbedderRow]:
    """All that have vectors in the index."""
    return [_row(each) for each in rows(db, f"{_SELECT} ORDER BY number")]


def current(db: apsw.Connection, embedder_id: str = "") -> EmbedderRow | None:
    """The one whose vectors are searched, if there is one, and it is this one where an id is given."""
    found = _in_state(db, "current")
    return found if found is None or embedder_id in {"", found.id} else None


def coming(db: apsw.Connection) -> EmbedderRow | None:
    """The one that takes the place of the current one, if there is one."""
    return _in_state(db, "coming")


def use_embedder(db: apsw.Connection, embedder_id: str, dimensions: int) -> None:
    """Says whose vectors are wanted: those of another stay in use until these are made."""
    used = current(db)
    wanted = (embedder_id, dimensions)
    other = coming(db)
    if other is not None and wanted != (other.id, other.dimensions):
        _send_off(db, other)
        other = None
    if used is not None and wanted == (used.id, used.dimensions):
        return
    if other is None:
        other = _add(db, embedder_id, dimensions)
    # One whose vectors have another length than before cannot be asked about the old ones.
    if used is None or used.id == embedder_id or not value(db, f"SELECT EXISTS (SELECT 1 FROM {used.vectors})"):
        _take_over(db, other)
    switch(db)


def switch(db: apsw.Connection) -> bool:
    """Puts the coming embedder in the place of the current one, if it has a vector of everything; whether it did."""
    other = coming(db)
    if other is None or value(db, "SELECT EXISTS (SELECT 1 FROM unembedded WHERE embedder = ?)", other.number):
        return False
    _take_over(db, other)
    return True


def make_anew(db: apsw.Connection) -> None:
    """Has all vectors of the current embedder made again; they stay in use meanwhile."""
    if used := current(db):
        _want_all(db, used, stale=True, bulk=True)


def stop(db: apsw.Connection, *, stopped: bool) -> None:
    """Has the making of vectors for everything wait, or go on."""
    run(db, "UPDATE embedders SET stopped = ? WHERE state != 'going'", stopped)


def want(db: apsw.Connection, key: int) -> None:
    """Says that an item is new, and waits for a vector of each embedder."""
    run(db, "INSERT INTO unembedded (embedder, key) SELECT number, ? FROM embedders WHERE state != 'going'", key)


def want_again(db: apsw.Connection, key: int) -> None:
    """Says that an item's vector was made before something changed, and is to be made again."""
    run(
        db,
        "INSERT OR IGNORE INTO unembedded (embedder, key, stale) SELECT number, ?, 1 FROM embedders "
        "WHERE state != 'going'",
        key,
    )


def drop_some(db: apsw.Connection) -> bool:
    """Deletes some vectors of an embedder that is going, and its tables in the end; whether there is more to do."""
    gone = _in_state(db, "going")
    if gone is None:
        return False
    left = 0
    for table in (gone.vectors, gone.tokens):
        run(db, f"DELETE FROM {table} WHERE key IN (SELECT key FROM {table} LIMIT ?)", _DROPPED_AT_ONCE)
        left += value(db, f"SELECT EXISTS (SELECT 1 FROM {table})")
    if not left:
        drop_tables(db, gone)
        run(db, "DELETE FROM embedders WHERE number = ?", gone.number)
    return bool(left) or _in_state(db, "going") is not None


def drop_tables(db: apsw.Connection, embedder: EmbedderRow) -> None:
    """Drops what an embedder has in the index."""
    for table in (embedder.signs, embedder.vectors, embedder.tokens):
        run(db, f"DROP TABLE {table}")


def keys_waiting(db: apsw.Connection, embedder: EmbedderRow, limit: int, *, bulk: bool | None) -> list[int]:
    """Keys of the items that wait for a vector, newest first.

    Args:
        db: A connection.
        embedder: Whose vector.
        limit: How many at most.
        bulk: Only those that wait because everything does, or only the others; none for all.
    """
    condition = "" if bulk is None else f" AND bulk = {int(bulk)}"
    found = rows(
        db,
        f"SELECT key FROM unembedded WHERE embedder = ?{condition} ORDER BY key DESC LIMIT ?",
        embedder.number,
        limit,
    )
    return [key for (key,) in found]


def missing(db: apsw.Connection, embedder: EmbedderRow) -> int:
    """How many items have no vector of an embedder."""
    return int(value(db, "SELECT count(*) FROM unembedded WHERE embedder = ? AND stale = 0", embedder.number))


def waiting(db: apsw.Connection, embedder: EmbedderRow, *, bulk: bool = False) -> int:
    """How many items wait for a vector of an embedder.

    Args:
        db: A connection.
        embedder: Whose vector.
        bulk: Only those that wait because everything does.
    """
    condition = " AND bulk = 1" if bulk else ""
    return int(value(db, f"SELECT count(*) FROM unembedded WHERE embedder = ?{condition}", embedder.number))


_SELECT = "SELECT number, id, dimensions, state, stopped FROM embedders"


def _row(found: Row) -> EmbedderRow:
    return EmbedderRow(found[0], found[1], found[2], found[3], bool(found[4]))


def _in_state(db: apsw.Connection, state: EmbedderState) -> EmbedderRow | None:
    found = row(db, f"{_SELECT} WHERE state = ? ORDER BY number LIMIT 1", state)
    return None if found is None else _row(found)


def _add(db: apsw.Connection, embedder_id: str, dimensions: int) -> EmbedderRow:
    run(db, "INSERT INTO embedders (id, dimensions, state) VALUES (?, ?, 'coming')", embedder_id, dimensions)
    made = EmbedderRow(db.last_insert_rowid(), embedder_id, dimensions, "coming", stopped=False)
    for statement in tables(made):
        run(db, statement)
    # What was said before the first embedder had loaded is as new as what is said now.
    few = current(db) is None and value(db, "SELECT count(*) FROM items") <= _FEW
    _want_all(db, made, stale=False, bulk=not few)
    return made


def tables(embedder: EmbedderRow) -> Sequence[str]:
    """The statements that make an embedder's tables."""
    return (
        table_of_blocks(embedder.signs),
        f"CREATE TABLE {embedder.vectors} (key INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT",
        f"CREATE TABLE {embedder.tokens} (key INTEGER PRIMARY KEY, signs BLOB NOT NULL) STRICT",
    )


def _want_all(db: apsw.Connection, embedder: EmbedderRow, *, stale: bool, bulk: bool) -> None:
    run(
        db,
        "INSERT OR IGNORE INTO unembedded (embedder, key, stale, bulk) SELECT ?, key, ?, ? FROM items",
        embedder.number,
        stale,
        bulk,
    )


def _take_over(db: apsw.Connection, embedder: EmbedderRow) -> None:
    if used := current(db):
        _send_off(db, used)
    run(db, "UPDATE embedders SET state = 'current', stopped = 0 WHERE number = ?", embedder.number)


def _send_off(db: apsw.Connection, embedder: EmbedderRow) -> None:
    run(db, "DELETE FROM unembedded WHERE embedder = ?", embedder.number)
    run(db, "UPDATE embedders SET state = 'going' WHERE number = ?", embedder.number)
