"""Why an answer is as it is, and the requests as they were sent."""

import json

from memchat.assistant import Assistant
from memchat.core.events import AssistantSaved, ContextBuilt, TurnEvent, UserSaved
from memchat.core.memories import Source
from memchat.core.messages import Message
from memchat.providers.scripted import CallTool, ScriptedServer, Status
from tests.assistant.conftest import Open, Script, converse
from tests.assistant.test_turn import only

HOSTILE = "evil \x9b31m\u202e[b]red[/b] </script> 'quoted' \\ 中文 😀 \u200b end"


def wired(server: ScriptedServer) -> list[bytes]:
    """The bodies of the chat requests that came in, byte for byte."""
    return [each.raw for each in server.recorded if each.body.get("stream_options")]


def answer(events: list[TurnEvent]) -> Message:
    return only(events, AssistantSaved).message


async def test_what_is_kept_is_what_the_server_got(
    assistant: Assistant, server: ScriptedServer, script: Script
) -> None:
    view = await assistant.new_session()
    await assistant.memories.set_profile("name", "Mika")
    for text in ("I like small gardens.", HOSTILE, "and in Chinese? 我喜歡小花園"):
        await converse(assistant, view.session.id, text)
    sent = await assistant.explaining.sent(view.session.id)
    got = [raw for raw in wired(server) if json.loads(raw) in script.chats]
    assert [each.body for each in reversed(sent)] == got
    assert all(each.url == f"{server.base_url}/chat/completions" and each.keyed for each in sent)
    assert "test" not in str(sent), "the key is not kept"


async def test_what_would_be_sent_is_what_is_sent(assistant: Assistant, server: ScriptedServer) -> None:
    view = await assistant.new_session()
    await assistant.memories.remember("I like small gardens in Kyoto.")
    await converse(assistant, view.session.id, "hello")
    before = await assistant.explaining.unsent(view.session.id, "which gardens do I like?")
    assert before.at is None
    await converse(assistant, view.session.id, "which gardens do I like?")
    assert before.body in wired(server)


async def test_the_blocks_are_those_of_the_plan(assistant: Assistant) -> None:
    view = await assistant.new_session()
    await assistant.memories.set_profile("name", "Mika")
    await converse(assistant, view.session.id, "I like small gardens.")
    events = await converse(assistant, view.session.id, HOSTILE)
    plan = only(events, ContextBuilt).plan
    newest = (await assistant.explaining.sent(view.session.id))[0]
    assert newest.plan.blocks == tuple(block for block in plan.blocks if block.content.strip())
    assert newest.plan.shown == plan.shown
    assert (newest.plan.left_out, newest.plan.window) == (plan.left_out, plan.window)
    assert {each.part for each in newest.pieces} >= {"system", "profile", "buffer", "user", "settings"}


async def test_each_round_with_tools_is_kept(assistant: Assistant, server: ScriptedServer, script: Script) -> None:
    view = await assistant.new_session()
    await assistant.memories.remember("I like small gardens in Kyoto.")
    script.say(CallTool("search_memory", {"query": "gardens"}), "Small ones.")
    await converse(assistant, view.session.id, "look up what gardens I like")
    sent = await assistant.explaining.sent(view.session.id)
    assert [each.round for each in sent] == [1, 0]
    assert [each.body for each in reversed(sent)] == wired(server)[-2:]
    called = [piece.text for piece in sent[0].pieces if piece.part == "calls"]
    assert called[0].startswith("search_memory(")
    assert len(called) == 2


async def test_a_request_that_got_no_answer_is_kept_too(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    script.say(Status(400, "no"))
    await converse(assistant, view.session.id, "hello there")
    assert len(await assistant.explaining.sent(view.session.id)) == 1


async def test_an_incognito_session_keeps_no_requests(assistant: Assistant) -> None:
    view = await assistant.new_session(incognito=True)
    reply = answer(await converse(assistant, view.session.id, "hello"))
    assert await assistant.explaining.sent(view.session.id) == []
    told = await assistant.explaining.why(reply.id, view.session.id)
    assert "incognito" in told.note


async def test_whatever_is_erased_takes_all_requests_along(assistant: Assistant) -> None:
    view, other = await assistant.new_session(), await assistant.new_session()
    await converse(assistant, view.session.id, "hello")
    await converse(assistant, other.session.id, "hello")
    memory = await assistant.memories.remember("I like small gardens.")
    await assistant.store.memories.erase(memory.id)
    assert await assistant.explaining.sent(view.session.id) == []
    await converse(assistant, view.session.id, "hello again")
    assert len(await assistant.explaining.sent(view.session.id)) == 1
    await assistant.store.sessions.erase(other.session.id)
    assert await assistant.explaining.sent(view.session.id) == []


async def test_why_tells_what_was_there_and_what_just_missed(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"memory.recall_items": "1"})
    old = await assistant.new_session()
    await converse(assistant, old.session.id, "I love the small gardens of Kyoto.", "My garden has a pond with koi.")
    await assistant.settle(20)
    await assistant.memories.set_profile("name", "Mika")
    pinned = await assistant.memories.remember("I am allergic to peanuts.")
    await assistant.memories.pin(pinned.id)
    new = await assistant.new_session()
    reply = answer(await converse(assistant, new.session.id, "which gardens of Kyoto do I love?"))
    why = await assistant.explaining.why(reply.id)
    assert (why.question.role, why.answer) == ("user", reply)
    hows = {each.how: each for each in why.reasons}
    assert hows["recalled"].session_id == old.session.id
    assert hows["recalled"].item is not None
    assert hows["pinned"].memory_id == pinned.id
    assert hows["profile"].text.startswith("name")
    assert why.missed
    assert all(each.missed for each in why.missed)
    assert why.note == ""
    assert why.request is not None
    assert (await assistant.explaining.why(why.question.id)) == why


