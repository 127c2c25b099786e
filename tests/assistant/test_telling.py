"""“What do you remember about me?” is answered from the store, without a model."""

from memchat.assistant import Assistant
from memchat.core.events import AssistantSaved, ContextBuilt, Delta, Recalled, TurnEvent, UserSaved
from memchat.paths import Paths
from memchat.providers.scripted import Say, ScriptedServer
from tests.assistant.conftest import Open, Script, converse, prompt_of

PLAIN = {"memory.embedder": "off"}
QUESTION = "What do you remember about me?"


def _text(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


async def _told_of_bees(open_assistant: Open, then: str) -> tuple[Assistant, str]:
    """An assistant that was asked what it remembers, and then `then`, and the session with a title where it was."""
    assistant = await open_assistant(PLAIN)
    session = (await assistant.new_session()).session
    await assistant.rename(session.id, "Named")
    await assistant.memories.remember("I keep bees in the garden.")
    await converse(assistant, session.id, QUESTION, then)
    return assistant, session.id


async def test_it_is_a_turn_like_any_other_but_no_model_is_asked(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    session = (await assistant.new_session()).session
    await assistant.memories.remember("I keep bees in the garden.")
    await assistant.memories.set_profile("name", "Alice")
    events = await converse(assistant, session.id, QUESTION)
    kinds = list(dict.fromkeys(type(event) for event in events))
    assert kinds == [UserSaved, Recalled, ContextBuilt, Delta, AssistantSaved]
    saved = next(event.message for event in events if isinstance(event, AssistantSaved))
    assert (saved.text, saved.status, saved.model, saved.told) == (_text(events), "complete", None, True)
    assert "I keep bees in the garden." in saved.text
    assert "name: Alice" in saved.text
    await assistant.settle()
    assert (script.chats, script.others) == ([], [])
    assert [message.text for message in (await assistant.transcript(session.id)).messages] == [QUESTION, saved.text]


async def test_the_model_knows_what_was_told_and_recall_never_finds_it(open_assistant: Open, script: Script) -> None:
    assistant, _ = await _told_of_bees(open_assistant, "The second one is wrong.")
    assert "I keep bees in the garden." in str(script.chats[-1]["messages"][2]["content"])
    other = (await assistant.new_session()).session
    events = await converse(assistant, other.id, "Where do I keep bees?")
    recalled = next(event.recall.items for event in events if isinstance(event, Recalled))
    assert {item.kind for item in recalled} <= {"fact"}
    assert prompt_of(script.chats[-1]).count("What I remember about you") == 0
    assert len(await assistant.store.memories.list()) == 1, "nothing is learned from it"


async def test_no_summary_is_made_of_it(open_assistant: Open, script: Script) -> None:
    assistant, session_id = await _told_of_bees(open_assistant, "And what is 2 + 2?")
    await assistant.summaries.fold_now(session_id)
    assert "bees" not in prompt_of(script.others[-1])
    assert "told the user what is remembered" in prompt_of(script.others[-1])


async def test_asked_again_it_is_told_anew(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    session = (await assistant.new_session()).session
    await converse(assistant, session.id, QUESTION)
    await assistant.memories.remember("I keep bees in the garden.")
    events = [event async for event in assistant.retry(session.id)]
    assert "I keep bees in the garden." in _text(events)
    assert len((await assistant.transcript(session.id)).messages) == 2
    assert script.chats == []


async def test_it_needs_no_model_at_all(paths: Paths) -> None:
    from memchat.config import load

    assistant = await Assistant.open(load(paths, {}, PLAIN), paths, environ={})
    session = (await assistant.new_session()).session
    events = await converse(assistant, session.id, "Was weißt du über mich?")
    assert "Nothing yet." in _text(events)
    await assistant.close()


async def test_where_the_memory_is_not_read_it_says_so(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    await assistant.memories.remember("I keep bees in the garden.")
    private = (await assistant.new_session(incognito=True)).session
    told = _text(await converse(assistant, private.id, QUESTION))
    assert "incognito" in told
    assert "bees" not in told
    session = (await assistant.new_session()).session
    async for _ in assistant.turn(session.id, QUESTION, use_memory=False):
        pass
    assert len(script.chats) == 1, "without the memory it is a message to the model"


async def test_a_memory_that_is_off_says_so(open_assistant: Open) -> None:
    assistant = await open_assistant({**PLAIN, "memory.enabled": "false"})
    session = (await assistant.new_session()).session
    assert "The memory is off" in _text(await converse(assistant, session.id, QUESTION))


async def test_what_is_erased_is_erased_from_what_was_told(open_assistant: Open) -> None:
    assistant = await open_assistant(PLAIN)
    session = (await assistant.new_session()).session
    fact = await assistant.memories.remember("My secret garden lies in Zanzibar.")
    await converse(assistant, session.id, QUESTION)
    await assistant.eraser.erase("memory", fact.id)
    assert "Zanzibar" not in (await assistant.transcript(session.id)).messages[1].text


async def test_it_says_so_where_the_model_cannot_learn(paths: Paths) -> None:
    from memchat.config import load

    async with ScriptedServer(lambda _: Say("Fine.")) as server:
        environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "smollm2-135m"}
        assistant = await Assistant.open(load(paths, environ, PLAIN), paths, environ=environ)
        session = (await assistant.new_session()).session
        await converse(assistant, session.id, "hello")
        told = _text(await converse(assistant, session.id, QUESTION))
        assert "is too small to tell what to remember" in told
        assert "Learning is on" not in told
        await assistant.learn_as("off")
        assert "Learning is off" in _text(await converse(assistant, session.id, QUESTION))
        await assistant.close()
