"""Removing rows for good, in the transaction that also notes that the files are to be scrubbed."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence

import apsw

from memchat.core.erasure import Place
from memchat.store import history, prefixes
from memchat.store.doom import Doom
from memchat.store.forking import orphan
from memchat.store.items import drop_memory, drop_session_items, put_fact, put_message
from memchat.store.lookup import number_of
from memchat.store.queue import add_jobs
from memchat.store.resting import Summary, summaries
from memchat.store.rules import drop_cut
from memchat.store.scrubbing import note_unscrubbed, scrub
from memchat.store.session_states import session_target
from memchat.store.sources import profile_target
from memchat.store.sql import row, rows, run, value
from memchat.store.telling import place, told, told_summary
from memchat.store.tombstones import entomb
from memchat.store.traces import Cut, carry_out, find
from memchat.store.values import NewJob

__all__ = [
    "carry_out_doom",
    "erase_deleted",
    "erase_memory",
    "erase_rested",
    "erase_session",
    "scrub",
]


def carry_out_doom(
    db: apsw.Connection,
    doom: Doom,
    cut: Cut,
    now: float,
    *,
    count: Callable[[str], int],
    spared: Collection[str],
    window: int,
) -> list[Place]:
    """Does it all, but for what the files still hold.

    Args:
        db: A connection in a transaction.
        doom: What goes.
        cut: Cuts the words out of a text.
        now: In seconds since 1970.
        count: Length of a text in o200k_base tokens.
        spared: Ids of places that the user wants to stay as they are.
        window: The chat model's, in tokens, for folding anew; summaries that go are not made again where it is 0.

    Returns:
        The places that it was in, as they were before.
    """
    places = told(db, doom)
    for name in sorted(doom.sessions):
        _erase_session(db, number_of(db, "sessions", name))
    _erase_memories(db, doom.memories)
    for each in sorted(doom.fields):
        _erase_target(db, profile_target(each))
    _restore(db, doom.restored, now)
    traces = list(find(db, cut, talk=doom.talk, spared=spared))
    places += [place(db, trace) for trace in traces]
    carry_out(db, traces, count)
    drop_cut(
        db,
        {trace.keys[0] for trace in traces if trace.column.table == "learning_rules"},
        {trace.keys[0] for trace in traces if trace.column.table == "changes"},
    )
    messages = [trace for trace in traces if trace.column.table == "messages"]
    gone = summaries(db, cut, doom.messages, {trace.keys[0] for trace in messages}) if doom.talk else []
    for summary in gone:
        places.append(told_summary(db, summary, again=window > 0))
        summary.drop(db)
    prefixes.clear(db)
    history.end_redo(db)
    entomb(db, messages=sorted(doom.messages | {trace.ref for trace in messages}), texts=sorted(doom.texts), now=now)
    if window:
        _queue_summaries(db, gone, now, window)
    note_unscrubbed(db, now)
    return places


def erase_session(db: apsw.Connection, id: str, now: float = 0.0) -> None:
    """Removes a session's rows and index, and its words wherever they were quoted.

    Raises:
        NotFound: There is no such session.
    """
    _erase_session(db, number_of(db, "sessions", id))
    note_unscrubbed(db, now)


def erase_deleted(db: apsw.Connection, before: float) -> int:
    """Erases the sessions that were deleted before that moment.

    Returns:
        How many there were.
    """
    numbers = [number for (number,) in rows(db, "SELECT number FROM sessions WHERE deleted_at < ?", before)]
    return _erase_sessions(db, numbers, before)


def erase_rested(db: apsw.Connection, before: float, now: float) -> int:
    """Erases the sessions in which nothing was said since that moment, and that nobody has open.

    Returns:
        How many there were.
    """
    numbers = [
        number
        for (number,) in rows(
            db,
            "SELECT number FROM sessions WHERE updated_at < ? AND last_seq > 0 "
            "AND NOT EXISTS (SELECT 1 FROM claims WHERE session = number AND until > ?)",
            before,
            now,
        )
    ]
    return _erase_sessions(db, numbers, now)


def erase_memory(db: apsw.Connection, id: str, now: float = 0.0) -> None:
    """Removes a memory with its sources and history, and nothing of what was said.

    Raises:
        NotFound: There is no such memory.
    """
    number = number_of(db, "memories", id)
    _erase_memories(db, [str(value(db, "SELECT id FROM memories WHERE number = ?", number))])
    history.end_redo(db)
    prefixes.clear(db)
    note_unscrubbed(db, now)


def _erase_sessions(db: apsw.Connection, numbers: Collection[int], now: float) -> int:
    for number in numbers:
        _erase_session(db, number)
    if numbers:
        note_unscrubbed(db, now)
    return len(numbers)


def _erase_memories(db: apsw.Connection, ids: Iterable[str]) -> None:
    for memory_id in sorted(ids):
        drop_memory(db, memory_id)
        run(db, "DELETE FROM memories WHERE id = ?", memory_id)
        run(db, "UPDATE memories SET superseded_by = NULL WHERE superseded_by = ?", memory_id)
        run(db, "DELETE FROM lineage WHERE memory = ?1 OR part = ?1", memory_id)
        settled = "(SELECT 'conflict:' || id FROM conflicts WHERE first = ?1 OR second = ?1)"
        run(db, f"DELETE FROM changes WHERE target IN {settled}", memory_id)
        run(db, "DELETE FROM conflicts WHERE first = ?1 OR second = ?1", memory_id)
        _erase_target(db, memory_id)
        _unmute(db, [memory_id])
        run(db, "DELETE FROM recalled_items WHERE ref = ? AND kind IN ('fact', 'profile')", memory_id)
        # Changes of others that name it could not be taken back.
        run(
            db,
            "UPDATE changes SET before = replace(before, ?1, 'null'), after = replace(after, ?1, 'null') "
            "WHERE instr(before, ?1) OR instr(after, ?1)",
            f'"{memory_id}"',
        )


def _unmute(db: apsw.Connection, refs: Sequence[str]) -> None:
    """Takes mutes of these ids away, with their history, because there is nothing left to mute."""
    gone, those = json.dumps(refs), "IN (SELECT value FROM json_each(?))"
    run(db, f"DELETE FROM mutes WHERE ref {those}", gone)
    ref = "substr(target, 6 + instr(substr(target, 6), ':'))"
    run(db, f"DELETE FROM changes WHERE target >= 'mute:' AND target < 'mute;' AND {ref} {those}", gone)


def _erase_target(db: apsw.Connection, target: str) -> None:
    run(db, "DELETE FROM sources WHERE target = ?", target)
    run(db, "DELETE FROM changes WHERE target = ?", target)


def _restore(db: apsw.Connection, ids: Collection[str], now: float) -> None:
    for memory_id in sorted(ids):
        before = history.snapshot(db, memory_id)
        run(db, "UPDATE memories SET status = 'active', updated_at = ? WHERE id = ?", now, memory_id)
        history.record(db, target=memory_id, action="restore", actor="user", before=before, at=now)
        put_fact(db, memory_id)


def _erase_session(db: apsw.Connection, number: int) -> None:
    session_id = value(db, "SELECT id FROM sessions WHERE number = ?", number)
    drop_session_items(db, number)
    run(db, "DELETE FROM recalled_items WHERE source_session = ?", session_id)
    quoting = [target for (target,) in rows(db, "SELECT DISTINCT target FROM sources WHERE session_id = ?", session_id)]
    run(db, "UPDATE sources SET quote = '' WHERE session_id = ?", session_id)
    for target in quoting:
        put_fact(db, target)
    run(db, "DELETE FROM jobs WHERE session_id = ?", session_id)
    run(
        db,
        "DELETE FROM changes WHERE target = ? OR target LIKE 'mute:' || ? || ':%' "
        "OR target IN (SELECT 'kept_out:' || id FROM messages WHERE session = ?)",
        session_target(session_id),
        session_id,
        number,
    )
    said = [message_id for (message_id,) in rows(db, "SELECT id FROM messages WHERE session = ?", number)]
    _unmute(db, [session_id, *said])
    heirs = orphan(db, number)
    run(db, "DELETE FROM sessions WHERE number = ?", number)
    for heir in heirs:
        put_message(db, heir)
    # Its summary may stand in the requests of later sessions.
    prefixes.clear(db)


def _queue_summaries(db: apsw.Connection, gone: Collection[Summary], now: float, window: int) -> None:
    for session in sorted({summary.session for summary in gone}):
        found = row(
            db, "SELECT id FROM sessions WHERE number = ? AND deleted_at IS NULL AND message_count > 1", session
        )
        if found is None:
            continue
        payload = {"session_id": found[0]}
        jobs = [NewJob(kind="fold", payload={**payload, "window": window}, key=f"fold:{found[0]}")]
        if any(summary.session == session and not summary.rolling for summary in gone):
            jobs.append(NewJob(kind="session_summary", payload=payload, key=f"session_summary:{found[0]}"))
        add_jobs(db, jobs, now)
