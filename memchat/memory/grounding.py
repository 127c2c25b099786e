"""Whether what a model wants to keep was said by the user just now, or comes from what was only recalled."""

import re
from collections.abc import Sequence
from typing import Literal

from memchat.memory.queries import Vocabulary, all_words, query_of, stem

Ground = Literal["said", "recalled", "neither"]

_ENOUGH = 0.5
_ABOUT_ANYONE = frozenset(map(stem, ("user", "person", "prefers", "likes", "wants", "uses", "name", "called", "is")))


def ground(text: str, said: str, recalled: Sequence[str]) -> Ground:
    """What `text` rests on: at least half of its words are in the user's message, or else in recalled text.

    Args:
        text: What is to be kept.
        said: The user's newest message.
        recalled: Texts that were recalled for it.
    """
    terms = [term for term in query_of(text).terms or all_words(text) if stem(term) not in _ABOUT_ANYONE]
    if not terms:
        return "said"
    in_message = _share(terms, said)
    if in_message >= _ENOUGH:
        return "said"
    return "recalled" if max((_share(terms, each) for each in recalled), default=0.0) > in_message else "neither"


def _share(terms: Sequence[str], text: str) -> float:
    vocabulary = Vocabulary.of(re.sub(r"['’]s\b", "", text))
    return sum(vocabulary.has(term) for term in terms) / len(terms)
