"""Putting dates for words such as "last week", so that a text stays true when it is read later."""

import re
from datetime import date, datetime, timedelta, tzinfo

from memchat.memory.dates.reader import lower
from memchat.memory.dates.reading import read, reader, stands_before
from memchat.memory.dates.values import Found, Language, Period, Wording

_TOLD = re.compile(r"(?:'s)? ?[(（]\D{0,2}\d")
"""A date that stands behind words for a time already."""

_DAY = timedelta(days=1)


def resolve(text: str, at: datetime, zone: tzinfo | None) -> str:
    """`text` with dates for the times that depend on the day on which it was said, in its own language.

    "moved to Lisbon last week" is "moved to Lisbon in the week of 9 November 2026". What comes every year or every
    week, and what has its year, stays as it is.

    Args:
        text: What was said.
        at: When, aware.
        zone: Where the days begin and end; none is this machine's time zone.
    """
    language, found = read(text, at, zone)
    if not found or reader(language.code).every_year(text):
        return text
    lowered = lower(text)
    for one in reversed(found):
        if not one.relative:
            continue
        if _TOLD.match(lowered, one.end):
            continue
        if lowered.startswith("'s ", one.end):
            noun = _named(one, language.wording, text[one.start : one.end])[0]
            text = f"{text[: one.end + 2]} ({noun}){text[one.end + 2 :]}"
        else:
            text = text[: one.start] + _words(one, text, lowered, language) + text[one.end :]
    return text


def _words(one: Found, text: str, lowered: str, language: Language) -> str:
    """What is put for an expression."""
    wording = language.wording
    said = text[one.start : one.end]
    noun, alone = _named(one, wording, said)
    if one.open_end:
        new = wording.since.format(when=noun, said=said)
    elif one.period.loose:
        new = wording.around.format(when=noun)
    else:
        new = noun if stands_before(language.prepositions, lowered, one.start) else alone
    at_start = one.start == 0 and said[:1].isupper()
    return new[:1].upper() + new[1:] if at_start else new


def _named(one: Found, wording: Wording, said: str) -> tuple[str, str]:
    """The date in its two forms: after a preposition, and standing alone."""
    period = one.period
    match period.grain:
        case "day":
            forms = wording.weekday if one.weekday else wording.day
        case "week":
            forms = wording.week
        case "month":
            forms = wording.month
        case "season":
            forms = wording.season
        case "year":
            forms = wording.year
        case "days" | "range":
            return _range(period, wording, said)
    return _form(forms[0], period.first, wording, said), _form(forms[1], period.first, wording, said)


def _range(period: Period, wording: Wording, said: str) -> tuple[str, str]:
    """A time of several days: a weekend, something vague, or from one day to another."""
    last = period.end - _DAY
    if period.loose:
        middle = period.first + (period.end - period.first) // 2
        template = wording.month[0] if period.end - period.first > timedelta(days=9) else wording.day[0]
        named = _form(template, middle, wording, said)
        return named, named
    if period.end - period.first == 2 * _DAY and period.first.weekday() == 5:
        return _form(wording.weekend[0], period.first, wording, said), _form(
            wording.weekend[1], period.first, wording, said
        )
    ends = {
        "first": _form(wording.day[0], period.first, wording, said),
        "last": _form(wording.day[0], last, wording, said),
        "said": said,
    }
    return wording.between[0].format(**ends), wording.between[1].format(**ends)


def _form(template: str, day: date, wording: Wording, said: str) -> str:
    return template.format(
        d=day.day,
        m=day.month,
        month=wording.month_names[day.month - 1],
        y=day.year,
        weekday=wording.weekday_names[day.weekday()],
        said=said,
        season=wording.season_names[(day.month - 3) // 3 % 4],
    )
