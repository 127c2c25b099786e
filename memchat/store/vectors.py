"""Storing the vectors of indexed items."""

import json
from collections.abc import Mapping, Sequence

import apsw

from memchat.store import blocks
from memchat.store.blocks import Filed
from memchat.store.embedders import (
    EmbedderRow,
    all_embedders,
    coming,
    current,
    keys_waiting,
    missing,
    switch,
    use_embedder,
    want_again,
)
from memchat.store.sql import row, rows, run, value
from memchat.store.values import Around, IndexCounts

_PENDING_CHARACTERS = 8_000
"""More than any embedder reads."""

PAST = 0.0
"""`past_at` of what was superseded, whenever that was."""


def put_vectors(
    db: apsw.Connection,
    embedder_id: str,
    dimensions: int,
    pairs: Sequence[tuple[int, bytes]],
    tokens: Mapping[int, bytes],
    read: Mapping[int, Around],
) -> None:
    """Stores an embedder's vectors of items that are still there and wait for one; the last bring it into use."""
    if any(len(vector) != dimensions * 4 for _, vector in pairs):
        raise ValueError(f"a vector is not {dimensions} float32 long")
    if current(db) is None:
        use_embedder(db, embedder_id, dimensions)
    embedder = _working(db, embedder_id)
    if embedder is None or embedder.dimensions != dimensions:
        return
    filed: list[Filed] = []
    # In the order of their keys pages fill up.
    for key, vector in sorted(pairs):
        found = row(
            db,
            "SELECT i.kind, i.past_at, coalesce(i.session, 0), coalesce(i.seq, 0), i.at FROM unembedded AS u "
            "JOIN items AS i ON i.key = u.key WHERE u.embedder = ? AND u.key = ?",
            embedder.number,
            key,
        )
        if found is None:
            continue
        kind, past_at, session, seq, at = found
        filed.append(Filed(key, vector_kind(kind, past_at), session, seq, at, signs(vector)))
        run(db, f"INSERT OR REPLACE INTO {embedder.vectors} (key, vector) VALUES (?, ?)", key, halved(vector))
        run(db, f"DELETE FROM {embedder.tokens} WHERE key = ?", key)
        if tokens.get(key):
            run(db, f"INSERT INTO {embedder.tokens} (key, signs) VALUES (?, ?)", key, tokens[key])
        run(db, "DELETE FROM unembedded WHERE embedder = ? AND key = ?", embedder.number, key)
        if key in read and around(db, [key]).get(key) != read[key]:
            want_again(db, key)
    blocks.put(db, embedder.signs, filed)
    switch(db)


def drop_vectors(db: apsw.Connection, key: int) -> None:
    """Takes an item's vectors out, of every embedder."""
    for embedder in all_embedders(db):
        blocks.drop(db, embedder.signs, key)
        for table in (embedder.vectors, embedder.tokens):
            run(db, f"DELETE FROM {table} WHERE key = ?", key)
    run(db, "DELETE FROM unembedded WHERE key = ? AND embedder IN (SELECT number FROM embedders)", key)


def refile(db: apsw.Connection, key: int, kind: str) -> None:
    """Files an item's vectors under another kind, as `vector_kind` says it."""
    for embedder in all_embedders(db):
        blocks.refile(db, embedder.signs, key, kind)


def vector_kind(kind: str, past_at: float | None) -> str:
    """What an item's vector is filed under: what was superseded is apart, so that it crowds nothing out."""
    return f"past {kind}" if past_at == PAST else kind


def signs(vector: bytes) -> bytes:
    """Which numbers of a float32 vector are above 0, a bit each, in whole bytes."""
    import numpy as np

    return np.packbits(np.frombuffer(vector, "<f4") > 0).tobytes()


def halved(vector: bytes) -> bytes:
    """A float32 vector as float16, which tells as much of a cosine as anyone needs."""
    import numpy as np

    return np.frombuffer(vector, "<f4").astype("<f2").tobytes()


def pending(db: apsw.Connection, limit: int, embedder_id: str, *, bulk: bool | None) -> list[tuple[int, str]]:
    """Key and text of items that wait for a vector, newest first."""
    embedder = _working(db, embedder_id) if embedder_id else current(db)
    if embedder is not None:
        keys = keys_waiting(db, embedder, limit, bulk=bulk)
    elif current(db) is None:
        keys = [key for (key,) in rows(db, "SELECT key FROM items ORDER BY key DESC LIMIT ?", limit)]
    else:
        keys = []
    found = rows(
        db,
        "SELECT i.key, substr(CASE i.kind "
        "WHEN 'message' THEN (SELECT text FROM messages WHERE id = i.ref) "
        "WHEN 'episode' THEN (SELECT text FROM session_summaries WHERE session = i.session) "
        "ELSE (SELECT text FROM memories WHERE id = i.ref) END, 1, ?) "
        "FROM items AS i WHERE i.key IN (SELECT value FROM json_each(?)) ORDER BY i.key DESC",
        _PENDING_CHARACTERS,
        json.dumps(keys),
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
    """How many items there are, and how many of them have a vector that is searched."""
    items = _indexed(db)
    used = current(db)
    return IndexCounts(items, 0 if used is None else items - missing(db, used))


def _indexed(db: apsw.Connection) -> int:
    """How many items there are, as the index of their words knows it; counting a million takes 10 ms.

    Its record of averages begins with that number, 7 bits a byte, the highest first, the last without the 8th
    (https://sqlite.org/src/file/ext/fts5/fts5_index.c).
    """
    count = 0
    for byte in value(db, "SELECT block FROM item_words_data WHERE id = 1") or b"":
        count = count << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return count


def _working(db: apsw.Connection, embedder_id: str) -> EmbedderRow | None:
    """The embedder of that id which vectors can be stored for."""
    return next((each for each in (current(db), coming(db)) if each is not None and each.id == embedder_id), None)
