"""What the browser shows of all that is remembered: filtered, sorted and grouped in memory, within a key."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from memchat.core.browsing import ROW_KINDS, MemoryRow, Wanted
from memchat.core.memories import ABOUT_USER, SURE, Conflict, MemoryStatus
from memchat.tui.looks import STATUS_NAMES
from memchat.tui.screens.browser.columns import Sort, source
from memchat.tui.text import one_line

Tab = MemoryStatus | Literal["conflicts", "all"]
TABS: tuple[Tab, ...] = ("active", "pending", "conflicts", "superseded", "archived", "forgotten", "all")
TAB_NAMES: Mapping[Tab, str] = {
    tab: next((name for status, name in STATUS_NAMES.items() if status == tab), tab) for tab in TABS
}

Group = Literal["", "type", "subject", "session"]
GROUPS: tuple[Group, ...] = get_args(Group)

EXPIRES_WITHIN = timedelta(days=30)
"""What ceases to hold by then is about to expire."""

AGES: dict[str, timedelta] = {
    "today": timedelta(days=1),
    "this week": timedelta(days=7),
    "this month": timedelta(days=31),
    "this year": timedelta(days=366),
}
"""How long ago something was first said, as the filter names it."""

_DESCENDING: frozenset[Sort] = frozenset(("sure", "uses", "age", "used"))


def about(subject: str) -> str:
    """Whom something is about, as it is said to the user."""
    return "you" if subject == ABOUT_USER else one_line(subject, 60)


def key_of(row: MemoryRow) -> str:
    """What a row is known by in the table: a session has a row as a summary, and one as an episode."""
    return f"{row.kind}:{row.id}" if row.kind in ("summary", "episode") else row.id


def is_memory(row: MemoryRow) -> bool:
    """Whether a row is a fact or a profile value, and not what was made of a session."""
    return row.kind not in ("summary", "episode")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line between groups.

    Attributes:
        title: What the group is.
        count: How much is in it.
    """

    title: str
    count: int


Line = int | Heading
"""A line of the table: the number of a row, or a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How the table is looked at.

    Attributes:
        tab: Which status.
        wanted: The filters beside it.
        age: One of `AGES`, or `older` than all of them; empty for any.
        expiring: Only what is about to expire.
        words: What is typed.
        sort: By which column.
        descending: Whether the greatest comes first; for an age, whether the newest does.
        group: By what the rows stand together.
    """

    tab: Tab = "active"
    wanted: Wanted = field(default_factory=Wanted)
    age: str = ""
    expiring: bool = False
    words: tuple[str, ...] = ()
    sort: Sort = "age"
    descending: bool = True
    group: Group = ""

    def sorted_by(self, sort: Sort) -> "Sight":
        """By a column; by the same column again, the other way round."""
        other = not self.descending if sort == self.sort else sort in _DESCENDING
        return replace(self, sort=sort, descending=other)

    @property
    def filtered(self) -> bool:
        """Whether anything but the tab narrows it."""
        return bool(self.words or self.filters)

    @property
    def filters(self) -> tuple[str, ...]:
        """What narrows it beside the tab and the words, each in a word or two."""
        wanted = self.wanted
        return tuple(
            filter(
                None,
                (
                    *wanted.kinds,
                    *(f"from {each}" for each in wanted.origins),
                    f"about {about(wanted.subject)}" if wanted.subject else "",
                    self.age,
                    "pinned" if wanted.pinned else "",
                    "never used" if wanted.never_used else "",
                    "not sure" if wanted.below is not None else "",
                    "expiring" if self.expiring else "",
                ),
            )
        )

    def narrowed(self, key: str) -> "Sight":
        """With one of the menu's filters turned on, or off again."""
        name, _, value = key.partition(":")
        wanted = self.wanted
        match name:
            case "kind":
                return replace(self, wanted=replace(wanted, kinds=_toggled(wanted.kinds, value)))
            case "origin":
                return replace(self, wanted=replace(wanted, origins=_toggled(wanted.origins, value)))
            case "subject":
                return replace(self, wanted=replace(wanted, subject=None if wanted.subject == value else value))
            case "age":
                return replace(self, age="" if self.age == value else value)
            case "pinned":
                return replace(self, wanted=replace(wanted, pinned=None if wanted.pinned else True))
            case "never":
                return replace(self, wanted=replace(wanted, never_used=not wanted.never_used))
            case "unsure":
                return replace(self, wanted=replace(wanted, below=SURE if wanted.below is None else None))
            case "expiring":
                return replace(self, expiring=not self.expiring)
            case "sort":
                return self.sorted_by(next(each for each in get_args(Sort) if each == value))
            case "group":
                chosen = next(each for each in GROUPS if each == value)
                return replace(self, group="" if chosen == self.group else chosen)
        return replace(self, wanted=Wanted(), age="", expiring=False)


def _toggled(values: tuple[Any, ...], value: str) -> tuple[Any, ...]:
    return tuple(each for each in values if each != value) if value in values else (*values, value)


