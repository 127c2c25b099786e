"""A conversation that is written down is played through real turns."""

from memchat.assistant import Assistant
from memchat.core.events import AssistantSaved, ContextBuilt, Recalled, UserSaved
from tests.assistant.conftest import Script


async def test_a_rehearsed_turn_is_a_turn_without_a_call(assistant: Assistant, script: Script) -> None:
    """It is saved, recalled for and laid out like any other; its reply is the one given."""
    session = (await assistant.new_session()).session
    await assistant.rename(session.id, "Named already")
    events = [event async for event in assistant.rehearse(session.id, "I keep bees.", "How many hives?")]

    kinds = [type(event) for event in events]
    assert kinds[:3] == [UserSaved, Recalled, ContextBuilt]
    saved = next(event.message for event in events if isinstance(event, AssistantSaved))
    assert (saved.text, saved.status, saved.model) == ("How many hives?", "complete", "scripted")
    assert script.chats == []
    transcript = await assistant.transcript(session.id)
    assert [message.text for message in transcript.messages] == ["I keep bees.", "How many hives?"]
