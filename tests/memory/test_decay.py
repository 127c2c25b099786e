"""The rules by which memories fade."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from memchat.core.memories import HOLDS
from memchat.memory.decay import HALF_LIFE_BY_TYPE, boosts, half_life, newness, recency, value
from tests.memory.making import NOW, fact

KINDS = st.sampled_from(sorted(HALF_LIFE_BY_TYPE))
HOLD = st.none() | st.sampled_from(HOLDS)
DAYS = st.floats(0, 20_000)
USES = st.integers(0, 10_000)


@given(KINDS, HOLD, USES, DAYS, DAYS)
def test_the_older_never_comes_before_the_newer(
    kind: str, holds: str | None, uses: int, first: float, second: float
) -> None:
    older, newer = max(first, second), min(first, second)
    days = half_life(kind, holds, uses)  # type: ignore[arg-type]
    assert recency(NOW - timedelta(days=older), NOW, days) <= recency(NOW - timedelta(days=newer), NOW, days)


@given(KINDS, HOLD, USES, USES, DAYS, DAYS)
def test_the_stronger_never_fades_faster(
    kind: str, holds: str | None, first: int, second: int, early: float, late: float
) -> None:
    assume(early < late)
    weak, strong = (half_life(kind, holds, uses) for uses in sorted((first, second)))  # type: ignore[arg-type]
    assert newness(late, strong) >= newness(late, weak)
    assert newness(late, strong) * newness(early, weak) >= newness(late, weak) * newness(early, strong) - 1e-12


@given(KINDS, DAYS)
def test_a_date_in_the_future_counts_as_now(kind: str, days: float) -> None:
    life = half_life(kind)  # type: ignore[arg-type]
    assert recency(NOW + timedelta(days=days), NOW, life) == recency(NOW, NOW, life)


@given(KINDS)
def test_what_is_not_known_neither_helps_nor_harms(kind: str) -> None:
    known = boosts(kind=kind, at=None, now=NOW)  # type: ignore[arg-type]
    assert set(known.values()) == {1.0}


@given(KINDS, HOLD, st.none() | st.integers(-9_000, 9_000), USES, st.none() | st.floats(-1, 2), st.booleans())
def test_every_boost_is_bounded(
    kind: str, holds: str | None, days: int | None, uses: int, confidence: float | None, pinned: bool
) -> None:
    at = None if days is None else NOW - timedelta(days=days)
    found = boosts(
        kind=kind,  # type: ignore[arg-type]
        at=at,
        now=NOW,
        holds=holds,  # type: ignore[arg-type]
        uses=uses,
        confidence=confidence,
        pinned=pinned,
    )
    assert 0.95 <= found["recency"] <= 1.05
    assert 1.0 <= found["use"] <= 1.05
    assert 0.85 <= found["confidence"] <= 1.0
    assert 1.0 <= found["pinned"] <= 1.07


def test_half_of_the_newness_is_gone_after_a_half_life() -> None:
    assert newness(half_life("event"), half_life("event")) == 0.5
    assert half_life("preference") > half_life("decision") > half_life("event")
    assert half_life("fact", "days") < half_life("fact", "weeks") < half_life("fact", "months")
    assert half_life("fact") < half_life("fact", uses=4) < 2 * half_life("fact")


def test_what_is_worth_keeping() -> None:
    stale = replace(fact("Had a cold", "cold"), observed_at=NOW - timedelta(days=400), confidence=0.4)
    used = replace(stale, use_count=9)
    sure = replace(stale, confidence=1.0)
    new = replace(stale, observed_at=NOW)
    said_again = replace(stale, last_seen_at=NOW, seen_count=3)
    pinned = replace(stale, pinned=True)
    assert value(stale, NOW) < min(value(each, NOW) for each in (used, sure, new, said_again, pinned))
    assert value(pinned, NOW) == 1.0
    assert value(replace(new, observed_at=NOW + timedelta(days=5)), NOW) == value(new, NOW)


@given(DAYS, USES, st.floats(0, 1))
def test_a_value_is_from_0_to_1(days: float, uses: int, confidence: float) -> None:
    memory = replace(fact("x"), observed_at=NOW - timedelta(days=days), use_count=uses, confidence=confidence)
    assert 0 <= value(memory, NOW) <= 1
