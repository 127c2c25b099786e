"""kill -9 during a stream: what was acknowledged is there, what came of the reply is kept, the database is whole."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memchat.paths import Paths
from memchat.providers.scripted import SaySlowly, ScriptedServer
from memchat.store import Store

KILLS = 20
_REPLY = " ".join(f"word{number}" for number in range(400))


@pytest.fixture
async def base_url() -> AsyncIterator[str]:
    async with ScriptedServer(lambda _: SaySlowly(_REPLY, 200)) as server:
        yield server.base_url


async def killed_run(base_url: str, session_id: str | None, moment: float) -> tuple[str, list[str], int]:
    """Runs the talker, and kills it `moment` seconds after its first streamed word.

    Returns:
        Its session, the acknowledged message ids, and how many deltas it had seen.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.end_to_end.talking", *([session_id] if session_id else [])),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "scripted"},
    )
    assert child.stdout is not None
    found, saved, deltas = "", [], 0
    loop = asyncio.get_running_loop()
    while line := (await child.stdout.readline()).decode().split():
        match line:
            case ["session", name]:
                found = name
            case ["saved", name]:
                saved.append(name)
            case ["delta"]:
                if deltas == 0:
                    loop.call_later(moment, os.kill, child.pid, signal.SIGKILL)
                deltas += 1
    assert await child.wait() == -signal.SIGKILL
    return found, saved, deltas


@pytest.mark.timeout(300)
async def test_twenty_kills_lose_nothing_that_was_acknowledged(paths: Paths, base_url: str) -> None:
    moments = random.Random(7)
    session_id: str | None = None
    acknowledged: list[str] = []
    for _ in range(KILLS):
        session_id, saved, deltas = await killed_run(base_url, session_id, moments.uniform(0.0, 1.5))
        assert deltas
        acknowledged += saved
        store = await Store.open(paths.database)
        try:
            assert await store.check() == "ok"
            messages = await store.messages.page(session_id, before_seq=None, limit=1000)
        finally:
            await store.close()
        by_id = {message.id: message for message in messages}
        assert set(acknowledged) <= set(by_id)
        last = messages[-1]
        assert last.role == "assistant", "what came of the reply is kept"
        assert last.status == "partial"
        assert last.text.startswith("word0")
    assert len(acknowledged) >= KILLS
