"""Reading memories: each query goes down an index, and costs what it returns."""

from collections.abc import Sequence

import apsw

from memchat.core.memories import MEMORY_STATUSES, Memory, MemoryStatus
from memchat.store.lookup import number_of
from memchat.store.nearest import by_meaning
from memchat.store.records import MEMORY, memory_of
from memchat.store.searching import Filter, by_words
from memchat.store.sources import sources_of
from memchat.store.sql import Row, marks, row, rows, storable
from memchat.store.words import folded, normal

_CHUNK = 500

_RANKS = 60
"""The constant of reciprocal rank fusion, as in Cormack, Clarke and Büttcher (2009)."""

_WIDER = 4
"""How many times as many are looked at as are wanted, because some are about others or no longer active."""

_ACTIVE: MemoryStatus = "active"


def by_number(db: apsw.Connection, number: int) -> Memory:
    """The memory of that number, which is there."""
    found = row(db, f"SELECT {MEMORY} FROM memories WHERE number = ?", number)
    assert found is not None
    return memories_of(db, [found])[0]


def get(db: apsw.Connection, id: str) -> Memory:
    """The memory with this id, or the only one whose id begins so.

    Raises:
        NotFound: There is none, or there are several.
    """
    return by_number(db, number_of(db, "memories", id))


def by_ids(db: apsw.Connection, ids: Sequence[str]) -> list[Memory]:
    """The memories of these ids, in their order and each once; those that are gone are left out."""
    found: list[Row] = []
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        found += rows(db, f"SELECT {MEMORY} FROM memories WHERE id IN ({marks(len(part))})", *part)
    known = {memory.id: memory for memory in memories_of(db, found)}
    return [known[each] for each in dict.fromkeys(ids) if each in known]


def memories_of(db: apsw.Connection, found: Sequence[Row]) -> list[Memory]:
    """The memories of rows with the columns of `MEMORY`, with their sources and parts."""
    ids = [each[0] for each in found]
    sources = sources_of(db, ids)
    parts: dict[str, list[str]] = {}
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        for memory, part in rows(db, f"SELECT memory, part FROM lineage WHERE memory IN ({marks(len(some))})", *some):
            parts.setdefault(memory, []).append(part)
    return [memory_of(each, sources.get(each[0], ()), tuple(parts.get(each[0], ()))) for each in found]


def listed(
    db: apsw.Connection,
    kind: str | None,
    status: str | None,
    words: Sequence[str],
    limit: int,
    offset: int,
    *,
    fields: bool,
) -> list[Memory]:
    """Memories, pinned first, then the newest."""
    conditions = ["1"]
    values: list[str | int] = []
    for column, wanted in (("kind", kind), ("status", status)):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            values.append(wanted)
    if not fields and status in (None, _ACTIVE):
        conditions.append("field IS NULL")
    for word in words:
        conditions.append("instr(folded(text), ?) > 0")
        values.append(folded(storable(word)))
    found = rows(
        db,
        f"SELECT {MEMORY} FROM memories WHERE {' AND '.join(conditions)} "
        "ORDER BY pinned DESC, updated_at DESC, number DESC LIMIT ? OFFSET ?",
        *values,
        limit,
        offset,
    )
    return memories_of(db, list(found))


def counts(db: apsw.Connection) -> dict[MemoryStatus, int]:
    """How many memories there are of each status, without the values that the profile shows."""
    counted = dict.fromkeys(MEMORY_STATUSES, 0)
    counted.update(
        (status, count)
        for status, count in rows(
            db,
            "SELECT status, count(*) FROM memories WHERE field IS NULL OR status != 'active' GROUP BY status",
        )
    )
    return counted


def pending(db: apsw.Connection) -> int:
    """How many memories wait for the user."""
    found = row(db, "SELECT count(*) FROM memories WHERE status = 'pending'")
    assert found is not None
    return int(found[0])


def fields(db: apsw.Connection, now: float, field: str | None = None) -> list[Memory]:
    """The memories that hold the profile's present values, by field, the oldest first."""
    condition, values = ("", []) if field is None else (" AND field = ?", [field])
    found = rows(
        db,
        f"SELECT {MEMORY} FROM memories INDEXED BY memories_field WHERE field IS NOT NULL AND status = 'active' "
        f"AND (valid_to IS NULL OR valid_to > ?){condition} ORDER BY field, number",
        now,
        *values,
    )
    return memories_of(db, list(found))


def past(db: apsw.Connection, subject: str, attribute: str, now: float) -> list[Memory]:
    """What held once of a subject's attribute, the latest first."""
    found = rows(
        db,
        f"SELECT {MEMORY} FROM memories WHERE subject = ? AND attribute = ? AND valid_to IS NOT NULL "
        "AND (status = 'superseded' OR (status = 'active' AND valid_to <= ?)) ORDER BY valid_to DESC, number DESC",
        subject,
        attribute,
        now,
    )
    return memories_of(db, list(found))


def of_message(db: apsw.Connection, message_id: str) -> list[Memory]:
    """The memories of every status that rest on a message, the oldest first."""
    found = rows(
        db,
        f"SELECT {MEMORY} FROM memories WHERE id IN (SELECT target FROM sources WHERE message_id = ? AND live) "
        "ORDER BY number",
        message_id,
    )
    return memories_of(db, list(found))


def first_said(db: apsw.Connection, message_ids: Sequence[str]) -> dict[str, list[Memory]]:
    """The memories of every status whose oldest source is one of these messages, by message, the oldest first."""
    targets: list[str] = []
    for start in range(0, len(message_ids), _CHUNK):
        part = message_ids[start : start + _CHUNK]
        found = rows(db, f"SELECT target FROM sources WHERE message_id IN ({marks(len(part))}) AND live", *part)
        targets += [target for (target,) in found]
    said: dict[str, list[Memory]] = {}
    for memory in sorted(by_ids(db, targets), key=lambda memory: memory.observed_at):
        said.setdefault(memory.sources[0].message_id or "", []).append(memory)
    return {each: said[each] for each in message_ids if each in said}


def same(db: apsw.Connection, text: str, field: str | None) -> list[Memory]:
    """The memories of every status that say just this, the newest first."""
    found = rows(
        db,
        f"SELECT {MEMORY} FROM memories WHERE normal_text = ? AND field IS ? ORDER BY number DESC",
        normal(storable(text).strip()),
        field,
    )
    return memories_of(db, list(found))


def neighbours(
    db: apsw.Connection, vector: bytes | None, terms: Sequence[str], subject: str | None, limit: int
) -> list[Memory]:
    """Active memories nearest by meaning and by words, ranks fused, best first."""
    if limit <= 0:
        return []
    # At the moment 0 only what was superseded is past: what ended by itself is still a neighbour.
    wanted = Filter(kinds=frozenset(("fact", "profile")), now=0.0)
    scores: dict[str, float] = {}
    lists = [by_words(db, terms, limit * _WIDER, wanted, prefix=False)]
    if vector is not None:
        lists.append(by_meaning(db, vector, limit * _WIDER, wanted))
    for hits in lists:
        for place, hit in enumerate(hits):
            scores[hit.ref] = scores.get(hit.ref, 0.0) + 1 / (_RANKS + place)
    best = sorted(scores, key=lambda ref: -scores[ref])
    active = [
        memory
        for memory in by_ids(db, best)
        if memory.status == _ACTIVE and (subject is None or memory.subject == subject)
    ]
    return active[:limit]
