"""An assistant over a real database and a real embedder, answered by a scripted server over HTTP."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest

from memchat.assistant import Assistant
from memchat.config import load
from memchat.core.events import TurnEvent
from memchat.core.searching import SearchHit
from memchat.core.times import Clock, now
from memchat.memory.prompts import system_prompt
from memchat.paths import Paths
from memchat.providers.scripted import Reply, Say, ScriptedServer
from tests.memory.reading import Reader


class Script:
    """What the scripted model says: chat replies in order, and always the same to each background task.

    Attributes:
        chats: Bodies of the chat requests.
        others: Bodies of the background requests, for summaries and titles.
        reader: Answers the requests of learning.
        background: The reply to those, or what chooses it.
        answer: Chooses the reply to a chat request when none is queued.
    """

    def __init__(self) -> None:
        self.chats: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self.reader = Reader()
        self.background: Reply | Callable[[dict[str, Any]], Reply] = Say("They talked about ChromaDB.")
        self.answer: Callable[[dict[str, Any]], Reply] = lambda _: Say("Good.")
        self._replies: deque[Reply] = deque()

    def say(self, *replies: Reply | str) -> None:
        """Queues chat replies; when there are none, the model says `Good.`."""
        self._replies.extend(Say(reply) if isinstance(reply, str) else reply for reply in replies)

    def __call__(self, body: dict[str, Any]) -> Reply:
        if self.reader.answers(body):
            return self.reader(body)
        if not self._is_chat(body):
            self.others.append(body)
            return self.background(body) if callable(self.background) else self.background
        self.chats.append(body)
        return self._replies.popleft() if self._replies else self.answer(body)

    @staticmethod
    def _is_chat(body: dict[str, Any]) -> bool:
        return str(body["messages"][0]["content"]).startswith(system_prompt().strip()[:60])


class Open(Protocol):
    """Opens an assistant that the test's end closes."""

    def __call__(self, overrides: dict[str, str] | None = None, *, clock: Clock = now) -> Awaitable[Assistant]: ...


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def server(script: Script) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(script) as running:
        yield running


@pytest.fixture
async def open_assistant(server: ScriptedServer, paths: Paths) -> AsyncIterator[Open]:
    """Opens assistants on one home; each is closed at the end."""
    environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "test", "MEMCHAT_MODEL": "scripted"}
    async with AsyncExitStack() as stack:

        async def open_one(overrides: dict[str, str] | None = None, *, clock: Clock = now) -> Assistant:
            settings = load(paths, environ, overrides or {})
            assistant = await Assistant.open(settings, paths, environ=environ, clock=clock)
            stack.push_async_callback(assistant.close)
            assistant.warm_up()
            return assistant

        yield open_one


@pytest.fixture
async def assistant(open_assistant: Open) -> Assistant:
    """An assistant with the default settings."""
    return await open_assistant()


async def converse(assistant: Assistant, session_id: str, *texts: str) -> list[TurnEvent]:
    """Says each text in turn; gives the events of the last turn."""
    events: list[TurnEvent] = []
    for text in texts:
        events = [event async for event in assistant.turn(session_id, text)]
    return events


async def hits(assistant: Assistant, typed: str) -> list[SearchHit]:
    """What a person finds who types that into the search."""
    searches = assistant.searches
    return list((await searches.search(await searches.parsed(typed))).hits)


def prompt_of(body: dict[str, Any]) -> str:
    """All that a request says, in one text."""
    return "\n".join(str(message["content"]) for message in body["messages"])
