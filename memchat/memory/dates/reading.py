"""The times that a text names, whatever its language."""

import re
from datetime import datetime, tzinfo
from functools import cache
from itertools import pairwise

from memchat.memory.dates import periods
from memchat.memory.dates.languages.english import ENGLISH
from memchat.memory.dates.reader import LONGEST, Reader, lower
from memchat.memory.dates.values import Found, Language, Prefer, TimeSpan

LANGUAGES: tuple[Language, ...] = (ENGLISH,)

_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def spans(text: str, at: datetime, zone: tzinfo | None, *, prefer: Prefer | None = None) -> list[TimeSpan]:
    """The times that `text` names, in their order.

    "since March" has no end, "before March" no beginning; "from March to May" is one. "Every Friday" names none.

    Args:
        text: What was said or asked.
        at: When, aware.
        zone: Where the days begin and end; none is this machine's time zone.
        prefer: Whether "on Friday" is the last or the coming one where nothing in the text tells: the past for
            questions about what was, none for statements, which are then taken to be about what comes.
    """
    language, found = read(text, at, zone, prefer=prefer)
    lowered = lower(text[:LONGEST])
    result: list[TimeSpan] = []
    skip = -1
    for place, one in enumerate(found):
        if place <= skip:
            continue
        following = found[place + 1] if place + 1 < len(found) else None
        if following is not None and _joined(lowered, one, following, language):
            skip = place + 1
            result.append(_ranged(text, one, following, zone))
        else:
            result.append(_bounded(text, lowered, one, language, zone))
    return result


def read(text: str, at: datetime, zone: tzinfo | None, *, prefer: Prefer | None = None) -> tuple[Language, list[Found]]:
    """The expressions of time in `text`, and the language that they are in."""
    present = at.astimezone(zone)
    chosen = languages_of(text)
    for language in chosen:
        if found := reader(language.code).find(text, present, prefer):
            return language, _without_weekly(lower(text[:LONGEST]), found, language)
    return chosen[0], []


def _without_weekly(text: str, found: list[Found], language: Language) -> list[Found]:
    """`found` without "from Monday to Friday", which is every week."""
    weekly: set[int] = set()
    for first, second in pairwise(found):
        if first.weekday and second.weekday and _joined(text, first, second, language):
            weekly |= {first.start, second.start}
    return [one for one in found if one.start not in weekly]


def languages_of(text: str) -> list[Language]:
    """The languages that `text` may be in, the likeliest first."""
    words = set(_WORDS.findall(lower(text[:LONGEST])))
    scored = [(len(words & _telling(language.code)), -place, language) for place, language in enumerate(LANGUAGES)]
    return [language for _, _, language in sorted(scored, key=lambda each: each[:2], reverse=True)]


@cache
def reader(code: str) -> Reader:
    """The reader of a language, made when it is first needed."""
    return Reader(next(language for language in LANGUAGES if language.code == code))


@cache
def _telling(code: str) -> frozenset[str]:
    return frozenset(next(language for language in LANGUAGES if language.code == code).telling.split())


def asks_about_past(text: str) -> bool:
    """Whether a question is about how things were before, and not how they are."""
    language = languages_of(text)[0]
    pattern = reader(language.code).pattern(language.asks_past)
    return pattern is not None and pattern.search(lower(text)) is not None


def stands_before(expression: str, text: str, place: int) -> bool:
    """Whether `expression` ends where `place` is."""
    return bool(expression) and re.search(f"(?<!\\w)(?:{expression})\\s*$", text[:place]) is not None


def stands_behind(expression: str, text: str, place: int) -> bool:
    """Whether `expression` begins where `place` is."""
    return bool(expression) and re.match(f"\\s*(?:{expression})", text[place:]) is not None


def _joined(text: str, first: Found, second: Found, language: Language) -> bool:
    """Whether the two are the ends of one time, as in "from March to May"."""
    gap = text[first.end : second.start].strip()
    for opening, middle in language.between:
        if re.fullmatch(middle, gap) and (not opening or stands_before(opening, text, first.start)):
            return first.period.first < second.period.end
    return False


def _ranged(text: str, first: Found, second: Found, zone: tzinfo | None) -> TimeSpan:
    return TimeSpan(
        periods.moment(first.period.first, zone),
        periods.moment(second.period.end, zone),
        text[first.start : second.end],
        "range",
        (first.start, second.end),
        first.relative or second.relative,
    )


def _bounded(text: str, lowered: str, one: Found, language: Language, zone: tzinfo | None) -> TimeSpan:
    start: datetime | None = periods.moment(one.period.first, zone)
    end: datetime | None = periods.moment(one.period.end, zone)
    if one.open_end or bound("since", lowered, one, language):
        end = None
    elif bound("until", lowered, one, language):
        start = None
    elif bound("before", lowered, one, language):
        start, end = None, start
    elif bound("after", lowered, one, language):
        start, end = end, None
    return TimeSpan(start, end, text[one.start : one.end], one.period.grain, (one.start, one.end), one.relative)


def bound(which: str, text: str, one: Found, language: Language) -> bool:
    """Whether an expression is bounded by `since`, `until`, `before` or `after`, in front of it or behind."""
    front, behind = {
        "since": (language.since, language.since_behind),
        "until": (language.until, language.until_behind),
        "before": (language.before, language.before_behind),
        "after": (language.after, language.after_behind),
    }[which]
    return stands_before(front, text, one.start) or stands_behind(behind, text, one.end)
