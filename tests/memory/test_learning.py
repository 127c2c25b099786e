"""The learning jobs: done once, lost never."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memchat.core.events import (
    BackgroundEvent,
    Consolidated,
    EpisodeClosed,
    Learned,
    LearningChanged,
    SessionChanged,
    SummaryUpdated,
)
from memchat.core.messages import Session
from memchat.core.settings import LearningSettings, MemorySettings, Settings
from memchat.core.times import now
from memchat.memory.jobs import fold_job, learn_job, session_summary_job, tidy_job, title_job
from memchat.memory.learning import LEASE_SECONDS, Learning
from memchat.providers.client import ChatModel
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.scripted import Hang, Say, ScriptedServer, Status
from memchat.store import Store
from memchat.store.values import Job
from tests.memory.conftest import say
from tests.memory.making import words

Build = Callable[..., Learning]
SIX = Settings(memory=MemorySettings(fold_messages=6))
TALK = tuple(f"{who} {n} talks about ChromaDB." for n in range(3) for who in ("User", "Assistant"))


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.skipped = timedelta()

    def __call__(self) -> datetime:
        return now() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def session(store: Store) -> Session:
    made = await store.sessions.create()
    await say(store, made, *TALK)
    return made


@pytest.fixture
def events() -> list[BackgroundEvent]:
    return []


@pytest.fixture
async def learn(
    store: Store, model: ChatModel, minilm: BuiltinEmbedder, events: list[BackgroundEvent]
) -> AsyncIterator[Callable[..., Learning]]:
    made: list[Learning] = []

    def build(**changes: Any) -> Learning:
        async def the_model() -> ChatModel | None:
            return model

        async def the_embedder() -> BuiltinEmbedder | None:
            return minilm

        values: dict[str, Any] = {
            "store": store,
            "embedder": the_embedder,
            "model": the_model,
            "settings": SIX,
            "count": words,
            "publish": events.append,
            "owner": f"p{len(made)}",
        }
        made.append(Learning(**(values | changes)))
        return made[-1]

    yield build
    for each in made:
        await each.stop()


async def answering(learn: Build, server: ScriptedServer) -> Learning:
    """Learning that has begun, and whose first request the model is about to answer."""
    learning = learn()
    learning.start()
    await server.request_arrived()
    return learning


async def no_model() -> None:
    return None


async def test_jobs_are_done_and_told(
    store: Store,
    session: Session,
    server: ScriptedServer,
    learn: Build,
    events: list[BackgroundEvent],
) -> None:
    def reply(body: dict[str, Any]) -> Say:
        asked = body["messages"][0]["content"]
        return Say("ChromaDB talk" if "title" in asked else "- The user talks about ChromaDB.")

    server.add(reply, reply, reply)
    await store.jobs.add([fold_job(session.id, 8192), title_job(session.id), session_summary_job(session.id)])
    learning = learn()
    learning.start()
    assert await learning.settle(20)
    kinds = [type(event) for event in events if not isinstance(event, LearningChanged)]
    assert sorted(kind.__name__ for kind in kinds) == ["EpisodeClosed", "SessionChanged", "SummaryUpdated"]
    assert {EpisodeClosed, SessionChanged, SummaryUpdated} == set(kinds)
    waiting = [event.waiting for event in events if isinstance(event, LearningChanged)]
    assert max(waiting) == 3
    assert waiting[-1] == 0
    counts = await store.index.counts()
    assert counts.items == counts.embedded > 0


async def test_without_a_model_jobs_wait_and_texts_are_embedded(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    found: list[ChatModel | None] = [None]

    async def later() -> ChatModel | None:
        return found[0]

    await store.jobs.add([title_job(session.id)])
    learning = learn(model=later)
    assert not await learning.settle(20)
    assert await store.jobs.waiting() == 1
    assert await store.index.pending(1) == []
    found[0] = late = ChatModel(server_endpoint(server), "scripted", SIX.model)
    server.add(Say("ChromaDB talk"))
    assert await learning.settle(20)
    await late.close()


async def test_without_an_embedder_jobs_are_done(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    server.add(Say("ChromaDB talk"))
    await store.jobs.add([title_job(session.id)])
    assert await learn(embedder=no_model).settle(20)
    assert await store.jobs.waiting() == 0


async def test_a_failing_model_is_told_and_tried_again_later(
    store: Store,
    session: Session,
    server: ScriptedServer,
    learn: Build,
    events: list[BackgroundEvent],
    clock: Clock,
) -> None:
    server.add(Status(400, "no such thing"), Status(400, "no such thing"))
    await store.jobs.add([title_job(session.id)])
    learning = learn()
    assert not await learning.settle(20)
    told = [event for event in events if isinstance(event, LearningChanged)]
    assert told[-1].waiting == 1
    assert told[-1].failure
    assert len(server.requests) == 1, "not tried again at once"
    clock.skip(130)
    assert not await learning.settle(20)
    assert len(server.requests) == 2
    clock.skip(130)
    server.add(Say("ChromaDB talk"))
    assert await learning.settle(20)
    told = [event for event in events if isinstance(event, LearningChanged)]
    assert told[-1] == LearningChanged(waiting=0)


async def test_a_pause_puts_the_running_job_back_and_embedding_goes_on(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    server.add(Hang("Chro"), Say("ChromaDB talk"))
    await store.jobs.add([title_job(session.id)])
    learning = await answering(learn, server)
    learning.pause()
    await server.disconnected()
    await say(store, session, "New text while paused.", "Yes.")
    learning.wake()
    assert not await learning.settle(0.5)
    assert len(server.requests) == 1
    learning.resume()
    assert await learning.settle(20)
    assert (await store.sessions.get(session.id)).title == "ChromaDB talk"
    assert (await store.jobs.failed()) == []


async def test_a_pause_can_let_the_running_job_end_and_begin_no_other(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    gate = asyncio.Event()
    server.add(Say("ChromaDB talk", gate=gate), Say("- The user talks about ChromaDB."))
    await store.jobs.add([title_job(session.id), fold_job(session.id, 8192)])
    learning = await answering(learn, server)
    learning.pause(put_back=False)
    gate.set()
    assert not await learning.settle(0.5)
    assert (await store.sessions.get(session.id)).title == "ChromaDB talk"
    assert len(server.requests) == 1
    learning.resume()
    assert await learning.settle(20)
    assert len(server.requests) == 2


async def test_each_call_is_booked_under_what_it_was_made_for(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    server.add(Say("ChromaDB talk", usage=(120, 4)), Say("- The user talks about ChromaDB.", usage=(300, 9)))
    await store.jobs.add([title_job(session.id), fold_job(session.id, 8192)])
    assert await learn().settle(20)
    totals = {
        total.kind: (total.calls, total.prompt_tokens, total.completion_tokens) for total in await store.usage.totals()
    }
    assert totals == {"title": (1, 120, 4), "fold": (1, 300, 9)}


async def test_a_model_that_cannot_learn_reads_nothing_and_says_so(
    store: Store, session: Session, server: ScriptedServer, learn: Build, events: list[BackgroundEvent]
) -> None:
    await store.jobs.add([learn_job(session.id)])
    assert await learn(unable=lambda: "tiny is too small.").settle(20)
    told = [event for event in events if isinstance(event, LearningChanged)]
    assert told[-1] == LearningChanged(waiting=0, unable="tiny is too small.")
    assert server.requests == []
    assert (await store.sessions.get(session.id)).learned_to == 0, "another model may read it"


async def test_the_mode_can_change_while_it_runs(
    store: Store, session: Session, server: ScriptedServer, learn: Build, events: list[BackgroundEvent]
) -> None:
    learning = learn()
    learning.settings = Settings(learning=LearningSettings(mode="off"))
    await say(store, session, "I live in Taipei.", "Nice.")
    await store.jobs.add([learn_job(session.id)])
    assert await learning.settle(20)
    assert not any(isinstance(event, Learned) for event in events)


async def test_tidying_needs_no_model(store: Store, learn: Build, clock: Clock, events: list[BackgroundEvent]) -> None:
    await store.memories.add(kind="fact", text="It may rain.", confidence=0.5, origin="user", actor="scripted")
    clock.skip(100 * 86_400)
    await store.jobs.add([tidy_job()])
    assert await learn(model=no_model, clock=clock).settle(20)
    (told,) = [event for event in events if isinstance(event, Consolidated)]
    assert [memory.text for memory in told.archived] == ["It may rain."]


async def test_stopping_in_the_middle_leaves_the_job_for_the_next_start(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    server.add(Hang("Chro"), Say("ChromaDB talk"))
    await store.jobs.add([title_job(session.id)])
    first = await answering(learn, server)
    await first.stop()
    job = await store.jobs.lease("look", 1)
    assert job is not None
    assert job.attempts == 1
    await store.jobs.release(job.id)
    assert await learn().settle(20)


async def test_a_job_that_is_leased_while_the_program_stops_is_given_back(
    store: Store, session: Session, learn: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = store.jobs.lease
    leased, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(owner: str, seconds: float) -> Job | None:
        job = await lease(owner, seconds)
        leased.set()
        await go_on.wait()
        return job

    monkeypatch.setattr(store.jobs, "lease", slowly)
    await store.jobs.add([title_job(session.id)])
    learning = learn()
    learning.start()
    await leased.wait()
    stopping = asyncio.create_task(learning.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert await lease("look", 1) is not None


async def test_a_job_of_a_program_that_was_killed_is_done_after_its_lease(
    store: Store, session: Session, server: ScriptedServer, learn: Build, clock: Clock
) -> None:
    server.add(Say("ChromaDB talk"))
    await store.jobs.add([title_job(session.id)])
    assert await store.jobs.lease("killed", LEASE_SECONDS) is not None
    learning = learn()
    assert not await learning.settle(20)
    clock.skip(LEASE_SECONDS + 1)
    assert await learning.settle(20)


async def test_two_programs_do_each_job_once(
    tmp_path: Path, store: Store, server: ScriptedServer, learn: Build, events: list[BackgroundEvent]
) -> None:
    other = await Store.open(tmp_path / "memory.db")
    sessions = [await store.sessions.create() for _ in range(6)]
    for each in sessions:
        await say(store, each, *TALK)
    await store.jobs.add([fold_job(each.id, 8192) for each in sessions])
    server.add(*[Say("- The user talks about ChromaDB.")] * 6)
    both = learn(), learn(store=other)
    await asyncio.gather(*(each.settle(20) for each in both))
    await both[0].settle(20)
    assert len(server.requests) == 6
    assert sum(isinstance(event, SummaryUpdated) for event in events) == 6
    for learning in both:
        await learning.stop()
    await other.close()


async def test_a_job_of_an_erased_session_is_dropped(
    store: Store, session: Session, server: ScriptedServer, learn: Build
) -> None:
    async def erase(_: dict[str, Any]) -> Say:
        await store.sessions.erase(session.id)
        return Say("- The user talks about ChromaDB.")

    server.add(erase)
    await store.jobs.add([fold_job(session.id, 8192)])
    assert await learn().settle(20)
    assert await store.jobs.failed() == []


async def test_a_fault_in_one_job_does_not_end_the_learning(
    store: Store,
    session: Session,
    server: ScriptedServer,
    learn: Build,
    events: list[BackgroundEvent],
) -> None:
    faults = ["boom"]

    def publish(event: BackgroundEvent) -> None:
        if isinstance(event, SessionChanged) and faults:
            raise RuntimeError(faults.pop())
        events.append(event)

    server.add(Say("ChromaDB talk"), Say("- The user talks about ChromaDB."))
    await store.jobs.add([title_job(session.id), fold_job(session.id, 8192)])
    assert not await learn(publish=publish).settle(20)
    assert any(isinstance(event, SummaryUpdated) for event in events)
    assert any("RuntimeError" in event.failure for event in events if isinstance(event, LearningChanged))


def server_endpoint(server: ScriptedServer) -> Any:
    from memchat.providers.endpoints import Endpoint

    return Endpoint(name="late", base_url=server.base_url, api_key="k", local=True)
