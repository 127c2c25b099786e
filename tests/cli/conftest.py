"""A command line that is run for real, and a scripted model over HTTP for it to talk to."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from memchat.cli import main
from memchat.memory.prompts import system_prompt
from memchat.providers.scripted import Reply, Say, ScriptedServer

_SECONDS = 60


@dataclass
class Model:
    """A scripted model that runs in a thread of its own.

    Attributes:
        replies: What it says to the next questions; then `Noted.` to each.
        learning: What it says to all that learning asks.
    """

    replies: deque[Reply] = field(default_factory=deque)
    learning: Reply = field(default_factory=lambda: Say("A talk about small things."))
    server: ScriptedServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = ScriptedServer(self._choose, models=["scripted", "other"])

    def say(self, *replies: Reply | str) -> None:
        self.replies.extend(Say(reply) if isinstance(reply, str) else reply for reply in replies)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of the questions, without what learning asks."""
        return [body for body in self.server.requests if _is_question(body)]

    def _choose(self, body: dict[str, Any]) -> Reply:
        if not _is_question(body):
            return self.learning
        return self.replies.popleft() if self.replies else Say("Noted.")


def _is_question(body: dict[str, Any]) -> bool:
    """Whether a request is the chat's, and not the learning's, which has prompts of its own."""
    return str(body["messages"][0]["content"]).startswith(system_prompt())


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A scripted model, configured by the environment."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    scripted = Model()
    asyncio.run_coroutine_threadsafe(scripted.server.start(), loop).result(10)
    monkeypatch.setenv("OPENAI_BASE_URL", scripted.server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    monkeypatch.setenv("MEMCHAT_MODEL", "scripted")
    yield scripted
    asyncio.run_coroutine_threadsafe(scripted.server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of these tests need no embedder, which takes a second to load."""
    monkeypatch.setenv("MEMCHAT_MEMORY__EMBEDDER", "off")


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Takes back what a run in this process does to the logging."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def event(self, kind: str) -> dict[str, Any]:
        return next(event for event in self.events if event["type"] == kind)

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs memchat in this process, in a pipe: `cli("ask", "Hello", piped="more")`."""

    def run(*arguments: str, piped: str = "") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode()), encoding="utf-8"))
        capsys.readouterr()
        code = main(list(arguments))
        written = capsys.readouterr()
        return Result(code, written.out, written.err)

    return run


@pytest.fixture
def ok(cli: Cli) -> Cli:
    """As `cli`, for commands that must succeed and say nothing on stderr."""

    def run(*arguments: str, piped: str = "") -> Result:
        result = cli(*arguments, piped=piped)
        assert (result.code, result.err) == (0, "")
        return result

    return run


def command(*arguments: str) -> list[str]:
    """The command line of a memchat in a process of its own."""
    return [sys.executable, "-m", "memchat", *arguments]


def run_process(*arguments: str, piped: str = "", **environ: str) -> Result:
    """Runs memchat in a process of its own, in a pipe."""
    done = subprocess.run(
        command(*arguments),
        input=piped,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_SECONDS,
        env={**os.environ, **environ},
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
