"""The queue: no job lost, none done twice at once."""

import asyncio

import pytest

from memchat.store.jobs import MAX_ATTEMPTS
from memchat.store.store import Store
from memchat.store.values import Job, JobKind, NewJob
from tests.store.conftest import Ticking
from tests.store.helpers import query, session_of


def job(key: str = "fold:s1", after_seconds: float = 0.0, **payload: object) -> NewJob:
    return NewJob(kind="fold", payload=payload, key=key, after_seconds=after_seconds)


async def taken(store: Store, owner: str = "me", seconds: float = 60) -> Job:
    leased = await store.jobs.lease(owner, seconds)
    assert leased is not None
    return leased


async def test_jobs_come_in_order_and_are_done_once(store: Store) -> None:
    await store.jobs.add([job("a", n=1, text="é"), job("b")])
    await store.jobs.add([job("c")])
    assert await store.jobs.waiting() == 3
    first = await taken(store)
    assert (first.kind, first.payload, first.attempts) == ("fold", {"n": 1, "text": "é"}, 1)
    second, third = await taken(store), await taken(store, "other")
    assert await store.jobs.lease("me", 60) is None
    assert len({first.id, second.id, third.id}) == 3
    for each in (first, second, third):
        await store.jobs.done(each.id)
        await store.jobs.done(each.id)
    assert await store.jobs.waiting() == 0


async def test_the_same_key_waits_once_with_the_newer_payload(store: Store) -> None:
    await store.jobs.add([job(n=1, after_seconds=500), job(n=2)])
    assert await store.jobs.waiting() == 1
    assert (await taken(store)).payload == {"n": 2}


async def test_a_job_queued_while_its_like_runs_comes_after_it(store: Store) -> None:
    await store.jobs.add([job(n=1)])
    running = await taken(store)
    await store.jobs.add([job(n=2)])
    assert await store.jobs.waiting() == 2
    assert await store.jobs.lease("other", 60) is None
    await store.jobs.done(running.id)
    assert (await taken(store, "other")).payload == {"n": 2}


@pytest.mark.parametrize("ending", ["retry", "release"])
async def test_a_job_that_comes_back_joins_its_like(store: Store, ending: str) -> None:
    await store.jobs.add([job(n=1)])
    running = await taken(store)
    await store.jobs.add([job(n=2)])
    if ending == "retry":
        await store.jobs.retry(running.id, "Busy.", 0)
    else:
        await store.jobs.release(running.id)
    assert await store.jobs.waiting() == 1
    again = await taken(store)
    assert (again.payload, again.attempts) == ({"n": 2}, 2 if ending == "retry" else 1)


async def test_a_job_waits_its_time(store: Store, clock: Ticking) -> None:
    assert await store.jobs.due_in() is None
    await store.jobs.add([job(after_seconds=100)])
    assert await store.jobs.lease("me", 60) is None
    due = await store.jobs.due_in()
    assert due is not None
    assert 90 < due < 100
    clock.advance(seconds=100)
    assert await store.jobs.due_in() == 0
    await taken(store, seconds=50)
    due = await store.jobs.due_in()
    assert due is not None
    assert 40 < due < 50, "it is due when its lease ends"


async def test_a_job_is_tried_again_later_and_given_up_in_the_end(store: Store, clock: Ticking) -> None:
    await store.jobs.add([job(n=1)])
    for attempt in range(1, MAX_ATTEMPTS + 1):
        leased = await taken(store)
        assert leased.attempts == attempt
        await store.jobs.retry(leased.id, f"Failure {attempt}.", 100)
        assert await store.jobs.problem() == f"Failure {attempt}."
        assert await store.jobs.lease("me", 60) is None
        clock.advance(seconds=120)
    assert await store.jobs.waiting() == 0
    assert await store.jobs.lease("me", 60) is None
    (failed,) = await store.jobs.failed()
    assert (failed.error, failed.attempts, failed.payload) == (f"Failure {MAX_ATTEMPTS}.", MAX_ATTEMPTS, {"n": 1})
    await store.jobs.add([job(n=2)])
    assert await store.jobs.failed() == []
    assert await store.jobs.problem() == ""
    assert (await taken(store)).attempts == 1


