"""Finds the expressions of time in a text, by the templates of one language."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache

from memchat.memory.dates import periods
from memchat.memory.dates.values import Found, Language, Period, Prefer, Unit, Which

LONGEST = 4_000
"""How many characters of a text are read."""

_CLAUSES = re.compile(
    r"[.!?;:\n。！？；]+\s*|,\s+|，|、|\s+(?:and|but|und|aber|et|mais|y|pero|e|mas|ma)\s+", re.IGNORECASE
)
_BESIDE = re.compile(r"[,.]? ?(?:the |den |dem |le |el |il |em )?|（|\(")
_SENTENCES = re.compile(r"[.!?\n。！？]+(?:\s+|$)|[。！？]")
_ISO = re.compile(r"(?<![\w-])(?P<y>[12]\d{3})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\w-])")
_DOTTED = re.compile(r"(?<![\w.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>[12]\d{3})(?!\w)")
_HAN = str.maketrans("〇零一二三四五六七八九两兩", "0012345678922")

_Read = Callable[[re.Match[str], datetime, Prefer], Found | None]


class Reader:
    """Reads times in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._rules: list[tuple[re.Pattern[str], _Read]] = []
        self._future = self.pattern(language.future)
        self._past = self.pattern(language.past)
        self._recurring = re.compile(f"(?:{language.recurring})\\s*$") if language.recurring else None
        self._yearly = self.pattern(language.yearly)
        self._since_behind = re.compile(language.since_behind) if language.since_behind else None
        self._add_rules()

    def pattern(self, expression: str) -> re.Pattern[str] | None:
        """Whole words that match `expression`; none when it is empty."""
        if not expression:
            return None
        return re.compile(f"(?<!\\w)(?:{expression})(?!\\w)" if self._language.spaced else f"(?:{expression})")

    def find(self, text: str, present: datetime, prefer: Prefer | None) -> list[Found]:
        """The expressions in `text`, which was said at the local time `present`, in their order.

        Args:
            text: In any case; of a long one, the beginning.
            present: When it was said, in the local time of who said it.
            prefer: Which Friday is meant where the tense does not tell; none is the coming one.
        """
        lowered = lower(text[:LONGEST])
        found: list[Found] = []
        for pattern, read in self._rules:
            for match in pattern.finditer(lowered):
                if self._recurring and self._recurring.search(lowered[: match.start()]):
                    continue
                tense = self._tense(lowered, match.start(), match.end()) or prefer or "future"
                try:
                    one = read(match, present, tense)
                except (OverflowError, ValueError):
                    continue  # a date that is not in the calendar
                if one is not None:
                    found.append(one)
        return _without_named_days(lowered, _longest(found))

    def every_year(self, text: str) -> bool:
        """Whether the dates of `text` come every year, as a birthday does."""
        return self._yearly is not None and self._yearly.search(lower(text)) is not None

    def _tense(self, text: str, start: int, end: int) -> Prefer | None:
        """Whether what is said around a place is past or to come; none when nothing tells."""
        for parts in (_CLAUSES, _SENTENCES):
            # Not where the expression itself begins or ends: "between March and May" is one.
            before = [match.end() for match in parts.finditer(text, 0, start) if match.end() < start]
            after = next((match.start() for match in parts.finditer(text, end) if match.start() > end), len(text))
            around = text[before[-1] if before else 0 : after]
            if self._future and self._future.search(around):
                return "future"
            if self._past and self._past.search(around):
                return "past"
        return "past" if self._since_behind and self._since_behind.match(text, end) else None

    def _add_rules(self) -> None:
        language = self._language
        self._rules += [(_ISO, _iso), (_DOTTED, _iso)]
        for words, (unit, offset) in language.fixed.items():
            self._add(words, _fixed(unit, offset))
        for template, offset in language.shifts.items():
            self._add(template, self._shift(offset))
        for template in language.lasting:
            self._add(template, self._lasting)
        for template in language.ago:
            self._add(template, self._counted(-1))
        for template in language.ahead:
            self._add(template, self._counted(1))
        for template in language.lately:
            self._add(template, self._up_to(1))
        for template in language.coming:
            self._add(template, self._up_to(-1))
        for template, which in language.weekday.items():
            self._add(template, self._weekday(which))
        for template, which in language.month.items():
            self._add(template, self._month(which))
        for template, which in language.season.items():
            self._add(template, self._season(which))
        for template in language.dates:
            self._add(template, self._date)
        for template in language.years:
            self._add(template, _year)

    def _add(self, template: str, read: _Read) -> None:
        language = self._language
        number = "|".join((*language.numbers, *([language.few] if language.few else [])))
        for name, expression in {
            "n": f"\\d{{1,3}}|{number}" if number else "\\d{1,3}",
            "unit": "|".join(language.units),
            "month": "|".join(language.months),
            "weekday": "|".join(language.weekdays),
            "season": "|".join(language.seasons) or "(?!)",
            "day": "\\d{1,2}" if language.spaced else "\\d{1,2}|[一二三四五六七八九十]{1,3}",
            "year": "(?:19|20)\\d{2}",
        }.items():
            # Each alternative of a template has its own groups, which re wants to be named apart.
            parts = template.split(f"{{{name}}}")
            template = parts[0] + "".join(
                f"(?P<{name}{n or ''}>{expression}){part}" for n, part in enumerate(parts[1:])
            )
        pattern = self.pattern(template)
        assert pattern is not None
        self._rules.append((pattern, read))

    def _shift(self, offset: int) -> _Read:
        def read(match: re.Match[str], present: datetime, _: Prefer) -> Found | None:
            unit = _value(_group(match, "unit"), self._language.units)
            if unit in ("day", "hour"):
                return None
            return _found(match, periods.unit_period(unit, present, offset))

        return read

    def _amount(self, match: re.Match[str]) -> tuple[int, Unit, bool]:
        words = _group(match, "n")
        unit = _value(_group(match, "unit"), self._language.units)
        if words.isdigit():
            return int(words), unit, False
        for expression, amount in self._language.numbers.items():
            if re.fullmatch(expression, words):
                return amount, unit, False
        return 3, unit, True

    def _counted(self, sign: int) -> _Read:
        def read(match: re.Match[str], present: datetime, _: Prefer) -> Found:
            amount, unit, vague = self._amount(match)
            if vague or (unit == "year" and amount == 1):
                unit, amount = ("month", 12) if unit == "year" and not vague else (unit, amount)
                return _found(match, periods.around(sign * amount, unit, present))
            return _found(match, periods.unit_period(unit, present, sign * amount))

        return read

    def _up_to(self, sign: int) -> _Read:
        def read(match: re.Match[str], present: datetime, _: Prefer) -> Found:
            amount, unit, _vague = self._amount(match)
            return _found(match, periods.span_of(sign * amount, unit, present))

        return read

    def _lasting(self, match: re.Match[str], present: datetime, _: Prefer) -> Found:
        amount, unit, _vague = self._amount(match)
        return _found(match, periods.unit_period(unit, present, -amount), open_end=True)

    def _weekday(self, which: Which) -> _Read:
        def read(match: re.Match[str], present: datetime, prefer: Prefer) -> Found:
            weekday = _place(_group(match, "weekday"), self._language.weekdays)
            return _found(match, periods.weekday_period(weekday, which, present.date(), prefer), weekday=True)

        return read

    def _month(self, which: Which) -> _Read:
        def read(match: re.Match[str], present: datetime, prefer: Prefer) -> Found:
            month = _place(_group(match, "month"), self._language.months)
            year = _group(match, "year")
            chosen = int(year) if year else periods.year_of(month, which, present.date(), prefer)
            return _found(match, periods.month_period(chosen, month), relative=not year)

        return read

    def _season(self, which: Which) -> _Read:
        def read(match: re.Match[str], present: datetime, prefer: Prefer) -> Found:
            season = _place(_group(match, "season"), self._language.seasons)
            year = _group(match, "year")
            if year:
                return _found(match, periods.season_period(int(year), season), relative=False)
            return _found(match, periods.season_of(season, which, present.date(), prefer))

        return read

    def _date(self, match: re.Match[str], present: datetime, prefer: Prefer) -> Found:
        month = _place(_group(match, "month"), self._language.months)
        day = _number(_group(match, "day"))
        year = _group(match, "year")
        if year:
            return _found(match, periods.days(date(int(year), month + 1, day), 1, "day"), relative=False)
        today = present.date()
        first = date(today.year, month + 1, day)
        if prefer == "future" and first < today:
            first = date(today.year + 1, month + 1, day)
        elif prefer == "past" and first > today:
            first = date(today.year - 1, month + 1, day)
        return _found(match, periods.days(first, 1, "day"))


