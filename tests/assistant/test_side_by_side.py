"""Two programs on one database: while one learns, consolidates or folds, the other does so too, or erases."""

import asyncio
from collections import Counter

import pytest

from memchat.assistant import Assistant
from memchat.core.memories import Memory
from memchat.paths import Paths
from memchat.providers.scripted import Say, ScriptedServer
from tests.assistant.conftest import Open, Script, converse, prompt_of
from tests.memory.reading import Reader

WORD = "Zanzibar"
THINGS = ("violins", "bees", "kites", "canoes", "ferns", "clocks", "maps", "owls")


@pytest.fixture
async def pair(open_assistant: Open, script: Script) -> tuple[Assistant, Assistant]:
    script.reader = Reader({thing: f"hobby {thing}" for thing in THINGS})
    settings = {"memory.fold_messages": "6", "learning.consolidate_hours": "0"}
    return await open_assistant(settings), await open_assistant(settings)


async def texts(assistant: Assistant) -> Counter[str]:
    listed: list[Memory] = await assistant.store.memories.list(status="active", fields=True)
    return Counter(memory.text for memory in listed)


async def test_two_that_learn_and_consolidate_double_and_lose_nothing(pair: tuple[Assistant, Assistant]) -> None:
    first, second = pair

    async def talk(assistant: Assistant, things: tuple[str, ...]) -> None:
        session = (await assistant.new_session()).session.id
        for thing in things:
            await converse(assistant, session, f"I collect {thing}.")
            await assistant.memories.consolidate()

    await asyncio.gather(talk(first, THINGS[:5]), talk(second, THINGS[3:]))
    for _ in range(3):
        await asyncio.gather(first.settle(20), second.settle(20))
    assert await first.settle(20)
    found = await texts(first)
    assert set(found.values()) == {1}, found
    for thing in THINGS:
        assert sum(thing in text for text in found) == 1
    sources = [source.message_id for memory in await first.store.memories.list() for source in memory.sources]
    assert len(sources) == len(set(sources)) == 10, "each message was read once"
    assert await second.store.check() == "ok"


@pytest.mark.parametrize("work", ["fold", "session summary"])
async def test_what_one_erases_the_other_does_not_write_again(
    pair: tuple[Assistant, Assistant], script: Script, server: ScriptedServer, paths: Paths, work: str
) -> None:
    """The other waits for what its model makes of the words that go."""
    first, second = pair
    gate = asyncio.Event()
    texts = [f"I travelled to {WORD}.", "And then I rested.", "It rained.", "I read a book."]
    session = (await second.new_session()).session.id
    with second._homes.quiet():
        await converse(second, session, *(texts if work == "fold" else texts[:2]))
        asked = len(server.chats)
    script.background = lambda body: Say(
        f"- The user went to {WORD}." if WORD in prompt_of(body) else "- The user travelled.", gate=gate, gate_after=0
    )
    if work == "session summary":
        await second.leave_session(session)
    await server.request_arrived(asked + 1)
    memory = await first.memories.remember(f"I travelled to {WORD}.")
    erased = await first.eraser.erase("memory", memory.id)
    assert any(place.kind == "message" for place in erased.erasure.places)
    gate.set()
    for _ in range(3):
        await asyncio.gather(first.settle(20), second.settle(20))
    rolling = await first.store.summaries.latest(session)
    summary = await first.store.summaries.of_session(session)
    assert not any(WORD in found.text for found in (rolling, summary) if found is not None)
    assert WORD not in (await first.session(session)).title
    await first.close()
    await second.close()
    assert not [path for path in paths.data_dir.rglob("*") if path.is_file() and WORD.encode() in path.read_bytes()]
