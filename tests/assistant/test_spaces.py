"""Spaces keep sessions, memories and profile apart, and share the model."""

from collections.abc import AsyncIterator

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError
from memchat.providers.scripted import ScriptedServer
from tests.assistant.conftest import Open, Script, converse, prompt_of


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
    assert await work.search("peanuts allergic", kinds=("fact", "profile")) == []
    assert await work.memories.profile() == ()
    assert {session.id for session in await work.store.sessions.list()} == {there}
    assert {session.id for session in await assistant.store.sessions.list()} == {here}


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
