"""Which language in Latin letters a text is in, told by the words that are in every text."""

import re
import tomllib
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


def language_of(text: str) -> str:
    """The code of the language that `text` is in; English where nothing tells, or as much speaks for it.

    Args:
        text: As `plain` writes it.
    """
    words = _LATIN.findall(text[:_READ_CHARACTERS])
    votes = {code: sum(word in stops for word in words) for code, stops in stop_words().items()}
    best = max(votes, key=lambda code: (votes[code], code == ENGLISH))
    return best if votes[best] else ENGLISH
