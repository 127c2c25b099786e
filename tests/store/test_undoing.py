"""Taking changes back: a batch as one, in any order that loses nothing, down to the first state."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.core.errors import MemchatError
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import Memory, Source
from memchat.store.blocks import filed
from memchat.store.decisions import Add, Archive, Decision, Expire, Hold, Merge, NewMemory, Reinforce, Replace, Revise
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.helpers import embed_all, found, query, unit

MODEL = "small"
NOVEMBER = datetime(2026, 11, 13, tzinfo=UTC)


def home(text: str, number: int = 0) -> NewMemory:
    source = Source(session_id=f"s{number}", message_id=f"m{number}", quote=f"words {number}")
    return NewMemory(kind="fact", text=text, confidence=0.8, origin="user", sources=(source,), attribute="home")


async def learn(store: Store, *decisions: Decision, batch: str | None = None) -> list[Memory]:
    applied = await store.memories.apply(decisions, actor=MODEL, batch=batch)
    return [*applied.added, *applied.changed, *applied.superseded]


async def test_what_was_written_together_is_taken_back_together(store: Store) -> None:
    (taipei,) = await learn(store, Add(home("Lives in Taipei.", 1)))
    await learn(store, Replace(old_ids=(taipei.id,), new=home("Lives in Lisbon.", 2), at=NOVEMBER), Add(home("Tea.")))
    change = await store.memories.undo()
    assert change is not None
    assert await store.memories.list(status="active") == [taipei]
    assert {each.status for each in await store.memories.list() if each.id != taipei.id} == {"forgotten"}
    assert await found(store, "taipei") == [taipei.id]
    assert await found(store, "lisbon", past=True) == []


async def test_a_run_of_several_writes_is_one_step(store: Store) -> None:
    one, other = await learn(store, Add(home("Likes tea.", 1)), Add(home("Is fond of tea.", 2)))
    run = await store.consolidations.begin()
    await learn(store, Merge(part_ids=(one.id, other.id), new=home("Likes tea much.")), batch=run.id)
    (third,) = await learn(store, Add(home("Lives in Taipei.", 3)))
    await learn(store, Archive(third.id), batch=run.id)
    await store.consolidations.end(run.id)
    undone = await store.memories.undo_batch(run.id)
    assert [change.action for change in undone] == ["merge", "merge", "merge", "archive"]
    assert all(change.undone_at for change in undone)
    active = {memory.id: memory for memory in await store.memories.list(status="active")}
    assert active == {memory.id: memory for memory in (one, other, third)}
    last = await store.consolidations.last_ended()
    assert last is not None
    assert last.undone_at is not None
    assert await store.memories.undo_batch(run.id) == []


async def test_what_came_later_and_does_not_touch_it_stays(store: Store) -> None:
    one, other = await learn(store, Add(home("Likes tea.", 1)), Add(home("Is fond of tea.", 2)))
    merged = (await learn(store, Merge(part_ids=(one.id, other.id), new=home("Likes tea much.")), batch="b1"))[0]
    again = Reinforce(id=merged.id, sources=home("", 3).sources, confidence=0.9, seen_at=NOVEMBER)
    await learn(store, again)
    await store.memories.set_pinned(other.id, True)
    await store.memories.undo_batch("b1")
    now = {memory.id: memory for memory in await store.memories.list()}
    assert (now[one.id].status, now[other.id].status, now[merged.id].status) == ("active", "active", "forgotten")
    assert now[other.id].pinned, "what the user did since is theirs"
    assert len(now[merged.id].sources) == 4


async def test_what_was_changed_again_since_is_told_and_left(store: Store) -> None:
    (taipei,) = await learn(store, Add(home("Lives in Taipei.", 1)))
    lisbon = (
        await learn(store, Replace(old_ids=(taipei.id,), new=home("Lives in Lisbon.", 2), at=NOVEMBER), batch="b1")
    )[0]
    await learn(store, Replace(old_ids=(lisbon.id,), new=home("Lives in Porto.", 3), at=NOVEMBER))
    before = await store.memories.list()
    with pytest.raises(MemchatError, match="changed again since") as raised:
        await store.memories.undo_batch("b1")
    assert "memchat memory undo" in raised.value.next_step
    assert await store.memories.list() == before
    await store.memories.undo()
    await store.memories.undo_batch("b1")
    assert await store.memories.list(status="active") == [taipei]


async def test_what_the_user_forgot_since_does_not_come_back_by_its_parts(store: Store) -> None:
    parts = await learn(store, *(Add(home(text)) for text in ("Likes tea.", "Is fond of tea.", "Has a cat.", "A cat.")))
    tea = Merge(part_ids=(parts[0].id, parts[1].id), new=home("Likes tea much."))
    cat = Merge(part_ids=(parts[2].id, parts[3].id), new=home("Has one cat."))
    merged = await learn(store, tea, cat, batch="b1")
    await store.memories.forget(merged[0].id)
    await store.memories.undo_batch("b1")
    assert {memory.id for memory in await store.memories.list(status="active")} == {parts[2].id, parts[3].id}
    await store.memories.undo()
    assert await store.memories.get(merged[0].id) == merged[0]
    await store.memories.undo()
    assert {memory.id for memory in await store.memories.list(status="active")} == {part.id for part in parts}


async def test_a_profile_value_does_not_come_back_beside_a_later_one(store: Store) -> None:
    field = await store.profile.set("location", "Taipei", origin="user")
    await store.profile.unset("location")
    (unset,) = (await store.memories.history(field.memory_id))[1:]
    await store.profile.set("location", "Lisbon", origin="user")
    assert unset.batch is not None
    with pytest.raises(MemchatError, match="changed again since"):
        await store.memories.undo_batch(unset.batch)
    await store.memories.undo()
    await store.memories.undo_batch(unset.batch)
    assert await store.profile.list() == [field]


async def test_undo_goes_on_where_a_later_change_stands_on_an_earlier_part(store: Store) -> None:
    (taipei,) = await learn(store, Add(home("Lives in Taipei.", 1)), batch="b1")
    await store.memories.forget(taipei.id)
    restored = await store.memories.restore(taipei.id)
    await learn(store, Archive(taipei.id), batch="b1")
    change = await store.memories.undo()
    assert change is not None
    assert change.action == "archive"
    assert await store.memories.get(taipei.id) == restored
    for status in ("forgotten", "active", "forgotten"):
        await store.memories.undo()
        assert (await store.memories.get(taipei.id)).status == status
    assert await store.memories.undo() is None


async def test_a_vector_outlives_what_leaves_the_text_alone(store: Store) -> None:
    (taipei,) = await learn(store, Add(home("Lives in Taipei.", 1)))
    await embed_all(store, lambda _: unit(1, 0, 0, 0))
    again = Reinforce(id=taipei.id, sources=home("", 2).sources, confidence=0.9, seen_at=NOVEMBER)
    await learn(store, again)
    await store.memories.set_pinned(taipei.id, True)
    assert await store.index.pending(9) == []
    await store.memories.edit(taipei.id, "Lives in Tainan.")
    assert [text for _, text in await store.index.pending(9)] == ["Lives in Tainan."]
    await embed_all(store, lambda _: unit(0, 1, 0, 0))
    await store.memories.undo()
    assert [text for _, text in await store.index.pending(9)] == ["Lives in Taipei."]


# What follows does things in any order, and takes all of them back.

Step = Callable[[Store, list[Memory], int], Awaitable[object]]

PLACES = ("Taipei", "Lisbon", "Porto", "Kyoto")


def _text(number: int) -> str:
    return f"Lives in {PLACES[number % len(PLACES)]}."


def _pick(memories: Sequence[Memory], number: int) -> str:
    return memories[number % len(memories)].id


def _decide(decision: Callable[[list[Memory], int], Decision]) -> Step:
    async def step(store: Store, memories: list[Memory], number: int) -> object:
        return await store.memories.apply([decision(memories, number)], actor=MODEL)

    return step


def _two(memories: Sequence[Memory], number: int) -> tuple[str, ...]:
    return tuple({_pick(memories, number), _pick(memories, number // 3)})


async def _undo_some_batch(store: Store, _: list[Memory], number: int) -> None:
    batches = await query(store, "SELECT DISTINCT batch FROM changes WHERE undone_at IS NULL ORDER BY number")
    if batches:
        await store.memories.undo_batch(batches[number % len(batches)][0])


STEPS: tuple[Step, ...] = (
    _undo_some_batch,
    _decide(lambda _, n: Add(home(_text(n), n))),
    _decide(lambda _, n: Hold(home(_text(n), n))),
    _decide(lambda known, n: Hold(home(_text(n), n), replaces=_two(known, n))),
    _decide(
        lambda known, n: Reinforce(id=_pick(known, n), sources=home("", n).sources, confidence=0.9, seen_at=NOVEMBER)
    ),
    _decide(lambda known, n: Revise(id=_pick(known, n), new=home(f"{_text(n)} {n}", n))),
    _decide(lambda known, n: Replace(old_ids=_two(known, n), new=home(_text(n), n), at=NOVEMBER)),
    _decide(lambda known, n: Merge(part_ids=_two(known, n), new=home(f"{_text(n)} Merged.", n))),
    _decide(lambda known, n: Expire(id=_pick(known, n), valid_to=NOVEMBER - timedelta(days=n * 100))),
    _decide(lambda known, n: Archive(_pick(known, n))),
    lambda store, known, n: store.memories.edit(_pick(known, n), f"Edited {n}."),
    lambda store, known, n: store.memories.set_pinned(_pick(known, n), n % 2 == 0),
    lambda store, known, n: store.memories.forget(_pick(known, n)),
    lambda store, known, n: store.memories.accept(_pick(known, n)),
    lambda store, known, n: store.memories.reject(_pick(known, n)),
    lambda store, known, n: store.memories.restore(_pick(known, n)),
    lambda store, known, n: store.memories.archive([_pick(known, n)]),
    lambda store, _, n: store.profile.set("location", PLACES[n % 4], origin="user"),
    lambda store, _, n: store.profile.set("goals", PLACES[n % 4], origin="user", several=True),
    lambda store, _, n: store.profile.set("goals", PLACES[n % 4], origin="user"),
    lambda store, _, __: store.profile.unset("location"),
    lambda store, _, n: store.profile.unset("goals", value=PLACES[n % 4]),
    lambda store, known, n: store.memories.set_kind(_pick(known, n), MEMORY_KINDS[n % 6]),
    lambda store, known, n: store.memories.set_validity(
        _pick(known, n), NOVEMBER - timedelta(days=n), None if n % 2 else NOVEMBER + timedelta(days=n)
    ),
    lambda store, known, n: store.memories.mark_used([_pick(known, n)]),
    lambda store, _, __: store.memories.undo(),
)


async def _consistent(store: Store) -> None:
    """Whatever was done, the books agree with one another."""
    memories = await _everything(store)
    for memory in memories.values():
        if memory.status != "forgotten":
            assert (memory.superseded_by is None) == (memory.status != "superseded")
        seen, by = {memory.id}, memory.superseded_by
        while by is not None:
            assert by not in seen, "a chain comes to an end"
            seen.add(by)
            by = memories[by].superseded_by
    indexed = {
        memory.id
        for memory in memories.values()
        if memory.status == "active" or (memory.status == "superseded" and memory.valid_to is not None)
    }
    assert {ref for (ref,) in await query(store, "SELECT ref FROM items")} == indexed
    assert await query(store, "SELECT count(*) FROM item_words") == [(len(indexed),)]
    refs = dict(await query(store, "SELECT key, ref FROM items"))
    for key, kind in (await store._database.read(filed, "signs_1")).items():
        ref = refs[key]
        assert kind.startswith("past ") == (memories[ref].status == "superseded")
    places = [field for field in await store.profile.list() if field.field == "location"]
    assert len(places) <= 1
    assert await store.check() == "ok"


async def _everything(store: Store) -> dict[str, Memory]:
    ids = [each for (each,) in await query(store, "SELECT id FROM memories")]
    return {memory.id: memory for memory in await store.memories.by_ids(ids)}


def _comparable(memory: Memory, *, in_order: bool) -> Memory:
    """`memory` without what history does not bring back, or only when changes are taken back in their order."""
    memory = replace(memory, use_count=0, last_used_at=None)
    if in_order:
        return memory
    return replace(memory, updated_at=NOVEMBER, confidence=0, last_seen_at=None, actor="", origin="user")


async def _all_of_it_can_be_taken_back(path: Path, steps: Sequence[tuple[int, int]]) -> None:
    store = await Store.open(path, clock=Ticking())
    await learn(store, *(Add(home(_text(number), number)) for number in range(3)))
    await store.profile.set("location", "Taipei", origin="user")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))
    first, begun = await _everything(store), (await query(store, "SELECT max(number) FROM changes"))[0][0]
    wordings = {memory.text for memory in first.values()}
    for which, number in steps:
        known = await _everything(store)
        try:
            await STEPS[which](store, list(known.values()), number)
        except MemchatError:
            assert await _everything(store) == known, "what is refused changes nothing"
        now = await _everything(store)
        assert now.keys() >= known.keys(), "no memory is ever gone"
        wordings |= {memory.text for memory in now.values()}
        await embed_all(store, lambda _: unit(1, 0, 0, 0))
        await _consistent(store)
    books = "".join(f"{before}{after}" for before, after in await query(store, "SELECT before, after FROM changes"))
    assert all(text in books for text in wordings), "every wording is in the history"
    while (await query(store, "SELECT 1 FROM changes WHERE undone_at IS NULL AND number > ?", begun)) != []:
        await store.memories.undo()
        await _consistent(store)
    last = await _everything(store)
    if await query(store, "SELECT 1 FROM changes WHERE undone_at IS NOT NULL AND number <= ?", begun) == []:
        in_order = STEPS.index(_undo_some_batch) not in {which for which, _ in steps}
        for each in first:
            end, begin = _comparable(last[each], in_order=in_order), _comparable(first[each], in_order=in_order)
            assert end == begin, "taking everything back brings the first state"
    assert {last[each].status for each in last.keys() - first.keys()} <= {"forgotten"}
    await store.close()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 40)), max_size=14))
def test_whatever_is_done_nothing_is_lost_and_all_can_be_taken_back(steps: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_all_of_it_can_be_taken_back(Path(folder) / "memchat.db", steps))
