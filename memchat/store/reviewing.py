"""What the user does with single memories: edits, accepts, rejects, forgets, archives, restores."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import apsw

from memchat.core.errors import MemchatError
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.decisions import NewMemory
from memchat.store.memory_writing import Pen, about_the_same, change, checked, field_text, reinforce, supersede
from memchat.store.sql import value
from memchat.store.words import folded, normal


def edit(writer: Pen, given: str, text: str) -> Memory:
    """Gives a memory another wording."""
    old = reading.get(writer.db, given)
    change(writer, old.id, "edit", {**_wording(old, text), "actor": writer.actor})
    return reading.get(writer.db, old.id)


def set_columns(writer: Pen, given: str, values: dict[str, Any]) -> Memory:
    """Sets columns of a memory, as an edit of it."""
    old = reading.get(writer.db, given)
    change(writer, old.id, "edit", values)
    return reading.get(writer.db, old.id)


def forget(writer: Pen, given: str) -> Memory:
    """Takes a memory out of use."""
    old = reading.get(writer.db, given)
    change(writer, old.id, "forget", {"status": "forgotten"})
    return reading.get(writer.db, old.id)


def accept(writer: Pen, given: str, text: str | None = None, *, several: bool) -> Memory:
    """Makes a pending memory active, and ends what it takes the place of."""
    db = writer.db
    old = _pending(reading.get(db, given), "accepted")
    values: dict[str, Any] = {"status": "active", "reason": "", "replaces": ""}
    if text is not None:
        values |= {**_wording(old, text), "actor": ABOUT_USER}
    twin = _active_twin(db, old, values.get("text", old.text))
    if twin is not None:
        # The same is known: that one gets what this one rests on.
        reinforce(writer, twin, old.sources, old.confidence, old.observed_at)
        change(writer, old.id, "accept", {**values, "status": "superseded", "superseded_by": twin.id})
        return reading.get(db, twin.id)
    replaced = _replaced(db, old)
    change(writer, old.id, "accept", values)
    accepted = reading.get(db, old.id)
    if accepted.field is not None and not several:
        replaced = [each for each in reading.fields(db, writer.now, accepted.field) if each.id != accepted.id]
    for each in replaced:
        supersede(writer, each, accepted.id, to_unix(accepted.valid_from or accepted.observed_at))
    return reading.get(db, accepted.id)


def reject(writer: Pen, given: str) -> Memory:
    """Puts a pending memory away; the same is not proposed again."""
    old = _pending(reading.get(writer.db, given), "rejected")
    change(writer, old.id, "reject", {"status": "forgotten"})
    return reading.get(writer.db, old.id)


def archive(writer: Pen, ids: Sequence[str]) -> list[Memory]:
    """Takes active memories out of recall; others, and those that are gone, are let be."""
    active = [each.id for each in reading.by_ids(writer.db, ids) if each.status == "active"]
    for each in active:
        change(writer, each, "archive", {"status": "archived"})
    return reading.by_ids(writer.db, active)


def restore(writer: Pen, given: str, *, several: bool) -> Memory:
    """Makes a memory active that was archived, forgotten or superseded, as it was."""
    db = writer.db
    old = reading.get(db, given)
    if old.status == "active":
        return old
    if old.status == "pending":
        return accept(writer, old.id, several=several)
    twin = _active_twin(db, old, old.text)
    if twin is not None:
        return twin
    values: dict[str, Any] = {"status": "active", "superseded_by": None, "reason": "", "replaces": ""}
    if old.status == "superseded":
        values["valid_to"] = _end_before(db, old)
    change(writer, old.id, "restore", values)
    if old.field is not None and not several:
        for each in reading.fields(db, writer.now, old.field):
            if each.id != old.id:
                supersede(writer, each, old.id, writer.now)
    return reading.get(db, old.id)


def validity(valid_from: datetime | None, valid_to: datetime | None) -> dict[str, Any]:
    """The columns of a period.

    Raises:
        MemchatError: It ends before it begins.
    """
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise MemchatError("A memory cannot cease to hold before it begins to.", "Give the earlier date first.")
    return {
        "valid_from": None if valid_from is None else to_unix(valid_from),
        "valid_to": None if valid_to is None else to_unix(valid_to),
    }


def _pending(memory: Memory, done: str) -> Memory:
    if memory.status != "pending":
        raise MemchatError(
            f"The memory {memory.id} is {memory.status}; only what is pending can be {done}.",
            "List what is with `memchat memory list --status pending`.",
            on_screen="List what is with /review.",
        )
    return memory


def _wording(old: Memory, text: str) -> dict[str, Any]:
    new = checked(text)
    if old.field is None:
        return {"text": new, "normal_text": normal(new)}
    heading = field_text(old.field, "").strip()
    if folded(new).startswith(folded(heading)):
        new = checked(new[len(heading) :])
    whole = field_text(old.field, new)
    return {"text": whole, "normal_text": normal(whole), "value": new}


def _active_twin(db: apsw.Connection, memory: Memory, text: str) -> Memory | None:
    same = reading.same(db, text, memory.field)
    return next((each for each in same if each.status == "active" and each.id != memory.id), None)


def _replaced(db: apsw.Connection, memory: Memory) -> list[Memory]:
    """What a pending memory was to supersede, or what has superseded that since, as far as it is still active."""
    wanted: str = value(db, "SELECT replaces FROM memories WHERE id = ?", memory.id)
    found: dict[str, Memory] = {}
    for each in reading.by_ids(db, json.loads(wanted or "[]")):
        latest: Memory | None = each
        while latest is not None and latest.status == "superseded":
            latest = next(iter(reading.by_ids(db, [latest.superseded_by or ""])), None)
        if latest is not None and latest.status == "active" and about_the_same(latest, _as_new(memory)):
            found[latest.id] = latest
    return list(found.values())


def _as_new(memory: Memory) -> NewMemory:
    return NewMemory(
        kind=memory.kind,
        text=memory.text,
        confidence=memory.confidence,
        origin=memory.origin,
        subject=memory.subject,
        attribute=memory.attribute,
    )


def _end_before(db: apsw.Connection, memory: Memory) -> float | None:
    """When a memory was to end before it was superseded, in seconds since 1970."""
    before = value(
        db,
        "SELECT before FROM changes WHERE target = ? AND action IN ('supersede', 'merge') AND before IS NOT NULL "
        "AND undone_at IS NULL ORDER BY number DESC LIMIT 1",
        memory.id,
    )
    ended: float | None = None if before is None else json.loads(before)["valid_to"]
    return ended
