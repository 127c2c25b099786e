"""Embedding at a server, a scripted one."""

import numpy as np
import pytest

from memchat.core.errors import ModelError
from memchat.providers.embedder import EndpointEmbedder
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import ScriptedServer


async def test_vectors_come_in_order_and_unit_length() -> None:
    texts = [f"text number {number}" for number in range(150)] + ["", "kyoto garden"]
    async with ScriptedServer(key="sesame") as server:
        endpoint = Endpoint(name="mine", base_url=server.base_url, api_key="sesame", local=True)
        embedder = EndpointEmbedder(endpoint, "embed-small")
        await embedder.load()
        assert embedder.dimensions == 64
        vectors = [np.frombuffer(data, dtype="<f4") for data in await embedder.embed(texts)]
        alone = np.frombuffer((await embedder.embed(["kyoto garden"]))[0], dtype="<f4")
        await embedder.close()
    assert len(vectors) == len(texts)
    assert all(np.linalg.norm(vector) == pytest.approx(1, abs=1e-6) for vector in vectors)
    assert (vectors[-1] == alone).all()
    assert embedder.id == f"embed-small@{server.base_url}"


async def test_a_refusal_names_the_model() -> None:
    async with ScriptedServer(key="sesame") as server:
        endpoint = Endpoint(name="mine", base_url=server.base_url, api_key="wrong", local=True)
        embedder = EndpointEmbedder(endpoint, "embed-small")
        with pytest.raises(ModelError, match=r"mine refused embed-small \(401\)") as caught:
            await embedder.load()
        await embedder.close()
    assert "memory.embedding_model" in caught.value.next_step
    assert not caught.value.retryable


async def test_a_server_that_is_not_there_is_told() -> None:
    embedder = EndpointEmbedder(Endpoint(name="gone", base_url="http://127.0.0.1:9/v1", local=True), "m")
    with pytest.raises(ModelError, match="gone does not answer") as caught:
        await embedder.load()
    await embedder.close()
    assert caught.value.retryable
