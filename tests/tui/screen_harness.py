"""An app that shows one screen over nothing, with a real assistant behind it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from memchat.assistant import Assistant
from memchat.core.messages import Session
from memchat.paths import Paths
from memchat.tui import themes
from memchat.tui.widgets.panels.lines import Prose
from memchat.tui.widgets.panels.rows import Rows

WAIT_SECONDS = 40.0
NOTHING = object()


class Stage(App[None]):
    """Holds the result of the screen that it showed."""

    def __init__(self, theme: str = "memchat-dark") -> None:
        super().__init__()
        self.result: Any = NOTHING
        self._theme_wanted = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Static("the chat")

    def on_mount(self) -> None:
        for theme in themes.load(Paths.from_environment()).themes:
            self.register_theme(theme)
        self.theme = self._theme_wanted

    async def open(self, screen: Screen[Any]) -> None:
        def keep(result: Any) -> None:
            self.result = result

        await self.push_screen(screen, keep)

    @property
    def rows(self) -> Rows:
        return self.screen.query_one(Rows)

    @property
    def listed(self) -> list[str]:
        """The text of the rows."""
        return ["".join(text for text, _ in (*row.left, *row.right)) for row in self.rows.rows]

    @property
    def beside(self) -> str:
        """The text of the pane beside the list."""
        return "".join(text for text, _ in self.screen.query_one(Prose).parts)

    @property
    def title_shown(self) -> str:
        return str(self.screen.query_one("#frame").border_title)

    @property
    def problem(self) -> str:
        return str(self.screen.query_one("#problem", Static).content)

    @property
    def said(self) -> list[str]:
        return [note.message for note in self._notifications]

    def text(self) -> str:
        """What is on the screen."""
        strips = self.screen._compositor.render_strips(self.size)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def press(self, pilot: Pilot[None], *keys: str) -> None:
        """Presses the keys and waits until nothing is loading."""
        await pilot.press(*keys)
        await self.idle(pilot)

    async def write(self, pilot: Pilot[None], text: str) -> None:
        """Puts `text` in the filter."""
        self.screen.query_one("#filter", Input).value = text
        await self.idle(pilot)

    async def idle(self, pilot: Pilot[None]) -> None:
        """Waits until nothing is loading."""
        await pilot.pause()
        await self.until(pilot, lambda: not any(worker.is_running for worker in self.workers))
        await pilot.pause()

    async def until(self, pilot: Pilot[None], condition: Callable[[], Any]) -> None:
        """Lets the app work until `condition` holds."""
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, self.text()
            await pilot.pause(0.01)


@asynccontextmanager
async def showing(screen: Screen[Any], *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    """Shows `screen` on a stage of its own, and waits until it has loaded."""
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(screen)
        await app.idle(pilot)
        yield app, pilot


async def session(assistant: Assistant, title: str, *said: str) -> Session:
    """A stored session in which the user said `said` and was answered each time."""
    store = assistant.store
    made = await store.sessions.create(model="scripted")
    for text in said or ("Hello.",):
        question = await store.messages.append_user(made.id, text, tokens=5)
        reply = await store.messages.begin_reply(made.id, question.id, text="Murin-an.", model="scripted")
        await store.messages.finish_reply(
            reply.id, text="Murin-an.", status="complete", tokens=4, usage=None, finish_reason="stop"
        )
    if title:
        await store.sessions.rename(made.id, title, by="user")
    return await store.sessions.get(made.id)
