"""Writing the index, inside the transaction that writes the thing that is indexed."""

import apsw

from memchat.core.context import ItemKind
from memchat.store.sql import row, rows, run

_BODY_CHARACTERS = 200_000
_CONTEXT_CHARACTERS = 300


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
    """
    drop_item(db, kind, ref)
    run(db, "INSERT INTO items (kind, ref, session, seq, at) VALUES (?, ?, ?, ?, ?)", kind, ref, session, seq, at)
    run(
        db,
        "INSERT INTO item_words (rowid, body, context) VALUES (?, spaced(?), spaced(?))",
        db.last_insert_rowid(),
        body[:_BODY_CHARACTERS],
        context[:_CONTEXT_CHARACTERS],
    )


def drop_item(db: apsw.Connection, kind: ItemKind, ref: str) -> None:
    """Takes a thing out of the index, if it is there."""
    found = row(db, "SELECT key, embedded FROM items WHERE kind = ? AND ref = ?", kind, ref)
    if found is not None:
        _drop(db, *found)


def drop_session_items(db: apsw.Connection, session: int) -> None:
    """Takes a session's messages and its episode out of the index."""
    for key, embedded in list(rows(db, "SELECT key, embedded FROM items WHERE session = ?", session)):
        _drop(db, key, embedded)


def put_session_items(db: apsw.Connection, session: int) -> None:
    """Indexes a session's messages and its episode anew."""
    for (number,) in list(rows(db, "SELECT number FROM messages WHERE session = ? ORDER BY seq", session)):
        put_message(db, number)
    put_episode(db, session)


def put_message(db: apsw.Connection, number: int) -> None:
    """Indexes the message of that number, or takes it out where it is not to be found."""
    found = row(
        db,
        "SELECT m.id, m.session, m.seq, m.created_at, m.text, coalesce(substr(p.text, 1, ?), ''), "
        "m.active AND m.status != 'failed' AND s.deleted_at IS NULL "
        "FROM messages AS m JOIN sessions AS s ON s.number = m.session LEFT JOIN messages AS p ON p.id = m.parent_id "
        "WHERE m.number = ?",
        _CONTEXT_CHARACTERS,
        number,
    )
    if found is None:
        return
    ref, session, seq, at, body, context, wanted = found
    if wanted and body.strip():
        put_item(db, kind="message", ref=ref, session=session, seq=seq, at=at, body=body, context=context)
    else:
        drop_item(db, "message", ref)


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
        put_item(db, kind="episode", ref=ref, session=session, at=at, body=body, context=context)


def put_fact(db: apsw.Connection, memory_id: str) -> None:
    """Indexes a memory with the words that it rests on, or takes it out when it is not active."""
    found = row(db, "SELECT text, observed_at FROM memories WHERE id = ? AND status = 'active'", memory_id)
    if found is None:
        drop_item(db, "fact", memory_id)
        return
    quotes = rows(db, "SELECT quote FROM sources WHERE target = ? AND live ORDER BY number", memory_id)
    context = " ".join(quote for (quote,) in quotes)
    put_item(db, kind="fact", ref=memory_id, at=found[1], body=found[0], context=context)


def put_profile(db: apsw.Connection, field: str) -> None:
    """Indexes a profile field, or takes it out when it is not set."""
    found = row(db, "SELECT value, updated_at FROM profile WHERE field = ?", field)
    if found is None:
        drop_item(db, "profile", field)
        return
    put_item(db, kind="profile", ref=field, at=found[1], body=found[0], context=field.replace("_", " "))


def _drop(db: apsw.Connection, key: int, embedded: int) -> None:
    run(db, "DELETE FROM item_words WHERE rowid = ?", key)
    if embedded:
        run(db, "DELETE FROM item_vectors WHERE key = ?", key)
    run(db, "DELETE FROM items WHERE key = ?", key)
