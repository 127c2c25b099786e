"""What another program changes meanwhile shows in the chat."""

import asyncio

import pytest

from memchat.assistant import Assistant
from memchat.core.messages import Message
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import Hang, Say, ScriptedServer
from tests.tui.conftest import Start, scripted


async def test_a_profile_value_that_is_set_elsewhere_stands_in_the_panel(
    start: Start, server: ScriptedServer, paths: Paths, settings: Settings
) -> None:
    async with start(server) as run:
        assistant = run.chat.assistant
        await assistant.memories.set_profile("name", "Alice")
        await run.until(lambda: [field.value for field in run.chat.profile] == ["Alice"])
        await assistant.watching.look()
        other = await Assistant.open(settings, paths, environ={})
        await other.memories.set_profile("name", "Bob")
        await other.close()
        await assistant.watching.look()
        await run.until(lambda: [field.value for field in run.chat.profile] == ["Bob"])


async def test_a_session_that_is_deleted_elsewhere_is_left(
    start: Start, server: ScriptedServer, paths: Paths, settings: Settings
) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        assistant, session = run.chat.assistant, run.chat.session_id
        await assistant.watching.look()
        other = await Assistant.open(settings, paths, environ={})
        await other.sessions.delete(session)
        await other.close()
        await assistant.watching.look()
        await run.until(lambda: run.chat.session_id != session)
        await run.until(lambda: "deleted in another window" in " ".join(run.said))


async def test_a_reply_that_begins_while_it_is_looked_what_was_erased_stays(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted(Say("Fine."), Hang()) as server, start(server) as run:
        await run.ask("First")
        looked, shown = asyncio.Event(), asyncio.Event()

        async def erased(*_: object) -> list[Message]:
            looked.set()
            await shown.wait()
            return []

        monkeypatch.setattr(run.chat.assistant, "earlier", erased)
        catching_up = asyncio.create_task(run.chat.catch_up())
        await looked.wait()
        await run.send("Second")
        await run.until(lambda: run.chat.turns.running)
        showed = list(run.views)
        shown.set()
        await catching_up
        assert run.views[: len(showed)] == showed
        run.chat.turns.stop()
        await run.until(lambda: not run.chat.turns.running)
