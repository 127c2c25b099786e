"""Words without their endings, by the rules of the language that they are in (Porter's Snowball).

A word of another language in Latin letters than English is marked, so that it cannot be taken for an English one:
Italian `pasta` is not `past`. Which language a text is in may be told wrongly, so a word that is looked up is looked up
as each of them would write it.
"""

import re
import threading
from functools import lru_cache
from typing import Protocol

import Stemmer

from memchat.store.languages import ENGLISH, stop_words

MARK, EMPTY_MARK = "\u02e1", "\u02e2"
"""End the stem of a word in Latin letters that is not English, and a stop word; no text has them after `plain`.

What a stop word is indexed as must not be met by a word of another language: French `mon` by `Mona`.
"""

LATIN = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
}
"""Snowball's names for the languages in Latin letters that are told apart; each more makes every search slower."""

FOREIGN = tuple(code for code in LATIN if code != ENGLISH)
"""Those of them whose words are marked."""

_BY_SCRIPT = {"russian": "а-яіїєґў", "greek": "α-ω", "arabic": "ء-ي", "hindi": "ऀ-ॿ", "armenian": "ա-և", "tamil": "஀-௿"}
_SCRIPTS = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, letters in _BY_SCRIPT.items()))
_LATIN_WORD = re.compile(r"(?<![^\W_])[a-z]{2,}(?![^\W_])")
_ARTICLE = re.compile("^[وف]?(?:[بك]?ال|لل)(?=..)")
_FEMININE = "ةهت"
_LEAST = 3


class _Snowball(Protocol):
    def stemWord(self, word: str) -> str:  # noqa: N802
        """The stem of a word in small letters."""


_made = threading.local()


def stemmed(text: str, language: str) -> str:
    """`text`, as `plain` writes it, with a stem for each word of a language whose endings are known.

    Args:
        text: As `plain` writes it.
        language: Code of the language that its Latin letters are in; one that is not in `LATIN` counts as English.
    """
    if not text.isascii():
        text = _SCRIPTS.sub(lambda match: _in_script(match.group(), match.lastgroup or ""), text)
    code = language if language in LATIN else ENGLISH
    return _LATIN_WORD.sub(lambda match: _in_latin(match.group(), code), text)


@lru_cache(maxsize=50_000)
def _in_latin(word: str, code: str) -> str:
    if code == ENGLISH:
        return _stemmer(LATIN[code]).stemWord(word)
    return word + EMPTY_MARK if word in stop_words()[code] else _stemmer(LATIN[code]).stemWord(word) + MARK


@lru_cache(maxsize=50_000)
def _in_script(word: str, name: str) -> str:
    if name != "arabic":
        return _stemmer(name).stemWord(word)
    # Snowball takes the article only from longer words, and a feminine ending is written in three ways.
    stem = _stemmer(name).stemWord(_ARTICLE.sub("", word))
    return stem[:-1] if len(stem) >= _LEAST and stem[-1] in _FEMININE else stem


def _stemmer(name: str) -> _Snowball:
    # One must not be used by two threads at once.
    found: _Snowball | None = getattr(_made, name, None)
    if found is None:
        found = Stemmer.Stemmer(name)
        setattr(_made, name, found)
    return found
