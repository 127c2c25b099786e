"""Blocks of signs: what stands where, what a filter leaves, and that what was read stays true."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.store import blocks, coarse
from memchat.store.blocks import ITEMS, KINDS, Filed, filed
from memchat.store.coarse import Places, nearest
from memchat.store.connection import connect
from memchat.store.store import Store
from tests.store.helpers import Costs, embed_all, exchange, session_of, unit

TABLE = "signs"
EVERYWHERE = Places(kinds=frozenset(KINDS[1:]))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    path = tmp_path / "blocks.db"
    path.touch()
    connection = connect(path)
    connection.pragma("journal_mode", "wal")
    connection.execute(blocks.table_of_blocks(TABLE))
    yield connection
    connection.close()


def one(key: int, signs: bytes, kind: str = "message", session: int = 1, seq: int = 0, at: float = 0.0) -> Filed:
    return Filed(key, kind, session, seq or key, at, signs)


def of(signs: bytes) -> bytes:
    """A vector with these signs, all of its numbers of one size."""
    return (np.unpackbits(np.frombuffer(signs, np.uint8)) * 2.0 - 1.0).astype("<f4").tobytes()


def apart(first: bytes, second: bytes) -> int:
    """How many bits differ."""
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).bit_count()


@settings(max_examples=40)
@given(
    sizes=st.sampled_from([1, 8, 48, 192]),
    keys=st.lists(st.integers(1, 4 * ITEMS), min_size=1, max_size=60, unique=True),
    limit=st.integers(1, 20),
    seed=st.integers(0, 99),
)
def test_the_nearest_are_those_that_a_look_at_each_finds(sizes: int, keys: list[int], limit: int, seed: int) -> None:
    db = connect(None)
    db.execute(blocks.table_of_blocks(TABLE))
    chance = np.random.default_rng(seed)
    signs = {key: chance.bytes(sizes) for key in keys}
    blocks.put(db, TABLE, [one(key, each) for key, each in signs.items()])
    asked = chance.bytes(sizes)
    found = nearest(db, TABLE, of(asked), limit, EVERYWHERE)
    distances = sorted(apart(asked, each) for each in signs.values())[:limit]
    assert sorted(apart(asked, signs[key]) for key in found) == distances
    assert len(set(found)) == len(found)
    db.close()


def test_of_many_the_nearest_are_kept_as_blocks_go_by(db: apsw.Connection) -> None:
    chance = np.random.default_rng(1)
    signs = {key: chance.bytes(8) for key in range(1, 3 * ITEMS)}
    blocks.put(db, TABLE, [one(key, each) for key, each in signs.items()])
    found = nearest(db, TABLE, of(bytes(8)), 10, EVERYWHERE)
    assert (
        sorted(apart(bytes(8), signs[key]) for key in found)
        == sorted(apart(bytes(8), each) for each in signs.values())[:10]
    )


def test_of_the_nearest_by_signs_those_are_taken_that_fit_the_larger_numbers(db: apsw.Connection) -> None:
    asked = np.array([0.9, *[0.1] * 7], "<f4")
    blocks.put(db, TABLE, [one(1, b"\x7f"), one(2, b"\xe0"), one(3, b"\x00")])
    assert nearest(db, TABLE, asked.tobytes(), 1, EVERYWHERE) == [2], "seven signs of small numbers weigh less"


@pytest.mark.parametrize(
    ("places", "keys"),
    [
        (EVERYWHERE, {1, 2, 3, 4, 5}),
        (Places(kinds=frozenset({"message"})), {1, 2, 3}),
        (Places(kinds=frozenset({"past fact"})), {5}),
        (Places(kinds=EVERYWHERE.kinds, since=20, until=40), {2, 3}),
        (Places(kinds=EVERYWHERE.kinds, session=7), {1, 2}),
        (Places(kinds=EVERYWHERE.kinds, buffered=(7, 2)), {1, 3, 4, 5}),
        (Places(kinds=EVERYWHERE.kinds, buffered=(0, 0)), {1, 2, 3, 4, 5}),
        (Places(kinds=frozenset()), set()),
    ],
)
def test_only_what_a_filter_leaves_is_looked_at(db: apsw.Connection, places: Places, keys: set[int]) -> None:
    filing = [
        Filed(1, "message", 7, 1, 10.0, b"\x0f"),
        Filed(2, "message", 7, 2, 20.0, b"\x0f"),
        Filed(3, "message", 8, 9, 30.0, b"\x0f"),
        Filed(4, "fact", 0, 0, 40.0, b"\x0f"),
        Filed(5, "past fact", 0, 0, 50.0, b"\x0f"),
    ]
    blocks.put(db, TABLE, filing)
    assert set(nearest(db, TABLE, of(b"\xff"), 9, places)) == keys


def test_what_changes_is_seen_and_what_is_empty_goes(db: apsw.Connection) -> None:
    assert nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE) == []
    blocks.put(db, TABLE, [one(3, b"\x01"), one(ITEMS, b"\x01")])
    assert set(nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE)) == {3, ITEMS}
    blocks.put(db, TABLE, [one(3, b"\xfe"), one(4, b"\x01", "fact")])
    assert set(nearest(db, TABLE, of(b"\x01"), 2, EVERYWHERE)) == {4, ITEMS}
    blocks.refile(db, TABLE, 4, "past fact")
    assert nearest(db, TABLE, of(b"\x01"), 9, Places(kinds=frozenset({"past fact"}))) == [4]
    assert filed(db, TABLE) == {3: "message", 4: "past fact", ITEMS: "message"}
    for key in (3, 4, 5):
        blocks.drop(db, TABLE, key)
    assert list(db.execute(f"SELECT block FROM {TABLE}")) == [(1,)]
    assert nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE) == [ITEMS]


def test_only_a_block_that_changed_is_read_again_by_whichever_connection(db: apsw.Connection) -> None:
    blocks.put(db, TABLE, [one(key, b"\x01") for key in range(1, 5 * ITEMS, ITEMS)])
    second = connect(Path(db.filename))
    reads: list[str] = []
    for each in (db, second):
        each.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: reads.append(str(event["sql"])))

    def read(connection: apsw.Connection) -> int:
        reads.clear()
        nearest(connection, TABLE, of(b"\x01"), 9, EVERYWHERE)
        return sum("SELECT items" in sql for sql in reads)

    assert [read(db), read(db), read(second)] == [5, 0, 0]
    blocks.put(db, TABLE, [one(7, b"\x01")])
    assert [read(second), read(db)] == [1, 0]
    second.close()


def test_what_was_rolled_back_is_not_remembered(db: apsw.Connection) -> None:
    blocks.put(db, TABLE, [one(1, b"\x01")])
    db.execute("BEGIN")
    blocks.put(db, TABLE, [one(2, b"\x01")])
    assert set(nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE)) == {1, 2}
    db.execute("ROLLBACK")
    assert nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE) == [1]
    blocks.put(db, TABLE, [one(3, b"\x01")])
    assert set(nearest(db, TABLE, of(b"\x01"), 9, EVERYWHERE)) == {1, 3}


def test_a_change_writes_only_the_pages_that_it_is_on(db: apsw.Connection) -> None:
    blocks.put(db, TABLE, [one(key, bytes(range(48))) for key in range(1, ITEMS)])
    db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    blocks.put(db, TABLE, [one(9, bytes(48)), one(10, bytes(48))])
    written, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    assert written <= 4


def test_what_was_read_goes_with_the_last_connection(db: apsw.Connection) -> None:
    blocks.put(db, TABLE, [one(1, b"\x01")])
    other = connect(Path(db.filename))
    nearest(other, TABLE, of(b"\x01"), 9, EVERYWHERE)
    name = other.filename
    assert name in coarse._of_files
    other.close()
    del other
    assert name not in coarse._of_files


def test_an_encrypted_database_is_searched_as_any_other(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "secret.db"))
    db.pragma("key", "a long passphrase")
    db.execute(blocks.table_of_blocks(TABLE))
    blocks.put(db, TABLE, [one(1, bytes(48)), one(2, b"\xff" * 48)])
    db.close()
    again = apsw.Connection(str(tmp_path / "secret.db"))
    again.pragma("key", "a long passphrase")
    assert nearest(again, TABLE, of(bytes(48)), 1, EVERYWHERE) == [1]
    again.close()
    assert not (tmp_path / "secret.db").read_bytes().startswith(b"SQLite format")


async def test_a_first_look_at_more_items_asks_no_more_of_the_database(store: Store) -> None:
    async def look() -> int:
        await embed_all(store, lambda _: unit(1, 0, 0, 0))
        await store.index.by_meaning(unit(1, 0, 0, 0), limit=5)
        async with Costs(store) as costs:
            await store.index.by_meaning(unit(1, 0, 0, 0), limit=5)
        return sum(count for sql, count in costs.statements.items() if "signs_1" in sql)

    await session_of(store, "one", "two")
    few = await look()
    for _ in range(3):
        await exchange(store, (await store.sessions.create()).id, "three", "four")
    assert await look() == few
