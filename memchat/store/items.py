"""Writing the index, inside the transaction that writes the thing that is indexed."""

import re

import apsw

from memchat.core.context import ItemKind
from memchat.core.times import from_unix
from memchat.store.embedders import want, want_again
from memchat.store.sql import row, rows, run, value
from memchat.store.vectors import PAST, drop_vectors, refile, vector_kind

_BODY_CHARACTERS = 200_000
_CONTEXT_CHARACTERS = 1_200
_NEIGHBOUR_CHARACTERS = 300
_BEFORE, _AFTER = 2, 2
"""How many messages around one are searched with its words, at less weight."""

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_ASKS = re.compile("[?？؟]")


def put_item(
    db: apsw.Connection,
    *,
    kind: ItemKind,
    ref: str,
    at: float,
    body: str,
    context: str = "",
    session: int | None = None,
    seq: int | None = None,
    past_at: float | None = None,
    asks: bool = False,
) -> None:
    """Indexes the words of a new or changed thing; its vector is made later.

    Args:
        db: A connection in a transaction.
        kind: What it is.
        ref: What it is called among its kind.
        at: When it was said, in seconds since 1970.
        body: Its text.
        context: Text around it, which counts for less.
        session: Number of the session that it belongs to.
        seq: Its place in the session.
        past_at: When it ceases to hold, in seconds since 1970; `PAST` for what was superseded.
        asks: Whether it asks something, so that what follows it may be the answer.
    """
    _drop_found(db, kind, ref)
    run(
        db,
        "INSERT INTO items (kind, ref, session, seq, at, past_at, asks) VALUES (?, ?, ?, ?, ?, ?, ?)",
        kind,
        ref,
        session,
        seq,
        at,
        past_at,
        asks,
    )
    key = db.last_insert_rowid()
    want(db, key)
    _put_words(db, key, body, context)


def drop_item(db: apsw.Connection, kind: ItemKind, ref: str) -> None:
    """Takes a thing out of the index, if it is there."""
    place = _drop_found(db, kind, ref)
    if kind == "message" and place is not None:
        _tell_neighbours(db, *place)


def drop_session_items(db: apsw.Connection, session: int) -> None:
    """Takes a session's messages and its episode out of the index."""
    for (key,) in list(rows(db, "SELECT key FROM items WHERE session = ?", session)):
        _drop(db, key)


def put_session_items(db: apsw.Connection, session: int) -> None:
    """Indexes a session's messages and its episode anew."""
    for (number,) in list(rows(db, "SELECT number FROM messages WHERE session = ? ORDER BY seq", session)):
        put_message(db, number)
    put_episode(db, session)


def put_message(db: apsw.Connection, number: int) -> None:
    """Indexes the message of that number, or takes it out where it is not to be found."""
    found = row(
        db,
        "SELECT m.id, m.session, m.seq, m.created_at, m.text, "
        "m.active AND m.status != 'failed' AND s.deleted_at IS NULL AND NOT m.unfound "
        "FROM messages AS m JOIN sessions AS s ON s.number = m.session WHERE m.number = ?",
        number,
    )
    if found is None:
        return
    ref, session, seq, at, body, wanted = found
    if not (wanted and body.strip()):
        drop_item(db, "message", ref)
        return
    put_item(
        db,
        kind="message",
        ref=ref,
        session=session,
        seq=seq,
        at=at,
        body=_dated(body, at),
        context=_said_around(db, session, seq),
        asks=asks(body),
    )
    _tell_neighbours(db, session, seq)


def put_copies(db: apsw.Connection, session: int) -> None:
    """Has recall find the oldest copies of a session's messages while it does not find these, and only then."""
    found = rows(
        db,
        "SELECT min(c.number), s.deleted_at IS NULL FROM messages AS m JOIN sessions AS s ON s.number = m.session "
        "JOIN messages AS c ON c.copy_of_id = m.id WHERE m.session = ? AND m.active AND NOT m.unfound "
        "GROUP BY m.id",
        session,
    )
    for number, there in list(found):
        run(db, "UPDATE messages SET unfound = ? WHERE number = ?", int(there), number)
        put_message(db, number)


def put_episode(db: apsw.Connection, session: int) -> None:
    """Indexes a session's summary, if it has one."""
    found = row(
        db,
        "SELECT s.id, e.session_at, e.text, s.title FROM session_summaries AS e "
        "JOIN sessions AS s ON s.number = e.session WHERE e.session = ? AND s.deleted_at IS NULL",
        session,
    )
    if found is not None:
        ref, at, body, context = found
        put_item(db, kind="episode", ref=ref, session=session, at=at, body=_dated(body, at), context=context)


