"""memchat on a screen of its own, with a scripted model server behind it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pyperclip import set_clipboard
from textual.pilot import Pilot

from memchat.assistant import Assistant
from memchat.core.messages import Message
from memchat.core.settings import Settings
from memchat.memory.prompts import system_prompt
from memchat.paths import Paths
from memchat.providers.discovery import discover
from memchat.providers.scripted import Reply, Say, ScriptedServer
from memchat.tui.app import MemchatApp
from memchat.tui.screens.chat import ChatScreen
from memchat.tui.widgets.chip import Chip
from memchat.tui.widgets.message import MessageView

WAIT_SECONDS = 40.0


@dataclass(frozen=True)
class Run:
    """A running app."""

    app: MemchatApp
    pilot: Pilot[None]

    @property
    def chat(self) -> ChatScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ChatScreen))

    @property
    def views(self) -> list[MessageView]:
        return self.chat.transcript.views

    @property
    def chips(self) -> list[str]:
        """What the lines under the answers say was learned."""
        return [chip.sentence for chip in self.chat.query(Chip) if chip.display]

    @property
    def first_message(self) -> Message:
        """What the user said first of what is shown."""
        message = self.views[0].message
        assert message is not None
        return message

    @property
    def said(self) -> list[str]:
        """What notifications say, oldest first."""
        return [note.message for note in self.app._notifications]

    @property
    def screen(self) -> list[str]:
        """The lines of text on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    async def click(self, text: str) -> None:
        """Clicks on `text`, wherever it is on the screen."""
        for y, line in enumerate(self.screen):
            if text in line:
                await self.pilot.click(offset=(line.index(text) + 1, y))
                return
        raise AssertionError("\n".join(self.screen))

    async def until(self, condition: Callable[[], Any]) -> None:
        """Lets the app work until `condition` holds."""
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, f"it never came: {self.app.screen!r} {[v.text[:80] for v in self.views]}"
            await self.pilot.pause(0.01)

    async def idle(self) -> None:
        """Waits until no worker runs but those that wait for another screen to close."""
        await self.app.workers.wait_for_complete([worker for worker in self.app.workers if worker.group != "open"])
        await self.pilot.pause()

    async def new_session(self) -> str:
        """Begins a session by its key; gives the id of the one that was shown before."""
        before = self.chat.session_id
        await self.pilot.press("ctrl+n")
        await self.until(lambda: self.chat.session_id != before)
        return before

    async def send(self, text: str) -> None:
        """Writes `text` and presses enter."""
        self.chat.prompt.set_value(text)
        await self.pilot.press("enter")

    async def ask(self, text: str) -> None:
        """Sends `text` and waits until it is answered."""
        answered = len(self.views)
        await self.send(text)
        await self.until(lambda: len(self.views) >= answered + 2 and not self.chat.turns.running)
        await self.idle()


class Script:
    """Chat replies in order, `Fine.` when there are no more; and always the same to summaries and titles.

    Attributes:
        chats: Bodies of the chat requests.
    """

    def __init__(self, *replies: Reply) -> None:
        self.chats: list[dict[str, Any]] = []
        self._replies = list(replies)
        self._system = system_prompt().strip()[:60]

    def __call__(self, body: dict[str, Any]) -> Reply:
        if not str(body["messages"][0]["content"]).startswith(self._system):
            return Say("Of gardens")
        self.chats.append(body)
        return self._replies.pop(0) if self._replies else Say("Fine.")


def scripted(*replies: Reply) -> ScriptedServer:
    """A server that answers chats with `replies`."""
    return ScriptedServer(Script(*replies))


Start = Callable[..., AbstractAsyncContextManager[Run]]


@pytest.fixture(autouse=True)
def no_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's Ollama answers to a test."""
    assert discover.__kwdefaults__ is not None
    monkeypatch.setitem(discover.__kwdefaults__, "servers", {})


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A model server that says `Fine.`."""
    async with scripted() as running:
        yield running


@pytest.fixture
def settings() -> Settings:
    """Words alone for recall, so that no model is loaded."""
    plain = Settings()
    return replace(plain, memory=replace(plain.memory, embedder="off"), model=replace(plain.model, attempts=1))


@pytest.fixture
async def assistant(paths: Paths, settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant that has no model, for screens that are shown without the chat."""
    opened = await Assistant.open(settings, paths, environ={})
    yield opened
    await opened.close()


@pytest.fixture
def start(paths: Paths, settings: Settings) -> Start:
    """Starts memchat against a server, and waits until the prompt is ready."""
    set_clipboard("no")  # the machine's own clipboard is left alone

    @asynccontextmanager
    async def starting(
        server: ScriptedServer, *, size: tuple[int, int] = (120, 40), settings: Settings = settings, **options: Any
    ) -> AsyncIterator[Run]:
        environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x"}
        app = MemchatApp(settings, paths, environ=environ, **options)
        async with app.run_test(size=size, notifications=True) as pilot:
            run = Run(app, pilot)
            await run.until(lambda: any(isinstance(screen, ChatScreen) for screen in app.screen_stack))
            await run.until(lambda: run.chat.session_id)
            await run.idle()
            yield run
            await app.action_quit()

    return starting
