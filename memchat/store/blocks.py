"""Signs of vectors in blocks, so that a first look at all of them reads a few long rows.

A block holds the items of so many neighbouring keys, each at the place that its key tells: what filters look at, and a
bit for the sign of each number of its vector. Every change gives the block a new stamp, by which a program that has
read it knows whether it is still the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, get_args

import apsw

from memchat.core.context import ItemKind
from memchat.store.sql import rows, run, value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ITEMS = 2_048
"""How many keys a block is for."""

_PAST = "past "

KINDS: tuple[str, ...] = ("", *get_args(ItemKind), *(f"{_PAST}{kind}" for kind in get_args(ItemKind)))
"""What an item can be filed under, as `vectors.vector_kind` says it; a place without an item is filed under the first.

Only added to at the end: their places are in the database.
"""

_PLACE = 17
"""Bytes of what filters look at."""


@dataclass(frozen=True, slots=True)
class Filed:
    """An item's vector as the first look sees it.

    Attributes:
        kind: One of `KINDS`.
        session: Number of its session; 0 for none.
        seq: Its place in the session; 0 for none.
        at: When it was said, in seconds since 1970.
        signs: Of the vector's numbers, a bit each, in whole bytes.
    """

    key: int
    kind: str
    session: int
    seq: int
    at: float
    signs: bytes


def table_of_blocks(name: str) -> str:
    """The statement that makes a table of blocks."""
    return f"CREATE TABLE {name} (block INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, items BLOB NOT NULL) STRICT"


def words_of(signs: bytes) -> bytes:
    """Signs in whole words of 8 bytes."""
    return signs + bytes(-len(signs) % 8)


def put(db: apsw.Connection, table: str, filed: Iterable[Filed]) -> None:
    """Files items, each in place of what its key had."""
    import numpy as np

    for number, part in groupby(sorted(filed, key=lambda one: one.key), key=lambda one: one.key // ITEMS):
        block: NDArray[Any] | None = None
        for one in part:
            signs = words_of(one.signs)
            if block is None:
                block = _read(db, table, number, len(signs))
            place = (KINDS.index(one.kind), one.session, one.seq, one.at, np.frombuffer(signs, "<u8"))
            block[one.key % ITEMS] = place
        if block is not None:
            _write(db, table, number, block)


def drop(db: apsw.Connection, table: str, key: int) -> None:
    """Empties the place of an item, if it has one."""
    import numpy as np

    block = _found(db, table, key // ITEMS)
    if block is not None and block["kind"][key % ITEMS]:
        block[key % ITEMS] = np.zeros(1, block.dtype)[0]
        _write(db, table, key // ITEMS, block)


def refile(db: apsw.Connection, table: str, key: int, kind: str) -> None:
    """Files an item under another kind, if it is filed at all."""
    block = _found(db, table, key // ITEMS)
    if block is not None and block["kind"][key % ITEMS]:
        block["kind"][key % ITEMS] = KINDS.index(kind)
        _write(db, table, key // ITEMS, block)


def filed(db: apsw.Connection, table: str) -> dict[int, str]:
    """What each item is filed under, by key."""
    found: dict[int, str] = {}
    for number, items in rows(db, f"SELECT block, items FROM {table} ORDER BY block"):
        for place, kind in enumerate(as_array(items)["kind"].tolist()):
            if kind:
                found[number * ITEMS + place] = KINDS[kind]
    return found


def as_array(items: bytes) -> "NDArray[Any]":
    """A block's items, as they are stored; a record for each key."""
    import numpy as np

    return np.frombuffer(items, _layout(len(items) // ITEMS - _PLACE))


def _layout(signs: int) -> "np.dtype[Any]":
    """A record's fields, with so many bytes of signs."""
    import numpy as np

    return np.dtype(
        [("kind", "u1"), ("session", "<i4"), ("seq", "<i4"), ("at", "<f8"), ("signs", "<u8", (signs // 8,))]
    )


def _read(db: apsw.Connection, table: str, number: int, signs: int) -> "NDArray[Any]":
    import numpy as np

    found = _found(db, table, number)
    return np.zeros(ITEMS, _layout(signs)) if found is None else found


def _found(db: apsw.Connection, table: str, number: int) -> "NDArray[Any] | None":
    items = value(db, f"SELECT items FROM {table} WHERE block = ?", number)
    return None if items is None else as_array(items).copy()


def _write(db: apsw.Connection, table: str, number: int, block: "NDArray[Any]") -> None:
    if not block["kind"].any():
        run(db, f"DELETE FROM {table} WHERE block = ?", number)
        return
    # SQLite writes only the pages of a row of the same length in which something changed.
    run(
        db,
        f"INSERT INTO {table} (block, stamp, items) VALUES (?, random(), ?) "
        "ON CONFLICT (block) DO UPDATE SET stamp = excluded.stamp, items = excluded.items",
        number,
        block.tobytes(),
    )


def stamps(db: apsw.Connection, table: str) -> Sequence[tuple[int, int]]:
    """Number and stamp of each block, the newest keys first."""
    return [(number, stamp) for number, stamp in rows(db, f"SELECT block, stamp FROM {table} ORDER BY block DESC")]
