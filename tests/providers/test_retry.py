"""How long to wait between attempts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.providers.retry import Backoff, retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ],
)
def test_the_header(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.integers(min_value=1, max_value=10_000))
def test_waits_grow_and_stay_bounded(attempt: int) -> None:
    backoff = Backoff()
    wait = backoff.wait(attempt)
    assert wait is not None
    assert 0 < wait <= backoff.most * (1 + backoff.jitter)
    steady = Backoff(jitter=0.0)
    assert (steady.wait(attempt) or 0) <= (steady.wait(attempt + 1) or 0)


def test_what_the_server_asks_for_is_kept_to_unless_it_is_too_long() -> None:
    assert Backoff().wait(1, 20.0) == 20.0
    assert Backoff().wait(3, 0.0) == 0.0
    assert Backoff().wait(1, 3600.0) is None
