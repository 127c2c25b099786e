"""Moments: aware UTC datetimes in the program, seconds since 1970 in the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Tells the present moment, aware and in UTC; a test passes its own."""


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def to_unix(moment: datetime) -> float:
    """Seconds since 1970 of an aware `moment`."""
    return moment.timestamp()


def from_unix(seconds: float) -> datetime:
    """The aware UTC moment `seconds` after 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def last_moment(end: datetime) -> datetime:
    """The last moment of a period that ends with `end`: where that is midnight, it is on the day before."""
    return end - timedelta(seconds=1)


def iso(moment: datetime) -> str:
    """`moment` as ISO 8601 in UTC to the second, as the JSON shapes carry it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def ago(moment: datetime, present: datetime) -> str:
    """The age of `moment` in the largest whole unit: `now`, `5m`, `3h`, `2d`, `4w`, `2y`."""
    seconds = max(0, int((present - moment).total_seconds()))
    for size, unit in ((31_536_000, "y"), (604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return "now"
