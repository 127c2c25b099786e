"""What a turn asks of the store costs the same however much is stored; counted, not timed."""

from collections.abc import Awaitable, Callable

import pytest

from memchat.core.context import ItemKind
from memchat.core.memories import Source
from memchat.core.searching import Narrowed
from memchat.store import searching
from memchat.store.decisions import Add, NewMemory
from memchat.store.look import Look
from memchat.store.store import Store
from memchat.store.values import BufferSpan
from tests.store.helpers import Costs, query, session_of

_QUESTION = "what is the common colour of zebra"


async def _fill(store: Store, sessions: int, exchanges: int) -> str:
    """Sessions with exchanges; the session_id of the last."""
    for _ in range(sessions):
        last = await session_of(store, *(f"{_QUESTION} {n}" for n in range(exchanges)))
        await store.summaries.put_session(session_id=last, text="Done.", to_seq=9**9, tokens=1, model=None)
    return last


async def _cost(store: Store, ask: Callable[[], Awaitable[object]]) -> tuple[int, int]:
    async with Costs(store) as costs:
        for _ in range(4):
            await ask()
        costs.begin()
        await ask()
    return costs.rows, costs.steps


async def test_the_tail_reads_no_more_rows_than_it_returns_and_one(store: Store) -> None:
    session = await _fill(store, 1, 100)
    async with Costs(store) as costs:
        tail = await store.messages.tail(session, after_seq=0, max_messages=500, max_tokens=75)
    assert len(tail) == 7
    assert costs.rows == 8
    async with Costs(store) as costs:
        tail = await store.messages.tail(session, after_seq=0, max_messages=5, max_tokens=10_000)
    assert (len(tail), costs.rows) == (5, 5)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(
            lambda store, session_id: store.messages.tail(session_id, after_seq=0, max_messages=8, max_tokens=999),
            id="tail",
        ),
        pytest.param(lambda store, session_id: store.messages.page(session_id, before_seq=None, limit=8), id="page"),
        pytest.param(lambda store, session_id: store.messages.last(session_id), id="last"),
        pytest.param(lambda store, _: store.sessions.latest(), id="latest"),
        pytest.param(lambda store, _: store.sessions.list(limit=1), id="list"),
        pytest.param(lambda store, _: store.sessions.unfinished("me"), id="unfinished"),
        pytest.param(lambda store, session_id: store.sessions.get(session_id), id="get"),
        pytest.param(lambda store, session_id: store.summaries.latest(session_id), id="rolling summary"),
        pytest.param(lambda store, _: store.jobs.lease("me", 1), id="lease"),
        pytest.param(lambda store, _: store.index.pending(4), id="pending"),
        pytest.param(lambda store, _: store.sessions.sweep(), id="sweep"),
        pytest.param(lambda store, session_id: store.messages.unlearned(session_id, 4), id="unlearned"),
        pytest.param(lambda store, session_id: store.messages.before(session_id, 9), id="before"),
        pytest.param(lambda store, session_id: store.prefixes.get(session_id), id="prefix"),
    ],
)
async def test_it_costs_the_same_with_ten_times_as_much(
    store: Store, ask: Callable[[Store, str], Awaitable[object]]
) -> None:
    small = await _fill(store, 2, 5)
    before = await _cost(store, lambda: ask(store, small))
    large = await _fill(store, 20, 5)
    assert await _cost(store, lambda: ask(store, large)) == before


async def test_a_long_session_costs_its_tail_the_same(store: Store) -> None:
    async def tail(session_id: str) -> tuple[int, int]:
        return await _cost(store, lambda: store.messages.tail(session_id, after_seq=0, max_messages=8, max_tokens=999))

    assert await tail(await _fill(store, 1, 8)) == await tail(await _fill(store, 1, 80))


async def test_the_span_of_the_buffer_costs_what_the_buffer_holds(store: Store) -> None:
    async def span(session_id: str, after_seq: int) -> tuple[int, int]:
        return await _cost(store, lambda: store.messages.span(session_id, after_seq))

    assert await span(await _fill(store, 1, 8), 8) == await span(await _fill(store, 1, 80), 152)


async def test_storing_a_message_costs_about_the_same(store: Store) -> None:
    async def append(session_id: str) -> int:
        async with Costs(store) as costs:
            for number in range(40):
                if number == 8:
                    costs.begin()
                await store.messages.append_user(session_id, _QUESTION, tokens=9)
        return costs.steps

    small = await append(await _fill(store, 1, 5))
    assert await append(await _fill(store, 1, 100)) < small * 1.5


async def test_a_search_ranks_only_so_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "RANKED_AT_MOST", 50)

    async def ranked() -> int:
        async with Costs(store) as costs:
            await store.index.by_words(_QUESTION.split(), limit=10, outside=BufferSpan("none", 1))
        # bm25 looks up the length of each item that it ranks.
        return sum(count for sql, count in costs.statements.items() if "docsize" in sql)

    await _fill(store, 1, 10)
    assert await ranked() == 21, "its messages and its episode"
    await _fill(store, 4, 40)
    assert await ranked() == 51


