"""A real database, a real embedder, and a scripted model over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memchat.core.events import EmbedderChanged
from memchat.core.messages import Message, Session
from memchat.core.settings import ModelSettings
from memchat.core.times import Clock, now
from memchat.memory.summarising import Summariser
from memchat.memory.voicing import passage
from memchat.providers.client import ChatModel
from memchat.providers.embedder import BuiltinEmbedder, Embedder
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import ScriptedServer
from memchat.store import Store
from tests.memory.making import words


class Holder:
    """Has an embedder, or says why not."""

    def __init__(self, embedder: Embedder | None, status: EmbedderChanged) -> None:
        self.status = status
        self._embedder = embedder

    async def get(self) -> Embedder | None:
        return self._embedder


@pytest.fixture
def clock() -> Clock:
    """What tells the store the time: the real one, where a module has none that it turns."""
    return now


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "memory.db", clock=clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def minilm() -> BuiltinEmbedder:
    return BuiltinEmbedder()


@pytest.fixture
async def embedding(minilm: BuiltinEmbedder) -> Holder:
    await minilm.load()
    return Holder(minilm, EmbedderChanged(state="ready"))


@pytest.fixture
def no_embedder() -> Holder:
    return Holder(None, EmbedderChanged(state="unavailable", reason="The embedder cannot load."))


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(models={"scripted": {"max_model_len": 8192}}) as running:
        yield running


@pytest.fixture
async def model(server: ScriptedServer) -> AsyncIterator[ChatModel]:
    endpoint = Endpoint(name="test", base_url=server.base_url, api_key="k", local=True)
    chat = ChatModel(endpoint, "scripted", ModelSettings(attempts=1))
    yield chat
    await chat.close()


@pytest.fixture
def summariser(model: ChatModel) -> Summariser:
    return Summariser(model=model, window=8192, scale=1.0, count=words)


async def say(store: Store, session: Session, *texts: str) -> list[Message]:
    """Adds messages to a session, the user's and the assistant's in turn."""
    said: list[Message] = []
    for text in texts:
        last = await store.messages.last(session.id)
        if last is None or last.role == "assistant":
            said.append(await store.messages.append_user(session.id, text, tokens=words(text)))
            continue
        reply = await store.messages.begin_reply(session.id, last.id, text=text, model="scripted")
        said.append(
            await store.messages.finish_reply(
                reply.id, text=text, status="complete", tokens=words(text), usage=None, finish_reason="stop"
            )
        )
    return said


async def embed_all(store: Store, embedder: Embedder) -> None:
    """Gives every item its vector."""
    while pending := await store.index.pending(64):
        keys = [key for key, _ in pending]
        around = await store.index.around(keys)
        made = await embedder.passages([passage(text, around.get(key)) for key, text in pending])
        pairs = [(key, one.vector) for key, one in zip(keys, made, strict=True)]
        tokens = {key: one.tokens for key, one in zip(keys, made, strict=True)}
        await store.index.put_vectors(embedder.id, embedder.dimensions, pairs, tokens)
