"""Text as the word index sees it, and queries that no text can break."""

import re
from collections.abc import Sequence

_MAX_TERMS = 64
_MAX_TERM_CHARACTERS = 200

# Scripts written without spaces, where FTS5 would take a whole sentence for one word: Thai to Khmer, kana,
# Han and Hangul. Each of their characters is a word of its own, and a word of several becomes a phrase.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)


def spaced(text: str) -> str:
    """`text` with spaces between the characters of scripts that have none between words."""
    return _UNSPACED.sub(r" \1 ", text)


def folded(text: str) -> str:
    """`text` for comparing without regard to case."""
    return text.casefold()


def phrase(term: str, *, prefix: bool = False) -> str:
    """`term` as one quoted FTS5 string; empty when nothing of it can be a word."""
    inner = spaced(term[:_MAX_TERM_CHARACTERS]).replace("\0", " ").replace('"', " ").strip()
    if not any(character.isalnum() for character in inner):
        return ""
    return f'"{inner}"*' if prefix else f'"{inner}"'


def phrases(terms: Sequence[str], *, prefix: bool = False) -> list[str]:
    """`terms` quoted for FTS5, each once, at most 64."""
    found = dict.fromkeys(phrase(term, prefix=prefix) for term in terms)
    return [text for text in found if text][:_MAX_TERMS]


def normal(text: str) -> str:
    """`text` as it is compared: without regard to case, spacing and the last full stop."""
    return " ".join(folded(text).split()).rstrip(".!。")
