"""A long message, reduced to what matters: the user's own words, and what tells most of what they pasted."""

import re
from collections import Counter

from memchat.memory.languages import language_of
from memchat.memory.querying.terms import terms_of
from memchat.memory.sentences import own_text
from memchat.store.words import UNSPACED

_LONG = 700
_MANY_LINES = 5
_READ = 20_000
_OWN = 600
_PARAGRAPH = 400
_FEW, _MOST = 4, 12
_ENOUGH = 2
_UNSPACED = re.compile(f"[{UNSPACED}]")
_QUESTION = re.compile(r"[^.!?。！？\n]{3,300}[?？]")
_IDENTIFIER = re.compile(
    r"(?<![^\W_])(?:[A-Za-z]+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}\w*|[A-Za-z]+\d\w*)(?![^\W_])"
)
_NAMED = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][^\W\d_]{2,}")
_LEAST_LETTERS = 5


def reduced(message: str) -> tuple[str, tuple[str, ...]]:
    """What is to be looked up for `message` as a text, and besides it the words that tell most of what is pasted.

    All of it, and no words, where it is not long.
    """
    text = message.strip()
    if _length(text) <= _LONG and text.count("\n") < _MANY_LINES and "```" not in text:
        return text, ()
    own = _own_words(text)
    few = len(terms_of(own)) >= _ENOUGH
    return own, tuple(_telling(text.replace(own, " "), few=few))


def _length(text: str) -> int:
    """Of how many Latin letters a text would be."""
    return len(text) if text.isascii() else len(text) + 2 * len(_UNSPACED.findall(text))


def _own_words(text: str) -> str:
    """What the user says about it: the text without what is pasted; of what cannot be told apart, its ends."""
    own = own_text(text, language_of(text[:_OWN]))
    ends = text[-2_000:]
    if len(text) > len(own):
        own = f"{own}\n{own_text(ends, language_of(ends[-_OWN:]))}"
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", own) if part.strip()]
    own = "\n".join(dict.fromkeys(paragraphs))
    if 0 < _length(own) <= _OWN:
        return own
    paragraphs = paragraphs or [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    first, last = paragraphs[0][:_PARAGRAPH], paragraphs[-1][-_PARAGRAPH:]
    short = [each for each in (first, last) if _length(each) < _PARAGRAPH and _QUESTION.search(each)]
    if short:
        return "\n".join(dict.fromkeys(short))
    asked = [match.group().strip() for match in _QUESTION.finditer(f"{text[:_OWN]}\n{text[-_OWN:]}")]
    return "\n".join(dict.fromkeys([first, *asked[-2:], last]))[: 2 * _OWN]


def _telling(pasted: str, *, few: bool) -> list[str]:
    """The words by which a text is most likely to be known again: identifiers and names, then the longer rare ones.

    Args:
        pasted: The text.
        few: Whether the user's own words say enough, so that others would only hide them.
    """
    text = pasted[:_READ]
    named = Counter(word.lower() for pattern in (_IDENTIFIER, _NAMED) for word in pattern.findall(text))
    found = [word for word, _ in named.most_common(_FEW if few else _MOST)]
    if not few:
        found += sorted((word for word in terms_of(text) if len(word) >= _LEAST_LETTERS), key=len, reverse=True)
    terms = dict.fromkeys(term for word in found for term in terms_of(word))
    return list(terms)[: _FEW if few else _MOST]
