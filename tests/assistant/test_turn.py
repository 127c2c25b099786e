"""One turn: what is yielded, saved and sent, and what happens when it goes wrong."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import TypeVar

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError
from memchat.core.events import (
    AssistantSaved,
    ContextBuilt,
    Delta,
    Event,
    Learned,
    Reasoning,
    Recalled,
    Retrying,
    ToolCalled,
    TurnFailed,
    UserSaved,
)
from memchat.providers.scripted import CallTool, Disconnect, Empty, Say, ScriptedServer, Status
from tests.assistant.conftest import Open, Script, converse, prompt_of

E = TypeVar("E", bound=Event)


def only(events: Sequence[Event], kind: type[E]) -> E:
    """The one event of that kind."""
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]


async def test_a_turn_yields_its_events_in_order(assistant: Assistant, script: Script) -> None:
    script.say(Say("Hello Alex.", reasoning="A greeting."))
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "Hi, I'm Alex.")
    kinds = [type(event) for event in events]
    assert kinds[:3] == [UserSaved, Recalled, ContextBuilt]
    assert kinds[-1] is AssistantSaved
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "Hello Alex."
    assert "".join(event.text for event in events if isinstance(event, Reasoning)) == "A greeting."
    saved = only(events, AssistantSaved).message
    assert (saved.status, saved.model, saved.finish_reason, saved.reasoning) == (
        "complete",
        "scripted",
        "stop",
        "A greeting.",
    )
    assert saved.parent_id == only(events, UserSaved).message.id


async def test_the_user_message_is_stored_before_anything_is_sent(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    async with aclosing(assistant.turn(view.session.id, "Remember the milk.")) as events:
        first = await anext(events)
        assert isinstance(first, UserSaved)
        assert (await assistant.store.messages.get(first.message.id)).text == "Remember the milk."
        assert script.chats == []


async def test_what_is_sent_is_the_plan(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "One.", "Two.")
    plan = only(events, ContextBuilt).plan
    sent = prompt_of(script.chats[-1])
    assert all(block.content in sent for block in plan.blocks)
    assert [block.layer for block in plan.blocks] == ["system", "buffer", "buffer", "user"]
    assert plan.tokens + plan.reserve <= plan.window


async def test_each_request_is_a_prefix_of_the_next(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    await converse(assistant, view.session.id, "One.", "Two.", "Three.")
    first, second, third = (body["messages"] for body in script.chats)
    assert second[: len(first)] == first
    assert third[: len(second)] == second


async def test_stopping_keeps_the_text(assistant: Assistant, script: Script) -> None:
    script.say(Say("one two three four", gate=asyncio.Event(), gate_after=2))
    view = await assistant.new_session()
    events: list[Event] = []
    async for event in assistant.turn(view.session.id, "Count."):
        events.append(event)
        if isinstance(event, Delta) and event.text.strip() == "two":
            assistant.stop(view.session.id)
    saved = only(events, AssistantSaved).message
    assert (saved.status, saved.text) == ("stopped", "one two")
    await converse(assistant, view.session.id, "Go on.")
    assert [message["content"] for message in script.chats[-1]["messages"][1:]] == ["Count.", "one two", "Go on."]


async def test_stopping_closes_the_connection(assistant: Assistant, script: Script, server: ScriptedServer) -> None:
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=1))
    view = await assistant.new_session()
    async for event in assistant.turn(view.session.id, "Count."):
        if isinstance(event, Delta):
            assistant.stop(view.session.id)
    await server.disconnected(1)


async def test_leaving_the_stream_keeps_the_text_too(assistant: Assistant, script: Script) -> None:
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=1))
    view = await assistant.new_session()
    async with aclosing(assistant.turn(view.session.id, "Count.")) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
    last = await assistant.store.messages.last(view.session.id)
    assert last is not None
    assert (last.status, last.text) == ("stopped", "one")


async def test_a_cancelled_turn_keeps_the_text(assistant: Assistant, script: Script) -> None:
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=1))
    view = await assistant.new_session()
    begun = asyncio.Event()

    async def talk() -> None:
        async for event in assistant.turn(view.session.id, "Count."):
            if isinstance(event, Delta):
                begun.set()

    task = asyncio.create_task(talk())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    last = await assistant.store.messages.last(view.session.id)
    assert last is not None
    assert (last.status, last.text) == ("stopped", "one")


async def test_a_failed_turn_keeps_the_question_and_can_be_tried_again(assistant: Assistant, script: Script) -> None:
    script.say(Status(401, "bad key"))
    view = await assistant.new_session()
    failed = only(await converse(assistant, view.session.id, "Hello?"), TurnFailed)
    assert failed.retryable
    assert failed.user_message is not None
    assert (await assistant.store.messages.get(failed.user_message.id)).status == "failed"
    reopened = await assistant.open_session(view.session.id)
    assert reopened.unanswered is not None
    script.say("Here I am.")
    events = [event async for event in assistant.retry(view.session.id)]
    assert only(events, AssistantSaved).message.text == "Here I am."
    messages = (await assistant.open_session(view.session.id)).messages
    assert [(message.role, message.status) for message in messages] == [("user", "complete"), ("assistant", "complete")]


async def test_a_reply_that_is_cut_off_is_kept_as_partial(assistant: Assistant, script: Script) -> None:
    script.say(Disconnect("half a"))
    view = await assistant.new_session()
    saved = only(await converse(assistant, view.session.id, "Tell me."), AssistantSaved).message
    assert (saved.status, saved.text) == ("partial", "half a")
    assert saved.error
    await converse(assistant, view.session.id, "And?")
    assert [message["role"] for message in script.chats[-1]["messages"]] == ["system", "user", "assistant", "user"]


async def test_an_empty_reply_is_never_stored(assistant: Assistant, script: Script) -> None:
    script.say(Empty(), "Now I do.")
    view = await assistant.new_session()
    failed = only(await converse(assistant, view.session.id, "Say something."), TurnFailed)
    assert "nothing" in failed.sentence
    events = await converse(assistant, view.session.id, "Please.")
    assert only(events, AssistantSaved).message.text == "Now I do."
    roles = [message["role"] for message in script.chats[-1]["messages"]]
    assert roles == ["system", "user"], "two questions in a row are one message on the wire"


async def test_a_message_too_long_is_refused_before_it_is_saved_or_sent(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"model.window": "2048"})
    view = await assistant.new_session()
    failed = only(await converse(assistant, view.session.id, "word " * 5000), TurnFailed)
    assert failed.user_message is None
    assert not failed.retryable
    assert "5,0" in failed.sentence, "the numbers are told"
    assert script.chats == []
    assert await assistant.store.messages.last(view.session.id) is None


async def test_a_refused_call_is_made_again_and_told(assistant: Assistant, script: Script) -> None:
    script.say(Status(429, retry_after=0), "There.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "Hello?")
    assert only(events, Retrying).attempt == 2
    assert only(events, AssistantSaved).message.text == "There."


async def test_answering_again_sets_the_old_answer_aside(assistant: Assistant, script: Script) -> None:
    script.say("First.", "Second.")
    view = await assistant.new_session()
    old = only(await converse(assistant, view.session.id, "Say a number."), AssistantSaved).message
    events = [event async for event in assistant.retry(view.session.id)]
    assert only(events, AssistantSaved).message.text == "Second."
    assert [message["content"] for message in script.chats[-1]["messages"][1:]] == ["Say a number."]
    shown = (await assistant.open_session(view.session.id)).messages
    assert [message.text for message in shown] == ["Say a number.", "Second."]
    assert (await assistant.store.messages.get(old.id)).text == "First.", "it is still stored"


async def test_two_turns_at_once_in_one_session_are_refused(assistant: Assistant, script: Script) -> None:
    gate = asyncio.Event()
    script.say(Say("one two", gate=gate, gate_after=1))
    view = await assistant.new_session()
    async for event in assistant.turn(view.session.id, "One."):
        if isinstance(event, Delta):
            with pytest.raises(MemchatError, match="still coming"):
                await converse(assistant, view.session.id, "Two.")
            gate.set()


async def test_the_model_remembers_by_its_tool(assistant: Assistant, script: Script) -> None:
    script.say(CallTool("remember", {"text": "The user likes small gardens."}), "I will remember.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "I like small gardens.")
    called = only(events, ToolCalled)
    assert called.name == "remember"
    (memory,) = only(events, Learned).added
    (source,) = memory.sources
    assert memory.text == "The user likes small gardens."
    assert source.message_id == only(events, UserSaved).message.id
    assert source.session_id == view.session.id
    roles = [message["role"] for message in script.chats[-1]["messages"]]
    assert roles[-2:] == ["assistant", "tool"]
    assert only(events, AssistantSaved).message.tool_uses[0].name == "remember"
    await converse(assistant, view.session.id, "Thanks.")
    assert "tool" not in [message["role"] for message in script.chats[-1]["messages"]], "tool results are used once"


async def test_what_the_user_asks_to_be_remembered_is_kept_before_the_reply_and_once(
    assistant: Assistant, script: Script
) -> None:
    script.say(CallTool("remember", {"text": "The user likes small gardens."}), "I will.")
    view = await assistant.new_session()
    events: list[Event] = []
    async for event in assistant.turn(view.session.id, "Remember that I like small gardens."):
        events.append(event)
        if isinstance(event, Learned):
            assert [memory.text for memory in await assistant.store.memories.list()] == ["I like small gardens."]
            assert script.chats == [], "before the model was asked"
    assert only(events, Learned).message_id == only(events, UserSaved).message.id
    assert only(events, ToolCalled).result == "Saved already: I like small gardens."
    assert only(events, Recalled).recall.items == (), "what was just said is not recalled"
    assert [memory.text for memory in await assistant.store.memories.list()] == ["I like small gardens."]


async def test_what_is_to_be_remembered_is_kept_though_no_reply_comes(assistant: Assistant, script: Script) -> None:
    script.say(Status(400, "no"))
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "Remember that my cat is called Miso.")
    assert only(events, TurnFailed).retryable is True
    assert only(events, Learned).added[0].text == "my cat is called Miso."
    events = [event async for event in assistant.retry(view.session.id)]
    assert not any(isinstance(event, Learned) for event in events), "once"
    (memory,) = await assistant.store.memories.list()
    assert memory.seen_count == 1


async def test_the_model_sets_the_profile_by_its_tool(assistant: Assistant, script: Script) -> None:
    script.say(CallTool("set_profile", {"field": "name", "value": "Alex"}), "Hello Alex.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "I'm Alex.")
    assert only(events, Learned).profile[0].value == "Alex"
    events = await converse(assistant, view.session.id, "Who am I?")
    block = only(events, ContextBuilt).plan.blocks[-1]
    assert block.layer == "recalled", "what changed meanwhile leaves the beginning of the request as it is"
    assert block.content.endswith("\n- name: Alex")


@pytest.mark.parametrize("arguments", ["{", "[]", '{"txet": 1}', '{"text": ""}'])
async def test_a_garbled_tool_call_stores_nothing_and_the_turn_goes_on(
    assistant: Assistant, script: Script, arguments: str
) -> None:
    script.say(CallTool("remember", arguments), "Sorry.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "I like tea.")
    assert only(events, AssistantSaved).message.text == "Sorry."
    assert await assistant.store.memories.list() == []


async def test_a_model_that_only_calls_tools_is_asked_to_answer(assistant: Assistant, script: Script) -> None:
    script.say(*[CallTool("search_memory", {"query": "tea"}) for _ in range(4)], "Enough.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "What about tea?")
    assert only(events, AssistantSaved).message.text == "Enough."
    assert "tools" not in script.chats[-1]


async def test_a_model_without_tools_still_keeps_what_it_is_asked_to(assistant: Assistant, script: Script) -> None:
    script.say("Fine.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "Remember that my cat is called Miso.")
    (memory,) = only(events, Learned).added
    assert "cat is called Miso" in memory.text
    assert memory.sources[0].message_id == only(events, UserSaved).message.id


async def test_secrets_are_neither_stored_nor_sent(assistant: Assistant, script: Script) -> None:
    secret = "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5qRs8t" * 2
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, f"My key is {secret}, is it safe?")
    assert secret not in only(events, UserSaved).message.text
    assert secret not in prompt_of(script.chats[0])
    assert "is it safe?" in prompt_of(script.chats[0])


async def test_the_token_scale_follows_what_the_server_counts(assistant: Assistant, script: Script) -> None:
    script.say(*[Say("Good.", usage=(4000, 2)) for _ in range(3)])
    view = await assistant.new_session()
    before = only(await converse(assistant, view.session.id, "word " * 500), ContextBuilt).plan
    await converse(assistant, view.session.id, "Go on.")
    after = await assistant.preview(view.session.id)
    assert after.layers["system"] > before.layers["system"]
