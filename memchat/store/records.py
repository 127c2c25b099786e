"""From rows to the core's values."""

import json
from datetime import datetime

from memchat.core.memories import Change, Memory, ProfileField, Source
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary, ToolUse, Usage
from memchat.core.times import from_unix
from memchat.store.sql import Row

SESSION = (
    "id, title, created_at, updated_at, title_by, message_count, model, draft, persona, incognito, ended_at, "
    "deleted_at, learned_to, system_prompt, archived_at, tags, forked_from_id, unfolded_to"
)
"""Columns for `session_of`, of the table `sessions`."""

MESSAGE = (
    "m.id, s.id, m.seq, m.role, m.text, m.status, m.created_at, m.tokens, m.parent_id, m.model, m.prompt_tokens, "
    "m.completion_tokens, m.cached_tokens, m.cost, m.reasoning, m.finish_reason, m.error, m.tool_uses, "
    "EXISTS (SELECT 1 FROM kept_out WHERE message = m.id), m.copy_of_id, "
    "m.role = 'assistant' AND m.off_record"
)
"""Columns for `message_of`, of the tables `messages AS m` and `sessions AS s`."""

ROLLING = "r.id, s.id, r.text, r.from_seq, r.to_seq, r.tokens, r.created_at, r.model, r.previous_id"
"""Columns for `rolling_of`, of the tables `rolling_summaries AS r` and `sessions AS s`."""

EPISODE = "s.id, s.title, e.text, e.to_seq, e.tokens, e.session_at, e.created_at, e.model"
"""Columns for `episode_of`, of the tables `session_summaries AS e` and `sessions AS s`."""

MEMORY = (
    "id, kind, text, status, confidence, origin, observed_at, updated_at, valid_from, valid_to, superseded_by, "
    "pinned, use_count, last_used_at, subject, attribute, field, value, holds, seen_count, last_seen_at, actor, reason"
)
"""Columns for `memory_of`, of the table `memories`."""

CHANGE = "id, target, action, actor, at, before, after, undone_at, batch"
"""Columns for `change_of`, of the table `changes`."""


def session_of(row: Row) -> Session:
    """The session of a row with the columns of `SESSION`."""
    return Session(
        id=row[0],
        title=row[1],
        created_at=from_unix(row[2]),
        updated_at=from_unix(row[3]),
        title_by=row[4],
        message_count=row[5],
        model=row[6],
        draft=row[7],
        persona=row[8],
        incognito=bool(row[9]),
        ended_at=None if row[10] is None else from_unix(row[10]),
        deleted_at=None if row[11] is None else from_unix(row[11]),
        learned_to=row[12],
        system_prompt=row[13],
        archived_at=_moment(row[14]),
        tags=tuple(json.loads(row[15])) if row[15] else (),
        forked_from=row[16],
        unfolded_to=row[17],
    )


def message_of(row: Row) -> Message:
    """The message of a row with the columns of `MESSAGE`."""
    usage = None
    if row[10] is not None:
        usage = Usage(prompt_tokens=row[10], completion_tokens=row[11] or 0, cached_tokens=row[12] or 0, cost=row[13])
    return Message(
        id=row[0],
        session_id=row[1],
        seq=row[2],
        role=row[3],
        text=row[4],
        status=row[5],
        created_at=from_unix(row[6]),
        tokens=row[7],
        parent_id=row[8],
        model=row[9],
        usage=usage,
        reasoning=row[14],
        finish_reason=row[15],
        error=row[16],
        tool_uses=tuple(ToolUse(**use) for use in json.loads(row[17])) if row[17] else (),
        kept_out=bool(row[18]),
        copy_of=row[19],
        told=bool(row[20]),
    )


def rolling_of(row: Row) -> RollingSummary:
    """The rolling summary of a row with the columns of `ROLLING`."""
    return RollingSummary(
        id=row[0],
        session_id=row[1],
        text=row[2],
        from_seq=row[3],
        to_seq=row[4],
        tokens=row[5],
        created_at=from_unix(row[6]),
        model=row[7],
        previous_id=row[8],
    )


def episode_of(row: Row) -> SessionSummary:
    """The session summary of a row with the columns of `EPISODE`."""
    return SessionSummary(
        session_id=row[0],
        title=row[1],
        text=row[2],
        to_seq=row[3],
        tokens=row[4],
        session_at=from_unix(row[5]),
        created_at=from_unix(row[6]),
        model=row[7],
    )


def memory_of(row: Row, sources: tuple[Source, ...], derived_from: tuple[str, ...] = ()) -> Memory:
    """The memory of a row with the columns of `MEMORY`."""
    return Memory(
        id=row[0],
        kind=row[1],
        text=row[2],
        status=row[3],
        confidence=row[4],
        origin=row[5],
        observed_at=from_unix(row[6]),
        updated_at=from_unix(row[7]),
        valid_from=_moment(row[8]),
        valid_to=_moment(row[9]),
        superseded_by=row[10],
        pinned=bool(row[11]),
        use_count=row[12],
        last_used_at=_moment(row[13]),
        subject=row[14],
        attribute=row[15],
        field=row[16],
        value=row[17],
        holds=row[18],
        seen_count=row[19],
        last_seen_at=_moment(row[20]),
        actor=row[21],
        reason=row[22],
        derived_from=derived_from,
        sources=sources,
    )


def field_of(memory: Memory) -> ProfileField:
    """The profile field whose value a memory is."""
    return ProfileField(
        field=memory.field or "",
        value=memory.value or "",
        confidence=memory.confidence,
        origin=memory.origin,
        updated_at=memory.updated_at,
        memory_id=memory.id,
        actor=memory.actor,
        valid_from=memory.valid_from,
        sources=memory.sources,
    )


def change_of(row: Row) -> Change:
    """The change of a row with the columns of `CHANGE`."""
    return Change(
        id=row[0],
        target=row[1],
        action=row[2],
        actor=row[3],
        at=from_unix(row[4]),
        before=row[5],
        after=row[6],
        undone_at=_moment(row[7]),
        batch=row[8],
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else from_unix(seconds)
