"""Reading messages: each query goes down an index, and costs what it returns."""

import apsw

from memchat.core.errors import NotFound
from memchat.core.messages import Message
from memchat.store.records import MESSAGE, message_of
from memchat.store.sql import row, rows
from memchat.store.values import Span

_FROM = f"SELECT {MESSAGE} FROM sessions AS s JOIN messages AS m ON m.session = s.number"


def get(db: apsw.Connection, id: str) -> Message:
    """The message with this id.

    Raises:
        NotFound: There is none.
    """
    found = row(db, f"{_FROM} WHERE m.id = ?", id)
    if found is None:
        raise NotFound(f"No message has the id {id!r}.", "It may have been erased.")
    return message_of(found)


def page(db: apsw.Connection, session_id: str, before_seq: int | None, limit: int) -> list[Message]:
    """The newest `limit` active messages before a place, in their order."""
    found = rows(
        db,
        f"{_FROM} WHERE s.id = ? AND m.active AND m.seq < ? ORDER BY m.seq DESC LIMIT ?",
        session_id,
        2**62 if before_seq is None else before_seq,
        limit,
    )
    return [message_of(each) for each in found][::-1]


def tail(db: apsw.Connection, session_id: str, after_seq: int, max_messages: int, max_tokens: int) -> list[Message]:
    """The newest active messages after a place that fit, in their order."""
    taken: list[Message] = []
    tokens = 0
    for found in rows(
        db,
        f"{_FROM} WHERE s.id = ? AND m.active AND m.seq > ? ORDER BY m.seq DESC LIMIT ?",
        session_id,
        after_seq,
        max_messages,
    ):
        message = message_of(found)
        tokens += message.tokens
        if tokens > max_tokens:
            break
        taken.append(message)
    return taken[::-1]


def span(db: apsw.Connection, session_id: str, after_seq: int) -> Span:
    """How many active messages stand after a place, and their tokens; read from the index alone."""
    found = row(
        db,
        "SELECT count(*), coalesce(sum(tokens), 0) FROM messages "
        "WHERE active AND seq > ? AND session = (SELECT number FROM sessions WHERE id = ?)",
        after_seq,
        session_id,
    )
    return Span(0, 0) if found is None else Span(*found)


def between(db: apsw.Connection, session_id: str, from_seq: int, to_seq: int) -> list[Message]:
    """The active messages from one place to another, both included."""
    found = rows(
        db,
        f"{_FROM} WHERE s.id = ? AND m.active AND m.seq BETWEEN ? AND ? ORDER BY m.seq",
        session_id,
        from_seq,
        to_seq,
    )
    return [message_of(each) for each in found]


def unlearned(db: apsw.Connection, session_id: str, limit: int) -> list[Message]:
    """The user's messages after the place up to which facts were extracted, but for those off the record."""
    found = rows(
        db,
        f"{_FROM} WHERE s.id = ? AND m.active AND m.seq > s.learned_to AND m.role = 'user' AND m.status = 'complete' "
        "AND NOT m.off_record ORDER BY m.seq LIMIT ?",
        session_id,
        limit,
    )
    return [message_of(each) for each in found]


def answer_before(db: apsw.Connection, session_id: str, seq: int) -> Message | None:
    """The newest active answer before a place."""
    found = row(
        db,
        f"{_FROM} WHERE s.id = ? AND m.active AND m.seq < ? AND m.role = 'assistant' ORDER BY m.seq DESC LIMIT 1",
        session_id,
        seq,
    )
    return None if found is None else message_of(found)


def answer_to(db: apsw.Connection, id: str) -> Message | None:
    """The answer of a user's message that holds."""
    found = row(db, f"{_FROM} WHERE m.parent_id = ? AND m.role = 'assistant' AND m.active", id)
    return message_of(found) if found is not None else None
