"""What was erased is not learned again from old messages, and cannot be read from what is kept of it."""

from memchat.store.store import Store
from memchat.store.tombstones import entomb, entombed
from tests.store.conftest import Ticking
from tests.store.helpers import exchange, query

TEXT = "The user lives in Taipei."


async def buried(store: Store, message: str | None, text: str) -> bool:
    return await store._database.read(entombed, message, text)


async def test_nothing_is_buried_at_first(store: Store) -> None:
    assert not await buried(store, "m1", TEXT)
    assert await query(store, "SELECT * FROM tombstone_key") == []


async def test_a_message_tells_nothing_any_more_and_a_text_comes_from_no_old_message(
    store: Store, clock: Ticking
) -> None:
    session = await store.sessions.create()
    source, _ = await exchange(store, session.id, "I live in Taipei.", "I see.")
    old, _ = await exchange(store, session.id, "As I said.", "Yes.")
    erased_at = clock().timestamp()
    await store._database.write(entomb, messages=[source.id], texts=[TEXT], now=erased_at)
    new, _ = await exchange(store, session.id, "I live in Taipei again.", "Fine.")
    assert await buried(store, source.id, "The user likes tea.")
    assert await buried(store, old.id, "the user lives in   TAIPEI")
    assert await buried(store, None, TEXT)
    assert not await buried(store, old.id, "The user likes tea.")
    assert not await buried(store, new.id, TEXT)


async def test_what_is_kept_are_hashes_with_a_key_of_their_own(store: Store) -> None:
    await store._database.write(entomb, messages=["m1"], texts=[TEXT], now=1.0)
    await store._database.write(entomb, messages=["m1"], texts=[TEXT], now=2.0)
    hashes = await query(store, "SELECT hash, at FROM tombstones")
    assert {len(each) for each, _ in hashes} == {32}
    assert {at for _, at in hashes} == {2.0}
    assert len(hashes) == 2
    ((key,),) = await query(store, "SELECT key FROM tombstone_key")
    assert len(key) == 32
