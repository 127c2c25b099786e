"""Whether a model's notes name what was never said: names and numbers must stand in the text that it read.

Only names and numbers are looked at, since notes are free to put the rest in other words. Names of days and months
are let be, and so are capitals where every noun has one, as in German or in a title.
"""

import re
from functools import cache

from memchat.memory.queries import Vocabulary, folded, same_text

_SENTENCES = re.compile(r"[^\n]+?(?:[.!?…](?=\s|$)|[。！？]|(?=\n)|$)\s*")
_WORD = re.compile(r"[^\W_](?:[\w'’.+#&/-]*[\w+#])?")
_NUMBER = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<=\d)[,.'’\u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_NO_NAMES = frozenset(
    (
        *("user", "users", "assistant", "memchat", "ai", "i"),
        *("topic", "wanted", "resolved", "decided", "pending", "nothing", "none", "note", "notes"),
        *("january", "february", "march", "april", "may", "june"),
        *("july", "august", "september", "october", "november", "december"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    )
)
_GERMAN = re.compile(
    r"\b(?:der|die|das|den|dem|und|oder|nicht|ich|er|sie|mit|nach|ist|ein|eine|einen|hat|für|auf|zu)\b"
)


def without_inventions(text: str, source: str) -> str:
    """`text` without the sentences that name what `source` does not; lines that lose everything go with them."""
    lines = []
    for line in text.split("\n"):
        label, body = _label(line)
        kept = "".join(each for each in _SENTENCES.findall(body) if not inventions(each, source)).rstrip()
        if kept or not body.strip():
            lines.append(label + kept)
    return "\n".join(lines).strip()


def without_copies(text: str, instructions: str) -> str:
    """`text` without the lines that only repeat a piece of the instructions, as small models with little to say do."""
    told = f" {same_text(instructions)} "
    kept = []
    for line in text.split("\n"):
        words = same_text(_label(line)[1])
        if " " not in words or f" {words} " not in told:
            kept.append(line)
    return "\n".join(kept).strip()


def inventions(sentence: str, source: str) -> list[str]:
    """The names and numbers of one sentence that `source` does not have."""
    words = _WORD.findall(sentence)
    said = _said(source)
    numbers = _NUMBER.findall(_THOUSANDS.sub("", sentence))
    found = [number for number in numbers if not said.has_number(number)]
    title = len(words) > 3 and all(word[0].isupper() for word in words[1:])
    loose = title or len(_GERMAN.findall(sentence)) > 1
    for index, word in enumerate(words):
        marked = any(c.isupper() for c in word[1:])
        if (marked or (index > 0 and word[0].isupper() and not loose)) and not said.has(word):
            found.append(word)
    return found


def _label(line: str) -> tuple[str, str]:
    """A line's bullet or name, and the rest."""
    match = re.match(r"\s*(?:[-*•]\s+|\w{3,12}:\s*)", line)
    return (line[: match.end()], line[match.end() :]) if match else ("", line)


class _Said:
    """What a source has."""

    def __init__(self, source: str) -> None:
        whole = folded(source)
        self._words = Vocabulary.of(source)
        self._compact = re.sub(r"[\W_]+", "", whole)
        digits = _NUMBER.findall(_THOUSANDS.sub("", whole))
        spelt = (str(n) for n, word in enumerate(_NUMBER_WORDS) if re.search(rf"\b{word}\b", whole))
        self._numbers = {_bare(number) for number in digits} | set(spelt)
        self._spells_otherwise = not whole.isascii()

    def has_number(self, number: str) -> bool:
        # A small number may be spelt in a language whose words for it are not known here.
        return _bare(number) in self._numbers or (self._spells_otherwise and len(_bare(number)) == 1)

    def has(self, word: str) -> bool:
        plain = re.sub(r"['’]s$", "", folded(word))
        parts = [part for part in re.split(r"[\W_]+", plain) if part]
        if not parts or all(part in _NO_NAMES or part.isdigit() for part in parts):
            return True
        return all(self._words.has(part) for part in parts) or "".join(parts) in self._compact


def _bare(number: str) -> str:
    return number.lstrip("0") or "0"


@cache
def _cached(source: str) -> _Said:
    return _Said(source)


def _said(source: str) -> _Said:
    if _cached.cache_info().currsize > 4:
        _cached.cache_clear()
    return _cached(source)
