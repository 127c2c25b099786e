"""Text as the word index sees it, and queries that no text can break.

Both sides go through `spaced`, so a word is found however it is written: in capitals or with accents, in scripts
without spaces, with another ending, as a part of an identifier.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from memchat.store.languages import ENGLISH, language_of
from memchat.store.letters import plain
from memchat.store.stems import FOREIGN, MARK, stemmed

_MAX_TERMS = 64
_MAX_TERM_CHARACTERS = 200
_MOST_PARTS = 400

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Scripts written without spaces, and Hangul, whose particles cling to words: Thai to Khmer, kana, Han.

FTS5 would take a whole sentence for one word. Each character, with the vowels and tones that belong to it, is a word
of its own, and a word of several becomes a phrase.
"""
_COMBINING = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
_CHARACTER = re.compile(f"([{UNSPACED}][{_COMBINING}]*)")

_LEAST_STEM = 3
# Whether it is worth looking for the three below, which takes ten times as long.
_MAY_JOIN = re.compile(r"(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z][a-z]{2}")
_MAY_COUNT = re.compile(r"\d(?<=[^\W\d_]\d)")
_MAY_SIGN = re.compile(r"[#+]|\.[nN]")

_SIGNS = {"++": "plusplus", "#": "sharp", ".": "dot"}
_SIGNED = re.compile(r"(?<![^\W_])([a-z]|[a-z]\w{2,12})(\+\+|#)(?![^\W_])|(?<![\w.])(\.)(net)(?![^\W_])", re.IGNORECASE)
_JOINED = re.compile(r"(?<![^\W_])(?:[^\W_]{0,60}?[a-z0-9][A-Z]|[A-Z]{2,12}[a-z]{2})[^\W_]{0,60}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERED = re.compile(r"(?<![^\W_])([^\W\d_]{3,40})\d{1,4}(?![^\W_])")

_ENGLISH_ENDINGS = (
    "ational ization fulness ousness iveness ements ments ances ences able ible nesses ations ators ities ings edly "
    "ives izers ously fully ally ers ies ness ions"
)
_BEGUN = frozenset(ending[:length] for ending in _ENGLISH_ENDINGS.split() for length in range(1, len(ending) + 1))


def spaced(text: str) -> str:
    """`text` in the words that are indexed: plain, apart, without endings.

    The parts of identifiers such as `getUserName`, names that have a sign, such as C++, and what language its words are
    marked as follow at its end.
    """
    bare = plain(text)
    parts = _parts(text)
    language = language_of(bare)
    words = stemmed(_apart(f"{bare}\n{plain(parts)}" if parts else bare), language)
    return f"{words}\n{in_language(language)}" if language in FOREIGN else words


def in_language(code: str) -> str:
    """The word that every text has in which words are marked as that language's."""
    return f"{MARK}{code}"


def _apart(bare: str) -> str:
    return bare if bare.isascii() else _CHARACTER.sub(r" \1 ", bare)


def _parts(text: str) -> str:
    found: list[str] = []
    if _MAY_JOIN.search(text):
        joined = islice(_JOINED.finditer(text), _MOST_PARTS)
        found += [part for match in joined for part in _PART.findall(match.group()) if len(part) > 1]
    if _MAY_COUNT.search(text):
        found += [match[1] for match in islice(_NUMBERED.finditer(text), _MOST_PARTS)]
    if _MAY_SIGN.search(text):
        found += [named(match.group()) for match in islice(_SIGNED.finditer(text), _MOST_PARTS)]
    return " ".join(dict.fromkeys(found))


def named(term: str) -> str:
    """A name that has a sign, such as C++, C# or .NET, as one word; any other text as it is."""
    match = _SIGNED.fullmatch(term.strip())
    if match is None:
        return term
    return "".join(_SIGNS.get(part, part) for part in match.groups() if part)


def folded(text: str) -> str:
    """`text` for comparing without regard to case."""
    return text.casefold()


def phrase(term: str, *, prefix: bool = False, languages: Sequence[str] = FOREIGN) -> str:
    """`term` as an FTS5 expression: the words in their order, in each form they may be indexed in.

    Args:
        term: A word, or several that stand together.
        prefix: Whether the last of them may be the beginning of one.
        languages: Those that words may be marked as; each makes a search slower.

    Returns:
        The expression; empty when nothing of the term can be a word.
    """
    bare = plain(named(term[:_MAX_TERM_CHARACTERS])).replace("\0", " ").replace('"', " ").strip()
    if not any(character.isalnum() for character in bare):
        return ""
    return _expression(bare, tuple(languages), prefix=prefix)


@lru_cache(maxsize=10_000)
def _expression(bare: str, languages: tuple[str, ...], *, prefix: bool) -> str:
    apart = _apart(bare).strip()
    forms = dict.fromkeys(stemmed(apart, language) for language in (ENGLISH, *languages))
    quoted = [f'"{apart}"*'] if prefix else []
    if prefix:
        # A word may be indexed as less than what was typed of it: `univers` for `universi`.
        forms.update(dict.fromkeys(bare[:at] for at in range(_LEAST_STEM, len(bare)) if bare[at:] in _BEGUN))
        forms.pop(apart, None)
    quoted += [f'"{form}"' for form in forms]
    return f"({' OR '.join(quoted)})" if len(quoted) > 1 else quoted[0]


def phrases(terms: Sequence[str], *, prefix: bool = False, languages: Sequence[str] = FOREIGN) -> list[str]:
    """`terms` as FTS5 expressions, as `phrase` makes them, each once, at most 64."""
    found = dict.fromkeys(phrase(term, prefix=prefix, languages=languages) for term in terms)
    return [text for text in found if text][:_MAX_TERMS]


def normal(text: str) -> str:
    """`text` as it is compared: without regard to case, spacing and the last full stop."""
    return " ".join(folded(text).split()).rstrip(".!。")
