"""What tells in each language that a sentence states something about the user: a file of patterns for each."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from memchat.core.kinds import MemoryKind
from memchat.core.memories import Holds

_CODES = ("en", "de", "fr", "es", "pt", "it", "nl", "ru", "zh", "ja", "ko", "other")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A way to say something of a known attribute.

    Attributes:
        pattern: Its group `value` (or `value2` and so on) is what answers for the attribute.
        field: The profile field that it sets.
        kind: None is `fact`.
        change: Whether it says that something became so, rather than that it is so.
        several: Whether there are usually several values at once.
        loose: Whether it only tells the kind; what it says may still be of no use to keep.
    """

    attribute: str
    pattern: re.Pattern[str]
    field: str | None = None
    kind: MemoryKind | None = None
    holds: Holds | None = None
    change: bool = False
    several: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The patterns of one language; each tells something of a sentence, unless it says otherwise.

    Attributes:
        words: Its most frequent words, to know it by.
        first_person: The user speaks of themselves or theirs.
        asks: It is a question.
        asks_memory: The whole of it asks what is remembered about the user.
        supposes: It is a supposition.
        plays: The whole message is play or fiction.
        opens_play: What follows in the session is play too.
        ends_play: The play is over.
        jokes: What was said before it was a joke.
        reports: It tells what somebody else said.
        passing: It is small talk, or of this moment and task.
        lasting: It is worth keeping although it is of today.
        hedges: The user is not sure of it.
        past: It is no longer so.
        also: It comes beside others, not in their place.
        standing: It says how the assistant is to answer from now on.
        not_standing: It is for this one task all the same.
        presents: What follows is not the user's own text.
        joins: Between two clauses of which each states something.
        carries: Between two clauses of which the second needs `lead` before it.
        leads: How a clause begins that `carries` can continue.
        before_question: A question that begins with a statement, its group `claim`.
        relations: People and animals who belong to the user; the group `who` is which.
        follows: It goes on about who was spoken of before.
        reads: Ways to say something of a known attribute, the surest first.
        switches: From the first person to the third, in order.
        unswitched: What `switches` leave of the first person, so that the words are kept as the user's.
        says: How words that stay the user's are told, with `{}` for them.
        negates: What before a known attribute says that it is not so.
        unsaid: What after a known attribute says that it is not so.
        tails: What follows a place, an employer or an occupation and is no part of it.
        answers: Questions of the assistant to which a few words are the value of a profile field.
        no_answer: Words that answer no such question.
        before_answer: What stands before the value in an answer.
    """

    code: str
    words: frozenset[str]
    first_person: re.Pattern[str]
    asks: re.Pattern[str]
    asks_memory: re.Pattern[str]
    supposes: re.Pattern[str]
    plays: re.Pattern[str]
    jokes: re.Pattern[str]
    reports: re.Pattern[str]
    passing: re.Pattern[str]
    lasting: re.Pattern[str]
    hedges: re.Pattern[str]
    past: re.Pattern[str]
    also: re.Pattern[str]
    standing: re.Pattern[str]
    not_standing: re.Pattern[str]
    presents: re.Pattern[str]
    joins: re.Pattern[str]
    carries: re.Pattern[str]
    leads: re.Pattern[str]
    before_question: re.Pattern[str]
    relations: re.Pattern[str]
    follows: re.Pattern[str]
    opens_play: re.Pattern[str]
    ends_play: re.Pattern[str]
    unswitched: re.Pattern[str]
    negates: re.Pattern[str]
    unsaid: re.Pattern[str]
    tails: re.Pattern[str]
    no_answer: re.Pattern[str]
    before_answer: re.Pattern[str]
    lead: str = ""
    says: str = "{}"
    answers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    reads: tuple[Read, ...] = ()
    switches: tuple[tuple[re.Pattern[str], str], ...] = ()


@cache
def languages() -> Mapping[str, Language]:
    """Every language, by its code."""
    return {code: _language(code) for code in _CODES}


def language_of(text: str) -> Language:
    """The language that `text` is most likely in; English where nothing tells."""
    if re.search(r"[\u3040-\u30ff]", text):
        return languages()["ja"]
    if re.search(r"[\uac00-\ud7af]", text):
        return languages()["ko"]
    if re.search(r"[\u3400-\u9fff]", text):
        return languages()["zh"]
    if re.search(r"[\u0400-\u04ff]", text):
        return languages()["ru"]
    found = re.findall(r"[^\W\d_]+", text.casefold())
    scores = {code: sum(word in language.words for word in found) for code, language in languages().items()}
    most = max(scores.values())
    level = [code for code, score in scores.items() if score == most]
    best = next((code for code in level if most and languages()[code].first_person.search(text)), level[0])
    english = languages()["en"]
    known = any(pattern.search(text) for pattern in (english.first_person, english.standing, english.asks))
    if not scores[best] and len(found) > 3 and not known:
        return languages()["other"]
    return languages()[best if scores[best] > scores["en"] or not known else "en"]


def _language(code: str) -> Language:
    table = tomllib.loads((files(__name__) / f"{code}.toml").read_text("utf-8"))
    reads = tuple(_read(each) for each in table.pop("reads", ()))
    switches = tuple((_pattern(old), new) for old, new in table.pop("switches", ()))
    words = frozenset(table.pop("words", "").split())
    lead, says = table.pop("lead", ""), table.pop("says", "{}")
    answers = tuple((field, _pattern(asked)) for field, asked in table.pop("answers", {}).items())
    names = [name for name in Language.__dataclass_fields__ if name not in _MADE]
    patterns = {name: _pattern(table.pop(name, ())) for name in names}
    if table:
        raise ValueError(f"{code}.toml has what no language has: {', '.join(table)}")
    return Language(
        code=code, words=words, lead=lead, says=says, answers=answers, reads=reads, switches=switches, **patterns
    )


_MADE = frozenset({"code", "words", "lead", "says", "answers", "reads", "switches"})


def _read(entry: Mapping[str, Any]) -> Read:
    fields = dict(entry)
    exact = fields.pop("exact", False)
    return Read(pattern=_pattern(fields.pop("pattern"), exact=exact), **fields)


def _pattern(source: str | Sequence[str], *, exact: bool = False) -> re.Pattern[str]:
    """One of several patterns; `exact` minds the case."""
    if not source:
        return _NEVER
    joined = source if isinstance(source, str) else "|".join(f"(?:{each})" for each in source)
    return re.compile(joined, 0 if exact else re.IGNORECASE)
