"""Keeping the memory small: what is let go of, what never is, and that nothing is lost by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.errors import NotFound
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import Memory
from memchat.core.settings import LearningSettings
from memchat.memory.tidying import ACTOR, beyond, past_its_time, stale, tidy
from memchat.store import Store
from memchat.store.transferring import Arrival
from tests.clocks import StillClock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


async def known(store: Store, text: str, *, days: float, **values: Any) -> Memory:
    """A memory that was said so many days ago."""
    given: dict[str, Any] = {"kind": "fact", "confidence": 0.75, "origin": "user", "actor": "model", **values}
    return await store.memories.add(text=text, observed_at=NOW - timedelta(days=days), **given)


async def test_what_is_stale_is_archived_and_comes_back(store: Store) -> None:
    old = await known(store, "The user saw a heron.", days=100)
    await known(store, "The user saw an owl.", days=80)
    await known(store, "The user is called Ann.", days=900, confidence=0.95)
    used = await known(store, "The user has a boat.", days=400)
    await store.memories.mark_used([used.id])
    pinned = await known(store, "The user has a bike.", days=400)
    await store.memories.set_pinned(pinned.id, True)
    await known(store, "Always answer briefly.", days=400, kind="instruction")
    await store.profile.set("name", "Ann", origin="user", confidence=0.75, actor="model")
    tidied = await tidy(store, LearningSettings(), NOW)
    assert [each.id for each in tidied.archived] == [old.id]
    assert (await store.memories.get(old.id)).status == "archived"
    assert len(await store.memories.list(status="active", fields=True)) == 6
    assert [change.actor for change in await store.memories.history(old.id)][-1] == ACTOR
    assert await store.memories.undo() is not None
    assert (await store.memories.get(old.id)).status == "active"
    assert (await tidy(store, LearningSettings(stale_days=0), NOW)).archived == ()


async def test_each_kind_is_kept_as_long_as_the_settings_say(store: Store) -> None:
    event = await known(store, "The user ran a race.", days=40, kind="event", confidence=1.0)
    await known(store, "The user likes tea.", days=40, kind="preference", confidence=1.0)
    kept = LearningSettings(keep_days={"event": 30})
    assert [each.id for each in (await tidy(store, kept, NOW)).archived] == [event.id]


async def test_beyond_the_cap_the_least_valuable_go_first(store: Store) -> None:
    for number in range(10):
        await known(store, f"The user knows song {number}.", days=number, confidence=0.95)
    pinned = await known(store, "The user knows song 99.", days=300, confidence=0.95)
    await store.memories.set_pinned(pinned.id, True)
    tidied = await tidy(store, LearningSettings(most_facts=4), NOW)
    assert len(tidied.archived) == 7
    left = {each.text for each in await store.memories.list(status="active")}
    assert left == {f"The user knows song {number}." for number in (0, 1, 2, 99)}
    assert (await tidy(store, LearningSettings(most_facts=4), NOW)).archived == ()


async def test_sessions_that_rested_too_long_are_erased_and_what_was_learned_stays(
    store: Store, clock: StillClock
) -> None:
    clock.at = NOW - timedelta(days=50)
    session = await store.sessions.create()
    await store.messages.append_user(session.id, "I like Zanzibar.", tokens=5)
    busy = await store.sessions.create()
    await store.messages.append_user(busy.id, "I like rain.", tokens=5)
    clock.at = NOW
    await store.sessions.claim(busy.id, "someone", 60)
    await known(store, "The user likes Zanzibar.", days=1)
    assert (await tidy(store, LearningSettings(), NOW)).sessions == 0
    assert (await tidy(store, LearningSettings(keep_messages_days=30), NOW)).sessions == 1
    with pytest.raises(NotFound):
        await store.sessions.get(session.id)
    assert (await store.sessions.get(busy.id)).id == busy.id
    assert len(await store.memories.list(status="active")) == 1


async def _handed(store: Store, clock: StillClock, how: str) -> str:
    """A memory that was said long ago, and that the user just did something with; its id."""
    clock.at = NOW - timedelta(days=400)
    old = await known(store, "The user saw a heron.", days=400)
    clock.at = NOW - timedelta(minutes=4)
    if how == "import":
        await store.memories.erase(old.id)
        await store.transferring.put([Arrival(memory=old)])
        (old,) = await store.memories.list()
    elif how == "edit":
        await store.memories.edit(old.id, "The user saw two herons.")
    elif how == "restore":
        await store.memories.archive([old.id], actor=ACTOR)
        await store.memories.restore(old.id)
    else:
        await store.memories.archive([old.id], actor=ACTOR)
        await store.memories.undo()
    clock.at = NOW
    return old.id


@pytest.mark.parametrize("how", ["import", "edit", "restore", "undo"])
async def test_what_the_user_just_did_is_not_undone(store: Store, clock: StillClock, how: str) -> None:
    handed = await _handed(store, clock, how)
    settings = LearningSettings(keep_days={"fact": 30}, stale_days=90, most_facts=1)
    for number in range(2):
        await known(store, f"The user knows song {number}.", days=number)
    tidied = await tidy(store, settings, NOW)
    assert [each.text for each in tidied.archived] == ["The user knows song 1."], "the cap counts the others alone"
    assert (await store.memories.get(handed)).status == "active"
    later = await tidy(store, LearningSettings(stale_days=90, most_facts=0), NOW + timedelta(days=91))
    assert handed in {each.id for each in later.archived}, "it is stale when it was not used since then"
    assert (await store.memories.get(handed)).status == "archived"


async def test_the_cap_takes_in_what_was_imported_a_month_ago(store: Store, clock: StillClock) -> None:
    await _handed(store, clock, "import")
    await known(store, "The user knows a song.", days=0)
    settings = LearningSettings(stale_days=0, most_facts=1)
    assert (await tidy(store, settings, NOW + timedelta(days=29))).archived == ()
    assert len((await tidy(store, settings, NOW + timedelta(days=31))).archived) == 1


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    at = NOW - timedelta(days=draw(st.integers(-10, 900)))
    return Memory(
        id=draw(st.text("abc", min_size=6, max_size=6)),
        kind=draw(st.sampled_from(MEMORY_KINDS)),
        text="x",
        status="active",
        confidence=draw(st.floats(0, 1)),
        origin="user",
        observed_at=at,
        updated_at=at,
        pinned=draw(st.booleans()),
        use_count=draw(st.integers(0, 5)),
        seen_count=draw(st.integers(1, 3)),
        last_seen_at=draw(st.none() | st.just(NOW)),
    )


@given(st.lists(memories(), max_size=30, unique_by=lambda each: each.id), st.integers(0, 20))
def test_the_cap_lets_go_of_no_more_than_it_must_and_of_nothing_pinned(known: list[Memory], most: int) -> None:
    going = beyond(known, most, NOW)
    assert not any(each.pinned for each in going)
    loose = sum(not each.pinned for each in known)
    assert len(going) == (min(loose, max(0, len(known) - most)) if most else 0)


@given(memories())
def test_what_the_user_pinned_or_uses_is_never_let_go(memory: Memory) -> None:
    settings = LearningSettings(keep_days=dict.fromkeys(MEMORY_KINDS, 1))
    if memory.pinned:
        assert not stale(memory, settings, NOW)
        assert not past_its_time(memory, settings, NOW)
    if memory.use_count:
        assert not stale(memory, settings, NOW)
    assert not past_its_time(memory, LearningSettings(), NOW), "nothing is past its time unless a setting says so"
