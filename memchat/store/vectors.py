"""Storing the vectors of indexed items."""

from collections.abc import Mapping, Sequence

import apsw

from memchat.store.items import AGAIN, vector_kind
from memchat.store.sql import row, rows, run, value
from memchat.store.values import Around, IndexCounts

_PENDING_CHARACTERS = 8_000
"""More than any embedder reads."""


def use_embedder(db: apsw.Connection, embedder_id: str, dimensions: int) -> None:
    """Makes an empty vector table for an embedder, unless its own is there."""
    if row(db, "SELECT id, dimensions FROM embedder") == (embedder_id, dimensions):
        return
    run(db, "DROP TABLE IF EXISTS item_signs")
    run(db, "DELETE FROM item_vectors")
    run(db, "DELETE FROM item_tokens")
    run(
        db,
        "CREATE VIRTUAL TABLE item_signs USING vec0 (key INTEGER PRIMARY KEY, kind TEXT, session INTEGER, "
        f"seq INTEGER, at FLOAT, signs BIT[{-(-int(dimensions) // 8) * 8}])",
    )
    run(db, "INSERT OR REPLACE INTO embedder (one, id, dimensions) VALUES (1, ?, ?)", embedder_id, dimensions)
    run(db, "UPDATE items SET embedded = 0 WHERE embedded")


def put_vectors(
    db: apsw.Connection,
    embedder_id: str,
    dimensions: int,
    pairs: Sequence[tuple[int, bytes]],
    tokens: Mapping[int, bytes],
    read: Mapping[int, Around],
) -> None:
    """Stores vectors of items that are still there and wait for one."""
    if any(len(vector) != dimensions * 4 for _, vector in pairs):
        raise ValueError(f"a vector is not {dimensions} float32 long")
    use_embedder(db, embedder_id, dimensions)
    # In the order of their keys pages fill up.
    for key, vector in sorted(pairs):
        found = row(
            db,
            "SELECT kind, past_at, coalesce(session, 0), coalesce(seq, 0), at FROM items "
            "WHERE key = ? AND embedded != 1",
            key,
        )
        if found is None:
            continue
        kind, past_at, *place = found
        run(db, "DELETE FROM item_signs WHERE key = ?", key)
        run(
            db,
            "INSERT INTO item_signs (key, kind, session, seq, at, signs) VALUES (?, ?, ?, ?, ?, vec_bit(?))",
            key,
            vector_kind(kind, past_at),
            *place,
            signs(vector),
        )
        run(db, "INSERT OR REPLACE INTO item_vectors (key, vector) VALUES (?, ?)", key, halved(vector))
        run(db, "DELETE FROM item_tokens WHERE key = ?", key)
        if tokens.get(key):
            run(db, "INSERT INTO item_tokens (key, signs) VALUES (?, ?)", key, tokens[key])
        as_read = key not in read or around(db, [key]).get(key) == read[key]
        run(db, "UPDATE items SET embedded = ? WHERE key = ?", 1 if as_read else AGAIN, key)


def signs(vector: bytes) -> bytes:
    """Which numbers of a float32 vector are above 0, a bit each, in whole bytes."""
    import numpy as np

    return np.packbits(np.frombuffer(vector, "<f4") > 0).tobytes()


def halved(vector: bytes) -> bytes:
    """A float32 vector as float16, which tells as much of a cosine as anyone needs."""
    import numpy as np

    return np.frombuffer(vector, "<f4").astype("<f2").tobytes()


def pending(db: apsw.Connection, limit: int) -> list[tuple[int, str]]:
    """Key and text of items that wait for a vector, newest first."""
    found = rows(
        db,
        "SELECT i.key, substr(CASE i.kind "
        "WHEN 'message' THEN (SELECT text FROM messages WHERE id = i.ref) "
        "WHEN 'episode' THEN (SELECT text FROM session_summaries WHERE session = i.session) "
        "ELSE (SELECT text FROM memories WHERE id = i.ref) END, 1, ?) "
        "FROM items AS i WHERE i.embedded != 1 ORDER BY i.key DESC LIMIT ?",
        _PENDING_CHARACTERS,
        limit,
    )
    return [(key, text or "") for key, text in found]


def around(db: apsw.Connection, keys: Sequence[int]) -> dict[int, Around]:
    """What was said around those of the items that are messages."""
    found: dict[int, Around] = {}
    query = (
        "SELECT substr(m.text, {}) FROM items AS i JOIN messages AS m ON m.id = i.ref "
        "WHERE i.session = ? AND i.seq {} ? AND i.kind = 'message' ORDER BY i.seq {} LIMIT {}"
    )
    before, after = query.format("-600", "<", "DESC", 2), query.format("1, 600", ">", "ASC", 1)
    for key in keys:
        place = row(db, "SELECT session, seq FROM items WHERE key = ? AND kind = 'message'", key)
        if place is not None:
            said = [text for (text,) in rows(db, before, *place)]
            then = [text for (text,) in rows(db, after, *place)]
            found[key] = Around(tuple(reversed(said)), tuple(then))
    return found


def counts(db: apsw.Connection) -> IndexCounts:
    """How many items there are, and how many of them have a vector."""
    items = int(value(db, "SELECT count(*) FROM items"))
    waiting = int(value(db, "SELECT count(*) FROM items WHERE embedded != 1 AND embedded = 0"))
    return IndexCounts(items, items - waiting)
