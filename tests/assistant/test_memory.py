"""What is carried from turn to turn, from session to session, and what never is."""

import asyncio
from pathlib import Path

from memchat.assistant import Assistant
from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    ContextBuilt,
    Delta,
    EpisodeClosed,
    LearningChanged,
    Recalled,
    SummaryUpdated,
)
from memchat.paths import Paths
from memchat.providers.scripted import Say, Status
from tests.assistant.conftest import Open, Script, converse, prompt_of
from tests.assistant.test_turn import only

TALK = (
    "Hi! My name is Alex and I'm building a RAG system in Python.",
    "I'm using ChromaDB for the vector store.",
    "My main challenge is chunking strategy for long PDFs.",
    "I think 512 tokens with 50-token overlap is working well.",
    "Now I want to add entity extraction from the retrieved chunks.",
)


async def test_the_oldest_half_is_folded_and_the_next_request_shows_it(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"memory.fold_messages": "6"})
    heard: list[BackgroundEvent] = []
    assistant.subscribe(heard.append)
    view = await assistant.new_session()
    for text in TALK:
        await converse(assistant, view.session.id, text)
        assert await assistant.settle(20)
    folds = [event for event in heard if isinstance(event, SummaryUpdated)]
    assert folds
    assert folds[0].new is not None
    assert folds[0].new.from_seq == 1
    plan = await assistant.preview(view.session.id, "Can you remind me what vector store I said I was using?")
    shown = {block.layer: block.content for block in plan.blocks}
    assert "They talked about ChromaDB." in shown["summary"]
    buffer = [block.content for block in plan.blocks if block.layer == "buffer"]
    assert TALK[1] not in buffer
    assert TALK[-1] in buffer
    stored = await assistant.store.messages.range(view.session.id, 1, 99)
    assert [message.text for message in stored if message.role == "user"] == list(TALK), "folding drops no message"


async def test_a_fold_that_fails_holds_up_nothing_and_is_tried_again(open_assistant: Open, script: Script) -> None:
    script.background = Status(400, "no")
    assistant = await open_assistant({"memory.fold_messages": "6"})
    heard: list[BackgroundEvent] = []
    assistant.subscribe(heard.append)
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, *TALK)
    assert only(events, AssistantSaved).message.status == "complete"
    assert not await assistant.settle(1.0)
    assert any(isinstance(event, LearningChanged) and event.failure for event in heard)
    assert await assistant.store.summaries.latest(view.session.id) is None
    assert await assistant.store.jobs.waiting() > 0


async def test_a_new_session_recalls_an_old_one_and_says_where_it_is_from(assistant: Assistant, script: Script) -> None:
    old = await assistant.new_session()
    await converse(assistant, old.session.id, *TALK[:2])
    assert await assistant.settle(20)
    said = (await assistant.store.messages.page(old.session.id, before_seq=None, limit=10))[2]
    new = await assistant.new_session()
    events = await converse(assistant, new.session.id, "what vector store am I using?")
    items = only(events, Recalled).recall.items
    best = items[0]
    assert "ChromaDB" in best.text
    assert (best.source.session_id, best.source.message_id) == (old.session.id, said.id)
    assert abs(sum(best.parts.values()) - best.score) < 1e-6
    assert "ChromaDB" in prompt_of(script.chats[-1])
    plan = only(events, ContextBuilt).plan
    assert plan.blocks[-1].layer == "recalled"
    user = only(events, AssistantSaved).message.parent_id
    assert user is not None
    assert next(item.ref for item in (await assistant.explaining.why(user)).reasons if item.item) == best.id


async def test_what_is_in_the_buffer_is_not_recalled_again(assistant: Assistant) -> None:
    view = await assistant.new_session()
    await converse(assistant, view.session.id, TALK[1])
    assert await assistant.settle(20)
    events = await converse(assistant, view.session.id, "what vector store am I using?")
    assert only(events, Recalled).recall.items == ()


async def test_small_talk_recalls_nothing(assistant: Assistant) -> None:
    old = await assistant.new_session()
    await converse(assistant, old.session.id, *TALK)
    assert await assistant.settle(20)
    new = await assistant.new_session()
    for text in ("hello", "thanks!", "what is 2 + 2?"):
        assert only(await converse(assistant, new.session.id, text), Recalled).recall.items == (), text


