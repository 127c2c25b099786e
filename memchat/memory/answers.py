"""A few words in answer to a question of the assistant's: `Lisbon.` to `Where do you live?`."""

import re

from memchat.memory.languages import language_of

LONGEST = 60
"""Characters of such an answer at most."""

_MOST_WORDS = 4
_ASKING = 240
_SENTENCE = re.compile(r"[^.!?。！？\n]*[?？]")
_VALUE = re.compile(r"^[^\W\d_][\w'’.\- ·]*$")
_NAME_WORD = re.compile(
    r"^(?:[^\W\d_a-zà-öø-ÿа-я][\w'’.\-]*|de|del|della|da|do|dos|la|le|van|von|der|den|of|the|am|an|sur)$"
)


def answered(message: str, before: str) -> tuple[str, str] | None:
    """The profile field that the assistant asked for, and the user's words that answer for it; none for other talk.

    Args:
        message: What the user said.
        before: What the assistant had said before it.
    """
    stripped = message.strip()
    if not stripped or len(stripped) > LONGEST or "\n" in stripped:
        return None
    asked = _SENTENCE.findall(before[-_ASKING:])
    if not asked:
        return None
    language = language_of(asked[-1])
    field = next((field for field, pattern in language.answers if pattern.search(asked[-1])), None)
    if field is None or language.no_answer.search(stripped):
        return None
    first, rest = (*re.split(r"[,.;!?。，！？、]", stripped, maxsplit=1), "")[:2]
    value = language.before_answer.sub("", first, count=1).strip() if _tells(first) else ""
    if language.code in {"ja", "ko", "zh"}:
        value = re.sub(r"(?:です|に住んで(?:い)?ます|と(?:申し|いい)ます|이에요|예요|입니다|에 살아요|요)$", "", value)
    if len(rest) > LONGEST // 3 or not _VALUE.match(value) or len(value.split()) > _MOST_WORDS:
        return None
    if field in {"name", "location"} and not all(_NAME_WORD.match(word) for word in value.split()):
        return None
    return field, value


def _tells(text: str) -> bool:
    return any(character.isalpha() for character in text)
