"""The vectors of indexed items, and searching by them."""

from collections.abc import Sequence

import apsw

from memchat.store.searching import Filter, session_number
from memchat.store.sql import marks, row, rows, run, value
from memchat.store.values import Hit, IndexCounts

_NEAREST_AT_MOST = 4_096
"""What sqlite-vec returns at most."""

_PENDING_CHARACTERS = 8_000
"""More than any embedder reads."""


def use_embedder(db: apsw.Connection, embedder_id: str, dimensions: int) -> None:
    """Makes an empty vector table for an embedder, unless its own is there."""
    if row(db, "SELECT id, dimensions FROM embedder") == (embedder_id, dimensions):
        return
    run(db, "DROP TABLE IF EXISTS item_vectors")
    run(
        db,
        "CREATE VIRTUAL TABLE item_vectors USING vec0 (key INTEGER PRIMARY KEY, kind TEXT, session INTEGER, "
        f"seq INTEGER, at FLOAT, embedding FLOAT[{int(dimensions)}] distance_metric=cosine)",
    )
    run(db, "INSERT OR REPLACE INTO embedder (one, id, dimensions) VALUES (1, ?, ?)", embedder_id, dimensions)
    run(db, "UPDATE items SET embedded = 0 WHERE embedded")


def put_vectors(db: apsw.Connection, embedder_id: str, dimensions: int, pairs: Sequence[tuple[int, bytes]]) -> None:
    """Stores vectors of items that are still there and have none."""
    if any(len(vector) != dimensions * 4 for _, vector in pairs):
        raise ValueError(f"a vector is not {dimensions} float32 long")
    use_embedder(db, embedder_id, dimensions)
    for key, vector in pairs:
        found = row(
            db, "SELECT kind, coalesce(session, 0), coalesce(seq, 0), at FROM items WHERE key = ? AND NOT embedded", key
        )
        if found is None:
            continue
        run(
            db,
            "INSERT INTO item_vectors (key, kind, session, seq, at, embedding) VALUES (?, ?, ?, ?, ?, ?)",
            key,
            *found,
            vector,
        )
        run(db, "UPDATE items SET embedded = 1 WHERE key = ?", key)


def pending(db: apsw.Connection, limit: int) -> list[tuple[int, str]]:
    """Key and text of items without a vector, newest first."""
    found = rows(
        db,
        "SELECT i.key, substr(CASE i.kind "
        "WHEN 'message' THEN (SELECT text FROM messages WHERE id = i.ref) "
        "WHEN 'fact' THEN (SELECT text FROM memories WHERE id = i.ref) "
        "WHEN 'profile' THEN (SELECT replace(field, '_', ' ') || ': ' || value FROM profile WHERE field = i.ref) "
        "ELSE (SELECT text FROM session_summaries WHERE session = i.session) END, 1, ?) "
        "FROM items AS i WHERE i.embedded = 0 ORDER BY i.key DESC LIMIT ?",
        _PENDING_CHARACTERS,
        limit,
    )
    return [(key, text or "") for key, text in found]


def counts(db: apsw.Connection) -> IndexCounts:
    """How many items there are, and how many of them have a vector."""
    items = int(value(db, "SELECT count(*) FROM items"))
    waiting = int(value(db, "SELECT count(*) FROM items WHERE embedded = 0"))
    return IndexCounts(items, items - waiting)


def by_meaning(db: apsw.Connection, vector: bytes, limit: int, wanted: Filter) -> list[Hit]:
    """Embedded items nearest to a vector."""
    if value(db, "SELECT dimensions FROM embedder") != len(vector) / 4 or limit <= 0:
        return []
    limit = min(limit, _NEAREST_AT_MOST)
    condition, values = _where(db, wanted)
    if wanted.outside is None:
        return _nearest(db, vector, limit, condition, values)
    # sqlite-vec has no OR: other sessions, and what came before the buffer in this one, are two searches.
    buffered = session_number(db, wanted.outside.session_id)
    found = _nearest(db, vector, limit, f"{condition} AND session != ?", [*values, buffered])
    found += _nearest(
        db, vector, limit, f"{condition} AND session = ? AND seq < ?", [*values, buffered, wanted.outside.from_seq]
    )
    return sorted(found, key=lambda hit: -hit.score)[:limit]


def _where(db: apsw.Connection, wanted: Filter) -> tuple[str, list[str | int | float]]:
    condition = ""
    values: list[str | int | float] = []
    if wanted.kinds is not None:
        condition += f" AND kind IN ({marks(len(wanted.kinds))})"
        values += sorted(wanted.kinds)
    if wanted.since is not None:
        condition += " AND at >= ?"
        values.append(wanted.since)
    if wanted.until is not None:
        condition += " AND at < ?"
        values.append(wanted.until)
    if wanted.session is not None:
        condition += " AND session = ?"
        values.append(session_number(db, wanted.session))
    return condition, values


def _nearest(
    db: apsw.Connection, vector: bytes, limit: int, condition: str, values: Sequence[str | int | float]
) -> list[Hit]:
    nearest = rows(
        db,
        "SELECT v.key, i.kind, i.ref, 1.0 - v.distance FROM (SELECT key, distance FROM item_vectors "
        f"WHERE embedding MATCH ? AND k = ?{condition}) AS v JOIN items AS i ON i.key = v.key ORDER BY v.distance",
        vector,
        limit,
        *values,
    )
    return [Hit(*each) for each in nearest]
