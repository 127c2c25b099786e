"""What a message refers to that was said just before it.

A message that stands alone is left as it is: what was said before would lead away from what it asks. One that refers to
something, such as "why?" or "and the other one?", is looked up together with the user's words before it, and the
beginning of the reply.
"""

import re
from collections.abc import Sequence

from memchat.memory.querying.languages import Language, language_of
from memchat.memory.querying.terms import terms_of
from memchat.store.letters import plain

_SHORT = 9
_LONGEST = 16
"""Words of a message that opens like a continuation, and of one that refers to something; longer ones stand alone."""

_OF_THE_USER, _OF_THE_REPLY = 220, 140
_ASKING = re.compile(r"[?？؟]|[吗嗎呢か][。\s]*$")
_GOES_ON = re.compile(
    r"^\W*(?:(?:please )?(?:tell me|say|explain)(?: me)? more|more|go on|continue|keep going|elaborate|what else"
    r"|mehr|weiter|erzahl mehr|encore|plus de details|mas|sigue|continua|ancora|meer|ga door|еще|дальше|продолжай"
    r"|[繼继][續续]|更多|もっと(?:教えて)?|続けて|계속|더)"
    r"(?: (?:please|bitte|details?|about (?:it|that|this)))?\W*$"
)
_YOUS = "you your du dir dich tu te toi vous usted ti lei voce je jij ты вы тебя"
_YOU = frozenset(_YOUS.split())
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+|\n|$)")
_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][^\W\d_]+|^[A-ZÀ-Þ][^\W\d_]+(?='s\b)")
_CHARACTERS_A_WORD = 2
_UNSPACED = {"zh", "ja", "ko"}


def with_what_it_refers_to(message: str, last: Sequence[str]) -> str:
    """`message` after what it refers to, or by itself where it stands alone.

    Args:
        message: The user's.
        last: What was said just before it by either side, oldest first.
    """
    if not last or not refers(message):
        return message
    *earlier, user, reply = ("", *last) if len(last) == 1 else last
    said = _focus(user, _OF_THE_USER)
    if earlier and (not terms_of(said) or refers(said)):
        # That one referred to something as well.
        said = f"{_focus(earlier[-2] if len(earlier) > 1 else earlier[-1], _OF_THE_USER)}\n{said}"
    return "\n".join(part for part in (said, _beginning(reply, _OF_THE_REPLY), message) if part.strip())


def refers(message: str) -> bool:
    """Whether `message` can only be understood by what was said before it."""
    language = language_of(message)
    bare = plain(message).strip(" \t\n\"'“”¿¡")
    if _GOES_ON.match(bare):
        return True
    length = _length(bare, language)
    if length > _LONGEST:
        return False
    terms = terms_of(message, language)
    small_talk = not terms and not _ASKING.search(message)
    if small_talk or (any(sign.isdigit() for sign in bare) and not terms):
        return False
    told = language.alone.sub(" ", bare)
    if (found := language.refers.search(told)) and not _named_before(message, told, found.start(), language):
        return True
    if not terms:
        return language.opens.match(bare) is not None or not _greets(bare, language)
    return length <= _SHORT and language.opens.match(bare) is not None and not _says_whole(told, language)


def _greets(bare: str, language: Language) -> bool:
    """Whether a question without a word that carries meaning is small talk, as "how are you?" is."""
    words = _WORD.findall(bare)
    return language.cuts.sub("", bare) != bare or any(word in language.talk or word in _YOU for word in words)


def _named_before(message: str, bare: str, at: int, language: Language) -> bool:
    """Whether the message itself says what the word at a place stands for."""
    return language.named.search(bare, 0, at) is not None or _NAME.search(message) is not None


def _says_whole(bare: str, language: Language) -> bool:
    """Whether a message that opens like a continuation names what it is about: "and where does my sister live?"."""
    return language.named.search(bare) is not None and _length(bare, language) > _SHORT // 2 + 1


def _length(bare: str, language: Language) -> int:
    return len(bare) // _CHARACTERS_A_WORD if language.code in _UNSPACED - {"ko"} else len(_WORD.findall(bare))


def _focus(text: str, limit: int) -> str:
    """The part of a message that what follows may refer to: all of a short one, else its question or its end."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    sentences = [match.group().strip() for match in _SENTENCE.finditer(text)]
    asking = [sentence for sentence in sentences if _ASKING.search(sentence)]
    return (asking or sentences)[-1][-limit:]


def _beginning(text: str, limit: int) -> str:
    found = _SENTENCE.search(text.strip())
    return found.group().strip()[:limit] if found else ""
