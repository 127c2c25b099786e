"""A task that does what there is to do, and sleeps until there is more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

_log = logging.getLogger(__name__)

_AFTER_A_FAULT = 30.0


class Lane:
    """Calls `step` as long as it has more to do.

    Args:
        name: Of the task.
        step: Does one thing. Returns the seconds until there may be more: 0 for at once, none for not before `wake`.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[float | None]]) -> None:
        self._name = name
        self._step = step
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def started(self) -> bool:
        """Whether its task runs."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begins; a second call does nothing."""
        if not self.started:
            self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """Says that there may be more to do."""
        self._idle.clear()
        self._woken.set()

    async def idle(self) -> None:
        """Waits until there is nothing that could be done now."""
        await self._idle.wait()

    async def stop(self) -> None:
        """Ends its task, in the middle of a step too."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                seconds = await self._step()
            except Exception:  # noqa: BLE001 - one fault must not end all learning; the log tells
                _log.exception("%s failed", self._name)
                seconds = _AFTER_A_FAULT
            if seconds == 0 or self._woken.is_set():
                continue
            self._idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            self._idle.clear()
