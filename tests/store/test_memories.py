"""Memories and the profile: added, changed, taken back, with their provenance."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Memory, Source
from memchat.store.store import Store
from tests.store.helpers import found, query

TEA = Source(session_id="s1", message_id="m1", quote="I love tea")
COFFEE = Source(session_id="s2", message_id="m2", quote="tea, not coffee")


async def _add(store: Store, text: str, **more: Any) -> Memory:
    return await store.memories.add(**{"kind": "fact", "text": text, "confidence": 0.8, "origin": "user", **more})


async def test_a_memory_keeps_where_it_comes_from(store: Store) -> None:
    said = datetime(2025, 1, 2, tzinfo=UTC)
    added = await store.memories.add(
        kind="preference",
        text="  Likes tea ",
        confidence=0.9,
        origin="assistant",
        sources=[TEA, TEA],
        actor="small",
        observed_at=said,
        status="pending",
        valid_from=said,
        valid_to=said,
    )
    assert added == await store.memories.get(added.id) == await store.memories.get(added.id[:9])
    assert (added.text, added.kind, added.status, added.origin) == ("Likes tea", "preference", "pending", "assistant")
    assert (added.observed_at, added.valid_from, added.valid_to, added.sources) == (said, said, said, (TEA,))
    (change,) = await store.memories.history(added.id)
    assert (change.action, change.actor, change.before) == ("add", "small", None)


async def test_what_is_pending_is_not_recalled(store: Store) -> None:
    await _add(store, "Likes zebras", status="pending")
    assert await found(store, "zebras") == []


async def test_the_same_again_makes_surer_and_does_not_double(store: Store) -> None:
    first = await _add(store, "Likes tea.", sources=[TEA])
    again = await _add(store, "likes  TEA", confidence=1.0, sources=[COFFEE, TEA])
    assert again.id == first.id
    assert (again.confidence, again.text, again.sources) == (1.0, "Likes tea.", (TEA, COFFEE))
    weaker = await _add(store, "Likes tea", confidence=0.1, sources=[TEA])
    assert weaker == again
    assert len(await store.memories.list()) == 1
    assert [change.action for change in await store.memories.history(first.id)] == ["add", "reinforce"]
    await store.memories.undo()
    back = await store.memories.get(first.id)
    assert (back.confidence, back.sources) == (0.8, (TEA,))


async def test_what_was_forgotten_can_be_learned_anew(store: Store) -> None:
    first = await _add(store, "Likes tea")
    await store.memories.forget(first.id)
    second = await _add(store, "Likes tea")
    assert second.id != first.id
    assert [each.id for each in await store.memories.list(status="active")] == [second.id]


async def test_an_edit_is_found_and_the_old_wording_is_not(store: Store) -> None:
    memory = await _add(store, "Likes zebras", sources=[TEA])
    edited = await store.memories.edit(memory.id[:8], "Likes okapis")
    assert (edited.id, edited.text, edited.sources) == (memory.id, "Likes okapis", (TEA,))
    assert await found(store, "okapis") == [memory.id]
    assert await found(store, "zebras") == []
    assert await found(store, "love") == [memory.id], "the quote is its context"
    assert await store.memories.edit(memory.id, "Likes okapis") == edited
    assert len(await store.memories.history(memory.id)) == 2


async def test_forgetting_takes_out_of_recall_and_undo_brings_back(store: Store) -> None:
    memory = await _add(store, "Likes zebras")
    assert (await store.memories.forget(memory.id)).status == "forgotten"
    assert await found(store, "zebras") == []
    change = await store.memories.undo()
    assert change is not None
    assert (change.action, change.target) == ("forget", memory.id)
    assert change.undone_at is not None
    assert await store.memories.get(memory.id) == memory
    assert await found(store, "zebras") == [memory.id]


async def test_undo_goes_back_a_change_at_a_time_through_memories_and_profile(store: Store) -> None:
    memory = await _add(store, "Likes zebras")
    await store.profile.set("name", "Alice", origin="user", sources=[TEA])
    await store.memories.edit(memory.id, "Likes okapis")
    await store.profile.set("name", "Alicia", origin="user", sources=[COFFEE])
    await store.memories.set_pinned(memory.id, True)
    await store.memories.mark_used([memory.id, "gone"])
    await store.profile.unset("name")

    async def state() -> tuple[str, bool, str, list[tuple[str, tuple[Source, ...]]]]:
        now = await store.memories.get(memory.id)
        return now.text, now.pinned, now.status, [(each.value, each.sources) for each in await store.profile.list()]

    seen = [await state()]
    while await store.memories.undo():
        seen.append(await state())
    alice, alicia = ("Alice", (TEA,)), ("Alicia", (COFFEE,))
    assert seen == [
        ("Likes okapis", True, "active", []),
        ("Likes okapis", True, "active", [alicia]),
        ("Likes okapis", False, "active", [alicia]),
        ("Likes okapis", False, "active", [alice]),
        ("Likes zebras", False, "active", [alice]),
        ("Likes zebras", False, "active", []),
        ("Likes zebras", False, "forgotten", []),
    ]
    assert await store.memories.undo() is None
    assert (await store.memories.get(memory.id)).use_count == 1
    assert await found(store, "alice") == await found(store, "zebras") == []
    actions = [(change.action, change.undone_at is not None) for change in await store.memories.history(memory.id)]
    assert actions == [("add", True), ("edit", True), ("edit", True)]
    assert [each.action for each in await store.memories.history("profile:name")] == [
        "set",
        "set",
        "supersede",
        "unset",
    ]


async def test_a_change_after_an_undo_is_the_next_to_be_undone(store: Store) -> None:
    memory = await _add(store, "one")
    await store.memories.edit(memory.id, "two")
    await store.memories.undo()
    await store.memories.edit(memory.id, "three")
    await store.memories.undo()
    assert (await store.memories.get(memory.id)).text == "one"


async def test_using_a_memory_is_counted(store: Store) -> None:
    one, other = await _add(store, "one"), await _add(store, "two")
    await store.memories.mark_used([one.id])
    await store.memories.mark_used([one.id, other.id])
    await store.memories.mark_used([])
    used = await store.memories.get(one.id)
    assert (used.use_count, (await store.memories.get(other.id)).use_count) == (2, 1)
    assert used.last_used_at is not None
    assert used.updated_at == one.updated_at


async def test_memories_are_listed_by_what_is_asked(store: Store) -> None:
    tea = await _add(store, "Likes green tea", kind="preference")
    goal = await _add(store, "Wants to see Kyoto", kind="goal")
    gone = await _add(store, "Hates tea")
    await store.memories.forget(gone.id)

    async def ids(**asked: Any) -> list[str]:
        return [memory.id for memory in await store.memories.list(**asked)]

    assert await ids() == [gone.id, goal.id, tea.id]
    assert await ids(status="active") == [goal.id, tea.id]
    assert await ids(kind="goal") == [goal.id]
    assert await ids(search="TEA gre") == [tea.id]
    assert await ids(search="tea") == [gone.id, tea.id]
    assert await ids(limit=1) == [gone.id]
    await store.memories.set_pinned(tea.id, True)
    assert await ids() == [tea.id, gone.id, goal.id]


async def test_erasing_a_memory_leaves_nothing_to_undo(store: Store) -> None:
    memory = await _add(store, "Likes zebras", sources=[TEA])
    await store.memories.erase(memory.id)
    with pytest.raises(NotFound, match=r"No memory has the id .* `memchat memory`"):
        await store.memories.get(memory.id)
    assert await store.memories.undo() is None
    assert await found(store, "zebras") == []
    assert await query(store, "SELECT * FROM sources") == []


async def test_ids_that_begin_alike_are_told_as_lists_show_them(store: Store) -> None:
    for field in ("name", "city", "diet", "pets"):
        await store.profile.set(field, field, origin="user")
    tea = await _add(store, "Likes tea")
    with pytest.raises(NotFound, match=f"such as {tea.id}, f.{{12}} \\(profile [a-z]+\\), "):
        await store.memories.get("f")


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_a_memory_needs_text(store: Store, text: str) -> None:
    with pytest.raises(MemchatError, match="needs some text"):
        await _add(store, text)
    memory = await _add(store, "one")
    with pytest.raises(MemchatError, match="needs some text"):
        await store.memories.edit(memory.id, text)


async def test_a_memory_that_is_gone_is_told(store: Store) -> None:
    for call in (
        store.memories.get("f0"),
        store.memories.edit("f0", "x"),
        store.memories.forget("f0"),
        store.memories.set_pinned("f0", True),
        store.memories.erase("f0"),
    ):
        with pytest.raises(NotFound, match="No memory has the id"):
            await call


async def test_a_profile_field_is_set_reinforced_and_emptied(store: Store) -> None:
    await store.profile.set("name", "Alice", origin="assistant", confidence=0.6, sources=[TEA], actor="small")
    await store.profile.set("location", "Taipei", origin="user")
    surer = await store.profile.set("name", "Alice", origin="user", sources=[COFFEE])
    assert (surer.confidence, surer.origin, surer.sources) == (1.0, "user", (TEA, COFFEE))
    assert await store.profile.set("name", "Alice", origin="assistant", confidence=0.2) == surer
    assert [each.field for each in await store.profile.list()] == ["location", "name"]
    assert await found(store, "alice") == await found(store, "name") == [surer.memory_id]

    moved = await store.profile.set("name", "Alicia", origin="user")
    assert moved.sources == ()
    assert await found(store, "alice") == []
    await store.profile.unset("name", actor="small")
    assert [each.field for each in await store.profile.list()] == ["location"]
    assert await found(store, "alicia") == []
    with pytest.raises(NotFound, match="'name' is not set"):
        await store.profile.unset("name")
    assert [each.action for each in await store.memories.history("profile:name")] == [
        "set",
        "set",
        "set",
        "supersede",
        "unset",
    ]
