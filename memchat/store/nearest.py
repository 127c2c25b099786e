"""Searching by vectors."""

from collections.abc import Sequence

import apsw

from memchat.store.embedders import EmbedderRow, current
from memchat.store.searching import Filter, session_number
from memchat.store.sql import marks, rows, value
from memchat.store.values import Hit
from memchat.store.vectors import PAST, signs, vector_kind

_NEAREST_AT_MOST = 4_096
"""What sqlite-vec returns at most."""

_LOOKED_AT = 256
"""How many items whose vectors have the most signs in common with the query's are compared whole, at least."""

_CHUNK = 500


def by_meaning(db: apsw.Connection, vector: bytes, limit: int, wanted: Filter, embedder_id: str = "") -> list[Hit]:
    """Embedded items nearest to a vector; none where it is another embedder's than theirs."""
    embedder = current(db, embedder_id)
    if embedder is None or 4 * embedder.dimensions != len(vector) or limit <= 0:
        return []
    condition, values = _where(db, wanted)
    if wanted.outside is None:
        return _nearest(db, embedder, vector, limit, condition, values, wanted)
    # sqlite-vec has no OR: other sessions, and what came before the buffer in this one, are two searches.
    buffered = session_number(db, wanted.outside.session_id)
    found = _nearest(db, embedder, vector, limit, f"{condition} AND session != ?", [*values, buffered], wanted)
    found += _nearest(
        db,
        embedder,
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
    embedder: EmbedderRow,
    vector: bytes,
    limit: int,
    condition: str,
    values: Sequence[str | int | float],
    wanted: Filter,
) -> list[Hit]:
    import numpy as np

    more, current, moments = 0, "", []
    if not wanted.past:
        # What has ended by itself is among the nearest, and must take nobody's place.
        more = value(db, "SELECT count(*) FROM items WHERE past_at > ? AND past_at <= ?", PAST, wanted.now)
        current, moments = "WHERE i.past_at IS NULL OR i.past_at > ?", [wanted.now]
    nearest = {
        key: (kind, ref)
        for key, kind, ref in rows(
            db,
            f"SELECT v.key, i.kind, i.ref FROM (SELECT key FROM {embedder.signs} "
            f"WHERE signs MATCH vec_bit(?) AND k = ?{condition}) AS v JOIN items AS i ON i.key = v.key {current}",
            signs(vector),
            min(max(_LOOKED_AT, limit + limit // 4) + more, _NEAREST_AT_MOST),
            *values,
            *moments,
        )
    }
    vectors = _read(db, embedder.vectors, list(nearest))
    if not vectors:
        return []
    halves = np.frombuffer(b"".join(vectors.values()), "<f2").reshape(len(vectors), -1).astype(np.float32)
    cosines = halves @ np.frombuffer(vector, "<f4")
    found = [Hit(key, *nearest[key], float(cosine)) for key, cosine in zip(vectors, cosines, strict=True)]
    return sorted(found, key=lambda hit: -hit.score)[:limit]


def token_signs(db: apsw.Connection, keys: Sequence[int], embedder_id: str = "") -> dict[int, bytes]:
    """The signs of the tokens of those of the items that have them."""
    embedder = current(db, embedder_id)
    return {} if embedder is None else _read(db, embedder.tokens, keys)


def whole(db: apsw.Connection, keys: Sequence[int], embedder_id: str = "") -> dict[int, bytes]:
    """The vectors of those of the items that have one, as float16."""
    embedder = current(db, embedder_id)
    return {} if embedder is None else _read(db, embedder.vectors, keys)


def _read(db: apsw.Connection, table: str, keys: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        found.update(rows(db, f"SELECT * FROM {table} WHERE key IN ({marks(len(part))})", *part))
    return found