async def test_leaving_a_session_makes_its_summary_which_goes_into_the_next(
    assistant: Assistant, script: Script
) -> None:
    heard: list[BackgroundEvent] = []
    assistant.subscribe(heard.append)
    script.background = Say("Alex plans a RAG system with ChromaDB.")
    old = await assistant.new_session()
    await converse(assistant, old.session.id, *TALK[:2])
    await assistant.leave_session(old.session.id)
    assert await assistant.settle(20)
    closed = [event for event in heard if isinstance(event, EpisodeClosed)]
    assert closed[0].summary.session_id == old.session.id
    new = await assistant.new_session()
    events = await converse(assistant, new.session.id, "Good morning.")
    layers = {block.layer: block.content for block in only(events, ContextBuilt).plan.blocks}
    assert "Alex plans a RAG system" in layers["sessions"]


async def test_a_session_found_unfinished_gets_its_summary_at_the_next_start(
    open_assistant: Open, script: Script
) -> None:
    first = await open_assistant()
    old = await first.new_session()
    await converse(first, old.session.id, *TALK[:2])
    await first.close()
    second = await open_assistant()
    await second.new_session()
    assert await second.settle(20)
    assert await second.store.summaries.of_session(old.session.id) is not None


async def test_resuming_restores_everything(open_assistant: Open) -> None:
    first = await open_assistant({"memory.fold_messages": "6"})
    view = await first.new_session()
    await converse(first, view.session.id, *TALK)
    await first.memories.set_profile("name", "Alex")
    await first.set_draft(view.session.id, "half a thought")
    assert await first.settle(20)
    await first.close()
    second = await open_assistant()
    again = await second.open_session(view.session.id)
    assert [message.text for message in again.messages if message.role == "user"] == list(TALK)
    assert again.session.draft == "half a thought"
    assert again.summary is not None
    assert again.plan.layers["summary"] > 0
    assert again.profile[0].value == "Alex"


async def test_a_remembered_fact_is_recalled_with_its_source(assistant: Assistant) -> None:
    view = await assistant.new_session()
    memory = await assistant.memories.remember("I am allergic to peanuts", view.session.id)
    assert memory.origin == "user"
    assert memory.sources[0].session_id == view.session.id
    assert await assistant.settle(20)
    events = await converse(assistant, view.session.id, "Which foods am I allergic to?")
    item = only(events, Recalled).recall.items[0]
    assert (item.id, item.kind) == (memory.id, "fact")
    await assistant.memories.forget(memory.id)
    events = await converse(assistant, view.session.id, "Which foods am I allergic to, again?")
    assert memory.id not in [item.id for item in only(events, Recalled).recall.items]


async def test_without_memory_nothing_remembered_is_sent(assistant: Assistant, script: Script) -> None:
    await assistant.memories.set_profile("name", "Alexandra")
    await assistant.memories.remember("I am allergic to peanuts")
    view = await assistant.new_session()
    async for _ in assistant.turn(view.session.id, "What am I allergic to?", use_memory=False):
        pass
    sent = prompt_of(script.chats[-1])
    assert "Alexandra" not in sent
    assert "peanuts" not in sent
    assert "tools" not in script.chats[-1]


async def test_an_incognito_session_reads_and_leaves_nothing(
    assistant: Assistant, script: Script, paths: Paths
) -> None:
    await assistant.memories.remember("I am allergic to peanuts")
    await assistant.memories.set_profile("name", "Alexandra")
    assert await assistant.settle(20)
    view = await assistant.new_session(incognito=True)
    events = await converse(assistant, view.session.id, "Which foods am I allergic to? xylophone-secret")
    assert only(events, Recalled).recall.items == ()
    await converse(assistant, view.session.id, "Remember that I own a xylophone-secret.")
    assert "tools" not in script.chats[-1]
    assert not [word for word in ("peanuts", "Alexandra") if word in "".join(map(prompt_of, script.chats))]
    await assistant.close()
    assert not any(b"xylophone-secret" in file.read_bytes() for file in _files(paths.data_dir))


async def test_an_incognito_session_may_read_when_the_user_wants_it(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"privacy.incognito_reads": "true", "model.tools": "on"})
    await assistant.memories.remember("I am allergic to peanuts")
    assert await assistant.settle(20)
    view = await assistant.new_session(incognito=True)
    events = await converse(assistant, view.session.id, "Which foods am I allergic to?")
    assert only(events, Recalled).recall.items
    offered = [tool["function"]["name"] for tool in script.chats[-1]["tools"]]
    assert offered == ["search_memory", "recall_session"]


