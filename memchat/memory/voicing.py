"""What is known about the user, in the voice in which they ask for it."""

import re

from memchat.providers.vectors import Passage
from memchat.store.values import Around

_SAID = re.compile(r"\A\s*The user says:\s*[“\"](.*)[”\"]\s*\Z", re.DOTALL)
_OWNED = re.compile(r"\b(?:[Tt]he user|\AUser)['’]s\b")
_USER = re.compile(r"\b[Tt]he user\b(?!['’\w-])|\AUser\b(?=\s+[a-z])")


def as_asked_for(text: str) -> str:
    """A memory's text with I and my for "the user", as questions after it have them.

    Vectors hear who speaks: "The user lives in a hotel" is about as far from "Where do I live?" as what has nothing to
    do with it. That verbs keep their endings makes no difference to them. Other languages stay as they are.
    """
    said = _SAID.match(text)
    return said[1] if said else _USER.sub("I", _OWNED.sub("my", text))


def passage(text: str, around: Around | None) -> Passage:
    """What an embedder reads of an indexed text.

    Args:
        text: As it is stored.
        around: What was said around it; none for what is no message, such as a memory.
    """
    return Passage(as_asked_for(text)) if around is None else Passage(text, around.before, around.after)
