"""What the reader of dates gives, and what it knows of a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

Grain = Literal["day", "days", "week", "month", "season", "year", "range"]
"""How coarse a time is: `days` are a weekend or something vague, `range` has its two ends stated."""
Unit = Literal["hour", "day", "weekend", "week", "month", "year"]
Which = Literal[
    "choose",
    "last",
    "this",
    "next",
    "week before",
    "this week",
    "week after",
    "last year",
    "this year",
    "next year",
]
"""Which Friday or March is meant; `choose` leaves it to the tense."""

Prefer = Literal["past", "future"]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days: from `first` up to and without `end`.

    Attributes:
        loose: Whether the words were vague, as in "a few weeks ago".
    """

    first: date
    end: date
    grain: Grain
    loose: bool = False


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time that a text names.

    Attributes:
        start: When it begins, aware and in UTC; none when it has no beginning, as in "before March".
        end: The first moment after it; none when it has no end, as in "since March".
        words: The words of the text that name it.
        grain: How coarse it is.
        place: Where these words stand in the text, as a pair of offsets.
        relative: Whether it depends on the day on which it was said, and so has to be told with its date.
        named: Whether its words name a day, a month, a season or a year, as "in March" does and "last month" does not.
    """

    start: datetime | None
    end: datetime | None
    words: str
    grain: Grain
    place: tuple[int, int] = (0, 0)
    relative: bool = True
    named: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether `moment` lies in it."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)

    def touches(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether it shares a moment with the time from `start` up to `end`; none is no bound."""
        begins_before = self.end is None or start is None or start < self.end
        return begins_before and (self.start is None or end is None or end > self.start)


class Validity(NamedTuple):
    """When what a statement says holds.

    Attributes:
        valid_from: When it began to hold, where that is said.
        valid_to: When it ceased or will cease to hold; for what is over without a date, when it was said.
        past: Whether it is over by what the statement says, as in "I used to".
    """

    valid_from: datetime | None
    valid_to: datetime | None
    past: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An expression of time in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        period: What it names.
        relative: As in `TimeSpan`.
        named: As in `TimeSpan`.
        weekday: Whether it names a day of the week.
        open_end: Whether it reaches from its beginning to now, as in "for two years".
    """

    start: int
    end: int
    period: Period
    relative: bool
    named: bool = False
    weekday: bool = False
    open_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How dates are written in a language, with `{d}`, `{m}`, `{month}`, `{y}`, `{weekday}`, `{season}` and `{said}`.

    Each has two forms: after a preposition such as "since", and standing alone.
    """

    day: tuple[str, str]
    weekday: tuple[str, str]
    week: tuple[str, str]
    weekend: tuple[str, str]
    month: tuple[str, str]
    season: tuple[str, str]
    year: tuple[str, str]
    between: tuple[str, str]
    around: str
    since: str
    month_names: tuple[str, ...]
    weekday_names: tuple[str, ...]
    season_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How a language speaks of time; the values are regular expressions in lower case.

    A group `core` in a template leaves out what stands around it. In templates `{n}` stands for a number, `{unit}`,
    `{month}`, `{weekday}`, `{season}`, `{day}` and `{year}` for these.

    Attributes:
        telling: Frequent words by which the language is told.
        spaced: Whether words are parted by spaces.
        few: Vague numbers.
        fixed: Expressions that always mean the same, such as yesterday.
        shifts: Templates with `{unit}`: last week.
        ago: Templates: two weeks ago.
        ahead: Templates: in two weeks.
        lately: Templates of a time up to now: in the last two weeks.
        coming: Templates of a time from now on: for the next two weeks.
        lasting: Templates of what goes on since then: for two years now.
        weekday: Templates with `{weekday}`.
        month: Templates with `{month}` and perhaps `{year}`.
        season: Templates with `{season}` and perhaps `{year}`.
        dates: Templates with `{day}`, `{month}` and perhaps `{year}`.
        years: Templates with `{year}`.
        since: What stands before the time from which on something holds.
        until: What stands before the time up to which something holds.
        before: What stands before a time that comes after.
        after: What stands before a time that comes first.
        since_behind: As `since`, standing behind.
        until_behind: As `until`, standing behind.
        before_behind: As `before`, standing behind.
        after_behind: As `after`, standing behind.
        between: Pairs of what stands before and between two times; the first may be empty.
        prepositions: What asks for the form of a date after a preposition.
        recurring: What stands before times that come again and again.
        yearly: What is said of dates that come every year.
        future: Signs of the future.
        past: Signs of the past.
        used_to: Signs that what is said is over.
        changes: Verbs of what begins to hold when it happens.
        asks_past: Signs that a question is about how things were before.
    """

    code: str
    telling: str
    wording: Wording
    units: Mapping[str, Unit]
    numbers: Mapping[str, int]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    seasons: tuple[str, ...] = ()
    spaced: bool = True
    few: str = ""
    fixed: Mapping[str, tuple[Unit, int]] = field(default_factory=dict)
    shifts: Mapping[str, int] = field(default_factory=dict)
    ago: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    lately: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    weekday: Mapping[str, Which] = field(default_factory=dict)
    month: Mapping[str, Which] = field(default_factory=dict)
    season: Mapping[str, Which] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    before: str = ""
    after: str = ""
    since_behind: str = ""
    until_behind: str = ""
    before_behind: str = ""
    after_behind: str = ""
    between: tuple[tuple[str, str], ...] = ()
    prepositions: str = ""
    recurring: str = ""
    yearly: str = ""
    future: str = ""
    past: str = ""
    used_to: str = ""
    changes: str = ""
    asks_past: str = ""
