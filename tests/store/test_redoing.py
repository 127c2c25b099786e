"""Making again what was taken back: across restarts, as it was, until the user changes something."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Memory, Source
from memchat.core.rules import LearningRule
from memchat.store.decisions import Add, Decision, KeepOut, NewMemory, Replace, Revise
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.helpers import query, session_of

MODEL = "small"


def said(text: str, number: int = 0, attribute: str = "home") -> NewMemory:
    source = Source(session_id=f"s{number}", message_id=f"m{number}", quote=f"words {number}")
    return NewMemory(kind="fact", text=text, confidence=0.8, origin="user", sources=(source,), attribute=attribute)


async def learn(store: Store, *decisions: Decision) -> list[Memory]:
    applied = await store.memories.apply(decisions, actor=MODEL)
    return [*applied.added, *applied.changed, *applied.superseded]


async def state(store: Store) -> list[tuple[object, ...]]:
    """All that is remembered, without the history."""
    memories = await query(store, "SELECT * FROM memories ORDER BY id")
    sources = await query(store, "SELECT * FROM sources WHERE live ORDER BY number")
    rules = await query(store, "SELECT * FROM learning_rules ORDER BY id")
    mutes = await query(store, "SELECT * FROM mutes ORDER BY session, ref")
    words = await query(store, "SELECT kind, ref, past_at FROM items ORDER BY kind, ref")
    return [*memories, *sources, *rules, *mutes, *words]


async def test_what_was_taken_back_is_made_again_as_it_was(store: Store) -> None:
    (home,) = await learn(store, Add(said("Lives in Taipei.")))
    await store.memories.edit(home.id, "Lives in Lisbon.")
    after = await state(store)
    undone = await store.memories.undo()
    assert undone is not None
    assert (await store.memories.get(home.id)).text == "Lives in Taipei."
    again = await store.memories.redo()
    assert again is not None
    assert (again.action, again.actor, again.target, again.undone_at) == ("edit", "user", home.id, None)
    assert await state(store) == after
    assert [each.action for each in await store.memories.history(home.id)] == ["add", "edit", "edit"]
    assert await store.memories.redo() is None


async def test_it_is_made_again_by_another_program_after_a_restart(path: Path, clock: Ticking) -> None:
    store = await Store.open(path, clock=clock)
    memory = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    await store.memories.undo()
    await store.close()
    store = await Store.open(path, clock=clock)
    assert (await store.memories.get(memory.id)).status == "forgotten"
    await store.memories.redo()
    assert await store.memories.get(memory.id) == memory
    await store.memories.undo()
    assert (await store.memories.get(memory.id)).status == "forgotten", "what was made again can be taken back again"
    await store.close()


async def test_a_change_by_the_user_ends_what_could_be_made_again(store: Store) -> None:
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    await store.memories.set_pinned(tea.id, True)
    await store.memories.undo()
    await store.memories.add(kind="fact", text="Likes coffee.", confidence=1, origin="user")
    assert await store.memories.redo() is None
    await store.memories.undo()
    assert (await store.memories.redo()) is not None, "the coffee"
    assert await store.memories.redo() is None, "the pin was given up when the coffee came"
    assert not (await store.memories.get(tea.id)).pinned


async def test_what_learning_does_meanwhile_does_not_end_it(store: Store) -> None:
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    await store.memories.set_pinned(tea.id, True)
    await store.memories.undo()
    await learn(store, Add(said("Lives in Taipei.")))
    await store.memories.redo()
    assert (await store.memories.get(tea.id)).pinned
    undone = await store.memories.undo()
    assert undone is not None
    assert undone.target == tea.id, "the last thing that was done is the first to be taken back"


async def test_what_learning_changed_again_is_not_overwritten(store: Store) -> None:
    (home,) = await learn(store, Add(said("Lives in Taipei.")))
    await store.memories.edit(home.id, "Lives in Lisbon.")
    await store.memories.undo()
    await learn(store, Revise(id=home.id, new=said("Lives in Taipei, near the river.", 2)))
    with pytest.raises(MemchatError, match="changed again since"):
        await store.memories.redo()
    assert (await store.memories.get(home.id)).text == "Lives in Taipei, near the river."


async def test_a_batch_comes_back_as_one_and_as_the_batch_that_it_was(store: Store) -> None:
    first = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    second = await store.memories.add(kind="fact", text="Is fond of tea.", confidence=1, origin="user")
    merged = await store.by_hand.merge([first.id, second.id], "Likes tea much.")
    after = await state(store)
    await store.memories.undo()
    assert {each.id for each in await store.memories.list(status="active")} == {first.id, second.id}
    await store.memories.redo()
    assert await state(store) == after
    assert [each.id for each in await store.memories.list(status="active")] == [merged.id]
    await store.memories.undo()
    assert {each.id for each in await store.memories.list(status="active")} == {first.id, second.id}


async def test_one_entry_of_the_history_is_taken_back_with_what_was_made_with_it(store: Store) -> None:
    (taipei,) = await learn(store, Add(said("Lives in Taipei.")))
    await learn(store, Replace(old_ids=(taipei.id,), new=said("Lives in Lisbon.", 2), at=taipei.observed_at))
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    ended = (await store.memories.history(taipei.id))[-1]
    await store.memories.undo_change(ended.id)
    assert {each.id for each in await store.memories.list(status="active")} == {taipei.id, tea.id}
    with pytest.raises(MemchatError, match="taken back already"):
        await store.memories.undo_change(ended.id)
    await store.memories.redo()
    assert (await store.memories.get(taipei.id)).status == "superseded"


async def test_an_entry_on_which_later_ones_stand_is_left(store: Store) -> None:
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    await store.memories.edit(tea.id, "Likes green tea.")
    await store.memories.edit(tea.id, "Likes black tea.")
    _, green, black = await store.memories.history(tea.id)
    with pytest.raises(MemchatError, match="Undo the later changes first"):
        await store.memories.undo_change(green.id)
    await store.memories.undo_change(black.id[:8])
    await store.memories.undo_change(green.id)
    assert await store.memories.get(tea.id) == tea
    for unknown in ("", "c", "nonsense"):
        with pytest.raises(NotFound):
            await store.memories.undo_change(unknown)


async def test_rules_and_mutes_are_taken_back_and_made_again(store: Store, clock: Ticking) -> None:
    session = await store.sessions.create()
    before = await state(store)
    rule, _ = await store.rules.add(LearningRule(basis="kind", kind="goal", made_at=clock()))
    await store.memories.apply([KeepOut(rule.id)], actor=MODEL)
    (counted,) = await store.rules.all()
    assert counted.kept_out == 1
    await store.rules.drop(rule.id[:4])
    await store.memories.undo()
    assert await store.rules.all() == [counted], "with what it counted"
    await store.rules.add(LearningRule(basis="kind", kind="event", made_at=clock()))
    with pytest.raises(NotFound):
        await store.rules.drop(rule.id, "nonsense")
    await store.rules.drop(*[each.id for each in await store.rules.all()])
    assert await store.rules.all() == []
    await store.memories.undo()
    assert len(await store.rules.all()) == 2, "several are dropped as one"
    await store.memories.undo()
    assert await store.mutes.add(session.id, "f1")
    assert not await store.mutes.add(session.id, "f1")
    assert await store.mutes.of(session.id) == {"f1"}
    after = await state(store)
    for _ in range(2):
        await store.memories.undo()
    assert await state(store) == before
    await store.memories.redo()
    await store.memories.redo()
    assert [each.says for each in await store.rules.all()] == ["No goals are learned."]
    assert await store.mutes.of(session.id) == {"f1"}
    assert len(await state(store)) == len(after)


async def test_a_contradiction_that_was_settled_is_open_again_when_that_is_taken_back(store: Store) -> None:
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    hates = await store.memories.add(kind="fact", text="Hates tea.", confidence=1, origin="user")
    noted = await store.conflicts.add(tea.id, hates.id, "They say the opposite.")
    assert noted is not None
    await store.conflicts.resolve(noted.id)
    await store.conflicts.resolve(noted.id)
    assert await store.conflicts.open() == []
    undone = await store.memories.undo()
    assert undone is not None
    assert (undone.action, undone.target) == ("settle", f"conflict:{noted.id}")
    assert await store.conflicts.open() == [noted]
    await store.memories.redo()
    assert await store.conflicts.open() == []
    await store.memories.erase(tea.id)
    assert tea.id not in str(await query(store, "SELECT target, before, after FROM changes"))


async def test_what_a_session_muted_goes_with_it(store: Store) -> None:
    session = await store.sessions.create()
    other, third = await session_of(store, "One"), await session_of(store, "Two")
    (said,) = await query(store, "SELECT id FROM messages WHERE text = 'One'")
    await store.mutes.add(third, other, *said, "f2")
    await store.mutes.add(session.id, "f1")
    await store.memories.undo()
    await store.sessions.erase(session.id)
    await store.memories.redo()
    assert await store.mutes.of(session.id) == frozenset()
    await store.sessions.erase(other)
    assert await store.mutes.of(third) == {"f2"}
    targets = [target for (target,) in await query(store, "SELECT target FROM changes")]
    assert targets == [f"mute:{third}:f2"]
    await store.memories.undo()
    assert await store.mutes.of(third) == frozenset()


async def test_after_an_erasing_nothing_is_made_again(store: Store) -> None:
    session = await store.sessions.create()
    tea = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user")
    coffee = await store.memories.add(kind="fact", text="Likes coffee.", confidence=1, origin="user")
    await store.mutes.add(session.id, coffee.id)
    await store.memories.set_pinned(tea.id, True)
    await store.memories.undo()
    await store.memories.erase(coffee.id)
    assert await store.memories.redo() is None
    assert await store.mutes.of(session.id) == frozenset()
    assert coffee.id not in str(await query(store, "SELECT target, before, after FROM changes"))


_TEXTS = ("Likes tea.", "Likes coffee.", "Lives in Taipei.")
Deed = Callable[[Store, list[str]], Awaitable[object]]


def _deeds() -> st.SearchStrategy[Deed]:
    place = st.integers(0, 5)

    def one(store: Store, known: list[str], at: int) -> str | None:
        return known[at % len(known)] if known else None

    async def add(store: Store, known: list[str], at: int) -> None:
        memory = await store.memories.add(kind="fact", text=_TEXTS[at % 3], confidence=0.9, origin="user")
        known.append(memory.id)

    async def learned(store: Store, known: list[str], at: int) -> None:
        known.extend(each.id for each in await learn(store, Add(said(_TEXTS[at % 3], at))))

    async def edit(store: Store, known: list[str], at: int) -> None:
        if chosen := one(store, known, at):
            await store.memories.edit(chosen, f"Number {at}")

    async def pin(store: Store, known: list[str], at: int) -> None:
        if chosen := one(store, known, at):
            await store.memories.set_pinned(chosen, at % 2 == 0)

    async def forget(store: Store, known: list[str], at: int) -> None:
        if chosen := one(store, known, at):
            await store.memories.forget(chosen)

    async def restore(store: Store, known: list[str], at: int) -> None:
        if chosen := one(store, known, at):
            await store.memories.restore(chosen)

    async def merge(store: Store, known: list[str], at: int) -> None:
        active = [each.id for each in await store.memories.list(status="active")]
        if len(active) > 1:
            known.append((await store.by_hand.merge(active[:2], f"Merged {at}")).id)

    deeds = (add, learned, edit, pin, forget, restore, merge)
    return st.tuples(st.sampled_from(deeds), place).map(
        lambda chosen: lambda store, known: chosen[0](store, known, chosen[1])
    )


@settings(max_examples=60)
@given(st.lists(_deeds(), min_size=1, max_size=8), st.integers(1, 8))
async def test_any_number_of_steps_back_and_forth_leads_to_the_same_state(deeds: list[Deed], steps: int) -> None:
    store = await Store.open(None, clock=Ticking())
    try:
        known: list[str] = []
        for deed in deeds:
            await deed(store, known)
        after = await state(store)
        back = 0
        while back < steps and await store.memories.undo() is not None:
            back += 1
        for _ in range(back):
            assert await store.memories.redo() is not None
        assert await state(store) == after
        assert await store.memories.redo() is None
    finally:
        await store.close()
