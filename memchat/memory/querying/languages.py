"""What tells in each language what a message looks for: the tables of `languages.toml`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from memchat.core.embedders import model_of
from memchat.store.languages import ENGLISH, stop_words
from memchat.store.languages import language_of as latin_language_of
from memchat.store.letters import plain

__all__ = ["ENGLISH", "Language", "language_of", "languages", "reads_english_alone"]

_NEVER = re.compile(r"(?!)")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(f"[{_HAN}]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    ("other", re.compile("[^\\W\\d_a-zA-Z\u00aa-\u024f\u1e00-\u1eff\ufb00-\ufb06\uff21-\uff5a]")),
)
_ENGLISH_EMBEDDERS = re.compile(r"minilm|[-_.]en(?:[-_.:]|$)|mxbai-embed-large|nomic-embed-text(?!-v2)")
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]+")
_OF_MANY_LETTERS = 3
"""A word of a script whose letters stand for words or syllables is about so many Latin letters long."""

_LEAST_SHARE = 1 / 3
_A_NAME_AND_ANOTHER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The words and patterns of one language; `languages.toml` says what each is for.

    Attributes:
        stop: Words that tell nothing; for those of `zh` and `ja` there is `cuts`.
        cuts: What parts runs of characters, and is no part of them.
        kept: What is not parted although something of it would.
        endings: What clings to a word.
    """

    code: str
    stop: frozenset[str] = frozenset()
    talk: frozenset[str] = frozenset()
    cuts: re.Pattern[str] = _NEVER
    kept: re.Pattern[str] = _NEVER
    endings: re.Pattern[str] = _NEVER
    own: re.Pattern[str] = _NEVER
    tasks: re.Pattern[str] = _NEVER
    opens: re.Pattern[str] = _NEVER
    refers: re.Pattern[str] = _NEVER
    alone: re.Pattern[str] = _NEVER
    named: re.Pattern[str] = _NEVER


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code, those without a table by their stop words alone, and `other`."""
    tables = tomllib.loads((files(__package__) / "languages.toml").read_text("utf-8"))
    others = {code: Language(code=code, stop=words) for code, words in stop_words().items() if code not in tables}
    known = {code: _language(code, table) for code, table in tables.items()}
    return {"other": Language(code="other"), **others, **known}


def language_of(message: str) -> Language:
    """The language that a message is most likely in; English where nothing tells, `other` where it is surely none."""
    bare = plain(message)
    letters = len(_LETTERS.findall(bare)) or 1
    for code, script in _SCRIPTS:
        many = _OF_MANY_LETTERS if code in {"zh", "ja", "ko"} else 1
        if not bare.isascii() and many * len(script.findall(bare)) >= _LEAST_SHARE * letters:
            return languages()[code]
    code = latin_language_of(bare)
    words = _WORDS.findall(bare)
    if code == ENGLISH and not any(word in stop_words()[ENGLISH] for word in words):
        code = _by_small_talk(words)
        if code == ENGLISH and _accented(message):
            code = "other"
    return languages()[code]


def _accented(message: str) -> bool:
    """Whether words of `message` have other letters than English ones; a name beside one other word may."""
    words = _WORDS.findall(message)
    accented = [word for word in words if not word.isascii()]
    return any(word[0].islower() or len(words) != _A_NAME_AND_ANOTHER for word in accented)


def _by_small_talk(words: Sequence[str]) -> str:
    """The language whose greetings have most of the words; English where none has more."""
    found = {code: sum(word in language.talk for word in words) for code, language in languages().items()}
    best = max(found, key=lambda code: found[code])
    return best if found[best] > found[ENGLISH] else ENGLISH


def reads_english_alone(embedder_id: str) -> bool:
    """Whether an embedder takes all texts of another language for alike, as those do that were taught English alone."""
    name = model_of(embedder_id).lower()
    return "multilingual" not in name and _ENGLISH_EMBEDDERS.search(name) is not None


def _language(code: str, table: Mapping[str, str]) -> Language:
    def pattern(name: str) -> re.Pattern[str]:
        return re.compile(table[name]) if name in table else _NEVER

    parted = code in {"zh", "ja"}
    return Language(
        code=code,
        stop=frozenset(() if parted else plain(table.get("stop", "")).split()) | stop_words().get(code, frozenset()),
        talk=frozenset(() if parted else plain(table["talk"]).split()),
        cuts=re.compile(f"{table['talk']}|{table['stop']}") if parted else _NEVER,
        kept=pattern("kept"),
        endings=pattern("endings"),
        own=pattern("own"),
        tasks=pattern("tasks"),
        opens=pattern("opens"),
        refers=pattern("refers"),
        alone=pattern("alone"),
        named=pattern("named"),
    )
