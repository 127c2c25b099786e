"""The vectors of indexed items, and searching by them."""

from collections.abc import Sequence

import apsw

from memchat.store.items import PAST, vector_kind
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
            db,
            "SELECT kind, past_at, coalesce(session, 0), coalesce(seq, 0), at FROM items "
            "WHERE key = ? AND NOT embedded",
            key,
        )
        if found is None:
            continue
        kind, past_at, *place = found
        run(
            db,
            "INSERT INTO item_vectors (key, kind, session, seq, at, embedding) VALUES (?, ?, ?, ?, ?, ?)",
            key,
            vector_kind(kind, past_at),
            *place,
            vector,
        )
        run(db, "UPDATE items SET embedded = 1 WHERE key = ?", key)


def pending(db: apsw.Connection, limit: int) -> list[tuple[int, str]]:
    """Key and text of items without a vector, newest first."""
    found = rows(
        db,
        "SELECT i.key, substr(CASE i.kind "
        "WHEN 'message' THEN (SELECT text FROM messages WHERE id = i.ref) "
        "WHEN 'episode' THEN (SELECT text FROM session_summaries WHERE session = i.session) "
        "ELSE (SELECT text FROM memories WHERE id = i.ref) END, 1, ?) "
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
    condition, values = _where(db, wanted)
    if wanted.outside is None:
        return _nearest(db, vector, limit, condition, values, wanted)
    # sqlite-vec has no OR: other sessions, and what came before the buffer in this one, are two searches.
    buffered = session_number(db, wanted.outside.session_id)
    found = _nearest(db, vector, limit, f"{condition} AND session != ?", [*values, buffered], wanted)
    found += _nearest(
        db,
        vector,
        limit,
        f"{condition} AND session = ? AND seq < ?",
        [*values, buffered, wanted.outside.from_seq],
        wanted,
    )
    return sorted(found, key=lambda hit: -hit.score)[:limit]


def _where(db: apsw.Connection, wanted: Filter) -> tuple[str, list[str | int | float]]:
    condition = ""
    values: list[str | int | float] = []
    if wanted.kinds is not None:
        kinds = [*wanted.kinds, *(vector_kind(kind, PAST) for kind in wanted.kinds if wanted.past)]
        condition += f" AND kind IN ({marks(len(kinds))})"
        values += sorted(kinds)
    elif not wanted.past:
        condition += " AND kind != ? AND kind != ?"
        values += [vector_kind("fact", PAST), vector_kind("profile", PAST)]
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
    db: apsw.Connection,
    vector: bytes,
    limit: int,
    condition: str,
    values: Sequence[str | int | float],
    wanted: Filter,
) -> list[Hit]:
    more, current, moments = 0, "", []
    if not wanted.past:
        # What has ended by itself is among the nearest, and must take nobody's place.
        more = value(db, "SELECT count(*) FROM items WHERE past_at > ? AND past_at <= ?", PAST, wanted.now)
        current, moments = "WHERE i.past_at IS NULL OR i.past_at > ? ", [wanted.now]
    nearest = rows(
        db,
        "SELECT v.key, i.kind, i.ref, 1.0 - v.distance FROM (SELECT key, distance FROM item_vectors "
        f"WHERE embedding MATCH ? AND k = ?{condition}) AS v JOIN items AS i ON i.key = v.key {current}"
        "ORDER BY v.distance LIMIT ?",
        vector,
        min(limit + more, _NEAREST_AT_MOST),
        *values,
        *moments,
        limit,
    )
    return [Hit(*each) for each in nearest]