async def test_a_job_can_be_given_up_at_once(store: Store) -> None:
    await store.jobs.add([job()])
    leased = await taken(store)
    await store.jobs.fail(leased.id, "Nothing will help.")
    await store.jobs.retry(leased.id, "too late", 0)
    await store.jobs.release(leased.id)
    assert [each.error for each in await store.jobs.failed()] == ["Nothing will help."]


async def test_the_jobs_of_a_session_come_one_at_a_time_and_in_their_order(store: Store) -> None:
    await store.jobs.add([job("first", session_id="s1"), job("second", session_id="s1"), job("else", session_id="s2")])
    first, other = await taken(store, "me"), await taken(store, "other")
    assert (first.payload, other.payload) == ({"session_id": "s1"}, {"session_id": "s2"})
    assert await store.jobs.lease("third", 60) is None
    await store.jobs.done(first.id)
    assert (await taken(store, "third")).payload == {"session_id": "s1"}


async def test_a_job_that_waits_its_time_holds_up_no_later_one_of_its_session(store: Store, clock: Ticking) -> None:
    await store.jobs.add([job("idle", after_seconds=900, session_id="s1", n=1), job("now", session_id="s1", n=2)])
    assert (await taken(store, seconds=30)).payload["n"] == 2
    clock.advance(seconds=1000)
    assert (await taken(store)).payload["n"] == 1


async def test_learning_comes_first_and_tidying_last(store: Store) -> None:
    def kind(name: JobKind) -> NewJob:
        return NewJob(kind=name, payload={}, key=name)

    await store.jobs.add([kind("tidy"), kind("consolidate"), kind("title"), kind("fold"), kind("learn")])
    order = [(await taken(store)).kind for _ in range(5)]
    assert order == ["learn", "title", "fold", "tidy", "consolidate"]


async def test_releasing_does_not_count(store: Store) -> None:
    await store.jobs.add([job()])
    for _ in range(MAX_ATTEMPTS * 2):
        leased = await taken(store)
        assert leased.attempts == 1
        await store.jobs.release(leased.id)


async def test_the_job_of_a_program_that_died_is_picked_up_again(store: Store, clock: Ticking) -> None:
    await store.jobs.add([job()])
    dead = await taken(store, "dead", 30)
    assert await store.jobs.lease("me", 30) is None
    clock.advance(seconds=31)
    again = await taken(store, "me", 30)
    assert (again.id, again.attempts) == (dead.id, 2)
    await store.jobs.renew(again.id, 300)
    clock.advance(seconds=60)
    assert await store.jobs.lease("third", 30) is None


async def test_a_job_that_kills_its_program_each_time_is_given_up(store: Store, clock: Ticking) -> None:
    await store.jobs.add([job("deadly"), job("harmless", after_seconds=1)])
    for _ in range(MAX_ATTEMPTS):
        clock.advance(seconds=1)
        assert (await taken(store, "dead", 1)).payload == {}
        clock.advance(seconds=5)
    await query(store, "SELECT 1")
    while (leased := await store.jobs.lease("me", 1)) is not None:
        await store.jobs.done(leased.id)
    assert await store.jobs.waiting() == 0
    assert [each.error for each in await store.jobs.failed()][:1] != []


async def test_no_job_is_taken_twice_by_programs_that_ask_at_once(store: Store, clock: Ticking) -> None:
    others = [await Store.open(store.path, clock=clock) for _ in range(3)]
    await store.jobs.add([job(f"key {n}") for n in range(12)])
    leased = await asyncio.gather(*(each.jobs.lease("x", 60) for each in (store, *others) for _ in range(4)))
    ids = [each.id for each in leased if each is not None]
    assert len(ids) == len(set(ids)) == 12
    for other in others:
        await other.close()


async def test_looking_for_work_where_there_is_none_writes_nothing(store: Store) -> None:
    await session_of(store, "hello")
    before = await store._database._writer.run(lambda db: db.total_changes())
    assert await store.jobs.lease("me", 60) is None
    assert await store._database._writer.run(lambda db: db.total_changes()) == before


async def test_jobs_that_are_gone_are_let_be(store: Store) -> None:
    for call in (
        store.jobs.done("j0"),
        store.jobs.retry("j0", "x", 1),
        store.jobs.release("j0"),
        store.jobs.renew("j0", 1),
        store.jobs.fail("j0", "x"),
    ):
        await call
