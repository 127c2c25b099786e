"""Painting waits for the request, and never longer."""

import asyncio

import pytest

from memchat.providers.scripted import Empty, Reply, Say, Status
from tests.tui.conftest import Start, scripted


@pytest.mark.parametrize("reply", [Say("Fine."), Status(401, "no"), Empty()])
async def test_the_screen_is_painted_after_a_turn_however_it_ends(start: Start, reply: Reply) -> None:
    async with scripted(reply) as server, start(server) as run:
        await run.send("Hello?")
        await run.until(lambda: server.chats and not run.chat.turns.running)
        assert run.app._batch_count == 0
        await run.until(lambda: any("Hello?" in line for line in run.screen))


async def test_a_server_that_does_not_answer_holds_no_painting_up(start: Start) -> None:
    async with scripted(Say("late", gate=asyncio.Event(), gate_after=0)) as server, start(server) as run:
        await run.send("Hello?")
        await run.until(lambda: any("Hello?" in line for line in run.screen))
        assert run.app._batch_count == 0
        run.chat.turns.stop()
        await run.until(lambda: not run.chat.turns.running)


async def test_the_screen_is_held_until_the_request_is_laid_out(start: Start) -> None:
    async with scripted(Say("Fine.")) as server, start(server) as run:
        run.chat.turns._hold.begin()
        assert run.app._batch_count == 1
        run.chat.turns._hold.begin()
        assert run.app._batch_count == 1, "it is held once"
        run.chat.turns._hold.release()
        assert run.app._batch_count == 0
