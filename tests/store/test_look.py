"""Looking up one thing after the other, in one state of the database."""

import threading

import pytest

from memchat.core.errors import StoreError
from memchat.store.connection import connect
from memchat.store.look import Look
from memchat.store.store import Store
from memchat.store.values import IndexCounts
from tests.store.helpers import embed_all, exchange, session_of, unit


async def test_what_is_stored_meanwhile_is_not_seen(store: Store) -> None:
    await session_of(store, "zebra")
    assert store.path is not None
    path = store.path

    def look_twice(look: Look) -> tuple[IndexCounts, IndexCounts, int]:
        before = look.counts()
        db = connect(path)
        db.execute("DELETE FROM item_words; DELETE FROM items")
        db.close()
        return before, look.counts(), len(look.by_words(["zebra"], limit=9))

    before, after, found = await store.index.at_once(look_twice)
    assert before == after == IndexCounts(2, 0)
    assert found == 2
    assert await store.index.counts() == IndexCounts(0, 0)


async def test_one_look_finds_loads_and_tells_what_rests_on_what(store: Store) -> None:
    session = await store.sessions.create()
    said, answer = await exchange(store, session.id, "zebra?", "striped")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))

    def everything(look: Look) -> list[str]:
        hits = look.by_meaning(unit(1, 0, 0, 0), limit=9)
        items = look.load([hit.key for hit in hits])
        assert look.parent_of(answer.id) == said.id
        assert look.parent_of(said.id) is look.parent_of("gone") is None
        assert look.learned_from(said.id) == look.memories(["gone"]) == []
        return sorted(item.text for item in items.values())

    assert await store.index.at_once(everything) == ["striped", "zebra?"]


async def test_it_runs_beside_the_event_loop_and_its_failures_are_told(store: Store) -> None:
    assert await store.index.at_once(lambda _: threading.current_thread()) is not threading.current_thread()
    with pytest.raises(ValueError, match="mine"):
        await store.index.at_once(_fail)
    with pytest.raises(StoreError):
        await store.index.at_once(lambda look: look._db.execute("DELETE FROM items"))
    assert await store.index.counts() == IndexCounts(0, 0)


def _fail(_: Look) -> None:
    raise ValueError("mine")
