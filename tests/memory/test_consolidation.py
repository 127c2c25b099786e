"""Consolidation: duplicates merged with their sources, contradictions shown, themes proposed; taken back as one."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from memchat.core.events import Consolidated
from memchat.core.memories import MEMORY_STATUSES, Memory, Source
from memchat.core.messages import Usage
from memchat.memory.consolidation import consolidate
from memchat.memory.consolidation.progress import PHASES, Progress
from memchat.providers.client import ChatModel
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.scripted import Say, ScriptedServer
from memchat.store import Store
from tests.memory.conftest import embed_all, say

Run = Callable[[], Any]
THREE_WAYS = (
    "The user is allergic to peanuts.",
    "The user has a peanut allergy.",
    "The user is allergic to peanuts and told so.",
)


@pytest.fixture
def costs() -> list[Usage | None]:
    return []


@pytest.fixture
def run(store: Store, model: ChatModel, minilm: BuiltinEmbedder, costs: list[Usage | None]) -> Run:
    async def once() -> Consolidated:
        async def charge(usage: Usage | None) -> None:
            costs.append(usage)

        await minilm.load()
        await embed_all(store, minilm)
        return await consolidate(store, model, minilm, charge=charge)

    return once


def answering(server: ScriptedServer, **answers: dict[str, Any]) -> None:
    """Answers by what is asked for: `same`, `both_can_be_true` or `found`."""

    def reply(body: dict[str, Any]) -> Say:
        asked = body["messages"][0]["content"]
        for name, answer in answers.items():
            if f"{name}:" in asked or f"{name} is" in asked:
                return Say(json.dumps(answer))
        raise AssertionError(asked)

    server.add(*[reply] * 40)


async def add(store: Store, *texts: str, attribute: str = "") -> list[Memory]:
    made = []
    for text in texts:
        session = await store.sessions.create()
        (message,) = await say(store, session, text)
        source = Source(session_id=session.id, message_id=message.id, quote=text)
        made.append(
            await store.memories.add(
                kind="fact", text=text, confidence=0.9, origin="user", sources=(source,), actor="m", attribute=attribute
            )
        )
    return made


async def everything(store: Store) -> dict[str, tuple[str, str]]:
    found = await store.memories.list(fields=True)
    return {memory.id: (memory.text, memory.status) for memory in found}


async def test_near_duplicates_become_one_statement_with_every_source(
    store: Store, server: ScriptedServer, run: Run, costs: list[Usage | None]
) -> None:
    answering(server, same={"same": True, "statement": "The user is allergic to peanuts."})
    parts = await add(store, *THREE_WAYS[:2], attribute="allergy")
    done = await run()
    (one,) = done.merged
    assert one.text == "The user is allergic to peanuts."
    assert one.status == "active"
    assert {source.quote for source in one.sources} == set(THREE_WAYS[:2])
    assert set(one.derived_from) == {part.id for part in parts}
    assert [memory.id for memory in await store.memories.list(status="active")] == [one.id]
    for part in parts:
        kept = await store.memories.get(part.id)
        assert (kept.status, kept.superseded_by, kept.valid_to) == ("superseded", one.id, None)
    assert len(costs) == 1


async def test_a_statement_that_adds_something_is_not_believed(store: Store, server: ScriptedServer, run: Run) -> None:
    answering(server, same={"same": True, "statement": "The user is allergic to peanuts and cats."})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    (one,) = (await run()).merged
    assert one.text in THREE_WAYS


async def test_what_the_model_calls_different_stays_apart(store: Store, server: ScriptedServer, run: Run) -> None:
    answering(server, same={"same": False, "statement": ""}, both_can_be_true={"both_can_be_true": True})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    done = await run()
    assert done.merged == ()
    assert len(await store.memories.list(status="active")) == 2


@pytest.mark.parametrize(
    "pair",
    [
        ("The user's server has 16 GB of memory.", "The user's server has 32 GB of memory."),
        ("The user's sister is called Mei.", "The user's sister is called Ann."),
        ("The user likes coffee.", "The user does not like coffee."),
        ("The user plays the violin.", "The user plays the viola."),
        ("The user likes red wine.", "The user likes white wine."),
        ("使用者喜歡喝茶。", "使用者喜歡喝咖啡。"),
    ],
)
async def test_statements_that_differ_in_a_name_a_number_or_a_not_are_never_merged(
    store: Store, server: ScriptedServer, run: Run, pair: Sequence[str]
) -> None:
    answering(server, same={"same": True, "statement": pair[0]}, both_can_be_true={"both_can_be_true": True})
    await add(store, *pair, attribute="thing")
    assert (await run()).merged == ()


async def test_what_held_at_different_times_is_never_merged(store: Store, server: ScriptedServer, run: Run) -> None:
    answering(server, same={"same": True, "statement": "x"}, both_can_be_true={"both_can_be_true": True})
    first, second = await add(store, "The user lives in Taipei.", "The user's home is in Taipei.", attribute="home")
    year = datetime(2019, 1, 1, tzinfo=UTC)
    await store.memories.set_validity(first.id, year, year.replace(year=2021), actor="m")
    await store.memories.set_validity(second.id, year.replace(year=2024), None, actor="m")
    assert (await run()).merged == ()


async def test_a_statement_that_leaves_something_out_is_not_believed(
    store: Store, server: ScriptedServer, run: Run
) -> None:
    answering(server, same={"same": True, "statement": "The user."})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    (one,) = (await run()).merged
    assert one.text in THREE_WAYS


async def test_contradictions_are_listed_once_and_change_nothing(
    store: Store, server: ScriptedServer, run: Run
) -> None:
    answering(server, both_can_be_true={"both_can_be_true": False})
    await add(store, "The user lives in Taipei.", "The user lives in Lisbon.", attribute="home")
    before = await everything(store)
    (conflict,) = (await run()).conflicts
    assert {conflict.first.text, conflict.second.text} == {"The user lives in Taipei.", "The user lives in Lisbon."}
    assert await everything(store) == before
    assert (await run()).conflicts == ()
    assert len(await store.conflicts.open()) == 1


async def test_a_theme_of_three_conversations_is_proposed_with_the_users_own_words(
    store: Store, server: ScriptedServer, run: Run
) -> None:
    answering(server, found={"found": True, "statement": "The user is restoring an old sailing boat."})
    for text in ("I am sanding the hull of my old sailing boat", "Which varnish suits an old sailing boat?", ""):
        session = await store.sessions.create()
        said = text or "The mast of the old sailing boat that I am restoring is cracked"
        await say(store, session, said, "Noted.")
        summary = f"Topic: old sailing boat\nWanted: the user restores an old sailing boat: {said}"
        await store.summaries.put_session(session_id=session.id, text=summary, to_seq=2, tokens=20, model="m")
    (proposed,) = (await run()).distilled
    assert proposed.status == "pending"
    assert proposed.origin == "assistant"
    assert "3 conversations" in proposed.reason
    assert len({source.session_id for source in proposed.sources}) == 3
    assert all("sailing boat" in source.quote for source in proposed.sources)


async def test_a_theme_that_the_user_never_spoke_of_is_not_proposed(
    store: Store, server: ScriptedServer, run: Run
) -> None:
    answering(server, found={"found": True, "statement": "The user secretly owns a casino in Macau."})
    for _ in range(3):
        session = await store.sessions.create()
        await say(store, session, "I am sanding the hull of my old sailing boat", "Noted.")
        await store.summaries.put_session(
            session_id=session.id, text="Topic: sailing boat", to_seq=2, tokens=20, model="m"
        )
    assert (await run()).distilled == ()


async def test_all_of_it_is_taken_back_as_one_step(store: Store, server: ScriptedServer, run: Run) -> None:
    answering(server, same={"same": True, "statement": "The user is allergic to peanuts."})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    before = await everything(store)
    done = await run()
    await store.memories.undo_batch(done.run_id)
    after = await everything(store)
    assert {each: after[each] for each in before} == before
    assert all(status == "forgotten" for each, (_, status) in after.items() if each not in before)


async def test_without_a_model_the_fullest_statement_stands(store: Store, minilm: BuiltinEmbedder) -> None:
    async def charge(usage: Usage | None) -> None:
        raise AssertionError(usage)

    await minilm.load()
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    await embed_all(store, minilm)
    (one,) = (await consolidate(store, None, minilm, charge=charge)).merged
    assert one.text in THREE_WAYS[:2]


async def test_a_run_that_was_killed_goes_on_and_doubles_nothing(
    store: Store, server: ScriptedServer, model: ChatModel, minilm: BuiltinEmbedder, run: Run
) -> None:
    """The run is cancelled at each of its calls in turn, as a kill would end it, until one gets through."""
    statement = {"same": True, "statement": "The user is allergic to peanuts."}
    answering(server, same=statement, both_can_be_true={"both_can_be_true": True})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    await add(store, "The user plays the cello.", "The user is a cello player.", attribute="instrument")
    await minilm.load()
    await embed_all(store, minilm)
    calls = 0

    async def charge(usage: Usage | None) -> None:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise asyncio.CancelledError

    done: Consolidated | None = None
    while done is None:
        try:
            done = await consolidate(store, model, minilm, charge=charge)
        except asyncio.CancelledError:
            assert calls < 20
    active = await store.memories.list(status="active")
    assert sorted(memory.attribute for memory in active) == ["allergy", "instrument"]
    assert len(done.merged) == 2
    assert await store.consolidations.unfinished() is None


async def test_the_next_run_looks_only_at_what_changed(
    store: Store, server: ScriptedServer, run: Run, costs: list[Usage | None]
) -> None:
    answering(server, same={"same": False, "statement": ""}, both_can_be_true={"both_can_be_true": True})
    await add(store, *THREE_WAYS[:2], attribute="allergy")
    await run()
    asked = len(costs)
    assert asked > 0
    await run()
    assert len(costs) == asked


def test_progress_is_read_as_it_was_written() -> None:
    progress = Progress(phase="distil", after="s1", merged=("f1",), conflicts=("x1", "x2"))
    assert Progress.read(progress.written()) == progress
    assert Progress.read("") == Progress.read("[1]") == Progress.read('{"phase": "dance"}') == Progress()
    phases = [Progress()]
    while phases[-1].phase != "done":
        phases.append(phases[-1].next_phase())
    assert tuple(each.phase for each in phases) == PHASES
    assert set(MEMORY_STATUSES) >= {"superseded", "pending"}
