"""Writing the index, inside the transaction that writes the thing that is indexed."""

import apsw

from memchat.core.context import ItemKind
from memchat.store.sql import row, rows, run, value

_BODY_CHARACTERS = 200_000
_CONTEXT_CHARACTERS = 300

PAST = 0.0
"""`past_at` of what was superseded, whenever that was."""


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
    """
    drop_item(db, kind, ref)
    run(
        db,
        "INSERT INTO items (kind, ref, session, seq, at, past_at) VALUES (?, ?, ?, ?, ?, ?)",
        kind,
        ref,
        session,
        seq,
        at,
        past_at,
    )
    _put_words(db, db.last_insert_rowid(), body, context)


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
    if value(db, "SELECT embedded FROM items WHERE key = ?", key):
        run(db, "UPDATE item_vectors SET kind = ? WHERE key = ?", vector_kind(kind, past_at), key)


def drop_memory(db: apsw.Connection, memory_id: str) -> None:
    """Takes a fact or a profile value out of the index, if it is there."""
    drop_item(db, "fact", memory_id)
    drop_item(db, "profile", memory_id)


def vector_kind(kind: str, past_at: float | None) -> str:
    """What an item's vector is filed under: what was superseded is apart, so that it crowds nothing out."""
    return f"past {kind}" if past_at == PAST else kind


def _put_words(db: apsw.Connection, key: int, body: str, context: str) -> None:
    run(
        db,
        "INSERT INTO item_words (rowid, body, context) VALUES (?, spaced(?), spaced(?))",
        key,
        body[:_BODY_CHARACTERS],
        context[:_CONTEXT_CHARACTERS],
    )


def _drop(db: apsw.Connection, key: int, embedded: int) -> None:
    run(db, "DELETE FROM item_words WHERE rowid = ?", key)
    if embedded:
        run(db, "DELETE FROM item_vectors WHERE key = ?", key)
    run(db, "DELETE FROM items WHERE key = ?", key)
