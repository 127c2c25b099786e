"""Whose words a message asks for: those of somebody it names, the user's own, or the assistant's."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from memchat.memory.queries import LOOKED_AT, folded
from memchat.store.values import IndexedItem

Side = Literal["user", "assistant"]
_SIDES: tuple[Side, ...] = ("user", "assistant")

_MARKED = re.compile(r"([^\W\d_][\w .'’·-]{0,30})(?:: |：)")
_WORDS = re.compile(r"[^\W_]+")
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def side_asked(message: str) -> Side | None:
    """Whose words of the talk are asked for; none where neither side's are, or both."""
    found = [side for side, pattern in _sides().items() if pattern.search(message[:LOOKED_AT])]
    return found[0] if len(found) == 1 else None


def named_in(items: Iterable[IndexedItem], message: str) -> frozenset[int]:
    """The keys of those of the items that are the words of whom a message asks about, or were learned from them."""
    known = list(items)
    side, speaker = side_asked(message), speaker_asked((item.text for item in known), message)
    return frozenset(
        item.key
        for item in known
        if (side is not None and item.role == side) or (speaker is not None and said_by(item.text) == speaker)
    )


def said_by(text: str) -> str | None:
    """Who speaks, in a text that begins with a name and a colon; as names are compared."""
    found = _MARKED.match(text)
    return " ".join(_WORDS.findall(folded(found[1]))) if found else None


def speaker_asked(texts: Iterable[str], message: str) -> str | None:
    """The one of those who speak in `texts` whom a message names; none when it names several or nobody.

    A first name is enough where only one has it.
    """
    names = {name for text in texts if (name := said_by(text))}
    asked = folded(message)
    words = f" {' '.join(_WORDS.findall(asked))} "
    named = {name for name in names if _has(words, asked, name)}
    if not named:
        first = {name: name.split(" ", 1)[0] for name in names}
        named = {name for name, begins in first.items() if _has(words, asked, begins)}
    return named.pop() if len(named) == 1 else None


def _has(words: str, asked: str, name: str) -> bool:
    """Whether a message has a name, as words or, in scripts without spaces, as characters in a row."""
    if _WITHOUT_SPACES.search(name):
        return len(name) > 1 and name in asked
    return f" {name} " in words


@cache
def _sides() -> Mapping[Side, re.Pattern[str]]:
    data = tomllib.loads((files("memchat.memory") / "speakers.toml").read_text("utf-8"))
    return {side: re.compile("|".join(f"(?:{each})" for each in data[side]), re.IGNORECASE) for side in _SIDES}
