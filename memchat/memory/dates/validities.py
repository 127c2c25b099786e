"""From when and until when what somebody states holds."""

from datetime import datetime, tzinfo

from memchat.memory.dates.reader import lower
from memchat.memory.dates.reading import languages_of, reader, spans
from memchat.memory.dates.values import Language, TimeSpan, Validity


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
    language = languages_of(text)[0]
    lowered = lower(text)
    found = spans(text, at, zone)
    past = _has(language, language.used_to, lowered)
    start = next((one.start for one in found if one.end is None), None)
    end = next((one.end for one in found if one.start is None), None)
    both = next((one for one in found if one.grain == "range" and _closed(one)), None)
    if both is not None and start is None and end is None:
        start, end = both.start, both.end
    if start is None and not past and _has(language, language.changes, lowered):
        start = next((one.start for one in found if one.start is not None and one.start <= at), None)
    if end is not None and end <= at:
        past = True
    if past and (end is None or end > at):
        end = at
    if start is not None and end is not None and start >= end:
        start = None
    return Validity(start, end, past)


def _closed(one: TimeSpan) -> bool:
    return one.start is not None and one.end is not None


def _has(language: Language, expression: str, text: str) -> bool:
    pattern = reader(language.code).pattern(expression)
    return pattern is not None and pattern.search(text) is not None
