"""Long work beside the program's event loop: on a loop of its own, in a thread, that can be cancelled."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")


async def aside(work: Callable[[], Coroutine[Any, Any, _T]], *, name: str) -> _T:
    """Runs `work` in a thread named `name`, where it may block without holding the caller's loop up.

    Cancelling the caller cancels the work, and waits until it has cleaned up. The thread does not keep the
    program from ending.

    Raises:
        Exception: What `work` raises.
    """
    outcome: Future[_T] = Future()
    cancelled = threading.Event()
    inner: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def main() -> _T:
        task = asyncio.current_task()
        assert task is not None
        inner.append((asyncio.get_running_loop(), task))
        if cancelled.is_set():
            raise asyncio.CancelledError
        return await work()

    def run() -> None:
        try:
            outcome.set_result(asyncio.run(main()))
        except BaseException as error:  # noqa: BLE001 - the caller gets it, whatever it is
            outcome.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    waiting = asyncio.wrap_future(outcome)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        cancelled.set()
        for loop, task in inner:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it is over already
                loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait([waiting])
        if not waiting.cancelled():
            waiting.exception()
        raise
