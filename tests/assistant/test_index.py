"""What is saved from the command line is found by meaning at once, without a model call."""

from tests.assistant.conftest import Open, Script


async def test_a_saved_fact_is_embedded_without_asking_the_model(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant()
    await assistant.memories.remember("I am allergic to peanuts")
    await assistant.indexing.embed_new()
    counts = await assistant.store.index.counts()
    assert counts.items == counts.embedded == 1
    assert script.chats == script.others == []
