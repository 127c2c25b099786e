"""Every text that the database holds, for finding and cutting out what is to be erased."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import apsw

from memchat.core.erasure import Carved, PlaceKind
from memchat.store.items import put_episode, put_fact, put_message
from memchat.store.sql import Row, rows, run

Cut = Callable[[str, str], Carved | None]
"""A text without the words that go, or none when it holds none of them; given the text, and what the user knows the
place by, such as the message's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with text in it.

    Attributes:
        keys: The columns that tell its rows apart.
        ref: An SQL expression for what the user knows the row by.
        session: An SQL expression for the number of the session that it belongs to.
        talk: Whether it is part of a conversation, which can be left as it is.
        form: `json` where the texts are the strings in a JSON value.
    """

    kind: PlaceKind
    table: str
    name: str
    keys: tuple[str, ...]
    ref: str
    session: str = "NULL"
    talk: bool = False
    form: str = "text"


_OF_CHANGE = "(SELECT id FROM memories WHERE id = target)"
_TURN = "(SELECT session FROM messages WHERE id = message_id)"

COLUMNS: tuple[Column, ...] = (
    Column(kind="message", table="messages", name="text", keys=("number",), ref="id", session="session", talk=True),
    Column(
        kind="message", table="messages", name="reasoning", keys=("number",), ref="id", session="session", talk=True
    ),
    Column(kind="message", table="messages", name="error", keys=("number",), ref="id", session="session", talk=True),
    Column(
        kind="tool_use",
        table="messages",
        name="tool_uses",
        keys=("number",),
        ref="id",
        session="session",
        talk=True,
        form="json",
    ),
    Column(kind="title", table="sessions", name="title", keys=("number",), ref="id", session="number", talk=True),
    Column(kind="draft", table="sessions", name="draft", keys=("number",), ref="id", session="number", talk=True),
    Column(
        kind="tags",
        table="sessions",
        name="tags",
        keys=("number",),
        ref="id",
        session="number",
        talk=True,
        form="json",
    ),
    Column(
        kind="instructions",
        table="sessions",
        name="system_prompt",
        keys=("number",),
        ref="id",
        session="number",
        talk=True,
    ),
    Column(kind="quote", table="sources", name="quote", keys=("number",), ref="target"),
    Column(kind="history", table="changes", name="before", keys=("number",), ref=_OF_CHANGE, form="json"),
    Column(kind="history", table="changes", name="after", keys=("number",), ref=_OF_CHANGE, form="json"),
    Column(kind="memory", table="memories", name="reason", keys=("number",), ref="id"),
    Column(kind="rule", table="learning_rules", name="text", keys=("id",), ref="id"),
    Column(kind="rule", table="learning_rules", name="subject", keys=("id",), ref="id"),
    Column(kind="rule", table="learning_rules", name="attribute", keys=("id",), ref="id"),
    Column(kind="conflict", table="conflicts", name="why", keys=("id",), ref="id"),
    Column(kind="job", table="jobs", name="payload", keys=("number",), ref="id", form="json"),
    Column(kind="job", table="jobs", name="error", keys=("number",), ref="id"),
    Column(kind="job", table="jobs", name="key", keys=("number",), ref="id"),
    Column(kind="job", table="consolidations", name="progress", keys=("id",), ref="id", form="json"),
    Column(
        kind="recalled",
        table="recalled_items",
        name="text",
        keys=("message_id", "place"),
        ref="message_id",
        session=_TURN,
    ),
    Column(
        kind="recalled",
        table="recalled_items",
        name="source_title",
        keys=("message_id", "place"),
        ref="message_id",
        session=_TURN,
    ),
    Column(
        kind="recalled",
        table="recalled_items",
        name="missed",
        keys=("message_id", "place"),
        ref="message_id",
        session=_TURN,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A text that holds words that go.

    Attributes:
        left: The text without them.
    """

    column: Column
    keys: tuple[Any, ...]
    ref: str
    session: int | None
    text: str
    left: str
    words: tuple[str, ...]

    @property
    def id(self) -> str:
        """What the place is called."""
        return ":".join(map(str, (self.column.table, self.column.name, *self.keys)))


def find(db: apsw.Connection, cut: Cut, *, talk: bool, spared: Collection[str] = ()) -> Iterator[Trace]:
    """The texts that hold words that go.

    Args:
        db: A connection.
        cut: Cuts them out.
        talk: Whether conversations are looked through too.
        spared: Ids of places that the user wants to stay as they are.
    """
    for column in COLUMNS:
        if column.talk and not talk:
            continue
        for found in rows(
            db,
            f"SELECT {', '.join(column.keys)}, {column.ref}, {column.session}, {column.name} "
            f"FROM {column.table} WHERE {column.name} IS NOT NULL AND {column.name} != ''",
        ):
            trace = _trace(column, found, cut)
            if trace is not None and trace.id not in spared:
                yield trace


def _trace(column: Column, found: Row, cut: Cut) -> Trace | None:
    *keys, ref, session, text = found
    if column.form == "json":
        words: list[str] = []
        left = _carved_json(json.loads(text), lambda each: cut(each, ref or ""), words)
        if not words:
            return None
        written = json.dumps(left, ensure_ascii=False)
        shown = "\n".join(words)
    else:
        carved = cut(text, ref or "")
        if carved is None:
            return None
        written, words, shown = carved.text, list(carved.words), text
    return Trace(
        column=column,
        keys=tuple(keys),
        ref=ref or "",
        session=session,
        text=shown,
        left=written,
        words=tuple(words),
    )


def _carved_json(value: Any, cut: Callable[[str], Carved | None], words: list[str]) -> Any:
    match value:
        case str():
            carved = cut(value)
            if carved is None:
                return value
            words.extend(carved.words)
            return carved.text
        case list():
            return [_carved_json(each, cut, words) for each in value]
        case dict():
            return {key: _carved_json(each, cut, words) for key, each in value.items()}
        case _:
            return value


def carry_out(db: apsw.Connection, traces: Collection[Trace], count: Callable[[str], int]) -> None:
    """Writes what is left of each text, and indexes anew what has changed.

    Args:
        db: A connection in a transaction.
        traces: What was found.
        count: Length of a text in o200k_base tokens.
    """
    for trace in traces:
        column = trace.column
        where = " AND ".join(f"{key} = ?" for key in column.keys)
        run(db, f"UPDATE {column.table} SET {column.name} = ? WHERE {where}", trace.left, *trace.keys)
        if column.table == "messages" and column.name == "text":
            run(db, "UPDATE messages SET tokens = ? WHERE number = ?", count(trace.left), trace.keys[0])
    _index(db, traces)


def _index(db: apsw.Connection, traces: Collection[Trace]) -> None:
    texts = [trace for trace in traces if (trace.column.table, trace.column.name) == ("messages", "text")]
    numbers = {trace.keys[0] for trace in texts}
    for trace in texts:
        # What follows a message is found by its words too.
        numbers.update(number for (number,) in rows(db, "SELECT number FROM messages WHERE parent_id = ?", trace.ref))
    for number in sorted(numbers):
        put_message(db, number)
    for trace in traces:
        if trace.column.kind == "title":
            put_episode(db, trace.keys[0])
        elif trace.column.kind == "quote" and trace.ref:
            put_fact(db, trace.ref)
