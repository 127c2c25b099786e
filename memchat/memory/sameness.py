"""Texts that say the same in nearly the same words."""

import re
from collections.abc import Sequence
from functools import lru_cache

from memchat.memory.queries import folded
from memchat.memory.ranking import Ranked

_READ = 4_000
"""A longer text is told from others by its beginning and its length."""

# A sign that belongs to a number or a name tells as much as a letter: -5, 3 %, C++, $20.
_WORDS = re.compile(r"(?:(?<!\w)[-−+](?=\d))?[^\W_]+(?:[+#]+(?!\w))?|[%‰°$€£¥₩₹<>=≠≤≥]")
_SHORTENED = re.compile(r"(?<=\w)(?:(n['’]t)|['’](m|re|ve|ll))(?!\w)", re.IGNORECASE)
_WHOLE = {"m": " am", "re": " are", "ve": " have", "ll": " will"}
_WRITTEN = """
a an the der die das den dem des ein eine einen einem einer le la les un une el los las una um uma il lo gli het een
"""
_ARTICLES = frozenset(_WRITTEN.split())


@lru_cache(maxsize=4_096)
def gist_of(text: str) -> str:
    """What two texts have in common that differ only in case, accents, punctuation and articles, or write I'm for I am.

    Signs of numbers and names stay: -5 is not 5, and C++ is not C. So does an article in capitals, as in vitamin A.
    """
    whole = _SHORTENED.sub(lambda found: " not" if found[1] else _WHOLE[found[2].lower()], text[:_READ])
    words = _WORDS.findall(whole)
    telling = [word for place, word in enumerate(words) if not _is_article(word, place)]
    rest = f" {len(text)}" if len(text) > _READ else ""
    return folded(" ".join(telling or words)) + rest


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order, but for articles."""
    return gist_of(one) == gist_of(other)


def distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    """`ranked` without what says the same as a better one.

    Texts that differ in a word, a number or a name stay: that may be what changed.
    """
    found: dict[str, Ranked] = {}
    for one in ranked:
        found.setdefault(gist_of(one.item.text), one)
    return list(found.values())


def _is_article(word: str, place: int) -> bool:
    return word.lower() in _ARTICLES and (word.islower() or place == 0)