async def test_a_word_is_counted_once_in_all_that_is_looked_up_together(store: Store) -> None:
    await _fill(store, 1, 3)

    def search(look: Look) -> None:
        look.rarity(["zebra", "colour"])
        for past in (False, True):
            look.by_words(["zebra", "colour"], limit=5, past=past)

    async with Costs(store) as costs:
        await store.index.at_once(search)
    assert sum(count for sql, count in costs.statements.items() if "count(*) FROM (SELECT 1" in sql) == 2


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda store, _: store.memories.same("knows about topic 3"), id="same"),
        pytest.param(lambda store, _: store.memories.past("user", "topic 3"), id="past"),
        pytest.param(lambda store, _: store.memories.of_message("m3"), id="of a message"),
        pytest.param(lambda store, memory: store.memories.by_ids([memory]), id="by ids"),
        pytest.param(lambda store, memory: store.memories.history(memory), id="history"),
        pytest.param(lambda store, _: store.memories.history("profile:name"), id="history of a field"),
        pytest.param(lambda store, _: store.profile.list(), id="profile"),
        pytest.param(
            lambda store, _: store.memories.list(kind="instruction", status="active", limit=20), id="instructions"
        ),
        pytest.param(lambda store, _: store.memories.list(status="active", limit=20), id="pinned"),
        pytest.param(lambda store, _: store.memories.pending(), id="pending"),
        pytest.param(lambda store, _: store.memories.neighbours(None, ["platypus"], limit=5), id="neighbours"),
        pytest.param(lambda store, memory: store.memories.mark_used([memory]), id="mark used"),
        pytest.param(lambda store, memory: store.memories.set_pinned(memory, True), id="pin"),
        pytest.param(lambda store, _: store.memories.undo_batch("none"), id="undo a batch"),
        pytest.param(lambda store, _: store.consolidations.unfinished(), id="unfinished"),
        pytest.param(lambda store, _: store.conflicts.open(), id="conflicts"),
    ],
)
async def test_asking_for_memories_costs_the_same_with_ten_times_as_many(
    store: Store, ask: Callable[[Store, str], Awaitable[object]]
) -> None:
    first = await _learn(store, 0, 20)
    await store.profile.set("name", "Alice", origin="user")
    rows, steps = await _cost(store, lambda: ask(store, first))
    await _learn(store, 20, 200)
    more_rows, more_steps = await _cost(store, lambda: ask(store, first))
    # The word index is in some more pieces.
    assert more_rows <= rows + 12
    assert more_steps <= steps * 1.2 + 60


async def test_undoing_costs_about_the_same_with_ten_times_as_much_history(store: Store) -> None:
    async def undo() -> int:
        async with Costs(store) as costs:
            await store.memories.undo()
            costs.begin()
            await store.memories.undo()
        return costs.steps

    await _learn(store, 0, 20)
    before = await undo()
    await _learn(store, 20, 220)
    assert await undo() < before * 1.2 + 60


async def test_learning_a_fact_costs_about_the_same_with_ten_times_as_many(store: Store) -> None:
    await _learn(store, 0, 20)
    async with Costs(store) as costs:
        await _learn(store, 20, 40)
        before = costs.steps
        await _learn(store, 40, 200)
        costs.begin()
        await _learn(store, 200, 220)
    assert costs.steps < before * 1.5


async def _learn(store: Store, start: int, end: int) -> str:
    """Has facts learned, one by one; the id of the first."""
    ids = []
    for number in range(start, end):
        new = NewMemory(
            kind="fact",
            text=f"Knows about topic {number}.",
            confidence=0.8,
            origin="user",
            attribute=f"topic {number}",
            sources=(Source(session_id="s1", message_id=f"m{number}", quote=f"topic {number}"),),
        )
        ids += [memory.id for memory in (await store.memories.apply([Add(new)], actor="small")).added]
    return ids[0]


@pytest.mark.parametrize("kinds", [None, ("message",), ("message", "fact")])
async def test_a_listing_goes_through_the_items_and_looks_none_of_them_up(
    store: Store, kinds: tuple[ItemKind, ...] | None
) -> None:
    await _fill(store, 2, 4)
    async with Costs(store) as costs:
        keys, counts = await store.index.listed(Narrowed(kinds=kinds), "newest", limit=5)
    assert (len(keys), counts["message"]) == (5, 16)
    asked = [sql.replace("?", "1") for sql in costs.statements if "FROM items" in sql]
    plans = [await query(store, f"EXPLAIN QUERY PLAN {sql}") for sql in asked]
    assert [plan[0][-1] for plan in plans] == ["SCAN i", "SCAN i"]
