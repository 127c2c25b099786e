"""Embedding at a server, a scripted one."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from memchat.core.embedders import parts_of
from memchat.core.errors import ModelError
from memchat.providers.embedder import EndpointEmbedder
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import Json, ScriptedServer, Status
from memchat.providers.scripted.embedding import embeddings_json
from memchat.providers.vectors import Passage


def _embedder(server: ScriptedServer, model: str = "embed-small", *, key: str = "", **options: Any) -> EndpointEmbedder:
    endpoint = Endpoint(name="mine", base_url=server.base_url, api_key=key, local=True)
    return EndpointEmbedder(endpoint, model, **options)


async def test_vectors_come_in_order_and_unit_length() -> None:
    texts = [f"text number {number}" for number in range(150)] + ["", "kyoto garden"]
    async with ScriptedServer(key="sesame") as server:
        embedder = _embedder(server, key="sesame")
        await embedder.load()
        assert embedder.dimensions == 64
        vectors = [np.frombuffer(data, dtype="<f4") for data in await embedder.embed(texts)]
        alone = np.frombuffer((await embedder.embed(["kyoto garden"]))[0], dtype="<f4")
        await embedder.close()
    assert len(vectors) == len(texts)
    assert all(np.linalg.norm(vector) == pytest.approx(1, abs=1e-6) for vector in vectors)
    assert (vectors[-1] == alone).all()
    assert parts_of(embedder.id) == ("embed-small", server.base_url)
    sizes = [len(request.body["input"]) for request in server.recorded]
    assert sizes == [1, 64, 64, 24, 1], "64 texts a request"


async def test_a_server_that_sends_them_in_another_order_is_understood() -> None:
    def reversed_order(body: Json) -> Json:
        answer = embeddings_json(body)
        return {**answer, "data": answer["data"][::-1]}

    async with ScriptedServer() as plain, ScriptedServer(embeddings=reversed_order) as server:
        one, other = _embedder(plain), _embedder(server)
        assert await one.embed(["a garden", "a train"]) == await other.embed(["a garden", "a train"])
        await one.close()
        await other.close()


@pytest.mark.parametrize(
    ("model", "question", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: When?", "passage: At noon."),
        ("nomic-embed-text:v1.5", "search_query: When?", "search_document: At noon."),
        ("bge-m3", "When?", "At noon."),
    ],
)
async def test_models_are_told_what_they_want_to_be_told(model: str, question: str, passage: str) -> None:
    async with ScriptedServer() as server:
        embedder = _embedder(server, model)
        await embedder.question("When?")
        await embedder.passages([Passage("At noon.", ("before",), ("after",))])
        await embedder.close()
    assert [request.body["input"] for request in server.recorded] == [[question], [passage]]


def _a_number_short(body: Json) -> Json:
    answer = embeddings_json(body)
    answer["data"][-1]["embedding"].pop()
    return answer


def _one_short(body: Json) -> Json:
    answer = embeddings_json(body)
    return {**answer, "data": answer["data"][1:]}


@pytest.mark.parametrize(
    ("embeddings", "sentence"),
    [
        (_one_short, "mine sent 1 vectors for 2 texts."),
        (_a_number_short, "mine sent vectors of 63 and 64 numbers."),
        (lambda _: {"object": "list", "data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}, "of 0"),
        (lambda _: {"hello": "there"}, "mine sent something that is no list of vectors."),
        (lambda _: "Welcome to the admin page", "mine sent something that is no list of vectors."),
        (lambda _: {"data": [{"index": 0, "embedding": ["a", "b"]}] * 2}, "no list of vectors"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(embeddings: Callable[[Json], Json], sentence: str) -> None:
    async with ScriptedServer(embeddings=embeddings) as server:
        embedder = _embedder(server)
        with pytest.raises(ModelError, match=sentence) as caught:
            await embedder.embed(["one", "two"])
        await embedder.close()
    assert "memory.embedding_model" in caught.value.next_step


async def test_vectors_that_have_become_longer_are_refused() -> None:
    length = [64]

    def cut(body: Json) -> Json:
        answer = embeddings_json(body)
        for row in answer["data"]:
            row["embedding"] = row["embedding"][: length[0]]
        return answer

    async with ScriptedServer(embeddings=cut) as server:
        embedder = _embedder(server)
        await embedder.load()
        length[0] = 32
        with pytest.raises(ModelError, match="vectors of 32 numbers now, and sent 64 before"):
            await embedder.embed(["one"])
        await embedder.close()


@pytest.mark.parametrize(
    ("status", "sentence", "retryable"),
    [
        (Status(401, "no such key"), r"mine refused the key \(401\)", False),
        (Status(404, "model not found"), r"does not embed with embed-small \(404\): model not found", False),
        (Status(400, "not an embedding model"), r"does not embed with embed-small \(400\): not an embedding", False),
        (Status(429, "slow down", retry_after=0), r"mine is busy \(429\)", True),
        (Status(503, "starting", retry_after=0), r"mine failed: mine is busy \(503\)", True),
    ],
)
async def test_what_a_server_refuses_is_told_with_what_to_do(status: Status, sentence: str, *, retryable: bool) -> None:
    async with ScriptedServer(embeddings=lambda _: status) as server:
        embedder = _embedder(server)
        with pytest.raises(ModelError, match=sentence) as caught:
            await embedder.load()
        await embedder.close()
    assert caught.value.retryable is retryable
    assert caught.value.next_step


async def test_a_busy_server_is_asked_again_at_once() -> None:
    waiting = [Status(429, "slow down", retry_after=0), Status(500, "oops", retry_after=0)]
    async with ScriptedServer(embeddings=lambda body: waiting.pop() if waiting else embeddings_json(body)) as server:
        embedder = _embedder(server)
        await embedder.load()
        await embedder.close()
    assert len(server.recorded) == 3


@pytest.mark.parametrize(
    "refusal",
    [
        Status(400, "This model's maximum context length is 64 tokens", kind="invalid_request_error"),
        Status(500, "input (601 tokens) is too large to process. increase the physical batch size"),
        Status(413, "Payload too large"),
    ],
)
async def test_a_text_that_is_too_long_for_the_server_is_cut_and_holds_no_other_up(refusal: Status) -> None:
    def no_more_than_300(body: Json) -> Json | Status:
        return refusal if max(map(len, body["input"])) > 300 else embeddings_json(body)

    async with ScriptedServer(embeddings=no_more_than_300) as server, ScriptedServer() as patient:
        embedder, other = _embedder(server), _embedder(patient)
        short, long = "a garden in Kyoto", "a very long story " * 100
        vectors = await embedder.embed([short, long, short])
        assert vectors[0] == vectors[2] == (await other.embed([short]))[0]
        assert vectors[1] == (await other.embed([long.strip()[:224]]))[0]
        await embedder.close()
        await other.close()


async def test_a_server_that_is_too_slow_for_many_texts_is_asked_for_fewer() -> None:
    async def slow(body: Json) -> Json:
        if len(body["input"]) > 8:
            await asyncio.Event().wait()
        return embeddings_json(body)

    async with ScriptedServer(embeddings=slow) as server:
        embedder = _embedder(server, seconds=1.0)
        texts = [f"text number {number}" for number in range(20)]
        vectors = await embedder.embed(texts)
        await embedder.close()
    async with ScriptedServer() as patient:
        other = _embedder(patient)
        assert vectors == await other.embed(texts)
        await other.close()


async def test_a_server_that_says_nothing_at_all_is_told() -> None:
    async with ScriptedServer(embeddings=lambda _: asyncio.Event().wait()) as server:  # type: ignore[arg-type, return-value]
        embedder = _embedder(server, seconds=0.2)
        with pytest.raises(ModelError, match=r"mine said nothing for 0\.2 seconds") as caught:
            await embedder.load()
        await embedder.close()
    assert caught.value.retryable
    assert len(server.recorded) == 1, "asking again would take as long again"


async def test_a_server_that_is_not_there_is_told() -> None:
    embedder = EndpointEmbedder(Endpoint(name="gone", base_url="http://127.0.0.1:9/v1", local=True), "m")
    with pytest.raises(ModelError, match="gone does not answer") as caught:
        await embedder.load()
    await embedder.close()
    assert caught.value.retryable
    assert "memory.embedder to builtin" in caught.value.next_step


async def test_without_a_model_it_says_which_setting_names_one() -> None:
    embedder = EndpointEmbedder(Endpoint(name="mine", base_url="http://127.0.0.1:9/v1", local=True), "")
    with pytest.raises(ModelError, match=r"memchat config set memory\.embedding_model"):
        await embedder.load()
    await embedder.close()
