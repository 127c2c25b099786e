"""The times that are typed, in a filter or as a date: `2026`, `2026-03`, `yesterday`, `last-march`, `上個月`."""

import re
from datetime import datetime, tzinfo

from memchat.memory.dates import TimeSpan, spans

_NUMBERS = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?")
_BEFORE_A_MONTH = ("in", "im", "am", "en", "le", "em", "el", "op", "в")
"""What stands before the name of a month or a day inside a sentence, where it is read."""


def time_of(value: str, now: datetime, zone: tzinfo | None) -> TimeSpan | None:
    """The time that `value` names as a whole; none where it names none.

    Args:
        value: What was typed; hyphens may stand for spaces.
        now: The present moment; "march" is the last one.
        zone: The user's time zone; none is this machine's.
    """
    if numbers := _NUMBERS.fullmatch(value.strip()):
        return _numbered(*(int(part) if part else None for part in numbers.groups()), now=now, zone=zone)
    words = re.sub(r"(?<=\w)[-_](?=\w)", " ", value).strip()
    if not words:
        return None
    for text in (words, *(f"{word} {words}" for word in _BEFORE_A_MONTH)):
        found = spans(text, now, zone, prefer="past")
        if len(found) == 1 and found[0].place[0] <= len(text) - len(words) and not text[found[0].place[1] :].strip():
            return found[0]
    return None


def moment_of(value: str, now: datetime, zone: tzinfo | None, *, ends: bool) -> datetime | None:
    """The beginning of the time that `value` names, or the end of it; none where it names none.

    Args:
        value: As for `time_of`.
        now: As for `time_of`.
        zone: As for `time_of`.
        ends: Whether the end of that year, month or day is meant.
    """
    span = time_of(value, now, zone)
    return None if span is None else span.end if ends else span.start


def _numbered(
    year: int | None, month: int | None, day: int | None, *, now: datetime, zone: tzinfo | None
) -> TimeSpan | None:
    """A year, a month or a day, in the user's time zone; none where there is none so."""
    if year is None:
        return None
    try:
        start = datetime(year, month or 1, day or 1)  # noqa: DTZ001 - of the zone that follows
        if day:
            found = spans(f"{start:%Y-%m-%d}", now, zone)
            return found[0] if found else None
        end = datetime(year + month // 12, month % 12 + 1, 1) if month else datetime(year + 1, 1, 1)  # noqa: DTZ001
        begins, ends = (each.astimezone() if zone is None else each.replace(tzinfo=zone) for each in (start, end))
    except (ValueError, OverflowError):
        return None
    return TimeSpan(begins, ends, "", "month" if month else "year", named=True)
