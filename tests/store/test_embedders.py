"""Several embedders at once: the old vectors are searched until the new ones are whole."""

from pathlib import Path

from memchat.store.store import Store
from memchat.store.values import IndexCounts
from tests.store.helpers import embed_all, query, session_of, unit

EAST, NORTH = unit(1, 0, 0, 0), unit(1, 0, 0)


async def _make(store: Store, limit: int) -> None:
    pending = await store.index.pending(limit, "better")
    await store.index.put_vectors("better", 3, [(key, NORTH) for key, _ in pending])


def _in_files(path: Path, part: bytes) -> int:
    """How often bytes stand in a database's files."""
    return sum(file.read_bytes().count(part) for file in path.parent.iterdir())


async def test_another_embedder_is_searched_once_it_has_a_vector_of_everything(store: Store) -> None:
    session = await session_of(store, "hello", "there")
    await embed_all(store, lambda _: EAST)
    await store.index.use_embedder("test", 4)
    await store.index.use_embedder("better", 3)
    await store.index.use_embedder("better", 3)
    assert await store.index.counts() == IndexCounts(4, 4), "the old ones are still there"
    assert await store.index.pending(9) == []
    await _make(store, 3)
    assert len(await store.index.by_meaning(EAST, limit=9)) == 4
    assert await store.index.by_meaning(NORTH, limit=9) == []
    said = await store.messages.append_user(session, "and now", tokens=2)
    assert [text for _, text in await store.index.pending(9)] == ["and now", "You said there"], "embedded by both"
    assert (await store.index.pending(1, "better"))[0][1] == "and now"
    await embed_all(store, lambda _: EAST)
    assert said.id in {hit.ref for hit in await store.index.by_meaning(EAST, limit=9)}
    await _make(store, 9)
    assert await store.index.by_meaning(EAST, limit=9) == []
    assert len(await store.index.by_meaning(NORTH, limit=9)) == 5
    assert await store.index.counts() == IndexCounts(5, 5)


async def test_a_vector_is_compared_with_those_of_its_own_embedder_alone(store: Store) -> None:
    await session_of(store, "hello")
    await embed_all(store, lambda _: EAST)
    (hit, _) = await store.index.by_meaning(EAST, limit=9, embedder_id="test")
    assert await store.index.by_meaning(EAST, limit=9, embedder_id="better") == []
    assert list(await store.index.vectors([hit.key], "test")) == [hit.key]
    assert await store.index.vectors([hit.key], "better") == {}
    assert await store.index.token_signs([hit.key], "better") == {}


async def test_what_leaves_the_index_leaves_all_embedders(store: Store) -> None:
    session = await session_of(store, "hello")
    await embed_all(store, lambda _: EAST)
    await store.index.use_embedder("better", 3)
    await _make(store, 1)
    await store.sessions.delete(session)
    for table in ("signs_1", "vectors_1", "signs_2", "vectors_2", "unembedded", "items"):
        assert await query(store, f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_what_embedders_made_of_what_is_erased_is_in_no_file(store: Store) -> None:
    assert store.path is not None
    kept, gone = await session_of(store, "keep this"), await session_of(store, "hello")
    for embedder, vector in (("test", EAST), ("better", NORTH)):
        await store.index.use_embedder(embedder, len(vector) // 4)
        # The coming one has still one to go, so that the other one is searched.
        for key, text in (await store.index.pending(9, embedder))[: 4 if embedder == "test" else 3]:
            signs = f"signs of {text}".encode()
            await store.index.put_vectors(embedder, len(vector) // 4, [(key, vector)], {key: signs})
    await store._database._writer.run(lambda db: db.wal_checkpoint())
    assert _in_files(store.path, b"signs of hello") > 1, "of both"
    await store.sessions.erase(gone)
    assert _in_files(store.path, b"signs of hello") == 0
    assert _in_files(store.path, b"signs of keep this") >= 1
    assert {hit.key for hit in await store.index.by_meaning(EAST, limit=9)} == {
        key for (key,) in await query(store, "SELECT key FROM items")
    }
    assert len(await store.messages.page(kept, before_seq=None, limit=9)) == 2


async def test_whose_vectors_are_not_wanted_any_more_stores_none(store: Store) -> None:
    await session_of(store, "hello")
    await embed_all(store, lambda _: EAST)
    await store.index.use_embedder("better", 3)
    pending = await store.index.pending(9, "better")
    await store.index.use_embedder("test", 4)
    await store.index.put_vectors("better", 3, [(key, NORTH) for key, _ in pending])
    assert len(await store.index.by_meaning(EAST, limit=9)) == 2
    assert await store.index.pending(9, "better") == []


async def test_an_embedder_that_has_embedded_nothing_is_replaced_at_once(store: Store) -> None:
    await store.index.use_embedder("test", 4)
    await session_of(store, "hello")
    await store.index.use_embedder("better", 3)
    await _make(store, 1)
    assert len(await store.index.by_meaning(NORTH, limit=9)) == 1


async def test_an_embedder_whose_vectors_have_become_longer_begins_anew(store: Store) -> None:
    await session_of(store, "hello")
    await embed_all(store, lambda _: EAST)
    await store.index.use_embedder("test", 3)
    assert await store.index.counts() == IndexCounts(2, 0)
    await store.index.put_vectors("test", 3, [(key, NORTH) for key, _ in await store.index.pending(9)])
    assert len(await store.index.by_meaning(NORTH, limit=9)) == 2