def put_fact(db: apsw.Connection, memory_id: str, *, same_text: bool = False) -> None:
    """Indexes a fact or a profile value with the words that it rests on, or takes it out when it is not to be found.

    Args:
        db: A connection in a transaction.
        memory_id: The memory's.
        same_text: Whether its text is as it was indexed, so that its vector still holds.
    """
    found = row(
        db,
        "SELECT coalesce(value, text), observed_at, field, attribute, status, valid_to FROM memories WHERE id = ? "
        "AND (status = 'active' OR (status = 'superseded' AND valid_to IS NOT NULL))",
        memory_id,
    )
    if found is None:
        drop_memory(db, memory_id)
        return
    body, at, field, attribute, status, valid_to = found
    quotes = rows(db, "SELECT quote FROM sources WHERE target = ? AND live ORDER BY number", memory_id)
    about = (field or attribute).replace("_", " ")
    context = " ".join([about, *(quote for (quote,) in quotes)]).strip()
    kind: ItemKind = "fact" if field is None else "profile"
    past_at = valid_to if status == "active" else PAST
    key = value(db, "SELECT key FROM items WHERE kind = ? AND ref = ?", kind, memory_id) if same_text else None
    if key is None:
        drop_memory(db, memory_id)
        put_item(db, kind=kind, ref=memory_id, at=at, body=body, context=context, past_at=past_at)
        return
    run(db, "UPDATE items SET past_at = ? WHERE key = ?", past_at, key)
    run(db, "DELETE FROM item_words WHERE rowid = ?", key)
    _put_words(db, key, body, context)
    refile(db, key, vector_kind(kind, past_at))


def drop_memory(db: apsw.Connection, memory_id: str) -> None:
    """Takes a fact or a profile value out of the index, if it is there."""
    drop_item(db, "fact", memory_id)
    drop_item(db, "profile", memory_id)


def asks(text: str) -> bool:
    """Whether the second half of `text` asks something, so that what follows it may be the answer."""
    return _ASKS.search(text, len(text) // 2) is not None


def _dated(text: str, at: float) -> str:
    """`text` with its day written out, as people ask for one."""
    day = from_unix(at)
    return f"{text[:_BODY_CHARACTERS]}\n{day.day:02} {_MONTHS[day.month - 1]} {day.year}"


def _said_around(db: apsw.Connection, session: int, seq: int) -> str:
    query = (
        "SELECT substr(m.text, 1, ?) FROM items AS i JOIN messages AS m ON m.id = i.ref "
        "WHERE i.session = ? AND i.seq {} ? AND i.kind = 'message' ORDER BY i.seq {} LIMIT ?"
    )
    before = [text for (text,) in rows(db, query.format("<", "DESC"), _NEIGHBOUR_CHARACTERS, session, seq, _BEFORE)]
    after = [text for (text,) in rows(db, query.format(">", "ASC"), _NEIGHBOUR_CHARACTERS, session, seq, _AFTER)]
    return " ".join([*reversed(before), *after])


def _tell_neighbours(db: apsw.Connection, session: int, seq: int) -> None:
    """Gives the messages around a place the words that stand there now, and marks their vectors to be made again."""
    query = (
        "SELECT i.key, i.seq, i.at, m.text FROM items AS i JOIN messages AS m ON m.id = i.ref "
        "WHERE i.session = ? AND i.seq {} ? AND i.kind = 'message' ORDER BY i.seq {} LIMIT ?"
    )
    before = list(rows(db, query.format("<", "DESC"), session, seq, _AFTER))
    after = list(rows(db, query.format(">", "ASC"), session, seq, _BEFORE))
    for key, place, at, text in before + after:
        run(db, "DELETE FROM item_words WHERE rowid = ?", key)
        _put_words(db, key, _dated(text, at), _said_around(db, session, place))
    # A vector looks at the two messages before it and at the one after it.
    for key, *_ in before[:1] + after:
        want_again(db, key)


def _put_words(db: apsw.Connection, key: int, body: str, context: str) -> None:
    run(
        db,
        "INSERT INTO item_words (rowid, body, context) VALUES (?, spaced(?), spaced(?))",
        key,
        body[: _BODY_CHARACTERS + 30],
        context[:_CONTEXT_CHARACTERS],
    )


def _drop_found(db: apsw.Connection, kind: ItemKind, ref: str) -> tuple[int, int] | None:
    """Takes a thing out of the index; its session and its place in it, if it was there and had one."""
    found = row(db, "SELECT key, session, seq FROM items WHERE kind = ? AND ref = ?", kind, ref)
    if found is None:
        return None
    key, session, seq = found
    _drop(db, key)
    return None if session is None or seq is None else (session, seq)


def _drop(db: apsw.Connection, key: int) -> None:
    run(db, "DELETE FROM item_words WHERE rowid = ?", key)
    drop_vectors(db, key)
    run(db, "DELETE FROM items WHERE key = ?", key)
