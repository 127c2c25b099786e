"""What has a history: memories, whose state is most of their row, sessions, and books, whose rows come and go.

A change's target is a memory's id, `session:ID`, or `BOOK:KEY` for a row of a book, such as `rule:l4k0z9…`.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import apsw

from memchat.store import session_states
from memchat.store.sources import live_sources
from memchat.store.sql import row, run

KEPT = (
    "kind",
    "text",
    "normal_text",
    "status",
    "confidence",
    "origin",
    "updated_at",
    "valid_from",
    "valid_to",
    "superseded_by",
    "pinned",
    "subject",
    "attribute",
    "field",
    "value",
    "holds",
    "seen_count",
    "last_seen_at",
    "actor",
    "reason",
    "replaces",
)
"""What of a memory its history brings back; how often it was used only goes up."""


@dataclass(frozen=True, slots=True)
class Book:
    """A table whose rows have a history.

    Attributes:
        keys: The columns that a target names, in its order.
        columns: All columns that come back with a row.
    """

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]


BOOKS: Mapping[str, Book] = {
    "rule": Book(
        "learning_rules",
        ("id",),
        ("id", "basis", "kind", "subject", "attribute", "text", "made_at", "kept_out", "last_at"),
    ),
    "kept_out": Book("kept_out", ("message",), ("message", "at")),
    "conflict": Book("conflicts", ("id",), ("id", "first", "second", "why", "found_at", "resolved_at")),
    "mute": Book("mutes", ("session", "ref"), ("session", "ref", "at")),
}


def target_of(book: str, *keys: str) -> str:
    """What a row of a book is called in the history."""
    return ":".join((book, *keys))


def in_book(target: str) -> bool:
    """Whether a change's target is a row of a book."""
    return target.partition(":")[0] in BOOKS


def snapshot(db: apsw.Connection, target: str) -> str | None:
    """The present state of what has a history, as JSON; none when there is none."""
    if session_states.is_session(target):
        return session_states.snapshot(db, target)
    if in_book(target):
        book, keys = _place(target)
        found = row(db, f"SELECT {', '.join(book.columns)} FROM {book.table} WHERE {_where(book)}", *keys)
        return None if found is None else json.dumps(dict(zip(book.columns, found, strict=True)), ensure_ascii=False)
    found = row(db, f"SELECT {', '.join(KEPT)} FROM memories WHERE id = ?", target)
    if found is None:
        return None
    state: dict[str, Any] = dict(zip(KEPT, found, strict=True))
    # Quotes stay in their own table, where erasing a session finds them.
    state["sources"] = live_sources(db, target)
    return json.dumps(state, ensure_ascii=False)


def put_row(db: apsw.Connection, target: str, state: str | None) -> None:
    """Gives a row of a book the state that `snapshot` told; none takes the row away."""
    book, keys = _place(target)
    run(db, f"DELETE FROM {book.table} WHERE {_where(book)}", *keys)
    if state is not None:
        values = {**dict.fromkeys(book.columns), **json.loads(state)}
        marks = ", ".join("?" * len(book.columns))
        # What it belongs to may have been erased since.
        with suppress(apsw.ConstraintError):
            run(
                db,
                f"INSERT INTO {book.table} ({', '.join(book.columns)}) VALUES ({marks})",
                *(values[column] for column in book.columns),
            )


def _place(target: str) -> tuple[Book, list[str]]:
    name, *keys = target.split(":")
    return BOOKS[name], keys


def _where(book: Book) -> str:
    return " AND ".join(f"{key} = ?" for key in book.keys)
