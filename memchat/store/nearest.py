"""Searching by vectors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import apsw

from memchat.core.context import ItemKind
from memchat.store.coarse import Places, nearest
from memchat.store.embedders import current
from memchat.store.searching import Filter, session_number
from memchat.store.sql import marks, rows, value
from memchat.store.values import Hit
from memchat.store.vectors import PAST, vector_kind

_LOOKED_AT = 512
"""How many items whose signs fit the query's vector best are compared whole, at least."""

_CHUNK = 500


def by_meaning(db: apsw.Connection, vector: bytes, limit: int, wanted: Filter, embedder_id: str = "") -> list[Hit]:
    """Embedded items nearest to a vector; none where it is another embedder's than theirs."""
    embedder = current(db, embedder_id)
    if embedder is None or 4 * embedder.dimensions != len(vector) or limit <= 0:
        return []
    more, holding, moments = 0, "", []
    if not wanted.past:
        # What has ended by itself is among the nearest, and must take nobody's place.
        more = value(db, "SELECT count(*) FROM items WHERE past_at > ? AND past_at <= ?", PAST, wanted.now)
        holding, moments = " AND (past_at IS NULL OR past_at > ?)", [wanted.now]
    looked_at = max(_LOOKED_AT, limit + limit // 4) + more
    keys = nearest(db, embedder.signs, vector, looked_at, _places(db, wanted))
    cosine = cosines(vector, _read(db, embedder.vectors, keys))
    best = sorted(cosine, key=lambda key: (-cosine[key], -key))
    found: dict[int, tuple[ItemKind, str]] = {}
    for part in parts(best, limit + more):
        query = f"SELECT key, kind, ref FROM items WHERE key IN ({marks(len(part))}){holding}"
        found |= {key: (kind, ref) for key, kind, ref in rows(db, query, *part, *moments)}
        if len(found) >= limit:
            break
    return [Hit(key, *found[key], cosine[key]) for key in best if key in found][:limit]


def _places(db: apsw.Connection, wanted: Filter) -> Places:
    kinds = get_args(ItemKind) if wanted.kinds is None else tuple(wanted.kinds)
    outside = wanted.outside
    return Places(
        kinds=frozenset([*kinds, *(vector_kind(kind, PAST) for kind in kinds if wanted.past)]),
        since=wanted.since,
        until=wanted.until,
        session=None if wanted.session is None else session_number(db, wanted.session),
        buffered=None if outside is None else (session_number(db, outside.session_id), outside.from_seq),
    )


def cosines(vector: bytes, halves: Mapping[int, bytes]) -> dict[int, float]:
    """The cosine of a float32 vector and each of the others, which are float16, by key; of fitting length only."""
    import numpy as np

    fitting = {key: half for key, half in halves.items() if 2 * len(half) == len(vector)}
    if not fitting:
        return {}
    others = np.frombuffer(b"".join(fitting.values()), "<f2").reshape(len(fitting), -1).astype(np.float32)
    return dict(zip(fitting, (others @ np.frombuffer(vector, "<f4")).tolist(), strict=True))


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
    for part in parts(keys):
        found.update(rows(db, f"SELECT * FROM {table} WHERE key IN ({marks(len(part))})", *part))
    return found


def parts(keys: Sequence[int], most: int = _CHUNK) -> Iterator[Sequence[int]]:
    """`keys` in pieces that fit into a statement, of so many at most."""
    size = min(most, _CHUNK)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
