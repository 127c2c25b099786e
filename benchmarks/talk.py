"""Synthetic talk of any size: sessions on topics, facts among messages, and questions about them.

Words are drawn by Zipf's law from the words of the embedder's own vocabulary, which stands in the order of how common
they are. A third of a message's words belong to its session's topic, so that there is something to find. The same
numbers make the same talk.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import numpy as np

NOW = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
_YEARS = 4

TOPICS = 400
_WORDS_OF_TOPIC = 40
_OF_TOPIC = 0.35
_FACTS = 0.03
_ASKING = 0.3
_SEED = 20_260_601


@dataclass(frozen=True, slots=True)
class Said:
    """A message; `fact` is what was learned from it, empty where that is nothing."""

    text: str
    role: str
    at: datetime
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A session of messages on one topic, and what its summary says."""

    topic: int
    messages: tuple[Said, ...]
    summary: str


@cache
def vocabulary() -> list[str]:
    """The whole words of the embedder's vocabulary, the most common first."""
    tokenizer = json.loads((files("memchat.providers") / "data" / "minilm_tokenizer.json").read_bytes())
    tokens = sorted(tokenizer["model"]["vocab"].items(), key=lambda each: each[1])
    return [token for token, _ in tokens if token.isascii() and token.isalpha() and len(token) > 1]


@cache
def _chances() -> tuple[np.ndarray, np.ndarray]:
    """How likely words are among all words, and within a topic, added up."""
    common = 1 / (np.arange(len(vocabulary())) + 2.7)
    special = 1 / (np.arange(_WORDS_OF_TOPIC) + 2.7)
    return np.cumsum(common / common.sum()), np.cumsum(special / special.sum())


@cache
def topics() -> np.ndarray:
    """The words of each topic, as places in the vocabulary."""
    chance = np.random.default_rng(_SEED)
    return chance.integers(400, 16_000, size=(TOPICS, _WORDS_OF_TOPIC))


def talks(messages: int, seed: int = _SEED) -> Iterator[Talk]:
    """Sessions with so many messages in all, the oldest first."""
    chance = np.random.default_rng(seed)
    begins, left = NOW - timedelta(days=365 * _YEARS), messages
    between = (NOW - begins) / (messages / 30 + 1)
    while left > 0:
        count = min(left, int(chance.integers(8, 52)))
        topic = int(chance.integers(TOPICS))
        yield Talk(topic, _messages(chance, topic, begins, count), f"About {_sentence(chance, topic, 18)}.")
        begins, left = begins + between, left - count


def _messages(chance: np.random.Generator, topic: int, begins: datetime, count: int) -> tuple[Said, ...]:
    lengths = np.clip(np.where(np.arange(count) % 2, 38, 16) * chance.lognormal(0, 0.6, count), 3, 180).astype(int)
    words = _words(chance, topic, int(lengths.sum())).tolist()
    kinds = chance.random((count, 2))
    known, place, said = vocabulary(), 0, []
    for number, length in enumerate(lengths.tolist()):
        text = " ".join(known[word] for word in words[place : place + length]).capitalize()
        place += length
        user = number % 2 == 0
        asks = user and kinds[number, 0] < _ASKING
        fact = f"Cares about {' '.join(text.split()[:7])}." if user and kinds[number, 1] < 2 * _FACTS else ""
        at = begins + timedelta(seconds=40 * number)
        said.append(Said(f"{text}{'?' if asks else '.'}", "user" if user else "assistant", at, fact))
    return tuple(said)


def _words(chance: np.random.Generator, topic: int, count: int) -> np.ndarray:
    common, special = _chances()
    words = np.searchsorted(common, chance.random(count))
    own = topics()[topic][np.searchsorted(special, chance.random(count))]
    return np.where(chance.random(count) < _OF_TOPIC, own, np.minimum(words, len(vocabulary()) - 1))


def _sentence(chance: np.random.Generator, topic: int, count: int) -> str:
    return " ".join(vocabulary()[word] for word in _words(chance, topic, count).tolist())


_QUESTIONS = (
    "what did I say about the {} and the {}?",
    "do you remember my {} {}?",
    "which {} did we choose for the {} in the end?",
    "I am still thinking about {}, what was the problem with {}?",
    "how did my {} go, was there something with the {} or the {}?",
    "tell me about our plan for {} {} {}",
    "who did I want to ask about the {} of the {}?",
    "what did I tell you about {} last month?",
    "{}?",
    "why is the {} so {}?",
)


def questions(count: int) -> list[str]:
    """What a user asks: of topics for the most part, one in ten in a named time, and one in ten about the world."""
    chance = np.random.default_rng(_SEED + 1)
    asked = []
    for number in range(count):
        form = _QUESTIONS[number % len(_QUESTIONS)]
        words = (vocabulary()[word] for word in topics()[int(chance.integers(TOPICS))][chance.permutation(12)])
        asked.append(form.format(*(word for word, _ in zip(words, range(form.count("{}")), strict=False))))
    return asked
