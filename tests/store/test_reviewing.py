"""What the user does with what was learned: accepts, rejects, corrects, archives, restores."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory, Source
from memchat.store.decisions import Add, Hold, NewMemory, Replace
from memchat.store.store import Store
from tests.store.helpers import found

MODEL = "small"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 13, tzinfo=UTC)


def home(text: str, number: int = 0, **more: Any) -> NewMemory:
    source = Source(session_id=f"s{number}", message_id=f"m{number}", quote=f"words {number}")
    given = {"kind": "fact", "text": text, "confidence": 0.8, "origin": "user", "attribute": "home", **more}
    return NewMemory(**given, sources=(source,))


def location(value: str, number: int = 0, **more: Any) -> NewMemory:
    return home(f"location: {value}", number, attribute="location", field="location", value=value, **more)


async def added(store: Store, new: NewMemory) -> str:
    applied = await store.memories.apply([Add(new)], actor=MODEL)
    return applied.added[0].id if applied.added else applied.profile[0].memory_id


async def held(store: Store, new: NewMemory, *replaces: str) -> Memory:
    return (await store.memories.apply([Hold(new, replaces)], actor=MODEL)).pending[0]


async def values(store: Store) -> list[str]:
    return [field.value for field in await store.profile.list()]


async def test_accepting_makes_it_active_and_found(store: Store) -> None:
    waiting = await held(store, home("Lives in Taipei.", reason="Not sure."))
    now = await store.memories.accept(waiting.id[:9])
    assert (now.id, now.status, now.reason, now.text) == (waiting.id, "active", "", "Lives in Taipei.")
    assert await found(store, "taipei") == [now.id]
    await store.memories.undo()
    assert await store.memories.get(waiting.id) == waiting


async def test_accepting_in_other_words_makes_them_the_users(store: Store) -> None:
    waiting = await held(store, home("Lives in Taipei."))
    now = await store.memories.accept(waiting.id, text="Lives in Tainan.")
    assert (now.text, now.actor) == ("Lives in Tainan.", "user")
    assert await found(store, "tainan") == [now.id]
    with pytest.raises(MemchatError, match="needs some text"):
        await store.memories.accept((await held(store, home("Has a cat."))).id, text=" ")


async def test_accepting_ends_what_it_was_to_replace(store: Store) -> None:
    old = await added(store, home("Lives in Taipei."))
    other = await added(store, home("Works in Hsinchu.", attribute="work"))
    waiting = await held(store, home("Lives in Lisbon.", observed_at=NOVEMBER), old, other, "gone")
    now = await store.memories.accept(waiting.id)
    was = await store.memories.get(old)
    assert (was.status, was.superseded_by, was.valid_to) == ("superseded", now.id, NOVEMBER)
    assert (await store.memories.get(other)).status == "active", "that is about another thing"
    await store.memories.undo()
    assert (await store.memories.get(old)).status == "active"


async def test_accepting_ends_what_took_the_place_of_that_since(store: Store) -> None:
    old = await added(store, home("Lives in Taipei."))
    waiting = await held(store, home("Lives in Lisbon.", observed_at=NOVEMBER, valid_from=MARCH), old)
    porto = Replace(old_ids=(old,), new=home("Lives in Porto."), at=MARCH)
    (between,) = (await store.memories.apply([porto], actor=MODEL)).added
    now = await store.memories.accept(waiting.id)
    assert (await store.memories.get(between.id)).superseded_by == now.id
    assert (await store.memories.get(old)).superseded_by == between.id
    assert [each.id for each in await store.memories.list(status="active")] == [now.id]


async def test_accepting_what_is_known_by_now_gives_that_its_sources(store: Store) -> None:
    waiting = await held(store, home("Lives in Taipei!", 1))
    known = await store.memories.add(kind="fact", text="Lives in Lisbon.", confidence=1, origin="user")
    now = await store.memories.accept(waiting.id, text="lives in lisbon")
    assert now.id == known.id
    assert now.sources == waiting.sources
    assert (await store.memories.get(waiting.id)).superseded_by == known.id
    assert len(await store.memories.list(status="active")) == 1


async def test_a_profile_value_that_is_accepted_ends_the_present_one(store: Store) -> None:
    await store.profile.set("location", "Taipei", origin="user")
    one, other = await held(store, location("Lisbon")), await held(store, location("Porto"))
    await store.memories.accept(one.id)
    assert await values(store) == ["Lisbon"]
    await store.memories.accept(other.id)
    assert await values(store) == ["Porto"]
    assert {each.value for each in await store.memories.past("user", "location")} == {"Taipei", "Lisbon"}


async def test_a_field_of_several_values_keeps_them(store: Store) -> None:
    await store.profile.set("goals", "learn Portuguese", origin="user", several=True)
    goal = home("goals: run a marathon", field="goals", value="run a marathon", attribute="goals")
    await store.memories.accept((await held(store, goal)).id, several=True)
    assert await values(store) == ["learn Portuguese", "run a marathon"]
    await store.profile.unset("goals", value="learn Portuguese")
    assert await values(store) == ["run a marathon"]


async def test_rejecting_puts_it_away_for_good(store: Store) -> None:
    waiting = await held(store, home("Lives in Taipei."))
    assert (await store.memories.reject(waiting.id)).status == "forgotten"
    assert (await store.memories.apply([Hold(home("lives in taipei", 2))], actor=MODEL)).empty
    await store.memories.undo()
    assert await store.memories.get(waiting.id) == waiting


async def test_only_what_is_pending_is_accepted_or_rejected(store: Store) -> None:
    memory = await added(store, home("Lives in Taipei."))
    for call in (store.memories.accept, store.memories.reject):
        with pytest.raises(MemchatError, match="only what is pending") as raised:
            await call(memory)
        assert "--status pending" in raised.value.next_step


async def test_archiving_takes_out_of_recall_and_restoring_brings_back(store: Store) -> None:
    one, other = await added(store, home("Lives in Taipei.")), await added(store, home("Has a cat."))
    waiting = await held(store, home("Has a dog."))
    gone = await store.memories.archive([one, other, waiting.id, "gone"], actor="tidy", batch="b1")
    assert [memory.id for memory in gone] == [one, other]
    assert await found(store, "taipei", past=True) == []
    assert [memory.id for memory in await store.memories.list(status="archived")] == [other, one]
    assert (await store.memories.restore(one)).status == "active"
    assert await found(store, "taipei") == [one]
    await store.memories.undo()
    assert len(await store.memories.undo_batch("b1")) == 2


async def test_what_was_replaced_by_mistake_is_restored_as_it_was(store: Store) -> None:
    old = await added(store, home("Works at Acme.", valid_to=datetime(2027, 1, 1, tzinfo=UTC)))
    before = await store.memories.get(old)
    applied = await store.memories.apply(
        [Replace(old_ids=(old,), new=home("Works at Globex.", 1), at=NOVEMBER)], actor=MODEL
    )
    back = await store.memories.restore(old)
    assert (back.status, back.superseded_by, back.valid_to) == ("active", None, before.valid_to)
    assert (await store.memories.get(applied.added[0].id)).status == "active", "both hold, until the user says more"


async def test_a_profile_value_that_is_restored_takes_its_place_again(store: Store) -> None:
    old = await store.profile.set("location", "Taipei", origin="user")
    await store.profile.set("location", "Lisbon", origin="user")
    await store.memories.restore(old.memory_id)
    assert await values(store) == ["Taipei"]
    assert [each.value for each in await store.memories.past("user", "location")] == ["Lisbon"]


async def test_restoring_what_is_there_changes_nothing(store: Store) -> None:
    one = await added(store, home("Lives in Taipei."))
    await store.memories.forget(one)
    other = await added(store, home("Lives in Taipei.", 1))
    assert (await store.memories.restore(one)).id == other
    assert (await store.memories.restore(other)).id == other
    waiting = await held(store, home("Has a cat."))
    assert (await store.memories.restore(waiting.id)).status == "active"
    assert len(await store.memories.list(status="active")) == 2


async def test_the_value_of_a_field_is_edited_with_or_without_its_name(store: Store) -> None:
    field = await store.profile.set("location", "Taipei", origin="assistant", actor=MODEL)
    for text, value in (("Lisbon", "Lisbon"), ("Location: Porto", "Porto")):
        edited = await store.memories.edit(field.memory_id, text)
        assert (edited.text, edited.value, edited.actor) == (f"location: {value}", value, "user")
        assert await values(store) == [value]
    with pytest.raises(MemchatError, match="needs some text"):
        await store.memories.edit(field.memory_id, "location: ")


async def test_the_user_corrects_how_a_value_is_written(store: Store) -> None:
    await store.profile.set("name", "alice", origin="user")
    await store.profile.set("name", "Alice", origin="user")
    assert await values(store) == ["Alice"]
    assert len(await store.memories.history("profile:name")) == 2
    await store.memories.undo()
    assert await values(store) == ["alice"]


async def test_kind_and_time_are_set_and_taken_back(store: Store) -> None:
    memory = await store.memories.get(await added(store, home("Lives in Taipei.")))
    assert (await store.memories.set_kind(memory.id, "event")).kind == "event"
    dated = await store.memories.set_validity(memory.id, MARCH, NOVEMBER)
    assert (dated.valid_from, dated.valid_to) == (MARCH, NOVEMBER)
    with pytest.raises(MemchatError, match="cannot cease to hold before"):
        await store.memories.set_validity(memory.id, NOVEMBER, MARCH)
    assert (await store.memories.set_validity(memory.id, None, None)).valid_to is None
    for _ in range(3):
        await store.memories.undo()
    assert await store.memories.get(memory.id) == memory


async def test_a_profile_value_that_has_ended_is_not_shown(store: Store) -> None:
    field = await store.profile.set("location", "Porto", origin="user")
    await store.memories.set_validity(field.memory_id, None, MARCH)
    assert await values(store) == []
    assert [each.id for each in await store.memories.past("user", "location")] == [field.memory_id]


async def test_memories_are_counted_and_listed_by_status_with_profile_values_apart(store: Store) -> None:
    field = await store.profile.set("location", "Taipei", origin="user")
    await store.profile.set("location", "Lisbon", origin="user")
    fact = await added(store, home("Has a cat."))
    waiting = await held(store, location("Porto"))
    assert [memory.id for memory in await store.memories.list(status="active")] == [fact]
    assert [memory.id for memory in await store.memories.list()] == [fact]
    assert len(await store.memories.list(status="active", fields=True)) == 2
    assert len(await store.memories.list(fields=True)) == 4
    assert [memory.id for memory in await store.memories.list(fields=True, limit=1, offset=3)] == [field.memory_id]
    assert [memory.id for memory in await store.memories.list(status="superseded")] == [field.memory_id]
    assert [memory.id for memory in await store.memories.list(status="pending")] == [waiting.id]
    counts = {"active": 1, "pending": 1, "archived": 0, "superseded": 1, "forgotten": 0}
    assert await store.memories.counts() == counts


async def test_the_profile_tells_who_set_it_and_since_when(store: Store) -> None:
    await added(store, location("Taipei", 1, valid_from=MARCH))
    (field,) = await store.profile.list()
    assert (field.field, field.value, field.actor, field.valid_from) == ("location", "Taipei", MODEL, MARCH)
    memory = await store.memories.get(field.memory_id)
    assert (memory.text, memory.sources) == ("location: Taipei", field.sources)