def lower(text: str) -> str:
    """`text` in lower case with every character in its place, and plain quotation marks."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := character.lower()) == 1 else character for character in text).replace("’", "'")


def _longest(found: list[Found]) -> list[Found]:
    """`found` without what overlaps with something longer, or as long and found by an earlier rule."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: each.start - each.end):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda each: each.start)


def _without_named_days(text: str, found: list[Found]) -> list[Found]:
    """`found` without the day of the week that stands beside its date: "Friday, 27 November 2026" is one."""
    kept: list[Found] = []
    for place, one in enumerate(found):
        beside = [(one, found[place + 1])] if place + 1 < len(found) else []
        beside += [(found[place - 1], one)] if place else []
        if one.weekday and any(_BESIDE.fullmatch(text[first.end : second.start]) for first, second in beside):
            continue
        kept.append(one)
    return kept


def _found(
    match: re.Match[str], period: Period, *, relative: bool = True, weekday: bool = False, open_end: bool = False
) -> Found:
    start, end = match.span("core") if "core" in match.re.groupindex else match.span()
    named = any(name in match.groupdict() for name in ("month", "weekday", "season", "year", "y"))
    return Found(start, end, period, relative, named, weekday, open_end)


def _fixed(unit: Unit, offset: int) -> _Read:
    def read(match: re.Match[str], present: datetime, _: Prefer) -> Found:
        return _found(match, periods.unit_period(unit, present, offset))

    return read


def _iso(match: re.Match[str], _present: datetime, _prefer: Prefer) -> Found:
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    return _found(match, periods.days(day, 1, "day"), relative=False)


def _year(match: re.Match[str], _present: datetime, _prefer: Prefer) -> Found:
    return _found(match, periods.year_period(int(_group(match, "year"))), relative=False)


def _groups(match: re.Match[str], name: str) -> Iterator[str]:
    for key, words in match.groupdict().items():
        if words is not None and key.rstrip("0123456789") == name:
            yield words


def _group(match: re.Match[str], name: str) -> str:
    return next(_groups(match, name), "")


@lru_cache(maxsize=1_000)
def _whole(expression: str, words: str) -> bool:
    return re.fullmatch(expression, words) is not None


def _value(words: str, table: Mapping[str, Unit]) -> Unit:
    return next(value for expression, value in table.items() if _whole(expression, words))


def _place(words: str, table: tuple[str, ...]) -> int:
    return next(place for place, expression in enumerate(table) if _whole(expression, words))


def _number(words: str) -> int:
    """A day of the month in digits, or in Chinese numerals up to 31."""
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.partition("十")
    if not ten:
        return int(words.translate(_HAN))
    return int((tens or "一").translate(_HAN)) * 10 + int((ones or "零").translate(_HAN))
