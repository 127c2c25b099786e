"""What held once: found only when the past is asked for; and what stands near a new statement."""

from datetime import UTC, datetime, timedelta
from typing import Any

from memchat.core.memories import Memory
from memchat.store.decisions import Add, Archive, Expire, Merge, NewMemory, Replace
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.helpers import Costs, embed_all, exchange, found, session_of, unit

MODEL = "small"
EAST, NORTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0)


def home(text: str, **more: Any) -> NewMemory:
    return NewMemory(**{"kind": "fact", "text": text, "confidence": 0.8, "origin": "user", "attribute": "home", **more})


async def learn(store: Store, *news: NewMemory) -> list[Memory]:
    return list((await store.memories.apply([Add(new) for new in news], actor=MODEL)).added)


async def near(store: Store, **filters: Any) -> set[str]:
    return {hit.ref for hit in await store.index.by_meaning(EAST, limit=50, **filters)}


async def test_what_was_superseded_is_found_only_as_past(store: Store, clock: Ticking) -> None:
    (old,) = await learn(store, home("Lives in a house in Taipei."))
    field = await store.profile.set("location", "a house in Taipei", origin="user")
    await embed_all(store, lambda _: EAST)
    at = clock.moment
    moved = Replace(old_ids=(old.id,), new=home("Lives in a house in Lisbon."), at=at)
    (new,) = (await store.memories.apply([moved], actor=MODEL)).added
    other = await store.profile.set("location", "a house in Lisbon", origin="user")
    await embed_all(store, lambda _: EAST)
    current, past = {new.id, other.memory_id}, {old.id, field.memory_id}
    assert set(await found(store, "house")) == await near(store) == current
    assert set(await found(store, "house", past=True)) == await near(store, past=True) == current | past
    assert await near(store, kinds=["fact"]) == {new.id}
    assert await near(store, kinds=["fact"], past=True) == {new.id, old.id}
    assert await near(store, kinds=["profile"], past=True) == {other.memory_id, field.memory_id}
    assert await near(store, kinds=["message"], past=True) == set()

    hits = await store.index.by_words(["taipei"], limit=9, past=True, kinds=["fact"])
    (item,) = (await store.index.load([hit.key for hit in hits])).values()
    assert (item.status, item.valid_to, item.subject, item.field) == ("superseded", at, "user", None)
    await store.memories.undo()
    assert await found(store, "taipei", kinds=["profile"]) == [field.memory_id]


async def test_what_ends_by_itself_becomes_past_when_its_time_comes(store: Store, clock: Ticking) -> None:
    ends = clock.moment + timedelta(days=2)
    (trip,) = await learn(store, home("Is in a hotel in Porto.", valid_to=ends, holds="days"))
    await learn(store, home("Has a hotel in Kyoto."))
    await embed_all(store, lambda text: EAST if "Porto" in text else unit(1, 1, 0, 0))
    assert await found(store, "porto") == [trip.id]
    clock.advance(days=3)
    assert await found(store, "porto") == []
    assert await found(store, "porto", past=True) == [trip.id]
    (hit,) = await store.index.by_meaning(EAST, limit=1)
    assert hit.ref != trip.id, "what has ended takes nobody's place"
    assert [hit.ref for hit in await store.index.by_meaning(EAST, limit=1, past=True)] == [trip.id]
    assert [memory.id for memory in await store.memories.past("user", "home")] == [trip.id]


async def test_what_was_merged_or_let_go_of_is_not_in_the_index(store: Store) -> None:
    one, other, third = await learn(store, home("Likes tea."), home("Is fond of tea."), home("Drinks tea."))
    merge = Merge(part_ids=(one.id, other.id), new=home("Likes tea very much."))
    (merged,) = (await store.memories.apply([merge, Archive(third.id)], actor=MODEL)).added
    assert await found(store, "tea", past=True) == [merged.id]
    await embed_all(store, lambda _: EAST)
    assert await near(store, past=True) == {merged.id}


