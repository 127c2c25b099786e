"""Running SQL with rows as plain tuples."""

from collections.abc import Iterator
from typing import Any

import apsw

Row = tuple[Any, ...]


def run(db: apsw.Connection, sql: str, *values: Any) -> int:
    """Runs one statement.

    Returns:
        How many rows it changed.
    """
    db.execute(sql, values)
    return db.changes()


def rows(db: apsw.Connection, sql: str, *values: Any) -> Iterator[Row]:
    """The result, a row read when it is asked for."""
    return iter(db.execute(sql, values))


def row(db: apsw.Connection, sql: str, *values: Any) -> Row | None:
    """The first row of the result."""
    return next(rows(db, sql, *values), None)


def value(db: apsw.Connection, sql: str, *values: Any) -> Any:
    """The first column of the first row; none without a row."""
    found = row(db, sql, *values)
    return None if found is None else found[0]


def marks(count: int) -> str:
    """Placeholders for an IN list of `count` values."""
    return ",".join("?" * count)


def storable(text: str) -> str:
    """`text` without lone surrogates, which UTF-8 cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