class Catalogue:
    """All rows, ready to be looked through.

    Args:
        rows: As they were read.
        conflicts: Pairs that contradict.
    """

    def __init__(self, rows: Sequence[MemoryRow] = (), conflicts: Sequence[Conflict] = ()) -> None:
        self.rows = tuple(rows)
        self.conflicts = tuple(conflicts)
        self.place = {key_of(row): number for number, row in enumerate(self.rows)}
        self._folded = [_searched(row) for row in self.rows]
        self._orders: dict[tuple[Sort, bool], list[int]] = {}
        self.counts: dict[Tab, int] = dict.fromkeys(TABS, 0)
        for row in self.rows:
            self.counts[row.status] += 1
        active = [row for row in self.rows if row.status == "active"]
        self.facts = sum(1 for row in active if row.field is None and is_memory(row))
        self.fields = len({row.field for row in active if row.field})
        self.counts["conflicts"] = len(self.conflicts)
        self.counts["all"] = len(self.rows)

    def row(self, key: str) -> MemoryRow | None:
        """The row of a key, if it is still there."""
        place = self.place.get(key)
        return self.rows[place] if place is not None else None

    def conflict_of(self, key: str) -> Conflict | None:
        """The contradiction that a memory stands in."""
        return next((each for each in self.conflicts if key in (each.first.id, each.second.id)), None)

    def subjects(self) -> list[str]:
        """Whom memories are about beside the user, the most spoken of first."""
        counted: dict[str, int] = {}
        for row in self.rows:
            if row.subject and row.subject != ABOUT_USER:
                counted[row.subject] = counted.get(row.subject, 0) + 1
        return sorted(counted, key=lambda name: (-counted[name], name))

    def lines(self, sight: Sight, present: datetime) -> list[Line]:
        """What the table shows, headings among it."""
        if sight.tab == "conflicts":
            return self._pairs(sight)
        found = self._fitting(sight, present)
        if not sight.group:
            return list(found)
        name = _GROUPED[sight.group]
        groups: dict[str, list[int]] = {}
        for number in found:
            groups.setdefault(name(self.rows[number]), []).append(number)
        lines: list[Line] = []
        for title in _in_order(groups, sight.group):
            lines += [Heading(title, len(groups[title])), *groups[title]]
        return lines

    def _fitting(self, sight: Sight, present: datetime) -> list[int]:
        found: list[int] = self._ordered(sight.sort, descending=sight.descending)
        rows, folded = self.rows, self._folded
        if sight.tab != "all":
            found = [number for number in found if rows[number].status == sight.tab]
        for word in sight.words:
            found = [number for number in found if word in folded[number]]
        for test in _tests(sight, present):
            found = [number for number in found if test(rows[number])]
        return found

    def _ordered(self, sort: Sort, *, descending: bool) -> list[int]:
        known = self._orders.get((sort, descending))
        if known is None:
            values = [_SORTED[sort](row) for row in self.rows]
            known = sorted(range(len(self.rows)), key=values.__getitem__, reverse=descending)
            self._orders[sort, descending] = known
        return known

    def _pairs(self, sight: Sight) -> list[Line]:
        lines: list[Line] = []
        for conflict in self.conflicts:
            pair = [self.place[each.id] for each in (conflict.first, conflict.second) if each.id in self.place]
            if any(all(word in self._folded[number] for word in sight.words) for number in pair):
                lines += [Heading(one_line(conflict.why), len(pair)), *pair]
        return lines


def _tests(sight: Sight, present: datetime) -> Iterable[Callable[[MemoryRow], bool]]:
    """What a row must pass beside its status and the words."""
    wanted = sight.wanted
    if kinds := frozenset(wanted.kinds):
        yield lambda row: row.kind in kinds
    if origins := frozenset(wanted.origins):
        yield lambda row: row.origin in origins
    if wanted.subject is not None:
        yield lambda row: row.subject == wanted.subject
    if wanted.pinned:
        yield lambda row: row.pinned
    if wanted.never_used:
        yield lambda row: row.use_count == 0 and is_memory(row)
    if (below := wanted.below) is not None:
        yield lambda row: row.confidence < below
    if sight.age in AGES:
        since = present - AGES[sight.age]
        yield lambda row: row.observed_at >= since
    elif sight.age:
        until = present - max(AGES.values())
        yield lambda row: row.observed_at < until
    if sight.expiring:
        soon = present + EXPIRES_WITHIN
        yield lambda row: row.valid_to is not None and present < row.valid_to <= soon


_SORTED: dict[Sort, Callable[[MemoryRow], Any]] = {
    "text": lambda row: folded(row.text[:80]),
    "type": lambda row: ROW_KINDS.index(row.kind),
    "sure": lambda row: row.confidence,
    "age": lambda row: row.observed_at,
    "used": lambda row: row.last_used_at.timestamp() if row.last_used_at else 0.0,
    "uses": lambda row: row.use_count,
    "source": lambda row: folded(source(row)),
}

_GROUPED: dict[Group, Callable[[MemoryRow], str]] = {
    "": lambda _: "",
    "type": lambda row: row.kind,
    "subject": lambda row: about(row.subject) or "sessions",
    "session": lambda row: one_line(row.title, 60) or _without_title(row),
}


def _without_title(row: MemoryRow) -> str:
    if row.session_id is not None:
        return "untitled"
    return "imported" if row.origin in ("import", "file") else "set by hand"


def _in_order(groups: dict[str, list[int]], group: Group) -> list[str]:
    """Kinds in their own order, others as they come: those of what is first in the table come first."""
    names = [str(kind) for kind in ROW_KINDS]
    return sorted(groups, key=names.index) if group == "type" else list(groups)


def _searched(row: MemoryRow) -> str:
    return folded(f"{row.text}\n{row.kind} {row.field or ''} {row.subject} {row.attribute} {row.title}")


def folded(text: str) -> str:
    """`text` as it is compared with what is typed: case and accents aside."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))
