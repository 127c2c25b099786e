"""The browser over a real memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from memchat.assistant import Assistant
from memchat.core.memories import Memory, MemoryStatus
from memchat.core.times import now
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.browser.table import Table
from memchat.tui.widgets.inline import InlineInput
from tests.tui.screen_harness import Stage


class Browsing(Stage):
    """Shows the browser."""

    @property
    def browser(self) -> BrowserScreen:
        return next(screen for screen in self.screen_stack if isinstance(screen, BrowserScreen))

    @property
    def table(self) -> Table:
        return self.browser.table

    @property
    def texts(self) -> list[str]:
        """The texts in the table, from its top."""
        return [row.text for row in self.table.shown]

    @property
    def lines(self) -> list[str]:
        """The table's lines as they are drawn."""
        width = self.table.scrollable_content_region.width
        return [self.table.drawn(index, width)[0].plain for index in range(self.table.count(width))]

    async def edit(self, pilot: Pilot[None], text: str) -> None:
        """Writes `text` in the row that is being edited, and keeps it."""
        box = self.browser.query_one(InlineInput)
        assert box.has_focus
        box.value = text
        await self.press(pilot, "enter")


@asynccontextmanager
async def browsing(
    assistant: Assistant, tab: str = "active", *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Browsing, Pilot[None]]]:
    """Shows that list of the browser, loaded."""
    app = Browsing()
    async with app.run_test(size=size) as pilot:
        await app.open(BrowserScreen(assistant, tab))
        await app.idle(pilot)
        yield app, pilot


async def stored(
    assistant: Assistant, text: str, status: MemoryStatus = "active", *, days: float = 0, **more: Any
) -> Memory:
    """A memory that was said some days ago."""
    given: dict[str, Any] = {"kind": "fact", "confidence": 0.6, "origin": "user", "actor": "qwen", "reason": ""} | more
    return await assistant.store.memories.add(
        text=text, status=status, observed_at=now() - timedelta(days=days), **given
    )
