"""The words of a message that carry meaning."""

import re
from collections.abc import Iterator

from memchat.memory.querying.languages import Language, language_of
from memchat.store.letters import plain
from memchat.store.words import UNSPACED

_HANGUL = "\uac00-\ud7af"
_KATAKANA = "\u30a0-\u30ff"
_HIRAGANA = "\u3041-\u3096"
_SPACED = f"[^\\W_{UNSPACED}]"
_TOKEN = re.compile(
    f"(?P<hangul>[{_HANGUL}]+)|(?P<unspaced>[{UNSPACED}]+)"
    f"|(?P<version>(?<![\\w.])v?\\d+(?:\\.\\d+)+(?![\\w.]))"
    f"|(?P<signed>(?<![^\\W_])[a-z]\\w{{0,12}}(?:\\+\\+|#)(?![^\\W_])|(?<![\\w.])\\.net(?![^\\W_]))"
    f"|(?P<word>{_SPACED}+)"
)
_RUN = re.compile(f"[{_KATAKANA}]+|[{_HIRAGANA}]+|[^{_KATAKANA}{_HIRAGANA}]+")
_IS_HIRAGANA = re.compile(f"[{_HIRAGANA}]+")
_IS_KATAKANA = re.compile(f"[{_KATAKANA}]+")
_CHARACTER = re.compile(r"\w[^\w]*", re.DOTALL)
_LONGEST_KATAKANA = 6
_EVERYWHERE = frozenset({"http", "https", "www", "com", "org", "net", "html"})


def terms_of(message: str, language: Language | None = None) -> list[str]:
    """The words of `message` that carry meaning, as the index compares them, each once; none where it is small talk.

    Args:
        message: The user's.
        language: What it is in; none is what it seems to be in.
    """
    language = language_of(message) if language is None else language
    found = dict.fromkeys(_terms(plain(message), language))
    # Numbers alone find everything that has a number in it.
    if all(term.isdigit() or term in language.talk for term in found):
        return []
    return list(found)


def words_of(message: str) -> list[str]:
    """Every word of `message`, as the index compares them, each once."""
    return list(dict.fromkeys(match.group() for match in _TOKEN.finditer(plain(message))))


def _terms(bare: str, language: Language) -> Iterator[str]:
    for match in _TOKEN.finditer(bare):
        token = match.group()
        match match.lastgroup:
            case "hangul":
                yield from _of_hangul(token, language)
            case "unspaced":
                for part in _parted(token, language):
                    yield from _pairs(part)
            case "word" if token in language.stop or token in _EVERYWHERE or len(token) < 2:
                continue
            case _:
                yield token


def _of_hangul(token: str, language: Language) -> Iterator[str]:
    """A word of Korean without what clings to it."""
    if token in language.stop:
        return
    if token in language.talk:
        yield token
        return
    bare = token
    while (shorter := language.endings.sub("", bare)) and shorter != bare:
        bare = shorter
    if bare not in language.stop:
        yield from _pairs(bare)


def _parted(token: str, language: Language) -> Iterator[str]:
    """The parts of a run of characters that carry meaning."""
    start = 0
    for kept in language.kept.finditer(token):
        yield from _cut(token[start : kept.start()], language)
        yield kept.group()
        start = kept.end()
    yield from _cut(token[start:], language)


def _cut(text: str, language: Language) -> Iterator[str]:
    for part in language.cuts.split(text):
        before = ""
        for run in _RUN.findall(part or ""):
            # What follows a Chinese character in hiragana is the ending of a verb.
            if not _IS_HIRAGANA.fullmatch(run) or (not before and len(run) > 1):
                yield run
            before = run


def _pairs(run: str) -> Iterator[str]:
    """Pairs of neighbouring characters; a foreign word in katakana as it is, and a single character alone."""
    if _IS_KATAKANA.fullmatch(run) and len(run) <= _LONGEST_KATAKANA:
        if len(run) > 1:
            yield run
        return
    characters = _CHARACTER.findall(run) or [run]
    if len(characters) == 1:
        yield characters[0]
    for at in range(len(characters) - 1):
        yield "".join(characters[at : at + 2])