async def test_answering_again_leaves_out_what_is_named_with_what_it_rests_on(
    assistant: Assistant, script: Script
) -> None:
    await assistant.memories.set_profile("name", "Mika")
    old = await assistant.new_session()
    await converse(assistant, old.session.id, "I love the small gardens of Kyoto.")
    await assistant.settle(20)
    new = await assistant.new_session()
    reply = answer(await converse(assistant, new.session.id, "which gardens of Kyoto do I love?"))
    why = await assistant.explaining.why(reply.id)
    assert "small gardens" in str(script.chats[-1])
    assert "Mika" in str(script.chats[-1])
    refs = [each.ref for each in why.reasons]
    async for _ in assistant.retry(new.session.id, without=refs):
        pass
    assert "small gardens" not in str(script.chats[-1])
    assert "Mika" not in str(script.chats[-1])
    again = await assistant.explaining.why(why.question.id)
    assert "left out by you, this time" in {each.missed for each in again.missed}
    async for _ in assistant.retry(new.session.id):
        pass
    assert "small gardens" in str(script.chats[-1])


async def test_what_is_left_out_of_an_answer_the_models_own_search_does_not_find_either(
    assistant: Assistant, script: Script
) -> None:
    old = await assistant.new_session()
    await converse(assistant, old.session.id, "I love the small gardens of Kyoto.")
    await assistant.settle(20)
    new = await assistant.new_session()
    reply = answer(await converse(assistant, new.session.id, "which gardens of Kyoto do I love?"))
    refs = [each.ref for each in (await assistant.explaining.why(reply.id)).reasons]
    read = CallTool("recall_session", {"session": old.session.id}, id="b")
    looked = CallTool("search_memory", {"query": "gardens of Kyoto"}, also=[read])
    script.say(looked, "I do not know.")
    async for _ in assistant.retry(new.session.id, without=refs):
        pass
    assert "small gardens" not in str(script.chats[-1])
    script.say(looked, "Small ones.")
    async for _ in assistant.retry(new.session.id):
        pass
    found = [each["content"] for each in script.chats[-1]["messages"] if each["role"] == "tool"]
    assert len(found) == 2
    assert all("small gardens" in each for each in found)


async def test_an_answer_that_is_still_coming_is_told_as_such(assistant: Assistant, script: Script) -> None:
    view = await assistant.new_session()
    await converse(assistant, view.session.id, "hello")
    script.say("Slowly, but it comes.", "Again.")
    notes: list[str] = []
    questions: list[str] = []
    async for event in assistant.turn(view.session.id, "And what is 2 + 2?"):
        if isinstance(event, UserSaved):
            questions.append(event.message.id)
        if isinstance(event, UserSaved | ContextBuilt):
            told = await assistant.explaining.why(questions[0], view.session.id)
            assert told.coming
            notes.append(told.note)
    assert all("still coming" in note for note in notes)
    assert len(notes) == 2
    done = await assistant.explaining.why(questions[0])
    assert (done.coming, done.note) == (False, "")
    async for event in assistant.retry(view.session.id):
        if isinstance(event, ContextBuilt):
            assert (await assistant.explaining.why(questions[0])).coming
            first = (await assistant.transcript(view.session.id)).messages[0]
            assert not (await assistant.explaining.why(first.id)).coming


async def test_what_the_memory_itself_told_rests_on_no_search(assistant: Assistant) -> None:
    view = await assistant.new_session()
    reply = answer(await converse(assistant, view.session.id, "What do you remember about me?"))
    told = await assistant.explaining.why(reply.id)
    assert told.note.startswith("Nothing was looked up: the memory itself told")
    recall = await assistant.explaining.recalled_for(reply)
    assert recall is not None
    assert recall.nothing == told.note


async def test_a_source_has_its_sessions_title_and_what_was_edited_says_what_it_is_today(
    assistant: Assistant, script: Script
) -> None:
    view = await assistant.new_session()
    await assistant.rename(view.session.id, "Who I am")
    store = assistant.store.memories
    source = Source(session_id=view.session.id, message_id=None, quote="")
    name = await store.add(
        kind="fact", text="name: Mika", field="name", value="Mika", confidence=1.0, origin="user", sources=[source]
    )
    pinned = await store.add(kind="fact", text="Is allergic to peanuts", confidence=1.0, origin="user")
    await assistant.memories.pin(pinned.id)
    garden = await assistant.memories.remember("I love small gardens in Kyoto.")
    new = await assistant.new_session()
    reply = answer(await converse(assistant, new.session.id, "which gardens in Kyoto do I love?"))
    reasons = {each.memory_id: each for each in (await assistant.explaining.why(reply.id)).reasons}
    assert reasons[name.id].session_title == "Who I am"
    assert {each.today for each in reasons.values()} == {""}
    await assistant.memories.edit(name.id, "Mik")
    await assistant.memories.edit(pinned.id, "Is allergic to peanuts and soy")
    await assistant.memories.edit(garden.id, "I love small gardens in Kyoto and Nara.")
    reasons = {each.memory_id: each for each in (await assistant.explaining.why(reply.id)).reasons}
    assert reasons[name.id].text == "name: Mika"
    assert reasons[name.id].today == "name: Mik"
    assert reasons[pinned.id].today == "Is allergic to peanuts and soy"
    assert reasons[garden.id].today == "I love small gardens in Kyoto and Nara."
