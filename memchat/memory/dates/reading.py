"""The times that a text names, whatever its language."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import cache
from itertools import pairwise

from memchat.memory.dates import periods
from memchat.memory.dates.languages.chinese import CHINESE
from memchat.memory.dates.languages.dutch import DUTCH
from memchat.memory.dates.languages.english import ENGLISH
from memchat.memory.dates.languages.french import FRENCH
from memchat.memory.dates.languages.german import GERMAN
from memchat.memory.dates.languages.italian import ITALIAN
from memchat.memory.dates.languages.japanese import JAPANESE
from memchat.memory.dates.languages.korean import KOREAN
from memchat.memory.dates.languages.portuguese import PORTUGUESE
from memchat.memory.dates.languages.russian import RUSSIAN
from memchat.memory.dates.languages.spanish import SPANISH
from memchat.memory.dates.reader import LONGEST, Reader, lower
from memchat.memory.dates.values import Found, Language, Prefer, TimeSpan

LANGUAGES = (
    *(ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, RUSSIAN),
    *(CHINESE, JAPANESE, KOREAN),
)

_NEAR = 1.6
"""A language whose share of telling words is so near to the best one's may be it too."""

_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def spans(text: str, at: datetime, zone: tzinfo | None, *, prefer: Prefer | None = None) -> list[TimeSpan]:
    """The times that `text` names, in their order.

    "since March" has no end, "before March" no beginning; "from March to May" is one. "Every Friday" names none.

    Args:
        text: What was said or asked.
        at: When, aware.
        zone: Where the days begin and end; none is this machine's time zone.
        prefer: Whether "on Friday" is the last or the coming one where the tense does not tell: the past for
            questions about what was; none is the coming one.
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
            lowered = lower(text[:LONGEST])
            return language, _without_weekly(lowered, _in_their_years(lowered, found), language)
    return chosen[0], []


def _in_their_years(text: str, found: list[Found]) -> list[Found]:
    """`found` with "on 12 June next year" and "in June last year" as one time each."""
    result: list[Found] = []
    for one in found:
        last = result[-1] if result else None
        dated = (
            last is not None
            and last.relative
            and last.named
            and not last.weekday
            and last.period.grain in {"day", "month"}
        )
        if not (dated and last and one.relative and one.period.grain == "year") or text[last.end : one.start].strip(
            " ,"
        ):
            result.append(one)
            continue
        month, day = last.period.first.month, last.period.first.day
        first = date(one.period.first.year, month, min(day, monthrange(one.period.first.year, month)[1]))
        of_days = last.period.grain == "day"
        period = periods.days(first, 1, "day") if of_days else periods.month_period(first.year, month - 1)
        result[-1] = replace(last, end=one.end, period=period)
    return result


def _without_weekly(text: str, found: list[Found], language: Language) -> list[Found]:
    """`found` without "from Monday to Friday", which is every week."""
    weekly: set[int] = set()
    for first, second in pairwise(found):
        if first.weekday and second.weekday and _joined(text, first, second, language):
            weekly |= {first.start, second.start}
    return [one for one in found if one.start not in weekly]


def languages_of(text: str) -> list[Language]:
    """The languages that `text` may be in, the likeliest first; English when nothing tells.

    Few, since the first text in a language costs the making of its reader.
    """
    lowered = lower(text[:LONGEST])
    words = set(_WORDS.findall(lowered))
    scores = {language.code: float(len(words & _telling(language.code))) for language in LANGUAGES}
    kana = len(_KANA.findall(lowered))
    han = len(_HAN.findall(lowered))
    hangul = len(_HANGUL.findall(lowered))
    scores |= {"ko": hangul / 2, "ja": kana + han / 2 if kana else han / 3, "zh": han / 2 - kana}
    best = max(scores.values())
    if best <= 0:
        return [ENGLISH]
    likely = [language for language in LANGUAGES if scores[language.code] * _NEAR >= best]
    return sorted(likely, key=lambda language: -scores[language.code])


@cache
def reader(code: str) -> Reader:
    """The reader of a language, made when it is first needed."""
    return Reader(next(language for language in LANGUAGES if language.code == code))


@cache
def _telling(code: str) -> frozenset[str]:
    return frozenset(next(language for language in LANGUAGES if language.code == code).telling.split())


def asks_about_past(text: str, at: datetime, zone: tzinfo | None) -> bool:
    """Whether a question is about how things were before, and not how they are."""
    language, rest = without_times(text, at, zone)
    return has(language, language.asks_past, rest)


def without_past_words(text: str) -> str:
    """`text` in lower case without the words by which it asks how things were, such as "used to" and "before"."""
    language = languages_of(text)[0]
    pattern = _pattern(language.code, language.asks_past)
    lowered = lower(text)
    return pattern.sub(" ", lowered) if pattern is not None else lowered


def without_times(text: str, at: datetime, zone: tzinfo | None) -> tuple[Language, str]:
    """`text` in lower case with blanks for the times in it, and its language; "before March" is gone as a whole."""
    language, found = read(text, at, zone)
    rest = lower(text)
    for one in found:
        start, end = one.start, one.end
        for front in (language.before, language.after, language.since, language.until):
            if match := re.search(f"(?<!\\w)(?:{front or '(?!)'})\\s*$", rest[: one.start]):
                start = min(start, match.start())
        for behind in (language.before_behind, language.after_behind, language.since_behind, language.until_behind):
            if match := re.match(f"\\s*(?:{behind or '(?!)'})", rest[one.end :]):
                end = max(end, one.end + match.end())
        rest = rest[:start] + " " * (end - start) + rest[end:]
    return language, rest


def has(language: Language, expression: str, text: str) -> bool:
    """Whether `text`, in lower case, has one of the words of `expression`."""
    pattern = _pattern(language.code, expression)
    return pattern is not None and pattern.search(text) is not None


@cache
def _pattern(code: str, expression: str) -> re.Pattern[str] | None:
    return reader(code).pattern(expression)


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
        first.named or second.named,
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
    return TimeSpan(
        start, end, text[one.start : one.end], one.period.grain, (one.start, one.end), one.relative, one.named
    )


def bound(which: str, text: str, one: Found, language: Language) -> bool:
    """Whether an expression is bounded by `since`, `until`, `before` or `after`, in front of it or behind."""
    front, behind = {
        "since": (language.since, language.since_behind),
        "until": (language.until, language.until_behind),
        "before": (language.before, language.before_behind),
        "after": (language.after, language.after_behind),
    }[which]
    return stands_before(front, text, one.start) or stands_behind(behind, text, one.end)
