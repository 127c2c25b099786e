"""What the user takes out of the requests, folds and unfolds, and what forks and deleted sessions leave."""

from typing import Any

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import SummaryUpdated
from memchat.core.memories import Source
from memchat.memory.buffer import KEPT_OUT
from memchat.providers.scripted import Say
from tests.assistant.conftest import Open, Script, converse, prompt_of

FOLDING = {"memory.fold_messages": "6", "learning.mode": "off", "memory.embedder": "off"}
PLAIN = {"memory.embedder": "off", "learning.mode": "off"}


async def _begun(assistant: Assistant, *texts: str) -> str:
    session = (await assistant.new_session()).session
    await assistant.rename(session.id, "Named")
    await converse(assistant, session.id, *texts)
    return session.id


def _said(body: dict[str, Any]) -> list[str]:
    return [str(message["content"]).split("\n\n")[0] for message in body["messages"][1:]]


async def test_a_dropped_message_is_in_no_request_until_it_is_put_back(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    script.say("First answer.", "Second answer.")
    session = await _begun(assistant, "About zebras", "About okapis")
    messages = (await assistant.transcript(session)).messages
    assert await assistant.buffer.drop(session, [messages[0].id, messages[1].id]) == 2
    plan = await assistant.preview(session, "Next")
    assert {left.ref: left.reason for left in plan.left_out if left.layer == "buffer"} == {
        messages[0].id: KEPT_OUT,
        messages[1].id: KEPT_OUT,
    }
    await converse(assistant, session, "Next")
    assert _said(script.chats[-1]) == ["About okapis", "Second answer.", "Next"]
    assert [message.text for message in (await assistant.transcript(session)).messages[:2]] == [
        "About zebras",
        "First answer.",
    ], "they stay in the conversation"
    assert await assistant.buffer.put_back(session, [messages[0].id, messages[1].id]) == 2
    await converse(assistant, session, "Last")
    assert _said(script.chats[-1])[:2] == ["About zebras", "First answer."]


async def test_what_stands_before_a_dropped_message_stays_byte_for_byte(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    session = await _begun(assistant, "One", "Two", "Three")
    messages = (await assistant.transcript(session)).messages
    before = script.chats[-1]["messages"]
    await assistant.buffer.drop(session, [messages[2].id, messages[3].id])
    await converse(assistant, session, "Four", "Five")
    after = script.chats[-2]["messages"]
    assert after[:3] == before[:3], "up to what was dropped"
    assert script.chats[-1]["messages"][: len(after) - 1] == after[:-1], "and from then on a prefix again"


async def test_dropping_takes_part_in_undo(open_assistant: Open) -> None:
    assistant = await open_assistant(PLAIN)
    session = await _begun(assistant, "One")
    messages = (await assistant.transcript(session)).messages
    await assistant.buffer.drop(session, [messages[0].id])
    await assistant.memories.undo()
    assert await assistant.buffer.dropped(session) == []
    with pytest.raises(MemchatError, match="No message"):
        await assistant.buffer.drop(session, [])
    other = await _begun(assistant, "Two")
    with pytest.raises(NotFound, match="another session"):
        await assistant.buffer.drop(other, [messages[0].id])


async def test_a_dropped_message_is_not_recalled_in_its_session(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({**FOLDING, "memory.fold_messages": "4"})
    script.background = Say("They talked about animals.")
    session = await _begun(assistant, "My zebra is called Zara", "b", "c", "d")
    await assistant.settle()
    first = (await assistant.transcript(session)).messages[0]
    await assistant.buffer.drop(session, [first.id])
    await converse(assistant, session, "What is my zebra called?")
    assert "Zara" not in prompt_of(script.chats[-1])
    await assistant.buffer.put_back(session, [first.id])
    await converse(assistant, session, "What is my zebra called?")
    assert "Zara" in prompt_of(script.chats[-1])


async def test_a_fold_reads_nothing_that_was_dropped(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(FOLDING)
    script.background = Say("They talked about okapis and tapirs.")
    session = await _begun(assistant, "About zebras", "About okapis, tapirs")
    messages = (await assistant.transcript(session)).messages
    await assistant.buffer.drop(session, [messages[0].id])
    new = await assistant.summaries.fold_now(session)
    assert "zebras" not in prompt_of(script.others[-1])
    assert (new.from_seq, new.to_seq) == (2, 2)


async def test_folded_by_hand_and_unfolded(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    script.background = Say("They talked about zebras.")
    heard: list[object] = []
    assistant.subscribe(heard.append)
    session = await _begun(assistant, "About zebras", "About okapis")
    new = await assistant.summaries.fold_now(session)
    assert (new.text, new.to_seq, new.model) == ("They talked about zebras.", 2, "scripted")
    await converse(assistant, session, "Next")
    assert "They talked about zebras." in prompt_of(script.chats[-1])
    assert await assistant.summaries.unfold(session) is None
    assert [event for event in heard if isinstance(event, SummaryUpdated)] == [
        SummaryUpdated(old=None, new=new),
        SummaryUpdated(old=new, new=None),
    ]
    await converse(assistant, session, "And again")
    assert "They talked about zebras." not in prompt_of(script.chats[-1])
    assert _said(script.chats[-1])[0] == "About zebras"
    await assistant.memories.undo()
    assert await assistant.summaries.holding(session) == new
    empty = await _begun(assistant, "Only this")
    with pytest.raises(MemchatError, match="nothing to fold"):
        await assistant.summaries.fold_now(empty)
    with pytest.raises(NotFound, match="no rolling summary"):
        await assistant.summaries.unfold(empty)


async def test_what_was_unfolded_is_not_folded_again_at_once(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(FOLDING)
    script.background = Say("They talked about a and b.")
    session = await _begun(assistant, "a", "b", "c")
    await assistant.settle()
    folded = await assistant.summaries.holding(session)
    assert folded is not None
    await assistant.summaries.unfold(session)
    await converse(assistant, session, "d")
    await assistant.settle()
    assert await assistant.summaries.holding(session) is None
    await converse(assistant, session, "e", "f")
    await assistant.settle()
    assert await assistant.summaries.holding(session) is not None, "six more messages make the next one due"


async def test_unfolding_goes_back_behind_an_edit(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    session = await _begun(assistant, "zebras", "okapis", "lemurs", "tapirs")
    script.background = Say("They talked about zebras, okapis.")
    first = await assistant.summaries.fold_now(session)
    script.background = Say("They talked about lemurs.")
    await assistant.summaries.fold_now(session)
    await assistant.summaries.edit(session, "In my own words.")
    assert [each.model for each in await assistant.summaries.versions(session)] == ["scripted", "scripted", None]
    assert await assistant.summaries.unfold(session) == first
    assert (await assistant.summaries.revert(session, "3")).text == "In my own words."
    assert (await assistant.summaries.revert(session, first.id[:6])) == first
    with pytest.raises(NotFound, match="no version"):
        await assistant.summaries.revert(session, "4")


async def test_only_what_fits_is_unfolded(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({**PLAIN, "model.window": "4096", "model.reply_tokens": "500"})
    script.background = Say("They talked about zebras.")
    session = await _begun(assistant, "About zebras. " + "All of them are striped. " * 200, "b", "c")
    await assistant.summaries.fold_now(session)
    await converse(assistant, session, "More about zebras. " + "All of them are striped. " * 200)
    await assistant.settle()
    with pytest.raises(MemchatError, match="would come back"):
        await assistant.summaries.unfold(session)


async def test_no_folding_where_the_mode_has_none(open_assistant: Open) -> None:
    assistant = await open_assistant({**PLAIN, "memory.mode": "window"})
    session = await _begun(assistant, "a", "b")
    with pytest.raises(MemchatError, match="In mode window nothing is folded"):
        await assistant.summaries.fold_now(session)


async def test_a_fork_recalls_nothing_that_it_shows(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(PLAIN)
    session = await _begun(assistant, "My zebra is called Zara", "b")
    messages = (await assistant.transcript(session)).messages
    forked = await assistant.sessions.fork(session, messages[1].id)
    await converse(assistant, forked.id, "What is my zebra called?")
    assert prompt_of(script.chats[-1]).count("Zara") == 1
    assert _said(script.chats[-1])[0] == "My zebra is called Zara"


async def test_a_session_is_deleted_with_what_rests_on_it_alone(open_assistant: Open) -> None:
    assistant = await open_assistant(PLAIN)
    session, other = await _begun(assistant, "a"), await _begun(assistant, "b")

    async def add(text: str, *sessions: str) -> str:
        sources = [Source(session_id=each, message_id=None, quote=text) for each in sessions]
        return (
            await assistant.store.memories.add(kind="fact", text=text, confidence=1, origin="user", sources=sources)
        ).id

    alone, both = await add("Keeps bees.", session), await add("Likes tea.", session, other)
    resting = await assistant.sessions.resting_on(session)
    assert ([each.id for each in resting.alone], [each.id for each in resting.partly]) == ([alone], [both])
    assert [each.id for each in await assistant.sessions.learned(session)] == [alone, both]
    await assistant.sessions.delete(session, with_memories=True)
    assert (await assistant.store.memories.get(alone)).status == "forgotten"
    assert (await assistant.store.memories.get(both)).status == "active"
    await assistant.memories.undo()
    assert [each.id for each in await assistant.sessions.learned(session)] == [alone, both]


async def test_tags_are_words_of_the_users(open_assistant: Open) -> None:
    assistant = await open_assistant(PLAIN)
    session = await _begun(assistant, "a")
    assert (await assistant.sessions.tag(session, "#Kyoto", "旅行 計画", "kyoto")).tags == ("Kyoto", "旅行 計画")
    assert [each.id for each in await assistant.sessions.list(tags=["#KYOTO"])] == [session]
    assert (await assistant.sessions.untag(session, "KYOTO")).tags == ("旅行 計画",)
    assert (await assistant.sessions.untag(session)).tags == ()
    with pytest.raises(MemchatError, match="needs a word"):
        await assistant.sessions.tag(session, " # ")
    with pytest.raises(MemchatError, match="40 characters"):
        await assistant.sessions.tag(session, "x" * 41)
    with pytest.raises(MemchatError, match="20 tags"):
        await assistant.sessions.tag(session, *map(str, range(21)))


async def test_an_incognito_session_is_dropped_from_folded_and_forked_in_memory(open_assistant: Open) -> None:
    assistant = await open_assistant(PLAIN)
    session = (await assistant.new_session(incognito=True)).session
    await converse(assistant, session.id, "One", "Two")
    first = (await assistant.transcript(session.id)).messages[0]
    await assistant.buffer.drop(session.id, [first.id])
    forked = await assistant.sessions.fork(session.id, first.id)
    assert forked.incognito
    assert len((await assistant.transcript(forked.id)).messages) == 1
    assert await assistant.sessions.resting_on(session.id) == await assistant.sessions.resting_on(forked.id)
    assert await assistant.store.sessions.list(archived=None) == []
