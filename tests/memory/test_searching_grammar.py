"""What may be typed into the search."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.searching import BadFilter, Exact, SearchQuery
from memchat.memory.searching import filter_of, parsed, with_filter

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILTERS = ("in", "from", "after", "before", "on", "session", "space", "sort")


def read(typed: str, typing_at: int | None = None) -> SearchQuery:
    return parsed(typed, NOW, UTC, typing_at=typing_at)


def days(query: SearchQuery) -> tuple[date | None, date | None]:
    since, until = query.narrowed.since, query.narrowed.until
    return since.date() if since else None, until.date() if until else None


def test_all_of_it_at_once() -> None:
    query = read('tea in:facts,messages from:me "small garden" after:2026-03 gard* session:kyoto space:all sort:date')
    assert query.text == "tea small garden gard"
    assert query.narrowed.kinds == ("fact", "message")
    assert query.narrowed.speaker == "user"
    assert query.narrowed.exact == (Exact("small garden"), Exact("gard", beginning=True))
    assert (query.session, query.space, query.order) == ("kyoto", "all", "newest")
    assert days(query) == (date(2026, 3, 1), None)


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("after:2026-03-14", date(2026, 3, 14), None),
        ("since:2026-03", date(2026, 3, 1), None),
        ("before:2026", None, date(2026, 1, 1)),
        ("until:2026/3", None, date(2026, 3, 1)),
        ("on:2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("during:2025", date(2025, 1, 1), date(2026, 1, 1)),
        ("on:14.3.2026", date(2026, 3, 14), date(2026, 3, 15)),
        ('on:"last march"', date(2026, 3, 1), date(2026, 4, 1)),
        ("on:last-march", date(2026, 3, 1), date(2026, 4, 1)),
        ("on:march", date(2026, 3, 1), date(2026, 4, 1)),
        ("on:märz", date(2026, 3, 1), date(2026, 4, 1)),
        ("on:gestern", date(2026, 11, 19), date(2026, 11, 20)),
        ("on:上個月", date(2026, 10, 1), date(2026, 11, 1)),
        ("on:지난달", date(2026, 10, 1), date(2026, 11, 1)),
        ("after:this-week before:today", date(2026, 11, 16), date(2026, 11, 20)),
    ],
)
def test_times_in_any_of_the_languages_that_dates_are_read_in(
    typed: str, since: date | None, until: date | None
) -> None:
    assert days(read(typed)) == (since, until)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("in:pictures", "in: takes messages, facts, profile or sessions, several with commas, not “pictures”."),
        ("in:", "in: takes messages, facts, profile or sessions, several with commas."),
        ("from:you", "from: takes me or assistant, not “you”."),
        ("after:2026-02-30", "after: takes a day, a month, a year, or a time such as 2026-03-14"),
        ("after:2026-13", "after: takes a day"),
        ('on:"some day or yesterday"', "on: takes a day"),
        ("sort:size", "sort: takes best, newest or oldest"),
        ("after:2026-05 before:2026-03", "There is no time between the two."),
    ],
)
def test_what_cannot_be_understood_is_told_with_what_can(typed: str, said: str) -> None:
    with pytest.raises(BadFilter) as raised:
        read(typed)
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    "typed", ["http://x.y/?in:facts", "C:\\temp", "note:this", '5" nails', "rock'n'roll", "-", "*"]
)
def test_what_is_no_filter_is_words(typed: str) -> None:
    query = read(typed)
    assert query.text == ("" if typed == "*" else typed)
    assert query.narrowed == SearchQuery().narrowed


def test_a_filter_in_quotes_is_words() -> None:
    assert read('"in:facts"').narrowed.exact == (Exact("in:facts"),)


def test_quotation_marks_of_all_kinds_and_wide_colons() -> None:
    for typed in ('"two words"', "“two words”", "„two words“", "«two words»", "「two words」"):
        assert read(typed).narrowed.exact == (Exact("two words"),), typed
    assert read("in：facts").narrowed.kinds == ("fact",)


def test_the_word_that_is_being_typed_may_go_on() -> None:
    assert read("small gard", typing_at=10).unfinished == "gard"
    assert read("small gard ", typing_at=11).unfinished == ""
    assert read("gard in:facts", typing_at=4).unfinished == "gard"
    assert read('"small gard', typing_at=11).narrowed.exact == (Exact("small gard", beginning=True),)
    assert read("small gard").unfinished == ""


@pytest.mark.parametrize(
    ("typed", "name", "value", "then"),
    [
        ("garden", "in", "facts", "garden in:facts"),
        ("garden in:facts tea", "in", "messages", "garden tea in:messages"),
        ("garden in:facts tea", "in", "", "garden tea"),
        ("", "from", "me", "from:me"),
        ("since:2025 x", "after", "this-week", "x after:this-week"),
        ("x", "session", "Eight days", 'x session:"Eight days"'),
        ("still typing ", "in", "", "still typing "),
    ],
)
def test_keys_write_filters_into_what_is_typed(typed: str, name: str, value: str, then: str) -> None:
    assert with_filter(typed, name, value) == then
    assert filter_of(then, name) == value


@given(st.text(), st.none() | st.integers(0, 30))
def test_anything_can_be_typed(typed: str, typing_at: int | None) -> None:
    with suppress(BadFilter):
        query = read(typed, typing_at)
        assert query.unfinished in query.text


@given(st.sampled_from(FILTERS), st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters='"“„«「『*')))
def test_a_filter_is_understood_or_says_what_it_takes(name: str, value: str) -> None:
    try:
        query = read(f"{name}:{value} word")
    except BadFilter as error:
        said = str(error)
        assert said.startswith(f"{name}: takes ")
    else:
        assert query.text == "word"
