"""What the user does with several memories at once, and merging them; one step back takes all of it back."""

from datetime import UTC, datetime

import pytest

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Memory, MemoryStatus, Origin, Source
from memchat.store.store import Store
from tests.store.helpers import found, query

MARCH, MAY = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


async def stored(store: Store, *texts: str, status: MemoryStatus = "active", origin: Origin = "user") -> list[Memory]:
    return [
        await store.memories.add(
            kind="fact",
            text=text,
            confidence=0.6,
            origin=origin,
            status=status,
            actor="qwen",
            sources=(Source(session_id=f"s{text}", message_id=f"m{text}", quote=text),),
        )
        for text in texts
    ]


def one_value(_: Memory) -> bool:
    return False


async def statuses(store: Store) -> dict[str, str]:
    return {memory.text: memory.status for memory in await store.memories.list(fields=True)}


async def test_several_are_changed_as_one(store: Store) -> None:
    waiting = await stored(store, "Likes tea.", "Likes jazz.", "Likes rain.", status="pending")
    tea, jazz, rain = (memory.id for memory in waiting)
    await store.by_hand.accept([tea, jazz, rain[:8]], one_value)
    assert set((await statuses(store)).values()) == {"active"}
    await store.by_hand.archive([tea, jazz])
    await store.by_hand.pin([tea, rain], pinned=True)
    await store.by_hand.set_kind([tea, jazz], "preference")
    await store.by_hand.set_validity([tea, jazz], MARCH, MAY)
    await store.by_hand.restore([tea], one_value)
    await store.by_hand.forget([tea, jazz, rain])
    assert set((await statuses(store)).values()) == {"forgotten"}
    for _ in range(7):
        undone = await store.memories.undo()
        assert undone is not None
        assert undone.actor == "user"
    assert await store.memories.by_ids([tea, jazz, rain]) == waiting
    await store.by_hand.reject([tea, jazz])
    assert await statuses(store) == {"Likes tea.": "forgotten", "Likes jazz.": "forgotten", "Likes rain.": "pending"}


async def test_those_that_it_does_not_apply_to_are_let_be(store: Store) -> None:
    (tea,) = await stored(store, "Likes tea.")
    (jazz,) = await stored(store, "Likes jazz.", status="pending")
    assert [each.id for each in await store.by_hand.archive([tea.id, jazz.id])] == [tea.id]
    assert [each.id for each in await store.by_hand.accept([jazz.id, tea.id, jazz.id], one_value)] == [jazz.id]
    with pytest.raises(MemchatError, match="None of that is pending: active, archived"):
        await store.by_hand.reject([tea.id, jazz.id])
    with pytest.raises(MemchatError, match="No memory was named"):
        await store.by_hand.forget([])


async def test_an_id_that_is_not_there_changes_nothing(store: Store) -> None:
    (tea,) = await stored(store, "Likes tea.")
    for ids in ([tea.id, "nonsense"], ["nonsense", tea.id]):
        with pytest.raises(NotFound):
            await store.by_hand.forget(ids)
    assert await statuses(store) == {"Likes tea.": "active"}


async def test_several_pending_values_of_a_field_leave_one_where_it_has_one(store: Store) -> None:
    ids = []
    for value in ("Taipei", "Lisbon"):
        memory = await store.memories.add(
            kind="fact",
            text=f"location: {value}",
            confidence=0.5,
            origin="user",
            status="pending",
            field="location",
            value=value,
        )
        ids.append(memory.id)
    await store.by_hand.accept(ids, one_value)
    assert [field.value for field in await store.profile.list()] == ["Lisbon"]
    await store.memories.undo()
    assert await store.profile.list() == []


async def test_what_is_merged_keeps_sources_uses_and_pin(store: Store) -> None:
    tea, green, often = await stored(store, "Likes tea.", "Drinks green tea.", "Drinks tea every day.")
    await store.memories.set_pinned(green.id, True)
    await store.memories.mark_used([tea.id, green.id])
    await store.memories.set_validity(tea.id, MARCH, None)
    merged = await store.by_hand.merge([tea.id, green.id, often.id], "Drinks green tea every day.")
    assert (merged.kind, merged.status, merged.pinned, merged.use_count) == ("fact", "active", True, 2)
    assert (merged.actor, merged.confidence, merged.valid_from, merged.valid_to) == ("user", 1.0, MARCH, None)
    assert {source.quote for source in merged.sources} == {tea.text, green.text, often.text}
    assert set(merged.derived_from) == {tea.id, green.id, often.id}
    assert merged.observed_at == tea.observed_at
    assert await found(store, "tea") == [merged.id]
    assert {(await store.memories.get(each.id)).superseded_by for each in (tea, green, often)} == {merged.id}
    await store.memories.undo()
    assert {each.id for each in await store.memories.list(status="active")} == {tea.id, green.id, often.id}
    assert (await store.memories.get(merged.id)).status == "forgotten"


async def test_the_least_trusted_part_says_how_far_a_merged_one_is_trusted(store: Store) -> None:
    (tea,) = await stored(store, "Likes tea.")
    (file,) = await stored(store, "Likes black tea.", origin="file")
    assert (await store.by_hand.merge([tea.id, file.id], "Likes tea.")).origin == "file"


async def test_what_says_what_they_are_merged_into_is_one_of_them(store: Store) -> None:
    tea, much, third = await stored(store, "Likes tea.", "Is fond of tea.", "Loves tea.")
    merged = await store.by_hand.merge([tea.id, much.id], "loves tea.")
    assert set(merged.derived_from) == {tea.id, much.id, third.id}
    assert [each.id for each in await store.memories.list(status="active")] == [merged.id]


async def test_values_of_one_field_are_merged_into_a_value(store: Store) -> None:
    values = [
        await store.profile.set("goals", value, origin="user", several=True)
        for value in ("learn Portuguese", "speak Portuguese")
    ]
    await store.by_hand.merge([each.memory_id for each in values], "Goals: speak Portuguese well")
    assert [(field.field, field.value) for field in await store.profile.list()] == [("goals", "speak Portuguese well")]


async def test_what_cannot_be_merged_is_told(store: Store) -> None:
    tea, jazz = await stored(store, "Likes tea.", "Likes jazz.")
    name = await store.profile.set("name", "Alice", origin="user")
    for ids, why in (
        ([tea.id], "two memories or more"),
        ([tea.id, tea.id], "two memories or more"),
        ([tea.id, name.memory_id], "only with another one of its field"),
    ):
        with pytest.raises(MemchatError, match=why):
            await store.by_hand.merge(ids, "Likes tea and jazz.")
    await store.memories.archive([jazz.id])
    with pytest.raises(MemchatError, match="is archived, so it is not merged"):
        await store.by_hand.merge([tea.id, jazz.id], "Likes tea and jazz.")
    with pytest.raises(MemchatError, match="needs some text"):
        await store.by_hand.merge([tea.id, (await stored(store, "Likes rain."))[0].id], "  ")
    assert await query(store, "SELECT count(*) FROM lineage") == [(0,)]
