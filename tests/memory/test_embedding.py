"""The making of vectors: new texts first, everything beside, one program at a time."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from memchat.core.events import IndexChanged
from memchat.core.messages import Session
from memchat.memory.embedding import MAKE_AT_ONCE, Embedding
from memchat.providers.embedder import BuiltinEmbedder, Embedder, EndpointEmbedder
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import Json, ScriptedServer, Status
from memchat.providers.scripted.embedding import embeddings_json
from memchat.store import Store
from tests.memory.conftest import say

TOLD = [f"Fact number {number} is about zebras." for number in range(3 * MAKE_AT_ONCE)]


class Server:
    """What the endpoint answers; `failing` has it refuse."""

    def __init__(self) -> None:
        self.failing: Status | None = None

    def __call__(self, body: Json) -> Json | Status:
        return self.failing or embeddings_json(body)


@pytest.fixture
def answering() -> Server:
    return Server()


@pytest.fixture
async def endpoint(answering: Server) -> AsyncIterator[Endpoint]:
    async with ScriptedServer(embeddings=answering) as server:
        yield Endpoint(name="test", base_url=server.base_url, local=True)


@pytest.fixture
async def old(endpoint: Endpoint) -> AsyncIterator[Embedder]:
    embedder = EndpointEmbedder(endpoint, "old")
    await embedder.load()
    yield embedder
    await embedder.close()


@pytest.fixture
async def new(endpoint: Endpoint) -> AsyncIterator[Embedder]:
    embedder = EndpointEmbedder(endpoint, "new")
    await embedder.load()
    yield embedder
    await embedder.close()


@pytest.fixture
async def session(store: Store) -> Session:
    made = await store.sessions.create()
    for text in TOLD:
        await store.messages.append_user(made.id, text, tokens=5)
    return made


class Program:
    """A program that wants one embedder, and can have those that it is given for searching.

    Attributes:
        told: What it published.
        failures: What it said of new texts.
        reason: Why the wanted embedder cannot be had.
    """

    def __init__(self, store: Store, wanted: Embedder | None, *searched: Embedder) -> None:
        self.told: list[IndexChanged] = []
        self.failures: list[str] = []
        self.reason = ""
        self.wanted = wanted
        self._store = store
        self._known = {each.id: each for each in (*searched, *([wanted] if wanted else []))}
        self.embedding = Embedding(
            store=store,
            searched=self._searched,
            wanted=self._wanted,
            publish=self.told.append,
            failed=self._failed,
            free=self._free,
            missing=lambda: self.reason,
        )

    async def make(self) -> float | None:
        """Goes on until nothing more can be done now."""
        while (seconds := await self.embedding.some_of_everything()) == 0:
            pass
        return seconds

    async def _searched(self) -> Embedder | None:
        current = await self._store.making.current()
        return self._known.get(current) if current else self.wanted

    async def _wanted(self) -> Embedder | None:
        return self.wanted

    async def _failed(self, failure: str) -> None:
        self.failures.append(failure)

    async def _free(self) -> None:
        return


Begin = Callable[..., Program]


@pytest.fixture
async def begin(store: Store) -> AsyncIterator[Begin]:
    programs: list[Program] = []

    def one(wanted: Embedder | None, *searched: Embedder, store: Store = store) -> Program:
        programs.append(Program(store, wanted, *searched))
        return programs[-1]

    yield one
    for each in programs:
        await each.embedding.stop()


async def meant(store: Store, embedder: Embedder, text: str) -> list[str]:
    """The texts nearest to one by the meaning of that embedder."""
    question = await embedder.question(text)
    hits = await store.index.by_meaning(question.vector, limit=3, embedder_id=embedder.id)
    return [item.text for item in (await store.index.load([hit.key for hit in hits])).values()]


async def test_what_is_new_is_embedded_by_the_old_embedder_while_the_new_one_makes_everything(
    store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    program = begin(new, old)
    assert await program.embedding.some_of_everything() == 0
    assert (await meant(store, old, "Fact number 17 is about zebras."))[0] == TOLD[17]
    await store.messages.append_user(session.id, "An okapi came by", tokens=4)
    assert await program.embedding.some_new() == 0
    assert (await meant(store, old, "An okapi came by"))[0] == "An okapi came by"
    assert await meant(store, new, "An okapi came by") == [], "never compared with another embedder's"
    assert await program.make() is None
    assert (await meant(store, new, "An okapi came by"))[0] == "An okapi came by"
    assert (await meant(store, new, "Fact number 17 is about zebras."))[0] == TOLD[17]
    state = await store.making.state()
    assert (state.current, state.coming, state.embedded, state.items) == (new.id, "", len(TOLD) + 1, len(TOLD) + 1)


async def test_how_far_it_is_is_told_up_to_the_end(
    store: Store,
    session: Session,
    begin: Begin,
    old: Embedder,
    new: Embedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("memchat.memory.embedding._TOLD_EVERY", 0.0)
    await begin(old).embedding.all_missing()
    program = begin(new, old)
    await program.make()
    assert [event.left for event in program.told] == [128, 64, 0]
    assert [event.percent for event in program.told] == [33, 66, 100]
    assert {event.embedder for event in program.told} == {new.id}


async def test_the_old_vectors_are_deleted_once_they_are_not_searched_any_more(
    store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    await begin(new, old).make()
    tables = await store._database.read(
        lambda db: [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'vectors_%'")]
    )
    assert tables == ["vectors_2"]


async def test_it_stops_and_goes_on_where_it_was(
    store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    program = begin(new, old)
    await program.embedding.some_of_everything()
    await store.making.stop()
    assert (await program.make() or 0) > 0, "it looks again whether it may go on"
    assert program.told[-1].stopped
    again = begin(new, old)
    await again.make()
    state = await store.making.state()
    assert (state.stopped, state.left, state.current) == (True, 2 * MAKE_AT_ONCE, old.id), "after a new start too"
    await store.messages.append_user(session.id, "An okapi came by", tokens=4)
    assert await again.embedding.some_new() == 0, "what is new is embedded all the same"
    await store.making.resume()
    assert await again.make() is None
    assert (await store.making.state()).current == new.id


async def test_one_program_at_a_time_makes_everything(
    tmp_path: Path, store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    other_store = await Store.open(tmp_path / "memory.db")
    one, other = begin(new, old), begin(new, old, store=other_store)
    assert await one.embedding.some_of_everything() == 0
    assert (await other.embedding.some_of_everything() or 0) > 0
    assert [event.elsewhere for event in other.told] == [True]
    await one.embedding.stop()
    assert await other.embedding.some_of_everything() == 0, "the next one goes on when the first is gone"
    await other.embedding.stop()
    await other_store.close()


async def test_a_server_that_fails_is_told_of_and_asked_again(
    store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder, answering: Server
) -> None:
    await begin(old).embedding.all_missing()
    program = begin(new, old)
    await program.embedding.some_of_everything()
    answering.failing = Status(400, "out of order")
    assert (await program.make() or 0) > 0
    assert "out of order" in program.told[-1].problem
    await store.messages.append_user(session.id, "An okapi came by", tokens=4)
    assert (await program.embedding.some_new() or 0) > 0
    assert "out of order" in program.failures[-1]
    answering.failing = None
    assert await program.make() is None
    assert await program.embedding.some_new() is None
    assert not program.told[-1].problem


async def test_without_the_new_embedder_the_old_one_goes_on(
    store: Store, session: Session, begin: Begin, old: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    program = begin(None, old)
    program.reason = "The new one is not there."
    await store.messages.append_user(session.id, "An okapi came by", tokens=4)
    assert await program.embedding.some_new() == 0
    assert (await meant(store, old, "An okapi came by"))[0] == "An okapi came by"


async def test_going_back_to_the_old_embedder_drops_what_was_made(
    store: Store, session: Session, begin: Begin, old: Embedder, new: Embedder
) -> None:
    await begin(old).embedding.all_missing()
    await begin(new, old).embedding.some_of_everything()
    assert await begin(old, new).make() is None
    state = await store.making.state()
    assert (state.current, state.coming, state.left) == (old.id, "", 0)


async def test_all_is_made_anew_with_the_same_embedder_while_the_old_vectors_are_searched(
    store: Store, session: Session, begin: Begin, old: Embedder
) -> None:
    program = begin(old)
    await program.embedding.all_missing()
    await store.making.anew()
    state = await store.making.state()
    assert (state.left, state.embedded, state.coming) == (len(TOLD), len(TOLD), "")
    await program.embedding.some_of_everything()
    assert (await meant(store, old, "Fact number 3 is about zebras."))[0] == TOLD[3]
    assert await program.make() is None
    assert (await store.making.state()).left == 0
    assert program.told[-1] == IndexChanged(items=len(TOLD), left=0, embedder=old.id, anew=True)


async def test_many_texts_from_before_the_first_embedder_hold_no_new_one_up(
    store: Store, begin: Begin, minilm: BuiltinEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memchat.store.embedders._FEW", 2)
    monkeypatch.setattr("memchat.memory.embedding.MAKE_AT_ONCE", 2)
    made = await store.sessions.create()
    await say(store, made, *(f"Zebra {number}" for number in range(6)))
    program = begin(minilm)
    assert await program.embedding.some_of_everything() == 0
    await say(store, made, "An okapi")
    assert await program.embedding.some_new() == 0
    pending: list[Any] = await store.index.pending(9, bulk=False)
    assert pending == []
    assert 0 < (await store.making.state()).embedded < 7
    assert await program.make() is None
    assert (await store.making.state()).embedded == 7
