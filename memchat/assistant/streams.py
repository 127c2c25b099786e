"""Waiting for something that may be told to stop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing, suppress
from typing import TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """It was told to stop."""


async def unless(stop: asyncio.Event, work: Awaitable[T]) -> T:
    """What `work` gives; it is cancelled, and has cleaned up, when `stop` is set before.

    Raises:
        Stopped: `stop` was set first.
    """
    doing = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.wait({doing})
    if doing.cancelled() or (stop.is_set() and doing.exception() is not None):
        raise Stopped
    return doing.result()


async def until(stop: asyncio.Event, stream: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What `stream` yields until it ends or `stop` is set; the stream is closed either way."""
    async with aclosing(stream):
        with suppress(Stopped, StopAsyncIteration):
            while not stop.is_set():
                yield await unless(stop, anext(stream))
