"""Spaces keep sessions, memories and profile apart, and share the model."""

import json
from collections.abc import AsyncIterator

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError
from memchat.paths import Paths
from memchat.providers.scripted import CallTool, Say, ScriptedServer
from tests.assistant.conftest import Open, Script, converse, hits, prompt_of


@pytest.fixture
async def work(assistant: Assistant) -> AsyncIterator[Assistant]:
    """The assistant over the space `work`."""
    opened = await assistant.in_space("work")
    opened.warm_up()
    yield opened
    await opened.close()


async def test_what_one_space_knows_no_other_does(assistant: Assistant, work: Assistant, script: Script) -> None:
    await assistant.memories.remember("I am allergic to peanuts")
    await assistant.memories.set_profile("name", "Alice")
    here = (await assistant.new_session()).session.id
    await converse(assistant, here, "What about peanuts?")
    assert "Alice" in prompt_of(script.chats[-1])
    assert "allergic" in prompt_of(script.chats[-1])

    there = (await work.new_session()).session.id
    await converse(work, there, "What about peanuts?")
    assert "Alice" not in prompt_of(script.chats[-1])
    assert "allergic" not in prompt_of(script.chats[-1])
    assert await hits(work, "peanuts allergic in:facts,profile") == []
    assert await work.memories.profile() == ()
    assert {session.id for session in await work.store.sessions.list()} == {there}
    assert {session.id for session in await assistant.store.sessions.list()} == {here}


async def test_no_path_leads_out_of_a_space(
    open_assistant: Open, script: Script, server: ScriptedServer, paths: Paths
) -> None:
    word = "Quetzalcoatl"
    settings = {"memory.recall_floor": "0.05", "memory.fold_messages": "4", "model.tools": "on"}
    assistant = await open_assistant(settings)
    script.background = Say(f"- They talked about {word}.")
    await assistant.memories.pin((await assistant.memories.remember(f"I like {word} most.")).id, pinned=True)
    await assistant.memories.remember(f"Always begin with {word}.")
    await assistant.memories.set_profile("goals", f"a temple for {word}")
    here = (await assistant.new_session()).session.id
    await converse(assistant, here, f"My cat is called {word}.", "Which god do I like?", "And my cat?")
    await assistant.set_draft(here, f"{word}?")
    await assistant.leave_session(here)
    assert await assistant.settle(20)
    kept = {memory.id: memory for memory in await assistant.store.memories.list(fields=True)}

    work = await assistant.in_space("work")
    work.warm_up()
    before = len(server.requests)
    script.background = Say("- They talked.")
    script.say(
        CallTool(
            "search_memory",
            {"query": "god cat temple"},
            also=[CallTool("recall_session", {"session": here}, id="b"), CallTool("forget", {"about": "cat"}, id="c")],
        ),
        "Nothing.",
    )
    there = (await work.new_session()).session.id
    await converse(
        work, there, "Which god do I like most, and what is my cat called?", "I have a dog.", "Always be brief."
    )
    await work.memories.consolidate()
    await work.leave_session(there)
    assert await work.settle(20)
    assert await work.memories.undo() is not None
    assert word not in str(await hits(work, "god cat temple most"))
    assert [session.id for session in await work.store.sessions.list()] == [there]
    with pytest.raises(MemchatError):
        await work.eraser.erase("session", here)
    assert word not in json.dumps(server.requests[before:])
    while await work.memories.undo():
        pass
    await work.eraser.erase("space", "work")
    assert {memory.id: memory for memory in await assistant.store.memories.list(fields=True)} == kept
    assert (await assistant.transcript(here)).messages
    await work.close()
    files = [path for path in paths.spaces_dir.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if word.encode() in path.read_bytes()]


async def test_a_session_of_another_space_cannot_be_opened(assistant: Assistant, work: Assistant) -> None:
    here = (await assistant.new_session()).session.id
    await converse(assistant, here, "Hello")
    with pytest.raises(MemchatError):
        await work.open_session(here)


async def test_a_space_needs_no_other_to_be_open(assistant: Assistant, script: Script) -> None:
    work = await assistant.in_space("work")
    await assistant.close()
    session = (await work.new_session()).session.id
    await converse(work, session, "Hello")
    assert (await work.transcript(session)).messages[-1].text == "Good."
    assert (await work.memories.remember("I like tea")).status == "active"
    await work.close()


async def test_leaving_a_space_leaves_the_model_to_the_others(assistant: Assistant) -> None:
    work = await assistant.in_space("work")
    await converse(work, (await work.new_session()).session.id, "Hello")
    await work.close()
    events = await converse(assistant, (await assistant.new_session()).session.id, "Hello")
    assert type(events[-1]).__name__ == "AssistantSaved"


async def test_the_space_that_is_configured_is_the_one_that_is_opened(
    open_assistant: Open, server: ScriptedServer
) -> None:
    work = await open_assistant({"memory.space": "work"})
    assert work.store.path == work.paths.spaces_dir / "work.db"
    personal = await work.in_space("personal")
    assert personal.store.path == personal.paths.database
    await personal.close()
    assert work.paths.spaces() == ["personal", "work"]


@pytest.mark.parametrize("name", ["", "Work", "a/b", "..", "x" * 41, "ünter"])
async def test_not_everything_can_be_a_space(assistant: Assistant, name: str) -> None:
    with pytest.raises(MemchatError, match="small letters"):
        await assistant.in_space(name)
