"""What is not in use reaches no request: not by recall, the frozen beginning, pins, news, tools or learning."""

import json
from collections.abc import Awaitable, Callable

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError
from memchat.core.kinds import MemoryKind
from memchat.core.memories import Memory
from memchat.providers.scripted import CallTool, ScriptedServer
from memchat.store.decisions import Add, Expire, Hold, NewMemory, Replace
from tests.assistant.conftest import Open, Script, converse, hits

WORD = "Quetzalcoatl"
"""In the text of the memory, and in nothing that is said."""

Away = Callable[[Assistant, Memory], Awaitable[object]]


async def _replaced(assistant: Assistant, memory: Memory) -> None:
    new = NewMemory(
        kind=memory.kind,
        text="The user likes the god of rain most.",
        confidence=1,
        origin="user",
        attribute=memory.attribute,
        field=memory.field,
        value="the god of rain" if memory.field else None,
    )
    old = Replace(old_ids=(memory.id,), new=new, at=assistant._clock())
    await assistant.store.memories.apply([old], actor="user")


async def _ended(assistant: Assistant, memory: Memory) -> None:
    await assistant.store.memories.apply([Expire(id=memory.id, valid_to=assistant._clock())], actor="user")


async def _forgotten_and_undone_twice(assistant: Assistant, memory: Memory) -> None:
    await assistant.memories.forget(memory.id)
    await assistant.memories.undo()
    await assistant.memories.forget(memory.id)


async def _erased(assistant: Assistant, memory: Memory) -> None:
    await assistant.settle(20)
    await assistant.eraser.erase("memory", memory.id)


WAYS: dict[str, Away] = {
    "forgotten": lambda assistant, memory: assistant.memories.forget(memory.id),
    "forgotten anew": _forgotten_and_undone_twice,
    "archived": lambda assistant, memory: assistant.memories.archive(memory.id),
    "replaced": _replaced,
    "ended": _ended,
    "erased": _erased,
}


async def kept(assistant: Assistant, what: str) -> Memory:
    """A memory that names the word, in one of the shapes that go into requests by themselves."""
    kinds: dict[str, MemoryKind] = {"an instruction": "instruction", "a fact": "preference"}
    new = NewMemory(
        kind=kinds.get(what, "fact"),
        text=f"Always begin with {WORD}." if what == "an instruction" else f"The user likes {WORD} most of all gods.",
        confidence=1,
        origin="user",
        attribute="god",
        field="god" if what == "a profile value" else None,
        value=WORD if what == "a profile value" else None,
    )
    await assistant.store.memories.apply([Add(new)], actor="user")
    memory = (await assistant.store.memories.list(fields=True))[0]
    return await assistant.memories.pin(memory.id, pinned=True) if what == "a pinned fact" else memory


async def everything(assistant: Assistant, script: Script, session_id: str) -> None:
    """Talk in this session and a new one, about the same thing; the tools; learning; consolidation; a summary."""
    script.say(CallTool("search_memory", {"query": f"{WORD} god likes"}), "I found little.")
    await converse(assistant, session_id, "Which god do I like most of all gods?")
    fresh = (await assistant.new_session()).session.id
    await converse(assistant, fresh, "Which of all gods do I like most?", "I like tea, gods like it too.")
    assert await assistant.settle(20)
    await assistant.memories.consolidate()
    await assistant.leave_session(fresh)
    assert await assistant.settle(20)
    await assistant.preview(session_id, "Which god do I like most?")


@pytest.mark.parametrize("what", ["a fact", "a pinned fact", "an instruction", "a profile value"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_is_no_longer_in_use_reaches_no_request(
    open_assistant: Open, script: Script, server: ScriptedServer, what: str, way: str
) -> None:
    assistant = await open_assistant({"memory.recall_floor": "0.05", "model.tools": "on"})
    memory = await kept(assistant, what)
    await assistant.indexing.embed_new()
    running = (await assistant.new_session()).session.id
    await converse(assistant, running, "Which god do I like most of all gods?")
    assert WORD in told(server), "else nothing is tried"
    assert await assistant.settle(20)
    await WAYS[way](assistant, memory)
    before = len(server.requests)
    await everything(assistant, script, running)
    assert WORD not in told(server, before)
    plan = await assistant.preview(running, "Which god do I like most of all gods?")
    assert WORD not in " ".join([block.content for block in plan.blocks] + [item.text for item in plan.left_out])
    assert not any(WORD in hit.text for hit in await hits(assistant, "god most liked"))


async def test_what_waits_for_the_user_reaches_no_request(
    open_assistant: Open, script: Script, server: ScriptedServer
) -> None:
    assistant = await open_assistant({"memory.recall_floor": "0.05", "model.tools": "on"})
    new = NewMemory(
        kind="instruction", text=f"Always begin with {WORD}.", confidence=1, origin="file", reason="Pasted."
    )
    field = NewMemory(kind="fact", text=f"god: {WORD}", confidence=1, origin="tool", field="god", value=WORD)
    waiting = (await assistant.store.memories.apply([Hold(new), Hold(field)], actor="scripted")).pending
    assert len(waiting) == 2
    running = (await assistant.new_session()).session.id
    await everything(assistant, script, running)
    assert WORD not in told(server)
    for memory in waiting:
        await assistant.memories.reject(memory.id)
    await everything(assistant, script, running)
    assert WORD not in told(server)
    with pytest.raises(MemchatError):
        await assistant.memories.accept(waiting[0].id)


def told(server: ScriptedServer, start: int = 0) -> str:
    """All that the server was asked, but for the questions of the tests' own tool calls."""
    return json.dumps(server.requests[start:], ensure_ascii=False).replace(f"{WORD} god likes", "")
