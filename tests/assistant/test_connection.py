"""Which model answers, when it changes, dies, or comes later."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from memchat.assistant import Assistant
from memchat.assistant.connection import Connection
from memchat.config import load
from memchat.core.errors import ModelError
from memchat.core.events import AssistantSaved, Delta, Event, TurnFailed
from memchat.paths import Paths
from memchat.providers.discovery import discover
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import Say, ScriptedServer
from memchat.store import Store
from tests.assistant.conftest import Open, Script, converse
from tests.assistant.test_turn import only


class FakeEngine:
    """Serves from scripted servers; `die` lets the next start give another one."""

    def __init__(self, servers: list[ScriptedServer]) -> None:
        self.servers = servers
        self.running: str | None = None
        self.stops = 0

    async def start(self, name: str) -> Endpoint:
        self.running = name
        url = self.servers[0].base_url
        return Endpoint(name="builtin", base_url=url, api_key="k", model=name, window=4096, local=True, builtin=True)

    async def stop(self) -> None:
        self.running = None
        self.stops += 1

    async def die(self) -> None:
        self.running = None
        await self.servers.pop(0).stop()


@pytest.fixture
async def store(paths: Paths) -> AsyncIterator[Store]:
    opened = await Store.open(paths.database)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def no_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> list[Endpoint]:
        return []

    monkeypatch.setattr("memchat.assistant.finding.discover", none)


async def builtin(assistant: Assistant, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    """Lets `engine` serve the small built-in model."""
    paths.weights_dir.mkdir(parents=True, exist_ok=True)
    (paths.weights_dir / "smollm2-135m.gguf").write_bytes(b"")
    monkeypatch.setattr(assistant._connection, "_engine", engine)
    await assistant.use_model("builtin", "smollm2-135m", save=False)


async def test_picking_another_model_cuts_no_reply_off(assistant: Assistant, script: Script) -> None:
    gate = asyncio.Event()
    script.say(Say("one two three", gate=gate, gate_after=1))
    view = await assistant.new_session()
    events: list[Event] = []
    async for event in assistant.turn(view.session.id, "Count."):
        events.append(event)
        if isinstance(event, Delta) and not gate.is_set():
            await assistant.use_model("", "other", save=False)
            gate.set()
    saved = only(events, AssistantSaved).message
    assert (saved.text, saved.status, saved.model) == ("one two three", "complete", "scripted")
    assert only(await converse(assistant, view.session.id, "Go on."), AssistantSaved).message.model == "other"
    assert [body["model"] for body in script.chats] == ["scripted", "other"]


async def test_a_server_that_is_started_later_is_found(paths: Paths) -> None:
    server = ScriptedServer(Say("Here."), models=["late"])
    await server.start()
    await server.stop()
    environ = {"OPENAI_BASE_URL": server.base_url}
    assistant = await Assistant.open(load(paths, environ), paths, environ=environ)
    try:
        assert (await assistant.connect()).state == "failed"
        assert "Nothing answers" in assistant.model.problem
        view = await assistant.new_session()
        assert only(await converse(assistant, view.session.id, "Hello?"), TurnFailed).retryable
        await server.start()
        events = [event async for event in assistant.retry(view.session.id)]
        assert only(events, AssistantSaved).message.text == "Here."
        assert (assistant.model.state, assistant.model.name) == ("ready", "late")
    finally:
        await assistant.close()
        await server.stop()


async def test_an_engine_that_died_is_started_again(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    servers = [await ScriptedServer(Say(text)).start() for text in ("First.", "Second.")]
    engine = FakeEngine(servers)
    await builtin(assistant, engine, monkeypatch, paths)
    view = await assistant.new_session()
    assert only(await converse(assistant, view.session.id, "One."), AssistantSaved).message.text == "First."
    assert assistant.model.window == 4096
    await engine.die()
    assert only(await converse(assistant, view.session.id, "Two."), AssistantSaved).message.text == "Second."
    await servers[0].stop()


async def test_the_engine_ends_when_another_model_is_picked_but_not_before_its_reply(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    gate = asyncio.Event()
    outside = assistant.model.endpoint or (await assistant.connect()).endpoint
    async with ScriptedServer(lambda _: Say("one two", gate=gate, gate_after=1)) as server:
        engine = FakeEngine([server])
        await builtin(assistant, engine, monkeypatch, paths)
        view = await assistant.new_session()
        events: list[Event] = []
        async for event in assistant.turn(view.session.id, "Count."):
            events.append(event)
            if isinstance(event, Delta) and not gate.is_set():
                await assistant.use_model(outside, "scripted", save=False)
                assert engine.stops == 0
                gate.set()
        assert only(events, AssistantSaved).message.text == "one two"
        assert engine.stops == 1


async def test_the_first_model_that_may_chat_is_taken(paths: Paths, store: Store) -> None:
    async with ScriptedServer(models=["text-embedding-small", "chatty"]) as server:
        environ = {"OPENAI_BASE_URL": server.base_url}
        connection = Connection(load(paths, environ), paths, environ, store)
        assert (await connection.connect()).name == "chatty"
        await connection.close()


async def test_looking_for_a_model_several_times_at_once_asks_once(paths: Paths, store: Store) -> None:
    async with ScriptedServer() as server:
        environ = {"OPENAI_BASE_URL": server.base_url}
        connection = Connection(load(paths, environ), paths, environ, store)
        found = await asyncio.gather(*(connection.connect() for _ in range(5)))
        assert {status.name for status in found} == {"scripted"}
        assert len([request for request in server.recorded if request.path == "/v1/models"]) == 1
        await connection.close()
        with pytest.raises(ModelError, match="ending"):
            async with connection.reading():
                pass


async def test_another_endpoint_is_not_asked_for_the_model_of_the_first(assistant: Assistant) -> None:
    await assistant.connect()
    async with ScriptedServer(models=["its-own"]) as other:
        status = await assistant.add_endpoint("other", other.base_url, "", "")
    assert (status.endpoint, status.name, status.state) == ("other", "its-own", "ready")


async def test_a_broken_endpoint_leaves_the_others_to_be_picked(open_assistant: Open, paths: Paths) -> None:
    paths.config_file.write_text('[endpoints.bad]\nbase_url = "ftp://nowhere"\n')
    assistant = await open_assistant()
    await assistant.connect()
    choices = await assistant.model_choices()
    bad = next(choice for choice in choices if choice.endpoint == "bad")
    assert not bad.installed
    assert "not the address of a server" in bad.detail
    assert any(choice.name == "scripted" and choice.current for choice in choices)
    assert any(choice.endpoint == "builtin" for choice in choices)


async def test_a_local_server_without_a_model_gives_way_to_the_built_in_one(
    paths: Paths, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.weights_dir.mkdir(parents=True, exist_ok=True)
    (paths.weights_dir / "smollm2-135m.gguf").write_bytes(b"")
    async with ScriptedServer(models=[]) as server:
        monkeypatch.setattr("memchat.assistant.finding.discover", lambda: discover(servers={"ollama": server.base_url}))
        connection = Connection(load(paths, {}), paths, {}, store)
        assert (await connection.connect()).name == "smollm2-135m"
        await connection.close()


async def test_closing_waits_for_no_embedder(open_assistant: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("memchat.providers.embedder.BuiltinEmbedder.load", never)
    monkeypatch.setattr("memchat.assistant.embedding._PATIENCE", 0.0)
    assistant = await open_assistant()
    view = await assistant.new_session()
    await converse(assistant, view.session.id, "Hello?")
    async with asyncio.timeout(30):
        await assistant.close()


async def test_an_embedder_that_breaks_leaves_words(open_assistant: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("memchat.providers.embedder.BuiltinEmbedder.load", broken)
    assistant = await open_assistant()
    view = await assistant.new_session()
    only(await converse(assistant, view.session.id, "Hello?"), AssistantSaved)
    assert assistant.embedder.state == "unavailable"
