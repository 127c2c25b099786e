"""A long message, reduced to what matters: the user's own words, and what tells most of what they pasted."""

import re
from collections import Counter

from memchat.memory.languages import language_of
from memchat.memory.querying.terms import terms_of
from memchat.memory.sentences import own_text

_LONG = 700
_MANY_LINES = 8
_OWN = 600
_PARAGRAPH = 400
_MOST_RARE = 12
_QUESTION = re.compile(r"[^.!?。！？\n]{3,300}[?？]")
_TELLING = re.compile(
    r"(?<![^\W_])(?:[A-Za-z]+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}\w*|[A-Za-z]+\d\w*)(?![^\W_])"
)
_NAMED = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][^\W\d_]{2,}")
_LEAST_LETTERS = 5


def reduced(message: str) -> tuple[str, tuple[str, ...]]:
    """What is to be looked up for `message` as a text, and besides it the words that tell most of what is pasted.

    All of it, and no words, where it is not long.
    """
    text = message.strip()
    if len(text) <= _LONG and text.count("\n") < _MANY_LINES and "```" not in text:
        return text, ()
    own = _own_words(text)
    return own, tuple(_telling(text.replace(own, " ")))


def _own_words(text: str) -> str:
    """What the user says about it: the text without what is pasted; of what cannot be told apart, its ends."""
    own = own_text(text, language_of(text[:_OWN]))
    ends = text[-2_000:]
    if len(text) > len(own):
        own = f"{own}\n{own_text(ends, language_of(ends[-_OWN:]))}"
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", own) if part.strip()]
    own = "\n".join(dict.fromkeys(paragraphs))
    if 0 < len(own) <= _OWN:
        return own
    paragraphs = paragraphs or [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    first, last = paragraphs[0][:_PARAGRAPH], paragraphs[-1][-_PARAGRAPH:]
    short = [each for each in (first, last) if len(each) < _PARAGRAPH and _QUESTION.search(each)]
    if short:
        return "\n".join(dict.fromkeys(short))
    asked = [match.group().strip() for match in _QUESTION.finditer(f"{text[:_OWN]}\n{text[-_OWN:]}")]
    return "\n".join(dict.fromkeys([first, *asked[-2:], last]))[: 2 * _OWN]


def _telling(pasted: str) -> list[str]:
    """The words by which a text is most likely to be known again: identifiers and names, then the longer rare ones."""
    text = pasted[:20_000]
    identifiers = Counter(word.lower() for word in _TELLING.findall(text))
    names = Counter(word.lower() for word in _NAMED.findall(text))
    words = terms_of(text)
    counted = Counter(words)
    found = [word for word, _ in (identifiers + names).most_common(_MOST_RARE)]
    found += sorted((word for word in counted if len(word) >= _LEAST_LETTERS), key=len, reverse=True)
    chosen: dict[str, None] = {}
    for word in found:
        chosen.update(dict.fromkeys(terms_of(word)))
    return list(chosen)[:_MOST_RARE]
