"""Which language in Latin letters a text is in, told by the words that are in every text."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from memchat.store.letters import plain

ENGLISH = "en"
_READ_CHARACTERS = 1_500
_LATIN = re.compile(r"[a-z]+")


@cache
def stop_words() -> Mapping[str, frozenset[str]]:
    """The words of each language that tell nothing of what a text is about, as `plain` writes them."""
    table = tomllib.loads((files("memchat.store") / "stop_words.toml").read_text("utf-8"))
    return {code: frozenset(plain(words).split()) for code, words in table.items()}


@cache
def _votes() -> Mapping[str, tuple[str, ...]]:
    """The languages that each of these words speaks for."""
    votes: dict[str, tuple[str, ...]] = {}
    for code, words in stop_words().items():
        for word in words:
            votes[word] = (*votes.get(word, ()), code)
    return votes


def language_of(text: str) -> str:
    """The code of the language that `text` is in; English where nothing tells, or as much speaks for it.

    Args:
        text: As `plain` writes it.
    """
    votes = _votes()
    counted = Counter(code for word in _LATIN.findall(text[:_READ_CHARACTERS]) for code in votes.get(word, ()))
    best, most = max(counted.items(), key=lambda each: each[1], default=(ENGLISH, 0))
    return ENGLISH if counted[ENGLISH] == most else best
