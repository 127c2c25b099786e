"""However a turn ends, its text is kept, its status is right, and the next one can begin."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError, StoreError
from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    ContextBuilt,
    Delta,
    Event,
    SessionChanged,
    TurnFailed,
    UserSaved,
)
from memchat.core.messages import Message
from memchat.providers.scripted import CallTool, Hang, Say, Status
from memchat.store.sql import run
from tests.assistant.conftest import Open, Script, converse
from tests.assistant.test_turn import only

FULL = StoreError("The disk is full, so nothing more can be stored.", "Free some space and try again.")


async def never(*_: object, **__: object) -> None:
    await asyncio.Event().wait()


async def full(*_: object, **__: object) -> None:
    raise FULL


async def last(assistant: Assistant, session_id: str) -> Message:
    found = await assistant.store.messages.last(session_id)
    assert found is not None
    return found


async def test_what_comes_before_the_request_can_be_stopped_too(
    assistant: Assistant, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await assistant.new_session()
    events: list[Event] = []
    with monkeypatch.context() as patch:
        patch.setattr(assistant._embedding, "wait", never)
        async for event in assistant.turn(view.session.id, "Count."):
            events.append(event)
            if isinstance(event, UserSaved):
                asyncio.get_running_loop().call_later(0.05, assistant.stop, view.session.id)
    failed = only(events, TurnFailed)
    assert failed.retryable
    assert "Stopped" in failed.sentence
    assert (await last(assistant, view.session.id)).status == "failed"
    assert script.chats == []
    events = [event async for event in assistant.retry(view.session.id)]
    assert only(events, AssistantSaved).message.status == "complete"


async def test_a_turn_stopped_before_it_is_saved_leaves_nothing(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await assistant.new_session()
    monkeypatch.setattr(assistant._connection, "known", never)
    asyncio.get_running_loop().call_later(0.05, assistant.stop, view.session.id)
    failed = only(await converse(assistant, view.session.id, "Count."), TurnFailed)
    assert failed.user_message is None
    assert await assistant.store.messages.last(view.session.id) is None


async def test_of_two_turns_that_begin_at_once_one_is_refused(assistant: Assistant) -> None:
    view = await assistant.new_session()
    turns = (converse(assistant, view.session.id, text) for text in ("One.", "Two."))
    results = await asyncio.gather(*turns, return_exceptions=True)
    assert [type(result) for result in results].count(MemchatError) == 1
    assert (await last(assistant, view.session.id)).seq == 2
    await converse(assistant, view.session.id, "Three.")


async def test_a_turn_that_cannot_begin_blocks_no_other(assistant: Assistant) -> None:
    for _ in range(2):
        with pytest.raises(MemchatError, match="No session has the id"):
            await converse(assistant, "s-none", "Hello?")


@pytest.mark.parametrize("write", ["begin_reply", "finish_reply"])
async def test_a_full_disk_is_told_and_the_question_stays(
    assistant: Assistant, script: Script, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    view = await assistant.new_session()
    with monkeypatch.context() as patch:
        patch.setattr(assistant.store.messages, write, full)
        failed = only(await converse(assistant, view.session.id, "Hello?"), TurnFailed)
    assert failed.sentence == FULL.sentence
    assert failed.next_step == FULL.next_step
    script.say("Here I am.")
    events = [event async for event in assistant.retry(view.session.id)]
    assert only(events, AssistantSaved).message.text == "Here I am."
    shown = (await assistant.open_session(view.session.id)).messages
    assert [(message.role, message.status) for message in shown] == [("user", "complete"), ("assistant", "complete")]


async def test_a_disk_that_fills_up_midway_keeps_what_was_saved(
    assistant: Assistant, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memchat.assistant.reply._SECONDS_BETWEEN_SAVES", 0.0)
    monkeypatch.setattr("memchat.assistant.reply._CHARACTERS_A_SECOND", 10**9)
    script.say(Say("one two three four five", delay=0.02))
    view = await assistant.new_session()
    with monkeypatch.context() as patch:
        patch.setattr(assistant.store.messages, "update_reply", full)
        saved = only(await converse(assistant, view.session.id, "Count."), AssistantSaved).message
    assert saved.status == "partial"
    assert saved.text.startswith("one")
    assert "disk is full" in (saved.error or "")


async def test_a_stop_while_the_first_words_are_stored_keeps_them(
    assistant: Assistant, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=1))
    view = await assistant.new_session()
    begin = assistant.store.messages.begin_reply

    async def slowly(*args: Any, **options: Any) -> Message:
        asyncio.get_running_loop().call_soon(assistant.stop, view.session.id)
        begun = await begin(*args, **options)
        await asyncio.sleep(0.1)
        return begun

    monkeypatch.setattr(assistant.store.messages, "begin_reply", slowly)
    saved = only(await converse(assistant, view.session.id, "Count."), AssistantSaved).message
    assert (saved.status, saved.text) == ("stopped", "one")


async def test_no_failure_of_what_follows_a_reply_takes_it_away(
    assistant: Assistant, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await assistant.new_session()
    monkeypatch.setattr(assistant._homes.main, "jobs_after", full)
    monkeypatch.setattr(assistant.store.models, "note", full)
    script.say(Say("Noted.", usage=(100, 2)))
    events = await converse(assistant, view.session.id, "Remember that !!!")
    assert only(events, AssistantSaved).message.status == "complete"


async def test_an_unforeseen_failure_is_a_sentence(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(assistant._recaller, "recall", broken)
    view = await assistant.new_session()
    failed = only(await converse(assistant, view.session.id, "Hello?"), TurnFailed)
    assert "ZeroDivisionError" in failed.sentence
    assert failed.retryable


async def test_an_answer_stays_until_there_is_another(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    script.say("First.", Status(401, "bad key"), "Second.")
    await converse(assistant, view.session.id, "Say a number.")
    failed = only([event async for event in assistant.retry(view.session.id)], TurnFailed)
    assert failed.retryable
    shown = (await assistant.open_session(view.session.id)).messages
    assert [(message.text, message.status) for message in shown] == [
        ("Say a number.", "complete"),
        ("First.", "complete"),
    ]
    events = [event async for event in assistant.retry(view.session.id)]
    assert only(events, ContextBuilt).plan.left_out == ()
    shown = (await assistant.open_session(view.session.id)).messages
    assert [message.text for message in shown] == ["Say a number.", "Second."]


@pytest.mark.parametrize("how", ["stopped", "partial"])
async def test_a_reply_that_ended_early_can_be_had_again(assistant: Assistant, script: Script, how: str) -> None:
    view = await assistant.new_session()
    script.say(Hang("one two"))
    async with aclosing(assistant.turn(view.session.id, "Count.")) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
    if how == "partial":  # as a killed run leaves it
        await assistant.store._database.write(run, "UPDATE messages SET status = 'partial' WHERE role = 'assistant'")
    script.say("one two three")
    saved = only([event async for event in assistant.retry(view.session.id)], AssistantSaved).message
    assert saved.text == "one two three"
    shown = (await assistant.open_session(view.session.id)).messages
    assert [message.text for message in shown] == ["Count.", "one two three"]


async def test_a_question_of_a_killed_run_is_offered_and_answered(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    await assistant.store.messages.append_user(view.session.id, "Are you there?", tokens=4)
    reopened = await assistant.open_session(view.session.id)
    assert reopened.unanswered is not None
    script.say("I am.")
    only([event async for event in assistant.retry(view.session.id)], AssistantSaved)
    assert (await assistant.open_session(view.session.id)).unanswered is None


async def test_a_session_left_while_its_reply_comes_ends_after_it(assistant: Assistant, script: Script) -> None:
    heard: list[BackgroundEvent] = []
    view = await assistant.new_session()
    await converse(assistant, view.session.id, "One.")
    assistant.subscribe(heard.append)
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=1))
    async for event in assistant.turn(view.session.id, "Count."):
        if isinstance(event, Delta):
            await assistant.leave_session(view.session.id)
    session = await assistant.session(view.session.id)
    assert session.ended_at is not None
    assert (await last(assistant, view.session.id)).text == "one"
    assert [event.session.ended_at for event in heard if isinstance(event, SessionChanged)][-1] == session.ended_at
    assert await assistant.settle(20)
    summary = await assistant.store.summaries.of_session(view.session.id)
    assert summary is not None
    assert summary.to_seq == 4


async def test_a_session_without_messages_can_be_left(assistant: Assistant) -> None:
    view = await assistant.new_session()
    await assistant.leave_session(view.session.id)
    with pytest.raises(MemchatError, match="No session has the id"):
        await assistant.session(view.session.id)


async def test_closing_saves_the_reply_that_comes(open_assistant: Open, script: Script) -> None:
    first = await open_assistant()
    view = await first.new_session()
    script.say(Say("one two three", gate=asyncio.Event(), gate_after=2))
    begun = asyncio.Event()

    async def talk() -> None:
        async for event in first.turn(view.session.id, "Count."):
            if isinstance(event, Delta) and "two" in event.text:
                begun.set()

    talking = asyncio.create_task(talk())
    await begun.wait()
    await first.close()
    await talking
    second = await open_assistant()
    saved = await last(second, view.session.id)
    assert (saved.status, saved.text) == ("stopped", "one two")


async def test_the_session_notes_the_model_that_answers(assistant: Assistant) -> None:
    heard: list[BackgroundEvent] = []
    assistant.subscribe(heard.append)
    await assistant.connect()
    view = await assistant.new_session()
    await assistant.use_model("", "other", save=False)
    await converse(assistant, view.session.id, "Hello?")
    assert (await assistant.session(view.session.id)).model == "other"
    assert [event.session.model for event in heard if isinstance(event, SessionChanged)][:1] == ["other"]


async def test_a_tool_that_was_not_offered_does_nothing(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"privacy.incognito_reads": "true"})
    script.say(CallTool("remember", {"text": "I own a xylophone"}), "Well.")
    view = await assistant.new_session(incognito=True)
    await converse(assistant, view.session.id, "I own a xylophone.")
    assert await assistant.store.memories.list() == []
    assert "no tool" in str(script.chats[-1]["messages"][-1]["content"])


async def test_what_is_said_after_a_tool_call_begins_a_paragraph(assistant: Assistant, script: Script) -> None:
    script.say(CallTool("search_memory", {"query": "tea"}, text="Let me look."), "Found nothing.")
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "What about tea?")
    saved = only(events, AssistantSaved).message
    assert saved.text == "Let me look.\n\nFound nothing."
    assert "".join(event.text for event in events if isinstance(event, Delta)) == saved.text