async def test_what_crowds_the_past_takes_nobodys_place(store: Store, clock: Ticking) -> None:
    last = (await learn(store, home("Lives in town 0.")))[0]
    for number in range(1, 30):
        moved = Replace(old_ids=(last.id,), new=home(f"Lives in town {number}."), at=clock.moment)
        (last,) = (await store.memories.apply([moved], actor=MODEL)).added
    await embed_all(store, lambda _: EAST)
    assert [hit.ref for hit in await store.index.by_meaning(EAST, limit=2)] == [last.id]
    assert len(await store.index.by_meaning(EAST, limit=99, past=True)) == 30


async def test_a_loaded_memory_tells_what_ranking_needs(store: Store) -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)
    (anna,) = await learn(store, home("Anna lives in Porto.", subject="Anna", holds="years", valid_from=march))
    await store.memories.mark_used([anna.id])
    field = await store.profile.set("location", "Lisbon", origin="user")
    session = await session_of(store, "Anna and Lisbon")
    hits = await store.index.by_words(["anna", "lisbon"], limit=9)
    items = {item.ref: item for item in (await store.index.load([hit.key for hit in hits])).values()}
    item = items[anna.id]
    assert (item.subject, item.holds, item.valid_from, item.status) == ("Anna", "years", march, "active")
    assert item.use_count == 1
    assert item.last_used_at is not None
    value = items[field.memory_id]
    assert (value.kind, value.field, value.text, value.message_id) == ("profile", "location", "location: Lisbon", None)
    message = next(item for item in items.values() if item.kind == "message")
    assert (message.session_id, message.status, message.field, message.last_used_at) == (session, "active", None, None)


async def test_neighbours_are_the_nearest_by_meaning_and_by_words(store: Store, clock: Ticking) -> None:
    taipei, cat, tea = await learn(
        store, home("Lives in Taipei."), home("Has a cat.", attribute="pet"), home("Likes tea.", attribute="drink")
    )
    field = await store.profile.set("location", "Taipei", origin="user")
    session = await session_of(store, "Taipei Taipei Taipei", "cat cat cat")
    vectors = {"Lives in Taipei.": EAST, "Has a cat.": NORTH}
    await embed_all(store, lambda text: vectors.get(text, unit(-1, -1, 0, 0)))

    async def ids(vector: bytes | None, *terms: str, **asked: Any) -> list[str]:
        return [memory.id for memory in await store.memories.neighbours(vector, terms, **{"limit": 9, **asked})]

    assert set(await ids(None, "taipei")) == {taipei.id, field.memory_id}
    assert (await ids(EAST))[0] == taipei.id
    assert (await ids(NORTH, "tea"))[0] in (tea.id, cat.id)
    assert await ids(NORTH, "cat", limit=1) == [cat.id], "what both find comes first"
    assert await ids(None) == await ids(EAST, limit=0) == await ids(None, "absent") == []
    assert await ids(None, "taipei", subject="Anna") == []
    moved = Replace(old_ids=(taipei.id,), new=home("Lives in Lisbon."), at=clock.moment)
    await store.memories.apply([moved, Expire(id=cat.id, valid_to=clock.moment)], actor=MODEL)
    assert await ids(EAST, "taipei", subject="user", limit=1) == [field.memory_id], "superseded ones are no neighbours"
    assert await ids(None, "cat") == [cat.id], "those that ended by themselves are"
    assert session


async def test_an_anothers_neighbours_are_not_crowded_out(store: Store) -> None:
    await learn(store, *(home(f"Lives in Taipei {number}.") for number in range(5)))
    (anna,) = await learn(store, home("Anna lives in Taipei.", subject="Anna"))
    await embed_all(store, lambda _: EAST)
    found = await store.memories.neighbours(EAST, ["taipei"], subject="Anna", limit=2)
    assert [memory.id for memory in found] == [anna.id]


async def test_neighbours_are_found_by_index(store: Store) -> None:
    session = await store.sessions.create()
    await learn(store, *(home(f"Knows about topic {number}.") for number in range(200)))
    await learn(store, *(home(f"Has seen zebra {number}.") for number in range(3)))
    for number in range(20):
        await exchange(store, session.id, f"About zebra {number}", "Yes")
    async with Costs(store) as costs:
        assert len(await store.memories.neighbours(None, ["zebra"], limit=5)) == 3
    ranked = sum(count for sql, count in costs.statements.items() if "docsize" in sql)
    assert ranked == 3, "the messages that hold the word are not ranked"
    assert costs.rows < 100
