"""Draws a reply as it comes, no faster than the screen can take it."""

import asyncio
from time import monotonic

from memchat.tui.widgets.message import MessageView

PROSE_SECONDS = 1 / 12
CODE_SECONDS = 1 / 4
"""A growing code block is highlighted anew each time, so it is drawn less often."""

_STEP_CHARACTERS = 300
"""What a step draws at least: few blocks, so that a key pressed meanwhile waits for few."""

_SHARE = 3.0
"""Drawing takes at most one part in so many more of the time, so that typing stays quick."""


class Painter:
    """Collects a reply's text and hands it to its message in steps.

    Args:
        view: The message that shows the reply.
    """

    def __init__(self, view: MessageView) -> None:
        self._view = view
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._news = asyncio.Event()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._paint())

    def write(self, text: str) -> None:
        """Adds to the reply."""
        self._text.append(text)
        self._news.set()

    def think(self, text: str) -> None:
        """Adds to the thinking."""
        self._reasoning.append(text)
        self._news.set()

    async def close(self) -> None:
        """Draws what is left, at once; nothing when the message is gone."""
        self._closing.set()
        self._news.set()
        await self._task
        if self._view.is_attached:
            await self._view.finish()

    async def _paint(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            began = monotonic()
            await self._step()
            cost = monotonic() - began
            if self._closing.is_set():
                await self._step()
                return
            least = CODE_SECONDS if self._view.in_fence else PROSE_SECONDS
            pause = max(least - cost, cost * _SHARE)
            try:
                await asyncio.wait_for(self._closing.wait(), pause)
            except TimeoutError:
                continue

    async def _step(self) -> None:
        reasoning, self._reasoning = "".join(self._reasoning), []
        text = self._next_text()
        if not self._view.is_attached:
            return
        if reasoning:
            self._view.think(reasoning)
        if text:
            self._view.waiting = ""
            await self._view.write(text)
        if reasoning or text:
            await self._refreshed()

    def _next_text(self) -> str:
        """Some of what waits, so that no step takes long; more of it when much waits, and all of it at the end."""
        waiting = "".join(self._text)
        most = len(waiting) if self._closing.is_set() else max(_STEP_CHARACTERS, len(waiting) // 8)
        text, rest = waiting[:most], waiting[most:]
        self._text = [rest] if rest else []
        if rest:
            self._news.set()
        return text

    async def _refreshed(self) -> None:
        """Waits until the step is on the screen, so that its whole cost is known."""
        done = asyncio.Event()
        self._view.call_after_refresh(done.set)
        try:
            await asyncio.wait_for(done.wait(), 0.5)
        except TimeoutError:
            return
