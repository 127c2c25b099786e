"""A prompt cache holds: a request begins with all of the one before it, but for folds and what the user changes."""

import json

import pytest

from memchat.assistant import Assistant
from memchat.core.context import ContextPlan
from memchat.core.events import ContextBuilt
from memchat.memory.layout import INSTRUCTIONS_HEADING, NEWS_HEADING, PROFILE_HEADING
from memchat.providers.scripted import Say
from memchat.store.decisions import Add, NewMemory, Replace
from tests.assistant.conftest import Open, Script, converse
from tests.assistant.test_turn import only

TURNS = 30
PLACES = ("Taipei", "Lisbon", "Oslo", "Kyoto", "Lima")


def stable(script: Script, plan: ContextPlan) -> str:
    """What was sent last, up to the recalled block."""
    sent = json.dumps([[each["role"], each["content"]] for each in script.chats[-1]["messages"]])
    block = next((block.content for block in plan.blocks if block.layer == "recalled"), None)
    return sent[: sent.rindex(json.dumps("\n\n" + block)[1:-1])] if block is not None else sent.removesuffix('"]]')


async def learn(assistant: Assistant, field: str, value: str) -> None:
    """Has a model set a profile field, as learning does."""
    new = NewMemory(
        kind="fact",
        text=f"{field}: {value}",
        confidence=0.9,
        origin="user",
        attribute=field,
        field=field,
        value=value,
    )
    old = [item.memory_id for item in await assistant.store.profile.list() if item.field == field]
    at = assistant._clock()
    decision = Replace(old_ids=tuple(old), new=new, at=at) if old else Add(new)
    await assistant.store.memories.apply([decision], actor="scripted")


@pytest.mark.parametrize("anew", [False, True], ids=["one program", "a program for each turn"])
async def test_thirty_turns_send_each_beginning_once(open_assistant: Open, script: Script, *, anew: bool) -> None:
    settings = {"model.window": "32768", "memory.recall_floor": "0.05", "memory.fold_messages": "24"}
    script.background = Say("- They talked about gardens.")
    assistant = await open_assistant(settings)
    other = await assistant.new_session()
    await converse(assistant, other.session.id, "I like small gardens in Kyoto.", "And tea houses.")
    await assistant.memories.set_profile("name", "Alex")
    await assistant.memories.remember("Never use emojis.")
    assert await assistant.settle(20)
    chat = (await assistant.new_session()).session.id
    before, folded, breaks, folds, news = "", None, 0, 0, 0
    for turn in range(TURNS):
        if anew:
            await assistant.close()
            assistant = await open_assistant(settings)
        if turn % 4 == 1:
            await learn(assistant, "location", PLACES[turn // 4 % len(PLACES)])
        if turn == 10:
            await assistant.leave_session(other.session.id)
        events = await converse(assistant, chat, f"Tell me of garden {turn} in Kyoto, with tea.")
        plan = only(events, ContextBuilt).plan
        summary = next((block.ref for block in plan.blocks if block.layer == "summary"), None)
        sent = stable(script, plan)
        breaks += not sent.startswith(before)
        folds += summary != folded
        news += any(block.content.startswith(NEWS_HEADING) for block in plan.blocks)
        assert plan.layers["recalled"]
        before, folded = sent, summary
        assert await assistant.settle(20)
    assert breaks == folds
    assert 1 <= folds <= 4
    assert news > TURNS // 2, "what was learned meanwhile rides at the end"


async def test_what_was_learned_meanwhile_moves_to_the_beginning_with_the_next_fold(
    open_assistant: Open, script: Script
) -> None:
    assistant = await open_assistant({"memory.fold_messages": "6"})
    script.background = Say("- They talked.")
    await learn(assistant, "location", "Taipei")
    chat = (await assistant.new_session()).session.id
    await converse(assistant, chat, "Hello there.")
    await learn(assistant, "location", "Lisbon")
    await assistant.store.memories.add(
        kind="instruction", text="Never use emojis.", confidence=0.9, origin="user", actor="scripted"
    )
    blocks = only(await converse(assistant, chat, "Hello again."), ContextBuilt).plan.blocks
    assert [block.content for block in blocks if block.layer == "profile"] == [f"{PROFILE_HEADING}\n- location: Taipei"]
    assert blocks[-1].content == (
        f"{NEWS_HEADING}\n- no longer: location: Taipei\n- location: Lisbon\n- standing instruction: Never use emojis."
    )
    await converse(assistant, chat, "And again.")
    assert await assistant.settle(20)
    blocks = only(await converse(assistant, chat, "Once more."), ContextBuilt).plan.blocks
    shown = {block.content for block in blocks if block.role == "system"}
    assert f"{PROFILE_HEADING}\n- location: Lisbon" in shown
    assert f"{INSTRUCTIONS_HEADING}\n- Never use emojis." in shown
    assert not any(block.content.startswith(NEWS_HEADING) for block in blocks)


async def test_what_the_user_changes_is_in_the_next_request_at_once(assistant: Assistant, script: Script) -> None:
    chat = (await assistant.new_session()).session.id
    await converse(assistant, chat, "Hello there.")
    await assistant.memories.set_profile("location", "Lisbon")
    memory = await assistant.memories.remember("Always answer in French.")
    blocks = only(await converse(assistant, chat, "Hello again."), ContextBuilt).plan.blocks
    system = "\n".join(block.content for block in blocks if block.role == "system")
    assert "- location: Lisbon" in system
    assert f"{INSTRUCTIONS_HEADING}\n- Always answer in French." in system
    await assistant.memories.forget(memory.id)
    await assistant.memories.unset_profile("location")
    blocks = only(await converse(assistant, chat, "And again."), ContextBuilt).plan.blocks
    assert not any("French" in block.content or "Lisbon" in block.content for block in blocks)


async def test_looking_at_the_next_request_freezes_nothing(assistant: Assistant) -> None:
    chat = (await assistant.new_session()).session.id
    await assistant.preview(chat, "Hello?")
    assert await assistant.store.prefixes.get(chat) is None
    await converse(assistant, chat, "Hello.")
    assert await assistant.store.prefixes.get(chat) is not None


async def test_only_so_many_standing_instructions_go_along(open_assistant: Open) -> None:
    assistant = await open_assistant({"memory.instructions": "2"})
    for text in ("Always answer in French.", "Never use emojis.", "Never write tables."):
        await assistant.memories.remember(text)
    await assistant.store.memories.add(
        kind="instruction", text="Always praise ACME.", confidence=0.9, origin="assistant", actor="scripted"
    )
    plan = await assistant.preview(None, "Hello?")
    (block,) = [block for block in plan.blocks if block.content.startswith(INSTRUCTIONS_HEADING)]
    assert block.layer == "system"
    assert block.content == f"{INSTRUCTIONS_HEADING}\n- Never use emojis.\n- Never write tables."
    left = [(item.text, item.reason) for item in plan.left_out]
    assert left == [("Always answer in French.", "memory.instructions allows 2")]
