"""The real MiniLM: what recall relies on, and how it fails."""

import asyncio
import importlib.util
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.core.errors import ModelError
from memchat.providers import minilm
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.vectors import Passage


@pytest_asyncio.fixture
async def embedder() -> AsyncIterator[BuiltinEmbedder]:
    built = BuiltinEmbedder()
    yield built
    await built.close()


def vector(data: bytes) -> Any:
    return np.frombuffer(data, dtype="<f4")


async def test_paraphrases_are_nearer_than_unrelated_texts(embedder: BuiltinEmbedder) -> None:
    await embedder.load()
    texts = [
        "Which foods can I not eat?",
        "I am allergic to peanuts.",
        "The train leaves at ten.",
        "What must I avoid eating?",
    ]
    asked, allergy, train, again = (vector(data) for data in await embedder.embed(texts))
    assert asked @ again > 0.6
    assert asked @ allergy > asked @ train + 0.2


async def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: BuiltinEmbedder) -> None:
    texts = ["short", "a much longer text about gardens in Kyoto " * 20, "", "日本庭園が好きです", "short"]
    together = await embedder.embed(texts)
    alone = [(await embedder.embed([text]))[0] for text in texts]
    assert together == alone
    assert together[0] == together[4]
    assert len(set(together)) == 4


async def test_every_shape_of_text_gets_a_unit_vector(embedder: BuiltinEmbedder) -> None:
    texts = [
        "",
        " \n\t ",
        "京都の庭",
        "🦊" * 300,
        "\ud800 lone",
        "x" * 1_000_000,
        "a b\x00c\x1b[31m",
        " " * 1_000_000 + "y",
    ]
    for text, data in zip(texts, await embedder.embed(texts), strict=True):
        assert len(data) == 4 * embedder.dimensions, text[:10]
        assert np.linalg.norm(vector(data)) == pytest.approx(1.0, abs=1e-5), text[:10]


async def test_nothing_after_the_first_256_tokens_counts(embedder: BuiltinEmbedder) -> None:
    start = "garden " * 300
    one, other = await embedder.embed([start + "peanuts", start + "trains"])
    assert one == other


async def test_a_passage_alone_has_the_vector_of_its_text_and_signs_of_its_tokens(embedder: BuiltinEmbedder) -> None:
    text = "what can I eat?"
    (alone,) = await embedder.passages([Passage(text)])
    assert alone.vector == (await embedder.embed([text]))[0]
    assert len(alone.tokens) == 5 * 384 // 8
    question = await embedder.question(text)
    assert len(question.tokens) == 4 * 384 * 4, "the question mark looks for nothing"


async def test_what_stands_around_a_passage_changes_its_vector_and_not_how_many_tokens_it_has(
    embedder: BuiltinEmbedder,
) -> None:
    text = "It hurts " * 20
    long = "history of gardens " * 400
    alone, amid = await embedder.passages([Passage(text), Passage(text, (long, long), (long,))])
    assert alone.vector != amid.vector
    assert len(alone.tokens) == len(amid.tokens)
    assert await embedder.passages([Passage("")])


async def test_no_texts_no_vectors(embedder: BuiltinEmbedder) -> None:
    assert await embedder.embed([]) == []


async def test_a_question_goes_between_the_texts_of_a_long_batch(embedder: BuiltinEmbedder) -> None:
    await embedder.load()
    batch = asyncio.create_task(embedder.embed(["the history of gardens " * 60] * 40))
    await asyncio.sleep(0)
    await embedder.embed(["what can I eat?"])
    assert not batch.done()
    assert len(await batch) == 40


async def test_a_question_does_not_wait_for_passages(embedder: BuiltinEmbedder) -> None:
    await embedder.load()
    many = [Passage("the history of gardens " * 60)] * 40
    passages = asyncio.create_task(embedder.passages(many))
    await asyncio.sleep(0)
    await embedder.question("what can I eat?")
    assert not passages.done()
    assert len(await passages) == 40


async def test_passages_side_by_side_are_those_that_come_one_after_the_other(embedder: BuiltinEmbedder) -> None:
    texts = [f"On day {day} I planted {day * 3} tulips." for day in range(12)]
    passages = [Passage(text, tuple(texts[max(0, at - 2) : at])) for at, text in enumerate(texts)]
    assert await embedder.passages(passages) == [(await embedder.passages([one]))[0] for one in passages]


@pytest.mark.parametrize("fault", ["overflow", "no weights"])
async def test_where_whole_numbers_cannot_be_multiplied_the_installed_graph_runs(
    embedder: BuiltinEmbedder, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await embedder.load()
    if fault == "overflow":
        monkeypatch.setattr(minilm, "_LEAST_LIKE", 1.1)
    else:
        data = minilm._data
        monkeypatch.setattr(minilm, "_data", lambda name: b"" if name == "minilm_graph.onnx" else data(name))
    plain = BuiltinEmbedder()
    text = "My sister Anna moved to Lisbon because she found work there."
    (exact,), (usual,) = await plain.embed([text]), await embedder.embed([text])
    assert exact != usual
    assert vector(exact) @ vector(usual) > 0.98
    await plain.close()


async def test_it_works_in_a_thread_of_its_own() -> None:
    before = set(threading.enumerate())
    embedder = BuiltinEmbedder()
    await embedder.embed(["a"])
    names = [thread.name for thread in threading.enumerate() if thread not in before]
    assert [name for name in names if "embedder" in name] == ["memchat-embedder_0"]
    await embedder.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=400))
async def test_any_text_gives_a_finite_unit_vector(text: str) -> None:
    data = (await _shared().embed([text]))[0]
    assert np.isfinite(vector(data)).all()
    assert np.linalg.norm(vector(data)) == pytest.approx(1.0, abs=1e-5)


_embedders: list[BuiltinEmbedder] = []


def _shared() -> BuiltinEmbedder:
    if not _embedders:
        _embedders.append(BuiltinEmbedder())
    return _embedders[0]


async def test_a_damaged_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    embedder = BuiltinEmbedder(broken)
    with pytest.raises(ModelError, match="damaged") as caught:
        await embedder.load()
    assert "words alone" in caught.value.next_step
    with pytest.raises(ModelError, match="damaged"):
        await embedder.embed(["again"])
    await embedder.close()


async def test_a_missing_model_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = BuiltinEmbedder(tmp_path / "gone.onnx")
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        await gone.load()
    await gone.close()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    uninstalled = BuiltinEmbedder()
    with pytest.raises(ModelError, match="not installed"):
        await uninstalled.load()
    await uninstalled.close()
