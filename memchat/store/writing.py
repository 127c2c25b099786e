"""Writing messages, with the session's counts, the index and the queue in the same transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import apsw

from memchat.core.ids import new_id
from memchat.core.messages import Message, MessageStatus, ToolUse, Usage
from memchat.store.items import drop_item, put_message
from memchat.store.lookup import message_number, number_of
from memchat.store.queue import add_jobs
from memchat.store.reading import get
from memchat.store.sql import row, rows, run
from memchat.store.titles import default_title
from memchat.store.values import NewJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an answer ended."""

    text: str
    status: MessageStatus
    tokens: int
    usage: Usage | None
    finish_reason: str | None
    reasoning: str
    error: str | None
    tool_uses: tuple[ToolUse, ...]
    jobs: tuple[NewJob, ...]


def append_user(
    db: apsw.Connection,
    session_id: str,
    text: str,
    tokens: int,
    model: str | None,
    now: float,
    *,
    off_record: bool,
) -> Message:
    """Stores and indexes what the user said; with what they said before it and got no answer to, it is one question."""
    session = number_of(db, "sessions", session_id)
    last = row(db, "SELECT id, status FROM messages WHERE session = ? AND active ORDER BY seq DESC LIMIT 1", session)
    parent, status = last or (None, None)
    if status == "failed":
        mark(db, parent, "complete", None)
    message_id = _insert(db, session, parent, "user", text, tokens, model, now)
    if off_record:
        run(db, "UPDATE messages SET off_record = 1 WHERE id = ?", message_id)
    run(
        db,
        "UPDATE sessions SET ended_at = NULL, archived_at = NULL, title = iif(title = '', ?, title) WHERE number = ?",
        default_title(text),
        session,
    )
    put_message(db, message_number(db, message_id))
    return get(db, message_id)


def begin_reply(
    db: apsw.Connection,
    session_id: str,
    parent_id: str | None,
    text: str,
    model: str | None,
    instead_of: str | None,
    now: float,
    *,
    told: bool,
) -> Message:
    """Stores the first words of an answer, in the place of another where there is one."""
    session = number_of(db, "sessions", session_id)
    if instead_of is not None:
        deactivate(db, instead_of)
    message_id = _insert(db, session, parent_id, "assistant", text, _estimate(text), model, now)
    if told:
        run(db, "UPDATE messages SET off_record = 1, unfound = 1 WHERE id = ?", message_id)
    return get(db, message_id)


def update_reply(db: apsw.Connection, id: str, text: str, reasoning: str) -> None:
    """Stores what has come of an answer so far."""
    run(
        db,
        "UPDATE messages SET text = ?, reasoning = ?, tokens = ? WHERE id = ? AND status = 'partial'",
        text,
        reasoning,
        _estimate(text),
        id,
    )


def finish_reply(db: apsw.Connection, id: str, ending: Ending, now: float) -> Message:
    """Stores an answer as it ended, and queues what is to be learned from it."""
    number = message_number(db, id)
    usage = ending.usage
    run(
        db,
        "UPDATE messages SET text = ?, status = ?, tokens = ?, prompt_tokens = ?, completion_tokens = ?, "
        "cached_tokens = ?, cost = ?, finish_reason = ?, reasoning = ?, error = ?, tool_uses = ? WHERE number = ?",
        ending.text,
        ending.status,
        ending.tokens,
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        usage.cached_tokens if usage else None,
        usage.cost if usage else None,
        ending.finish_reason,
        ending.reasoning,
        ending.error,
        json.dumps([asdict(use) for use in ending.tool_uses]) if ending.tool_uses else None,
        number,
    )
    run(
        db,
        "UPDATE sessions SET updated_at = max(updated_at, ?) WHERE number = "
        "(SELECT session FROM messages WHERE number = ?)",
        now,
        number,
    )
    if ending.text.strip():
        put_message(db, number)
    else:
        deactivate(db, id)
    add_jobs(db, ending.jobs, now)
    return get(db, id)


def mark(db: apsw.Connection, id: str, status: MessageStatus, error: str | None) -> Message:
    """Gives a message another status."""
    number = message_number(db, id)
    changed = run(
        db,
        "UPDATE messages SET status = ?, error = ? WHERE number = ? AND (status != ? OR error IS NOT ?)",
        status,
        error,
        number,
        status,
        error,
    )
    if changed:
        put_message(db, number)
    return get(db, id)


def deactivate(db: apsw.Connection, id: str) -> None:
    """Sets a message aside."""
    number = message_number(db, id)
    if run(db, "UPDATE messages SET active = 0 WHERE number = ? AND active", number):
        run(
            db,
            "UPDATE sessions SET message_count = message_count - 1 WHERE number = "
            "(SELECT session FROM messages WHERE number = ?)",
            number,
        )
        drop_item(db, "message", id)


def cut_off(db: apsw.Connection, now: float) -> list[int]:
    """Numbers of the answers that a program left partial when it died, and that recall does not know yet."""
    lost = rows(
        db,
        "SELECT m.number FROM messages AS m WHERE m.status = 'partial' AND m.active "
        "AND NOT EXISTS (SELECT 1 FROM items WHERE kind = 'message' AND ref = m.id) "
        "AND NOT EXISTS (SELECT 1 FROM claims WHERE session = m.session AND until > ?) "
        "AND EXISTS (SELECT 1 FROM sessions WHERE number = m.session AND deleted_at IS NULL)",
        now,
    )
    return [number for (number,) in lost]


def index_messages(db: apsw.Connection, numbers: Sequence[int]) -> None:
    """Indexes the messages of these numbers."""
    for number in numbers:
        put_message(db, number)


def _insert(
    db: apsw.Connection,
    session: int,
    parent: str | None,
    role: Literal["user", "assistant"],
    text: str,
    tokens: int,
    model: str | None,
    now: float,
) -> str:
    found = row(
        db,
        "UPDATE sessions SET last_seq = last_seq + 1, message_count = message_count + 1, "
        "updated_at = max(updated_at, ?) WHERE number = ? RETURNING last_seq",
        now,
        session,
    )
    assert found is not None
    message_id = new_id("message")
    run(
        db,
        "INSERT INTO messages (id, session, seq, role, status, created_at, tokens, parent_id, model, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        message_id,
        session,
        found[0],
        role,
        "complete" if role == "user" else "partial",
        now,
        tokens,
        parent,
        model,
        text,
    )
    return message_id


def _estimate(text: str) -> int:
    """Tokens of an unfinished text, a little more than it has; counting is for what is finished."""
    return len(text.encode()) // 3 + 1
