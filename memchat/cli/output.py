"""Results on stdout: rich tables on a terminal, plain tab-separated text in a pipe, JSON when asked for."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memchat.cli.text import clean, one_line
from memchat.core.showing import is_unseen
from memchat.core.text import is_control
from memchat.core.times import ago, iso, now

_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0x10000) if is_control(chr(code)) or is_unseen(chr(code))}
_ESCAPED |= {code: f"\\udb40\\u{code - 0xE0000 + 0xDC00:04x}" for code in range(0xE0000, 0xE0080)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        title: Its heading on a terminal.
        style: How its cells look on a terminal, as rich names it.
        wide: Whether it takes what is left of the line, and is cut there.
        right: Whether it is aligned to the right.
        terminal_only: Whether a pipe does without it.
    """

    title: str
    style: str = ""
    wide: bool = False
    right: bool = False
    terminal_only: bool = False


_NARROW = 60

Cell = str | int | float | datetime | None


def print_json(document: Any) -> None:
    """One JSON document; what a terminal would act on is escaped."""
    print(json_text(document, indent=2))


def json_text(document: Any, *, indent: int | None = None) -> str:
    """`document` as JSON in which no character means something to a terminal, and none is lost on its way there."""
    whole = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "").startswith("utf")
    return json.dumps(document, ensure_ascii=not whole, indent=indent).translate(_ESCAPED)


def print_lines(text: str) -> None:
    """`text` with its line breaks, cleaned."""
    print(clean(text))


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, empty: str) -> None:
    """Rows of cells.

    Args:
        columns: One for each cell of a row.
        rows: The cells; a moment is shown as an age on a terminal and as ISO 8601 in a pipe.
        empty: What a terminal shows in place of a table without rows.
    """
    if not sys.stdout.isatty():
        for row in rows:
            cells = zip(columns, row, strict=True)
            print("\t".join(_plain(cell) for column, cell in cells if not column.terminal_only))
    elif not rows:
        print(empty)
    elif shutil.get_terminal_size().columns < _NARROW and len(columns) > 2:
        _stacked(columns, rows)
    else:
        _rich_table(columns, rows)


def _stacked(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """A row's cells below each other, for a terminal on which a table would have no room for what matters."""
    for row in rows:
        print()
        print_fields([(column.title, _shown(cell)) for column, cell in zip(columns, row, strict=True)])


def _rich_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, expand=any(column.wide for column in columns))
    for column in columns:
        table.add_column(
            Text(column.title),
            style=column.style,
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis",
            ratio=1 if column.wide else None,
        )
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    Console(highlight=False, emoji=False).print(table)


def heading(text: str) -> None:
    """The beginning of a part of what is printed."""
    line = f"── {one_line(text)} "
    print(f"\n{line}{'─' * max(0, 72 - len(line))}" if sys.stdout.isatty() else f"\n== {one_line(text)}")


def print_fields(fields: Sequence[tuple[str, Cell]]) -> None:
    """Names and values, one a line; those without a value are left out."""
    present = [(name, cell) for name, cell in fields if cell not in {None, ""}]
    if sys.stdout.isatty():
        width = max((len(name) for name, _ in present), default=0)
        for name, cell in present:
            print(f"{name:<{width}}  {local(cell) if isinstance(cell, datetime) else _plain(cell)}")
    else:
        for name, cell in present:
            print(f"{name}\t{_plain(cell)}")


def local(moment: datetime) -> str:
    """`moment` to the minute, where the reader is."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _plain(cell: Cell) -> str:
    return iso(cell) if isinstance(cell, datetime) else _number_or_text(cell)


def _shown(cell: Cell) -> str:
    return ago(cell, now()) if isinstance(cell, datetime) else _number_or_text(cell)


def _number_or_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:.2f}"
        case _:
            return one_line(str(cell))
