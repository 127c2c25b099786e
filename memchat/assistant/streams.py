"""Reading a stream that may be told to stop."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def until(stop: asyncio.Event, stream: AsyncGenerator[T, None]) -> AsyncIterator[T]:
    """What `stream` yields until it ends or `stop` is set; the stream is closed either way."""
    stopping = asyncio.create_task(stop.wait())
    try:
        async with aclosing(stream):
            while not stop.is_set():
                following = asyncio.ensure_future(anext(stream))
                try:
                    await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    if not following.done():
                        following.cancel()
                        await asyncio.wait({following})
                if following.cancelled():
                    return
                try:
                    item = following.result()
                except StopAsyncIteration:
                    return
                yield item
    finally:
        stopping.cancel()
