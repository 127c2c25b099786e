"""How alike texts are by their tokens."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.memory.likeness import likeness
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.vectors import Passage, Question
from memchat.store.nearest import cosines

NAMED = "I'm using ChromaDB for the vector store."
OTHER = "We painted the bedroom last week."


async def test_what_says_the_same_in_other_words_is_more_alike(embedding: object, minilm: BuiltinEmbedder) -> None:
    question = await minilm.question("which database holds my embeddings?")
    near, far = await minilm.passages([Passage(NAMED), Passage(OTHER)])
    wholes = {
        key: float(np.frombuffer(one.vector, "<f4") @ np.frombuffer(question.vector, "<f4"))
        for key, one in enumerate((near, far))
    }
    alike = likeness(question, {0: near.tokens, 1: far.tokens}, wholes)
    assert alike[0] > 0.3 > alike[1]


async def test_a_text_is_like_itself(embedding: object, minilm: BuiltinEmbedder) -> None:
    (own,) = await minilm.passages([Passage(NAMED)])
    assert likeness(await minilm.question(NAMED), {1: own.tokens}, {1: 1.0})[1] == pytest.approx(1.0, abs=0.1)


def test_without_tokens_the_whole_counts_and_other_lengths_do_not() -> None:
    question = Question(np.array([0.6, 0.8], "<f4").tobytes())
    halves = {1: np.array([1, 0], "<f2").tobytes(), 2: np.array([1, 0, 0], "<f2").tobytes()}
    assert likeness(question, {}, cosines(question.vector, halves)) == {1: pytest.approx(0.6, abs=1e-3)}
    assert cosines(question.vector, {}) == {}


async def test_what_was_said_before_tells_what_a_word_means(embedding: object, minilm: BuiltinEmbedder) -> None:
    question = await minilm.question("which instrument does my sister play?")
    alone, after = await minilm.passages(
        [Passage("She plays the cello."), Passage("She plays the cello.", before=("My sister is in an orchestra.",))]
    )
    alike = likeness(question, {1: alone.tokens, 2: after.tokens}, {1: 0.0, 2: 0.0})
    assert alike[2] > alike[1]
    assert len(alone.tokens) == len(after.tokens)


@given(lengths=st.lists(st.integers(1, 900), min_size=1, max_size=6), asked=st.integers(1, 5), seed=st.integers(0, 9))
@settings(max_examples=20)
def test_tokens_are_compared_alike_however_many_there_are(lengths: list[int], asked: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    question = Question(bytes(4 * 64), chance.standard_normal((asked, 64)).astype("<f4").tobytes())
    tokens = {key: chance.bytes(8 * length) for key, length in enumerate(lengths)}
    together = likeness(question, tokens, dict.fromkeys(tokens, 0.0))
    for key, signs in tokens.items():
        assert together[key] == pytest.approx(likeness(question, {key: signs}, {key: 0.0})[key], abs=1e-4)


def test_numpy_computes_in_one_thread() -> None:
    code = "import os, memchat; print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"
