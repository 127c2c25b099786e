"""Arithmetic of whole days, weeks, months and years; weeks begin on Monday, seasons are the northern ones."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from memchat.memory.dates.values import Grain, Period, Prefer, Unit, Which

_DAY = timedelta(days=1)


def moment(day: date, zone: tzinfo | None) -> datetime:
    """The beginning of `day` in `zone` (none is this machine's), in UTC."""
    midnight = datetime.combine(day, time())
    return (midnight.replace(tzinfo=zone) if zone else midnight.astimezone()).astimezone(UTC)


def unit_period(unit: Unit, present: datetime, offset: int) -> Period:
    """The day, weekend, week, month or year that lies `offset` of them from `present`; negative is before.

    Args:
        unit: Which; `hour` is the day that many hours away.
        present: The local time to count from.
        offset: How many.

    Raises:
        OverflowError: It is beyond the calendar.
    """
    today = present.date()
    match unit:
        case "hour":
            return days((present + timedelta(hours=offset)).date(), 1, "day")
        case "day":
            return days(today + timedelta(days=offset), 1, "day")
        case "week":
            return days(today - timedelta(days=today.weekday()) + timedelta(weeks=offset), 7, "week")
        case "weekend":
            return days(today + timedelta(days=5 - today.weekday()) + timedelta(weeks=offset), 2, "days")
        case "month":
            return month_period(*divmod(today.year * 12 + today.month - 1 + offset, 12))
        case "year":
            return year_period(today.year + offset)


def days(first: date, count: int, grain: Grain) -> Period:
    """`count` days from `first` on."""
    return Period(first, first + timedelta(days=count), grain)


def month_period(year: int, month: int) -> Period:
    """A month; January is 0."""
    after = divmod(year * 12 + month + 1, 12)
    return Period(_date(year, month + 1), _date(after[0], after[1] + 1), "month")


def year_period(year: int) -> Period:
    """A year."""
    return Period(_date(year, 1), _date(year + 1, 1), "year")


def season_period(year: int, season: int) -> Period:
    """A season: spring is 0, of March to May; winter begins in December of `year`."""
    first = _date(year, 3 + 3 * season)
    after = divmod(year * 12 + 2 + 3 * season + 3, 12)
    return Period(first, _date(after[0], after[1] + 1), "season")


def span_of(amount: int, unit: Unit, present: datetime) -> Period:
    """The time from `amount` units ago up to today, or from today on for a negative amount."""
    today = present.date()
    far = shifted(today, unit, -amount)
    return Period(min(far, today), max(far, today) + _DAY, "days" if amount > 0 else "range")


def shifted(day: date, unit: Unit, offset: int) -> date:
    """`day` moved by `offset` units; the last of the month where there is no such day.

    Raises:
        OverflowError: It is beyond the calendar.
    """
    match unit:
        case "hour":
            return day + timedelta(days=int(offset / 24))
        case "day":
            return day + timedelta(days=offset)
        case "week" | "weekend":
            return day + timedelta(weeks=offset)
        case "month" | "year":
            month = day.year * 12 + day.month - 1 + offset * (12 if unit == "year" else 1)
            period = month_period(*divmod(month, 12))
            return min(period.first + timedelta(days=day.day - 1), period.end - _DAY)


def around(amount: int, unit: Unit, present: datetime) -> Period:
    """About `amount` units from today, vaguely: as much more or less as a third of it, and at least a unit."""
    today = present.date()
    slack = max(1, abs(amount) // 3)
    early = shifted(today, unit, amount - slack)
    late = shifted(today, unit, amount + slack)
    if amount < 0:
        late = min(late, today)
    return Period(early, max(late, early) + _DAY, "days", loose=True)


def weekday_period(weekday: int, which: Which, today: date, prefer: Prefer) -> Period:
    """The day of the week that is meant; Monday is 0."""
    monday = today - timedelta(days=today.weekday())
    ahead = (weekday - today.weekday() - 1) % 7 + 1
    behind = (today.weekday() - weekday - 1) % 7 + 1
    match which:
        case "week before":
            first = monday + timedelta(days=weekday - 7)
        case "week after":
            first = monday + timedelta(days=weekday + 7)
        case "this week":
            first = monday + timedelta(days=weekday)
        case "this":
            first = today + timedelta(days=ahead % 7)
        case "next":
            first = today + timedelta(days=ahead)
        case "last":
            first = today - timedelta(days=behind)
        case _:
            first = today + timedelta(days=ahead) if prefer == "future" else today - timedelta(days=behind)
    return days(first, 1, "day")


def year_of(month: int, which: Which, today: date, prefer: Prefer) -> int:
    """The year of the month that is meant; January is 0, and the present month counts as either past or future."""
    present = today.month - 1
    match which:
        case "last":
            return today.year - (month >= present)
        case "next":
            return today.year + (month <= present)
        case "last year":
            return today.year - 1
        case "next year":
            return today.year + 1
        case "choose" if prefer == "future":
            return today.year + (month < present)
        case "choose":
            return today.year - (month > present)
        case _:
            return today.year


def season_of(season: int, which: Which, today: date, prefer: Prefer) -> Period:
    """The season that is meant; one that goes on now is both past and future, but neither last nor next."""
    candidates = [season_period(today.year + offset, season) for offset in (-2, -1, 0, 1)]
    over = [one for one in candidates if one.end <= today]
    begun = [one for one in candidates if one.first <= today]
    to_come = [one for one in candidates if one.first > today]
    current = [one for one in begun if one.end > today]
    match which:
        case "last" | "week before":
            return over[-1]
        case "next" | "week after":
            return to_come[0]
        case "last year" | "this year" | "next year":
            return season_period(year_of(0, which, today, prefer), season)
        case "choose" if prefer == "past":
            return begun[-1]
        case _:
            return (current + to_come)[0]


def _date(year: int, month: int) -> date:
    if not 1 <= year <= 9_000:
        raise OverflowError("beyond the calendar")
    return date(year, month, 1)
