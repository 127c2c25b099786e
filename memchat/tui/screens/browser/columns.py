"""The browser's columns: which fit, and what stands in each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from memchat.core.browsing import MemoryRow
from memchat.tui.looks import ORIGIN_NAMES, STATUS_COLOURS, STATUS_NAMES, Looks, age
from memchat.tui.text import one_line, short_number
from memchat.tui.widgets.panels.lines import Part

Sort = Literal["text", "type", "sure", "age", "used", "uses", "source"]
"""What the table can be sorted by: its columns."""

_SIGNS = 4
"""Cells at the left: mark, pin, the sign of the kind, and a blank."""

_LEAD = 10
"""Cells of text that are kept before the first word found, where the text is cut at its start."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: What its head says.
        width: In cells; 0 for the one that takes what is left.
        from_width: The least width of the table at which it is shown.
        right: Whether it is aligned to the right.
    """

    name: Sort
    title: str
    width: int
    from_width: int = 0
    right: bool = False


COLUMNS = (
    Column("type", "type", 11, 66),
    Column("text", "what is remembered", 0),
    Column("sure", "", 1),
    Column("age", "age", 4, 34, right=True),
    Column("used", "used", 4, 48, right=True),
    Column("uses", "uses", 4, 58, right=True),
    Column("source", "source", 18, 104),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A column with where it begins and how wide it is, in cells."""

    column: Column
    start: int
    width: int


def places(width: int) -> tuple[Place, ...]:
    """The columns that fit a width, the text in what is left over."""
    fitting = [column for column in COLUMNS if width >= column.from_width]
    rest = max(1, width - _SIGNS - sum(column.width + 1 for column in fitting) + 1)
    found: list[Place] = []
    start = _SIGNS
    for column in fitting:
        taken = column.width or rest
        found.append(Place(column, start, taken))
        start += taken + 1
    return tuple(found)


def text_place(width: int) -> Place:
    """Where the text stands."""
    return next(place for place in places(width) if place.column.name == "text")


def head(width: int, sort: Sort, *, descending: bool, looks: Looks) -> Content:
    """The line of the columns' titles, that of the sorted one marked."""
    arrow = ("v" if descending else "^") if looks.ascii else ("↓" if descending else "↑")
    parts: list[Part] = [(" " * _SIGNS, "")]
    for place in places(width):
        column = place.column
        here = column.name == sort
        title = column.title
        if here:
            title = arrow if column.width == 1 else f"{title[: place.width - 1]}{arrow}"
        shown = fit(title, place.width, right=column.right)
        parts.append((shown, "$primary" if here else "$dim"))
        parts.append((" ", ""))
    return Content.assemble(*parts[:-1])


def line(
    row: MemoryRow,
    width: int,
    *,
    looks: Looks,
    present: datetime,
    marked: bool = False,
    words: Sequence[str] = (),
    told: bool = False,
) -> Content:
    """A memory as a line of exactly `width` cells.

    Args:
        row: What is shown.
        width: In cells.
        looks: The signs.
        present: From when its age is counted.
        marked: Whether it is marked.
        words: What was searched for, in lower case; marked where it stands in the text.
        told: Whether a status other than `active` is told at the text's end.
    """
    used = row.status == "active"
    parts: list[Part] = [looks.mark(marked=marked), looks.pin(pinned=row.pinned), looks.kind(row.kind), (" ", "")]
    for place in places(width):
        match place.column.name:
            case "type":
                _, colour = looks.kind(row.kind)
                parts.append((fit(row.kind, place.width), colour if used else "$dim"))
            case "text":
                parts += _text(row, place.width, words, told=told and not used)
            case "sure":
                parts.append(looks.dot(row.confidence))
            case "age":
                parts.append((fit(age(row.observed_at, present), place.width, right=True), "$dim"))
            case "used":
                parts.append((fit(age(row.last_used_at, present), place.width, right=True), "$dim"))
            case "uses":
                count = short_number(row.use_count) if row.use_count else "-"
                parts.append((fit(count, place.width, right=True), "$dim"))
            case "source":
                parts.append((fit(source(row), place.width), "$dim"))
        parts.append((" ", ""))
    return Content.assemble(*parts[:-1])


def source(row: MemoryRow) -> str:
    """Where a memory is from: its session's title, else who gave it."""
    return one_line(row.title, 60) or ORIGIN_NAMES[row.origin]


def _text(row: MemoryRow, width: int, words: Sequence[str], *, told: bool) -> list[Part]:
    said = one_line(row.text)
    colour = "$foreground" if row.status in ("active", "pending") else "$dim"
    status = f" · {STATUS_NAMES[row.status]}" if told and width >= 30 else ""
    label = f"{one_line(row.field, 20).replace('_', ' ')}: " if row.field else ""
    for field in (row.field, row.field.replace("_", " ")) if row.field else ():
        said = said.removeprefix(f"{field}: ")
    room = max(1, width - len(status) - cell_len(label))
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
    first = pattern.search(said) if pattern else None
    if first is not None and cell_len(said[: first.end()]) > room - 1:
        said = "…" + said[_beginning(said, first.start(), first.end(), room) :]
    said = cut(said, room)
    parts: list[Part] = [(label, "$dim")]
    place = 0
    for found in pattern.finditer(said) if pattern else ():
        parts += [(said[place : found.start()], colour), (found[0], "bold $accent")]
        place = found.end()
    parts += [(said[place:], colour), (status, STATUS_COLOURS[row.status])]
    short = width - cell_len(label) - cell_len(said) - len(status)
    return [*(part for part in parts if part[0]), (" " * short, "")]


def _beginning(text: str, found: int, end: int, room: int) -> int:
    """Where a text is cut off at its start, so that what was found in it is seen and as much of the room is filled.

    Args:
        text: Too long for its room.
        found: Where what was found begins.
        end: Where it ends.
        room: In cells, with an ellipsis before it and perhaps one behind.
    """
    begin = max(0, found - _LEAD)
    while begin < found and cell_len(text[begin:end]) > room - 2:
        begin += 1
    while begin > 0 and cell_len(text[begin - 1 :]) < room:
        begin -= 1
    # At the beginning of a word, where there is one.
    blank = text.find(" ", max(0, begin - 1), found)
    return blank + 1 if begin and blank >= 0 else begin


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where something was cut off."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else set_cell_size(text, width)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells."""
    shown = cut(text, width)
    blank = " " * (width - cell_len(shown))
    return blank + shown if right else shown + blank
