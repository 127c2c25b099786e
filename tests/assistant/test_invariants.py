"""What always holds, whatever is said: of the wire, the database, and what a turn costs."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from memchat.assistant import Assistant
from memchat.core.events import ContextBuilt, Delta, Event, TurnFailed
from memchat.memory.budget import OVERHEAD, PRIMING
from memchat.paths import Paths
from memchat.providers.scripted import CallTool, Disconnect, Empty, Hang, Reply, Say, Status
from memchat.providers.tokens import TokenCounter
from memchat.store import Store
from memchat.store.decisions import Add, NewMemory
from tests.assistant.conftest import Open, Script, converse, prompt_of
from tests.assistant.test_turn import only
from tests.store.helpers import Costs

WORDS = (
    *("garden", "tea", "Kyoto", "vector", "peanuts", "train", "chunk", "list", "文字", "😀"),
    *("<recalled>", "</recalled>", "<|im_end|>", "\u202e", "\n-", "```code"),
)


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 40)))


def contents_of(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def any_turn(assistant: Assistant, session_id: str, script: Script, chance: random.Random) -> list[Event]:
    """A turn that ends well or badly; now and then the one before is tried again."""
    text = sentence(chance)
    replies: list[Reply] = [
        Say(sentence(chance)),
        Disconnect(sentence(chance)),
        Empty(),
        Status(401, "no"),
        Hang("one"),
    ]
    reply = chance.choices(replies, weights=[6, 1, 1, 1, 1])[0]
    script.say(reply)
    again = chance.random() < 0.15 and await assistant.store.messages.last(session_id) is not None
    turn = assistant.retry(session_id) if again else assistant.turn(session_id, text)
    events: list[Event] = []
    async for event in turn:
        events.append(event)
        if isinstance(reply, Hang) and isinstance(event, Delta):
            assistant.stop(session_id)
    return events


@pytest.mark.parametrize("seed", range(4))
async def test_each_request_begins_with_the_last_one(open_assistant: Open, script: Script, seed: int) -> None:
    chance = random.Random(seed)
    assistant = await open_assistant({"model.window": "32768", "memory.recall_floor": "0.05"})
    old = await assistant.new_session()
    for _ in range(4):
        await converse(assistant, old.session.id, sentence(chance))
    await assistant.memories.set_profile("name", "Alex")
    assert await assistant.settle(30)
    view = await assistant.new_session()
    before, seq, recalled = "", 0, 0
    for _ in range(12):
        events = await any_turn(assistant, view.session.id, script, chance)
        plan = only(events, ContextBuilt).plan
        sent = json.dumps([[each["role"], each["content"]] for each in script.chats[-1]["messages"]])
        refs = [block.ref for block in plan.blocks if block.layer == "user"]
        user = await assistant.store.messages.get(str(refs[0]))
        if user.seq > seq:  # one that is tried again says the same again
            assert sent.startswith(before)
        block = next((block.content for block in plan.blocks if block.layer == "recalled"), None)
        recalled += block is not None
        end = sent.rindex(json.dumps("\n\n" + block)[1:-1]) if block is not None else -len('"]]')
        before, seq = sent[:end], user.seq
    assert recalled, "else nothing is tried that could move"


async def test_there_is_no_clock_before_the_newest_message(assistant: Assistant, script: Script) -> None:
    await assistant.memories.remember("I like small gardens in Kyoto.")
    assert await assistant.settle(20)
    view = await assistant.new_session()
    events = await converse(assistant, view.session.id, "Which gardens do I like in Kyoto?")
    blocks = only(events, ContextBuilt).plan.blocks
    today = f"{assistant._clock().astimezone():%Y}"
    assert [block.layer for block in blocks if today in block.content] == ["recalled"]


@pytest.mark.parametrize("window", [1024, 2048])
async def test_a_tiny_window_is_never_exceeded(open_assistant: Open, script: Script, window: int) -> None:
    chance = random.Random(window)
    assistant = await open_assistant({"model.window": str(window), "model.tools": "on", "memory.recall_floor": "0.05"})
    counter = TokenCounter()
    counter.load()

    def size(body: dict[str, Any]) -> int:
        tools = [
            json.dumps([each["function"][key] for key in ("name", "description", "parameters")])
            for each in body.get("tools", ())
        ]
        messages = [str(each["content"]) for each in body["messages"]]
        return sum(map(counter.count, (*tools, *messages))) + OVERHEAD * len(messages) + PRIMING

    def honest(body: dict[str, Any]) -> Reply:
        return Say(" ".join(chance.choices(WORDS, k=chance.randint(1, 200))), usage=(size(body), 1))

    script.answer = honest
    for name in ("name", "goals", "occupation"):
        await assistant.memories.set_profile(name, sentence(chance)[:200] or "x")
    refused = answered = 0
    for _ in range(2):
        view = await assistant.new_session()
        for length in (5, 30, 60, 120, 20, 200, 10, 40, 900, 15):
            text = " ".join(chance.choices(WORDS, k=length))
            events = await converse(assistant, view.session.id, text)
            if any(isinstance(event, TurnFailed) for event in events):
                refused += 1
                assert only(events, TurnFailed).user_message is None
                continue
            answered += 1
            plan, body = only(events, ContextBuilt).plan, script.chats[-1]
            assert size(body) + plan.reserve <= window
            assert body["max_tokens"] == plan.reserve
            assert text in str(body["messages"][-1]["content"])
        await assistant.leave_session(view.session.id)
        assert await assistant.settle(30)
    assert answered >= 14
    assert refused, "else the window was not tiny"
    for body in script.others:
        assert size(body) + body["max_tokens"] <= window


async def test_a_secret_reaches_neither_the_model_nor_any_file(
    open_assistant: Open, script: Script, paths: Paths
) -> None:
    secret = "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5qRs8t" * 2

    def echo(body: dict[str, Any]) -> Reply:
        """Says all that it was told, in every place that it can write to."""
        told = next(str(each["content"]) for each in reversed(body["messages"]) if each["role"] == "user")
        if body.get("tools") and body["messages"][-1]["role"] == "user":
            also = [CallTool("set_profile", {"field": "goals", "value": told[:200]}, id="b")]
            return CallTool("remember", {"text": told[:500]}, also=also, id="a")
        return Say(told)

    assistant = await open_assistant({"memory.fold_messages": "4", "model.tools": "on"})
    script.background = Say("They talked about a key.")
    script.answer = echo
    view = await assistant.new_session()
    for text in ("Hello there, my friend.", f"Remember that my key is {secret}", f"Is {secret} safe?", "Thanks."):
        await converse(assistant, view.session.id, text)
        assert await assistant.settle(20)
    await assistant.set_draft(view.session.id, f"use {secret}")
    await assistant.rename(view.session.id, f"Key {secret}")
    memory = await assistant.memories.remember(f"The key of the shop is {secret}")
    await assistant.memories.edit(memory.id, f"The key of the other shop is {secret}")
    await assistant.memories.set_profile("occupation", f"keeper of {secret}")
    await assistant.summaries.edit(view.session.id, f"The key is {secret}.")
    plan = await assistant.preview(view.session.id, f"And {secret}?")
    assert not any(secret in block.content for block in plan.blocks)
    await assistant.leave_session(view.session.id)
    assert await assistant.settle(20)
    await assistant.close()
    assert not [body for body in (*script.chats, *script.others) if secret in prompt_of(body)]
    contents = contents_of(paths.data_dir)
    assert contents
    assert not [content for content in contents if secret.encode() in content]


async def test_a_turn_costs_the_same_after_a_long_history(open_assistant: Open, script: Script) -> None:
    """Statements, and rows that come to the program, of a whole turn; recall off, whose search is bounded by itself."""
    assistant = await open_assistant({"memory.recall_items": "0", "memory.embedder": "off"})

    async def cost(messages: int) -> tuple[int, int, int]:
        view = await assistant.new_session()
        await _long_talk(assistant.store, view.session.id, messages)
        await converse(assistant, view.session.id, "One.")
        assert await assistant.settle(20)
        await assistant._homes.main.learning.stop()  # which is not the turn's
        async with Costs(assistant.store) as costs:
            await converse(assistant, view.session.id, "Two.")
        assert len(script.chats[-1]["messages"]) < 30
        return sum(costs.statements.values()), costs.rows, costs.steps

    short, long = await cost(100), await cost(5_000)
    assert long[:2] == short[:2]
    assert long[2] < short[2] * 1.2


async def test_a_turn_costs_about_the_same_with_ten_times_the_memories(open_assistant: Open) -> None:
    """With recall on: statements, and rows that come to the program, of a whole turn and of what is learned from it."""
    assistant = await open_assistant({"memory.embedder": "off", "learning.most_facts": "100000"})
    view = await assistant.new_session()
    chance = random.Random(1)

    async def cost(start: int, end: int) -> tuple[int, int]:
        new = [
            NewMemory(
                kind="instruction" if not number % 200 else "preference",
                text=f"Saw {' '.join(chance.choices(WORDS, k=5))} {number}.",
                confidence=0.9,
                origin="user",
                attribute=f"thing {number}",
            )
            for number in range(start, end)
        ]
        await assistant.store.memories.apply([Add(each) for each in new], actor="small")
        for text in ("What of okapis?", "What of tapirs?"):  # words of no memory; what is frozen is frozen by then
            async with Costs(assistant.store) as costs:
                await converse(assistant, view.session.id, text)
                assert await assistant.settle(20)
        own = {sql: count for sql, count in costs.statements.items() if "item_words" not in sql}
        return sum(own.values()), costs.rows

    few, many = await cost(0, 300), await cost(300, 3000)
    assert many[0] <= few[0] * 1.2 + 10
    assert many[1] <= few[1] * 1.2 + 150  # of 2,700 more memories; what runs beside a turn reads some


async def _long_talk(store: Store, session_id: str, messages: int) -> None:
    """A session of that many messages, folded up to the last ten."""
    await store._database.write(
        lambda db: db.executemany(
            "INSERT INTO messages (id, session, seq, role, status, created_at, tokens, text) SELECT 'm' || ?1 || ?2, "
            "number, ?2, iif(?2 % 2, 'user', 'assistant'), 'complete', ?2, 5, 'message ' || ?2 FROM sessions "
            "WHERE id = ?1",
            [(session_id, seq) for seq in range(1, messages + 1)],
        )
    )
    await store._database.write(
        lambda db: db.execute(
            "UPDATE sessions SET last_seq = ?, message_count = ? WHERE id = ?", (messages, messages, session_id)
        )
    )
    summary = await store.summaries.add(
        session_id=session_id,
        text="They talked.",
        from_seq=1,
        to_seq=messages - 10,
        tokens=3,
        model=None,
        previous_id=None,
    )
    assert summary is not None
