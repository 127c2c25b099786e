"""Whether a message asks about the world, of which the memory knows nothing, or about the user."""

import re
from collections.abc import Collection

from memchat.memory.querying.languages import Language, language_of
from memchat.store.letters import plain

_OWN = re.compile(r"\b(?:i|i'm|i've|my|mine|me|myself|we|our|us|ours)\b", re.IGNORECASE)
_HOW_TO = re.compile(
    r"\s*how (?:do|can|would|should|to) ?(?:i|we|one|you)?\b|\b(?:tell|show|give|help|teach) me\b", re.I
)
_ENGLISH_SURELY = re.compile(
    r"\b(?:what|how|which|who|when|where|why|the|does|with|write|explain|tell|give|it|this|you|an|for|and|to|of|is|are)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;:] )[A-Z][^\W\d_]+|\b[A-Z][^\W\d_]+(?='s\b)")


def about_world(message: str, known: Collection[str]) -> bool:
    """Whether a message asks about the world: it has no I or my, and names nobody who was spoken of.

    Args:
        message: The user's.
        known: Those of its terms that something in the index holds.
    """
    language = language_of(message)
    if language.code == "en":
        if not _ENGLISH_SURELY.search(message) or _OWN.search(_HOW_TO.sub(" ", message, count=1)):
            return False
        return not any(plain(name) in known for name in _NAME.findall(message))
    return asks_a_task(message, language)


def asks_a_task(message: str, language: Language) -> bool:
    """Whether a message, which is not in English, asks for a poem, a translation, an explanation or the like."""
    return language.tasks.search(plain(message)) is not None
