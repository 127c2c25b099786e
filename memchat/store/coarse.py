"""A first look at all vectors, by their signs.

The share of signs that two vectors have in common grows with their cosine (Charikar 2002, random hyperplanes), so the
nearest of all are among those with the fewest signs apart. Blocks that were read stay in memory, 65 bytes an item
with 384 signs, and are read again only where their stamp has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import apsw

from memchat.store.blocks import ITEMS, KINDS, as_array, stamps, words_of
from memchat.store.sql import value

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDE = 4_096
"""How many items with the most signs in common are looked at once more."""

_SPARE = 4
"""How many times as many items as are wanted are kept before the nearest of them are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where to look.

    Attributes:
        kinds: What items may be filed under.
        since: Only what was said then or later, in seconds since 1970; none for no bound.
        until: Only what was said before then.
        session: Only what belongs to the session of this number.
        buffered: Number of a session and a place in it from which on its messages are not wanted.
    """

    kinds: frozenset[str]
    since: float | None = None
    until: float | None = None
    session: int | None = None
    buffered: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """A block as it is looked through: columns of records, and the signs word by word."""

    stamp: int
    kind: "NDArray[Any]"
    session: "NDArray[Any]"
    seq: "NDArray[Any]"
    at: "NDArray[Any]"
    words: "NDArray[Any]"


class _Known:
    """The blocks of one database that were read, by table; the connections to a file share them."""

    def __init__(self) -> None:
        self.tables: dict[str, Mapping[int, _Block]] = {}


_of_files: WeakValueDictionary[str, _Known] = WeakValueDictionary()
_of_connections: WeakKeyDictionary[apsw.Connection, _Known] = WeakKeyDictionary()


def nearest(db: apsw.Connection, table: str, vector: bytes, limit: int, wanted: Places) -> list[int]:
    """Keys of the items that are likely the nearest to a vector, in no order.

    Of those with the most signs in common, the ones whose signs fit best the numbers of the vector, large numbers more
    than small ones: what is far off in one large number has more against it than what differs in two small ones.

    Args:
        db: A connection.
        table: The embedder's blocks.
        vector: Little-endian float32.
        limit: How many at most.
        wanted: Where to look.
    """
    import numpy as np

    asked = np.frombuffer(vector, "<f4")
    blocks = _blocks(db, table)
    keys = np.sort(_in_common(blocks, words_of(np.packbits(asked > 0).tobytes()), max(_WIDE, limit), wanted))
    if len(keys) > limit:
        apart = np.split(keys, np.flatnonzero(np.diff(keys // ITEMS)) + 1)
        words = np.concatenate([blocks[int(part[0]) // ITEMS].words[:, part % ITEMS].T for part in apart])
        above = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, count=len(asked))
        keys = keys[np.argpartition(-(above.astype(np.float32) @ asked), limit - 1)[:limit]]
    return [int(key) for key in keys]


def _in_common(blocks: "Mapping[int, _Block]", signs: bytes, limit: int, wanted: Places) -> "NDArray[Any]":
    """Keys of the items with the most signs in common."""
    import numpy as np

    asked = np.frombuffer(signs, "<u8").reshape(-1, 1)
    kinds = np.array([kind in wanted.kinds for kind in KINDS])
    keys, apart = np.empty(0, np.int64), np.empty(0, np.uint16)
    found, waiting, worst = [(keys, apart)], 0, np.iinfo(np.uint16).max
    room = counts = np.empty((0, 0))
    for number, block in blocks.items():
        if room.shape != block.words.shape:
            room, counts = np.empty_like(block.words), np.empty(block.words.shape, np.uint8)
        np.bitwise_count(np.bitwise_xor(block.words, asked, out=room), out=counts)
        distances = np.add.reduce(counts, axis=0, dtype=np.uint16)
        near = np.flatnonzero(distances < worst)
        near = near[_wanted(block, near, kinds, wanted)]
        if not near.size:
            continue
        found.append((number * ITEMS + near, distances[near]))
        waiting += near.size
        if waiting > _SPARE * limit:
            keys, apart = _best(found, limit)
            found, waiting, worst = [(keys, apart)], 0, int(apart.max())
    return _best(found, limit)[0]


def _wanted(block: _Block, near: "NDArray[Any]", kinds: "NDArray[Any]", wanted: Places) -> "NDArray[Any]":
    """Which of the places are looked at."""
    good: NDArray[Any] = kinds[block.kind[near]]
    if wanted.since is not None:
        good &= block.at[near] >= wanted.since
    if wanted.until is not None:
        good &= block.at[near] < wanted.until
    if wanted.session is not None:
        good &= block.session[near] == wanted.session
    if wanted.buffered is not None:
        session, seq = wanted.buffered
        good &= (block.session[near] != session) | (block.seq[near] < max(1, seq))
    return good


def _best(found: "list[tuple[NDArray[Any], NDArray[Any]]]", limit: int) -> "tuple[NDArray[Any], NDArray[Any]]":
    import numpy as np

    keys, apart = (np.concatenate(each) for each in zip(*found, strict=True))
    if len(keys) <= limit:
        return keys, apart
    best = np.argpartition(apart, limit - 1)[:limit]
    return keys[best], apart[best]


def _blocks(db: apsw.Connection, table: str) -> Mapping[int, _Block]:
    """The blocks as this transaction sees them, the newest keys first."""
    known = _known(db)
    before = known.tables.get(table, {})
    blocks: dict[int, _Block] = {}
    for number, stamp in stamps(db, table):
        block = before.get(number)
        blocks[number] = block if block is not None and block.stamp == stamp else _read(db, table, number, stamp)
    known.tables[table] = blocks
    return blocks


def _read(db: apsw.Connection, table: str, number: int, stamp: int) -> _Block:
    import numpy as np

    items = as_array(value(db, f"SELECT items FROM {table} WHERE block = ?", number))
    columns = {name: np.ascontiguousarray(items[name]) for name in ("kind", "session", "seq", "at")}
    return _Block(stamp=stamp, words=np.ascontiguousarray(items["signs"].T), **columns)


def _known(db: apsw.Connection) -> _Known:
    known = _of_connections.get(db)
    if known is None:
        known = _of_files.get(db.filename) if db.filename else None
        if known is None:
            known = _Known()
            if db.filename:
                _of_files[db.filename] = known
        _of_connections[db] = known
    return known
