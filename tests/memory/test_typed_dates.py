"""Dates as they are typed on the command line and in the browser: read alike, where the user's days begin and end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from memchat.memory.searching.times import moment_of

ZONE = ZoneInfo("Asia/Taipei")
NOW = datetime(2026, 11, 20, 15, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        (" 2026-3-1 ", "2026-03-01", "2026-03-01"),
        ("today", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("last-march", "2026-03-01", "2026-03-31"),
        ("昨天", "2026-11-19", "2026-11-19"),
    ],
)
def test_a_time_begins_with_its_first_day_and_ends_with_its_last(typed: str, first: str, last: str) -> None:
    begin, end = (moment_of(typed, NOW, ZONE, ends=ends) for ends in (False, True))
    assert begin == datetime.fromisoformat(first).replace(tzinfo=ZONE)
    assert end == datetime.fromisoformat(last).replace(tzinfo=ZONE) + timedelta(days=1)


@pytest.mark.parametrize("typed", ["", "soon", "2026-13", "2026-02-31", "0000", "9999", "9999-12-31"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    assert moment_of(typed, NOW, ZONE, ends=True) is None
