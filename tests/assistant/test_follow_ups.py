"""What a message refers to goes into recall with it: the last turns, and never what the assistant is told to be."""

from memchat.assistant import Assistant
from memchat.core.events import Recalled
from tests.assistant.conftest import Script, converse
from tests.assistant.test_turn import only


async def know(assistant: Assistant, *texts: str) -> None:
    for text in texts:
        await assistant.store.memories.add(kind="fact", text=text, confidence=1.0, origin="user")
    assert await assistant.settle(20)


async def recalled(assistant: Assistant, session_id: str, text: str) -> list[str]:
    return [item.text for item in only(await converse(assistant, session_id, text), Recalled).recall.items]


async def test_a_follow_up_recalls_by_the_turn_before_it(assistant: Assistant, script: Script) -> None:
    await know(assistant, "My sister Ana is a nurse in Utrecht.", "My brother is a baker in Gent.")
    view = await assistant.new_session()
    script.say("She lives in Utrecht.", "As a nurse.")
    await converse(assistant, view.session.id, "Where does my sister Ana live?")
    found = await recalled(assistant, view.session.id, "and what does she do there?")
    assert found[:1] == ["My sister Ana is a nurse in Utrecht."]


async def test_the_system_prompt_is_never_looked_up(assistant: Assistant) -> None:
    await know(assistant, "A helpful assistant lent me a dictionary.")
    view = await assistant.new_session()
    assert await recalled(assistant, view.session.id, "why?") == []
