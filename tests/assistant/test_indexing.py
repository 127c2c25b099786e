"""Another embedder in use: what is searched meanwhile, what is said, and who has the old one."""

from collections.abc import AsyncIterator

import pytest

from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent, EmbedderChanged, Recalled
from memchat.providers.scripted import ScriptedServer, Status
from tests.assistant.conftest import Open, converse
from tests.assistant.test_turn import only

BUILTIN = "all-MiniLM-L6-v2-onnx-int8"


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as running:
        yield running


def at(server: ScriptedServer, model: str = "multi") -> dict[str, str]:
    """The settings that have a server embed."""
    return {"memory.embedder": "mine", "memory.embedding_model": model, "endpoints.mine.base_url": server.base_url}


async def test_another_embedder_takes_over_in_the_background_and_is_told_of(
    open_assistant: Open, endpoint: ScriptedServer
) -> None:
    before = await open_assistant()
    await before.memories.remember("I am allergic to peanuts")
    await before.indexing.embed_new()
    assert (await before.indexing.state()).current == BUILTIN
    await before.close()

    after = await open_assistant(at(endpoint))
    await after.settle(20)
    await after.indexing.make()
    state = await after.indexing.state()
    assert (state.current, state.coming, state.embedded) == (f"multi@{endpoint.base_url}", "", state.items)
    assert after.embedder.state == "ready"
    session = (await after.new_session()).session
    recall = only(await converse(after, session.id, "Am I allergic to peanuts?"), Recalled).recall
    assert "allergic to peanuts" in recall.items[0].text
    assert "meaning" in recall.items[0].parts
    assert recall.words_only == ""


async def test_while_new_vectors_are_made_the_old_embedder_answers(
    open_assistant: Open, endpoint: ScriptedServer
) -> None:
    before = await open_assistant()
    await before.memories.remember("I am allergic to peanuts")
    await before.indexing.embed_new()
    await before.indexing.rebuild()
    await before.indexing.stop()
    await before.close()

    after = await open_assistant(at(endpoint))
    await after.store.index.use_embedder(f"multi@{endpoint.base_url}", 64)
    await after.indexing.stop()
    session = (await after.new_session()).session
    recall = only(await converse(after, session.id, "What can't I eat?"), Recalled).recall
    assert recall.words_only == ""
    assert "peanuts" in recall.items[0].text, "meant alike, in other words"
    assert (await after.indexing.state()).current == BUILTIN


async def test_without_the_old_embedder_words_are_searched_until_the_new_vectors_are_made(
    open_assistant: Open, endpoint: ScriptedServer
) -> None:
    async with ScriptedServer() as gone:
        before = await open_assistant(at(gone, "older"))
        await before.memories.remember("I am allergic to peanuts")
        await before.indexing.embed_new()
        await before.close()
    after = await open_assistant(at(endpoint))
    heard: list[BackgroundEvent] = []
    after.subscribe(heard.append)
    await after.settle(20)
    await after.indexing.make()
    session = (await after.new_session()).session
    recall = only(await converse(after, session.id, "Am I allergic to peanuts?"), Recalled).recall
    assert "meaning" in recall.items[0].parts
    assert after.embedder == EmbedderChanged(state="ready")
    said = [event.reason for event in heard if isinstance(event, EmbedderChanged) and event.state == "unavailable"]
    assert all("Words alone are searched until the vectors of the new embedder are made" in each for each in said)


async def test_what_cannot_be_had_is_told_of_by_whoever_asks_for_it(open_assistant: Open) -> None:
    async with ScriptedServer(embeddings=lambda _: Status(404, "no such model")) as server:
        assistant = await open_assistant(at(server))
        with pytest.raises(MemchatError, match=r"does not embed with multi \(404\): no such model"):
            await assistant.indexing.rebuild()
    off = await open_assistant({"memory.embedder": "off"})
    with pytest.raises(MemchatError, match="Search by meaning is off"):
        await off.indexing.rebuild()


async def test_a_program_that_does_not_learn_makes_everything_when_it_is_told_to(
    open_assistant: Open, endpoint: ScriptedServer
) -> None:
    assistant = await open_assistant(at(endpoint))
    for number in range(3):
        await assistant.memories.remember(f"I own zebra number {number}")
    await assistant.indexing.embed_new()
    state = await assistant.indexing.rebuild()
    await assistant.indexing.make()
    state = await assistant.indexing.state()
    assert (state.left, state.embedded) == (0, 3)
    assert not state.under_way


async def test_an_incognito_session_embeds_in_its_own_memory(open_assistant: Open) -> None:
    assistant = await open_assistant()
    session = (await assistant.new_session(incognito=True)).session
    await converse(assistant, session.id, "Nobody may know of the okapi")
    await assistant.settle(20)
    assert (await assistant.indexing.state()).items == 0