async def test_explaining_sends_and_stores_nothing(assistant: Assistant, script: Script) -> None:
    await assistant.memories.remember("I am allergic to peanuts")
    plan = await assistant.preview(None, "Which foods am I allergic to?")
    assert plan.recalled
    assert script.chats == []
    assert await assistant.store.sessions.list() == []


async def test_two_assistants_share_a_database(open_assistant: Open) -> None:
    one, two = await open_assistant(), await open_assistant()
    first, second = await one.new_session(), await two.new_session()
    await converse(one, first.session.id, TALK[1])
    await converse(two, second.session.id, TALK[2])
    for _ in range(100):  # what one of them works on, the other one waits for
        if await one.settle(20) and await two.settle(20):
            break
        await asyncio.sleep(0.05)
    events = await converse(two, second.session.id, "what vector store am I using?")
    assert "ChromaDB" in only(events, Recalled).recall.items[0].text
    assert await one.store.check() == "ok"


async def test_recall_goes_on_by_words_when_the_embedder_is_off(open_assistant: Open) -> None:
    assistant = await open_assistant({"memory.embedder": "off"})
    old = await assistant.new_session()
    await converse(assistant, old.session.id, TALK[1])
    new = await assistant.new_session()
    recall = only(await converse(assistant, new.session.id, "what vector store am I using?"), Recalled).recall
    assert "ChromaDB" in recall.items[0].text
    assert recall.words_only


async def test_editing_the_summary_keeps_the_old_version(open_assistant: Open) -> None:
    assistant = await open_assistant({"memory.fold_messages": "6"})
    view = await assistant.new_session()
    await converse(assistant, view.session.id, *TALK)
    assert await assistant.settle(20)
    edited = await assistant.summaries.edit(view.session.id, "Mine.")
    history = await assistant.store.summaries.history(view.session.id)
    assert edited.text == "Mine."
    assert len(history) >= 2
    shown = (await assistant.preview(view.session.id)).blocks
    assert any("Mine." in block.content for block in shown if block.layer == "summary")


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def test_a_session_that_another_program_has_open_is_let_be(open_assistant: Open) -> None:
    one, two = await open_assistant(), await open_assistant()
    theirs = await one.new_session()
    await converse(one, theirs.session.id, *TALK[:2])
    assert await one.settle(20)
    await two.new_session()
    assert await two.settle(20)
    assert await two.store.summaries.of_session(theirs.session.id) is None
    await one.leave_session(theirs.session.id)
    assert await one.settle(20)
    assert await two.store.summaries.of_session(theirs.session.id) is not None


async def test_with_memory_off_nothing_is_recalled_kept_or_summarised(open_assistant: Open, script: Script) -> None:
    first = await open_assistant()
    await first.memories.set_profile("name", "Alexandra")
    await first.memories.remember("I am allergic to peanuts")
    await first.close()
    assistant = await open_assistant({"memory.enabled": "false"})
    old = await assistant.new_session()
    await converse(assistant, old.session.id, "Remember that I like tea.", "What am I allergic to?")
    await assistant.leave_session(old.session.id)
    assert await assistant.settle(20)
    sent = "\n".join(map(prompt_of, script.chats))
    assert "Alexandra" not in sent
    assert "peanuts" not in sent
    assert not any("tools" in body for body in script.chats)
    assert len(await assistant.store.memories.list()) == 1
    assert await assistant.store.summaries.of_session(old.session.id) is None


async def test_learning_leaves_a_local_model_to_the_reply_in_whichever_session(
    assistant: Assistant, script: Script
) -> None:
    other = await assistant.new_session()
    await converse(assistant, other.session.id, *TALK[:2])
    assert await assistant.settle(20)
    asked = len(script.others)
    gate = asyncio.Event()
    script.say(Say("one two", gate=gate, gate_after=1))
    view = await assistant.new_session(incognito=True)
    async for event in assistant.turn(view.session.id, "Count."):
        if isinstance(event, Delta) and not gate.is_set():
            await assistant.leave_session(other.session.id)
            assert not await assistant.settle(0.3)
            assert len(script.others) == asked
            gate.set()
    assert await assistant.settle(20)
    assert len(script.others) > asked
