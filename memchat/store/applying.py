"""Writing what learning decided, as a whole or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

import apsw

from memchat.core.errors import MemchatError
from memchat.core.memories import ORIGINS, Action, Memory, ProfileField
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.decisions import (
    Add,
    Applied,
    Archive,
    Decision,
    Expire,
    Hold,
    KeepOut,
    Merge,
    NewMemory,
    Reinforce,
    Replace,
    Revise,
)
from memchat.store.memory_writing import (
    BY_HAND,
    Pen,
    about_the_same,
    add,
    admitted,
    change,
    insert,
    reinforce,
    supersede,
    trusted_less,
)
from memchat.store.records import field_of
from memchat.store.rules import count
from memchat.store.sql import rows, run, value
from memchat.store.tombstones import entombed
from memchat.store.words import folded, normal


def learn(
    pen: Pen, decisions: Sequence[Decision], session_id: str | None, learned_to: int | None, job_id: str | None
) -> Applied:
    """Writes decisions together with how far a session was read for them, and ends the job that did it.

    Nothing is written when that was read already, by another program or before a kill, or when the session is gone or
    deleted.

    Raises:
        MemchatError: A decision would end or reword a memory that is about something else.
    """
    if job_id is not None:
        run(pen.db, "DELETE FROM jobs WHERE id = ?", job_id)
    if session_id is not None and learned_to is not None:
        read = run(
            pen.db,
            "UPDATE sessions SET learned_to = ? WHERE id = ? AND learned_to < ? AND deleted_at IS NULL",
            learned_to,
            session_id,
            learned_to,
        )
        if not read:
            return Applied()
    return apply(pen, decisions)


def apply(pen: Pen, decisions: Sequence[Decision]) -> Applied:
    """Writes decisions in their order.

    What a decision is about may have changed since it was made: one about a memory that is no longer active, or gone,
    is let be, and what it would have put in its place is added where that loses nothing.

    Raises:
        MemchatError: A decision would end or reword a memory that is about something else.
    """
    start = int(value(pen.db, "SELECT coalesce(max(number), 0) FROM changes"))
    for decision in decisions:
        _apply(pen, decision)
    return _applied(pen, start)


def _apply(pen: Pen, decision: Decision) -> None:
    match decision:
        case Add(new):
            _add(pen, new)
        case Hold(new, replaces):
            _hold(pen, new, replaces)
        case Reinforce():
            _reinforce(pen, decision)
        case Revise(id=id, new=new):
            _revise(pen, id, new)
        case Replace():
            _replace(pen, decision)
        case Merge(part_ids=part_ids, new=new):
            _merge(pen, part_ids, new)
        case Expire(id=id, valid_to=valid_to):
            _change(pen, id, "edit", {"valid_to": to_unix(valid_to)})
        case Archive(id):
            _change(pen, id, "archive", {"status": "archived"})
        case KeepOut(rule_id):
            count(pen.db, rule_id, pen.now)
        case _:
            assert_never(decision)


def _add(pen: Pen, new: NewMemory) -> Memory | None:
    kept = admitted(pen, new)
    return None if kept is None else add(pen, kept)


def _hold(pen: Pen, new: NewMemory, replaces: Sequence[str]) -> None:
    kept = admitted(pen, replace(new, status="pending"))
    if kept is not None:
        add(pen, kept, replaces=replaces)


def _reinforce(pen: Pen, decision: Reinforce) -> None:
    for old in _active(pen.db, [decision.id]):
        sources = decision.sources
        if not pen.users:
            sources = tuple(each for each in sources if not entombed(pen.db, each.message_id, old.text))
        if sources or not decision.sources:
            reinforce(pen, old, sources, decision.confidence, decision.seen_at)


def _revise(pen: Pen, id: str, new: NewMemory) -> None:
    kept = admitted(pen, new)
    if kept is None:
        return
    olds = _active(pen.db, [id])
    if not olds:
        add(pen, kept)
        return
    (old,) = olds
    _guard(old, kept)
    if normal(kept.text) == normal(old.text):
        reinforce(pen, old, kept.sources, kept.confidence, kept.observed_at or old.observed_at, kept)
        return
    if _by_hand(pen, old) or kept.status == "pending":
        _hold(pen, replace(kept, reason=kept.reason or BY_HAND), [id])
        return
    if _active_same(pen.db, kept):
        # It says just what another one does: that one holds instead of this.
        supersede(pen, old, add(pen, kept).id, to_unix(kept.observed_at or old.observed_at))
        return
    seen_at = max(kept.observed_at or old.observed_at, old.last_seen_at or old.observed_at)
    change(
        pen,
        old.id,
        "revise",
        {
            "kind": kept.kind,
            "text": kept.text,
            "normal_text": normal(kept.text),
            "value": kept.value if old.field is not None else None,
            "confidence": kept.confidence,
            "origin": kept.origin if trusted_less(kept.origin, old.origin) else old.origin,
            "valid_from": _moment(kept.valid_from or old.valid_from),
            "valid_to": _moment(kept.valid_to or old.valid_to),
            "holds": kept.holds or old.holds,
            "seen_count": old.seen_count + 1,
            "last_seen_at": to_unix(seen_at),
            "actor": pen.actor,
        },
        sources=kept.sources,
    )


def _replace(pen: Pen, decision: Replace) -> None:
    new = admitted(pen, decision.new)
    if new is None:
        return
    olds = _active(pen.db, decision.old_ids)
    for old in olds:
        if not (decision.named and not old.attribute and folded(old.subject) == folded(new.subject)):
            _guard(old, new)
    if new.status == "pending" or any(_by_hand(pen, old) and not _says(old, new) for old in olds):
        _hold(pen, replace(new, reason=new.reason or BY_HAND), [old.id for old in olds])
        return
    added = add(pen, new)
    for old in olds:
        if old.id != added.id:
            supersede(pen, old, added.id, to_unix(decision.at))


def _merge(pen: Pen, part_ids: Sequence[str], new: NewMemory) -> None:
    kept = admitted(pen, new)
    wanted = list(dict.fromkeys(part_ids))
    parts = _active(pen.db, wanted)
    if kept is None or len(parts) < len(wanted) or any(part.field and _by_hand(pen, part) for part in parts):
        return
    if any(folded(part.subject) != folded(kept.subject) or part.field != kept.field for part in parts):
        raise MemchatError("Memories about different things cannot be merged.", "Merge what is about one subject.")
    parts += [each for each in _active_same(pen.db, kept) if each.id not in wanted]
    seen = [part.last_seen_at or part.observed_at for part in parts]
    used = [part.last_used_at for part in parts if part.last_used_at is not None]
    merged = insert(
        pen,
        replace(
            kept,
            status="active",
            origin=max((kept.origin, *(part.origin for part in parts)), key=ORIGINS.index),
            derived_from=tuple(dict.fromkeys((*(part.id for part in parts), *kept.derived_from))),
        ),
        action="merge",
        more={
            "observed_at": to_unix(min(part.observed_at for part in parts)),
            "last_seen_at": to_unix(max(seen)),
            "seen_count": sum(part.seen_count for part in parts),
            "use_count": sum(part.use_count for part in parts),
            "last_used_at": to_unix(max(used)) if used else None,
            "pinned": int(any(part.pinned for part in parts)),
        },
        sources=[source for part in parts for source in part.sources],
    )
    for part in parts:
        change(pen, part.id, "merge", {"status": "superseded", "superseded_by": merged.id})


def _change(pen: Pen, id: str, action: Action, values: dict[str, Any]) -> None:
    for old in _active(pen.db, [id]):
        change(pen, old.id, action, values)


def _active(db: apsw.Connection, ids: Sequence[str]) -> list[Memory]:
    return [memory for memory in reading.by_ids(db, ids) if memory.status == "active"]


def _active_same(db: apsw.Connection, new: NewMemory) -> list[Memory]:
    return [memory for memory in reading.same(db, new.text, new.field) if memory.status == "active"]


def _guard(old: Memory, new: NewMemory, *, named: bool = False) -> None:
    if not about_the_same(old, new, named=named):
        raise MemchatError(
            f"The memory {old.id} is about another thing than what would take its place.",
            "Give both the same subject and attribute, or add the new one beside it.",
        )


def _by_hand(pen: Pen, memory: Memory) -> bool:
    """Whether it is a profile value that the user set, and somebody else writes."""
    return memory.field is not None and memory.actor == "user" and not pen.users


def _says(memory: Memory, new: NewMemory) -> bool:
    return normal(memory.text) == normal(new.text)


def _applied(pen: Pen, start: int) -> Applied:
    """What the changes after `start` came to."""
    before: dict[str, tuple[Any, ...]] = {}
    for target, status, text, valid_to in rows(
        pen.db,
        "SELECT target, json_extract(before, '$.status'), json_extract(before, '$.text'), "
        "json_extract(before, '$.valid_to') FROM changes WHERE number > ? ORDER BY number",
        start,
    ):
        before.setdefault(target, (status, text, valid_to))
    if not before:
        return Applied()
    added: list[Memory] = []
    changed: list[Memory] = []
    superseded: list[Memory] = []
    pending: list[Memory] = []
    profile: list[ProfileField] = []
    known: list[Memory] = []
    for memory in reading.by_ids(pen.db, list(before)):
        was, *said = before[memory.id]
        if (memory.status, memory.text, _moment(memory.valid_to)) == (was, *said):
            known.append(memory)
        elif memory.status == "superseded" and was == "active":
            superseded.append(memory)
        elif memory.status == "pending":
            pending.append(memory)
        elif memory.field is not None and memory.status == "active":
            profile.append(field_of(memory))
        elif memory.status == "active" and was != "active":
            added.append(memory)
        else:
            changed.append(memory)
    return Applied(
        added=tuple(added),
        changed=tuple(changed),
        superseded=tuple(superseded),
        pending=tuple(pending),
        profile=tuple(profile),
        known=tuple(known),
        batch=pen.batch,
    )


def _moment(moment: datetime | None) -> float | None:
    return None if moment is None else to_unix(moment)
