"""From when and until when what somebody states holds."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from memchat.memory.dates.reading import has, spans, without_times
from memchat.memory.dates.values import TimeSpan, Validity


def validity(text: str, at: datetime, zone: tzinfo | None) -> Validity:
    """What `text` says of the time in which its statement holds.

    "since March" and "for two years" tell a beginning, "until Friday" an end that includes that day, "moved last week"
    a beginning, "used to" that it is over. What is over without a date was over when it was said. A time at which
    something merely happened is none of these.

    Args:
        text: The statement.
        at: When it was said, aware.
        zone: Where the days begin and end; none is this machine's time zone.
    """
    language, rest = without_times(text, at, zone)
    found = spans(text, at, zone)
    past = has(language, language.used_to, rest)
    changes = has(language, language.changes, rest)
    start = next((one.start for one in found if one.end is None), None)
    end = next((one.end for one in found if one.start is None), None)
    if start is None and end is None:
        start, end = _stated(found, at, past=past, changes=changes)
    past = past or (end is not None and end <= at)
    if past and (end is None or end > at):
        end = at
    if start is not None and end is not None and start >= end:
        start = None
    return Validity(start, end, past)


def _stated(
    found: Sequence[TimeSpan], at: datetime, *, past: bool, changes: bool
) -> tuple[datetime | None, datetime | None]:
    """The beginning and the end that closed times tell: both of a range, and of what is over; else when it changed."""
    for one in found:
        if one.start is None or one.end is None:
            continue
        over = past and not changes and one.end <= at
        if one.grain == "range" or over:
            return one.start, one.end
        if changes and not past and one.start <= at:
            return one.start, None
    return None, None
