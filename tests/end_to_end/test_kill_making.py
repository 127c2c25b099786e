"""kill -9 while vectors are made: the next program goes on where it was, and what was said is found throughout."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from memchat.memory.embedding import MAKE_AT_ONCE
from memchat.paths import Paths
from memchat.providers.embedder import EndpointEmbedder
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import Json, ScriptedServer
from memchat.providers.scripted.embedding import embeddings_json
from memchat.store import Store

ITEMS = 300
TEXTS = [f"Fact number {number} is about zebras." for number in range(ITEMS)]


class Killer:
    """Embeds, and kills the child that asks when that many batches of its were answered."""

    def __init__(self) -> None:
        self.child: asyncio.subprocess.Process | None = None
        self.after = 0
        self.texts = 0

    def __call__(self, body: Json) -> Json:
        if self.child is not None and len(body["input"]) > 1:
            if not self.after:
                self.child.send_signal(signal.SIGKILL)
            self.after -= 1
            self.texts += len(body["input"])
        return embeddings_json(body)


@pytest.fixture
def killer() -> Killer:
    return Killer()


@pytest.fixture
async def server(killer: Killer) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(embeddings=killer) as running:
        yield running


async def resumed(killer: Killer, server: ScriptedServer, after: int) -> int:
    """Runs `memchat index resume` with the new embedder, killed after that many batches; its exit code."""
    environ = {
        "MEMCHAT_MEMORY__EMBEDDER": "mine",
        "MEMCHAT_MEMORY__EMBEDDING_MODEL": "new",
        "OPENAI_BASE_URL": "",
    }
    Paths.from_environment().config_file.write_text(f'[endpoints.mine]\nbase_url = "{server.base_url}"\n')
    killer.after = after
    killer.child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "memchat", "index", "resume", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environ},
    )
    await killer.child.communicate()
    code, killer.child = killer.child.returncode, None
    assert code is not None
    return code


async def test_what_is_killed_goes_on_where_it_was_while_search_answers(
    paths: Paths, killer: Killer, server: ScriptedServer
) -> None:
    endpoint = Endpoint(name="mine", base_url=server.base_url, local=True)
    old, new = EndpointEmbedder(endpoint, "old"), EndpointEmbedder(endpoint, "new")
    store = await Store.open(paths.database)
    session = await store.sessions.create()
    for text in TEXTS:
        await store.messages.append_user(session.id, text, tokens=7)
    await old.load()
    while pending := await store.index.pending(64, old.id):
        vectors = await old.embed([text for _, text in pending])
        pairs = [(key, vector) for (key, _), vector in zip(pending, vectors, strict=True)]
        await store.index.put_vectors(old.id, old.dimensions, pairs)

    async def found(embedder: EndpointEmbedder, text: str) -> bool:
        assert await store.making.current() == embedder.id
        question = await embedder.question(text)
        by_meaning = await store.index.by_meaning(question.vector, limit=1, embedder_id=embedder.id)
        by_words = await store.index.by_words(text.split(), limit=1)
        return len({hit.key for hit in by_meaning} & {hit.key for hit in by_words}) == 1

    left = ITEMS
    for kill, batches in enumerate((1, 0, 2)):
        assert await resumed(killer, server, batches) == -signal.SIGKILL
        state = await store.making.state()
        left = left - batches * MAKE_AT_ONCE + (kill > 0)
        assert (state.left, state.embedded) == (left, ITEMS + kill), "each whole batch is kept"
        assert state.coming == new.id
        said = f"Okapi number {kill} came by"
        await store.messages.append_user((await store.sessions.create()).id, said, tokens=5)
        ((key, _),) = await store.index.pending(9, bulk=False)
        await store.index.put_vectors(old.id, old.dimensions, [(key, (await old.embed([said]))[0])])
        assert await found(old, said), "what is said meanwhile"
        assert await found(old, TEXTS[5])
        assert await found(old, TEXTS[-5])
    killer.texts = 0
    assert await resumed(killer, server, 99) == 0
    assert killer.texts == left + 1, "nothing is made twice"
    state = await store.making.state()
    assert (state.current, state.coming, state.left, state.embedded) == (new.id, "", 0, ITEMS + 3)
    for text in (TEXTS[5], TEXTS[-5], "Okapi number 1 came by"):
        assert await found(new, text)
    assert await store.check() == "ok"
    await store.close()
    await old.close()
    await new.close()
