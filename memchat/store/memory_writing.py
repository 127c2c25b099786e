"""Writing memories, with their history and the index in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import apsw

from memchat.core.errors import MemchatError
from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, ORIGINS, Action, Memory, Origin, Source
from memchat.core.times import from_unix, to_unix
from memchat.store import memory_reading as reading
from memchat.store.decisions import NewMemory
from memchat.store.history import record, snapshot
from memchat.store.items import put_fact
from memchat.store.sources import add_sources
from memchat.store.sql import run, storable, value
from memchat.store.tombstones import entombed
from memchat.store.words import folded, normal

BY_HAND = "You set this yourself, so it is not changed without you."
"""Why what would take the place of a value that the user set is pending."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, when, and in which batch of changes; `now` in seconds since 1970."""

    db: apsw.Connection
    actor: str
    now: float
    batch: str

    @property
    def users(self) -> bool:
        """Whether it is the user who writes."""
        return self.actor == ABOUT_USER


def pen(db: apsw.Connection, actor: str, now: float, batch: str | None = None) -> Pen:
    """A pen for a batch of its own, unless one is given."""
    return Pen(db, actor, now, batch or new_id("batch"))


def checked(text: str) -> str:
    """`text` as it can be stored.

    Raises:
        MemchatError: It is empty.
    """
    kept = storable(text).strip()
    if not kept:
        raise MemchatError("A memory needs some text.", "Say what is to be remembered.")
    return kept


def field_text(field: str, value: str) -> str:
    """The sentence of a profile field's value."""
    return f"{field.replace('_', ' ')}: {value}"


def admitted(pen: Pen, new: NewMemory) -> NewMemory | None:
    """`new` as it can be stored; none when it would bring back what the user erased.

    Raises:
        MemchatError: The text is empty.
    """
    new = replace(new, text=checked(new.text), value=None if new.value is None else checked(new.value))
    if new.field is not None:
        new = replace(new, attribute=new.attribute or new.field, value=new.value or new.text)
    if not pen.users:
        messages = {source.message_id for source in new.sources} or {None}
        if any(entombed(pen.db, message, new.text) for message in messages):
            return None
    return new


def erased() -> MemchatError:
    """Says that a text is not stored because the user erased it."""
    return MemchatError("The user has erased this, so it is not remembered again.", "Add it yourself if you want it.")


def trusted_less(origin: Origin, than: Origin) -> bool:
    """Whether words of one origin are trusted less than those of another."""
    return ORIGINS.index(origin) > ORIGINS.index(than)


def about_the_same(old: Memory, new: NewMemory, *, named: bool = False) -> bool:
    """Whether one can take the place of the other: one subject and one attribute.

    Args:
        old: The one that is there.
        new: The one that would take its place.
        named: Whether an attribute that neither has is one; else it must be known.
    """
    attribute = folded(old.attribute).strip()
    return (
        (bool(attribute) or named)
        and attribute == folded(new.attribute).strip()
        and folded(old.subject).strip() == folded(new.subject).strip()
    )


def add(pen: Pen, new: NewMemory, *, action: Action = "add", replaces: Sequence[str] = ()) -> Memory:
    """Stores and indexes a memory; where one says the same for the same time, that one is reinforced or taken up.

    What would be pending and says what is pending already, or what the user rejected, changes nothing.
    """
    twins = [each for each in reading.same(pen.db, new.text, new.field) if not _apart(each, new, pen.now)]
    for twin in twins:
        if twin.status == "active":
            if trusted_less(new.origin, twin.origin):
                return twin
            reinforce(pen, twin, new.sources, new.confidence, _seen_at(new, pen.now), new)
            return reading.get(pen.db, twin.id)
    for twin in twins:
        if new.status == "active" and twin.status in ("pending", "archived"):
            return _take_up(pen, twin, new)
        if new.status == "pending" and (twin.status == "pending" or _rejected(pen.db, twin)):
            return twin
    return insert(pen, new, action=action, replaces=replaces)


def insert(
    pen: Pen,
    new: NewMemory,
    *,
    action: Action,
    replaces: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    sources: Sequence[Source] = (),
    file: str = "",
) -> Memory:
    """Stores and indexes a memory that is not there.

    Args:
        pen: Who writes.
        new: What.
        action: What its history calls this.
        replaces: What it supersedes once it is accepted.
        more: Further columns.
        sources: What it rests on besides its own sources.
        file: Where it was imported from.
    """
    columns = {"id": new_id("memory"), **columns_of(pen, new, replaces), **(more or {})}
    run(
        pen.db,
        f"INSERT INTO memories ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        *columns.values(),
    )
    memory_id = columns["id"]
    add_sources(pen.db, memory_id, [*sources, *new.sources])
    for part in dict.fromkeys(new.derived_from):
        run(pen.db, "INSERT INTO lineage (memory, part) VALUES (?, ?)", memory_id, part)
    record(
        pen.db, target=memory_id, action=action, actor=pen.actor, before=None, at=pen.now, batch=pen.batch, file=file
    )
    put_fact(pen.db, memory_id)
    return reading.get(pen.db, memory_id)


def columns_of(pen: Pen, new: NewMemory, replaces: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of a new memory, but for its id."""
    seen_at = to_unix(_seen_at(new, pen.now))
    return {
        "kind": new.kind,
        "text": new.text,
        "normal_text": normal(new.text),
        "status": new.status,
        "confidence": new.confidence,
        "origin": new.origin,
        "observed_at": seen_at,
        "updated_at": pen.now,
        "valid_from": _unix(new.valid_from),
        "valid_to": _unix(new.valid_to),
        "subject": storable(new.subject),
        "attribute": storable(new.attribute),
        "field": new.field,
        "value": new.value,
        "holds": new.holds,
        "last_seen_at": seen_at,
        "actor": pen.actor,
        "reason": storable(new.reason),
        "replaces": json.dumps(list(replaces)) if replaces else "",
    }


def change(
    pen: Pen, id: str, action: Action, values: Mapping[str, Any], *, sources: Sequence[Source] = (), file: str = ""
) -> bool:
    """Sets columns of a memory and adds sources to it; `file` is where that was imported from.

    Returns:
        Whether that changed anything; if not, there is nothing in its history either.
    """
    before = snapshot(pen.db, id)
    added = add_sources(pen.db, id, sources)
    differs = " OR ".join(f"{column} IS NOT ?" for column in values) or "0"
    changed = value(pen.db, f"SELECT {differs} FROM memories WHERE id = ?", *values.values(), id)
    if not (added or changed):
        return False
    assignments = ", ".join(f"{column} = ?" for column in (*values, "updated_at"))
    run(pen.db, f"UPDATE memories SET {assignments} WHERE id = ?", *values.values(), pen.now, id)
    record(pen.db, target=id, action=action, actor=pen.actor, before=before, at=pen.now, batch=pen.batch, file=file)
    same_text = before is not None and json.loads(before)["text"] == values.get("text", json.loads(before)["text"])
    put_fact(pen.db, id, same_text=same_text)
    return True


def reinforce(
    pen: Pen,
    old: Memory,
    sources: Sequence[Source],
    confidence: float,
    seen_at: datetime,
    again: NewMemory | None = None,
) -> bool:
    """Notes that a memory was said again, by messages that it does not rest on yet, or surer than before.

    Args:
        pen: Who writes.
        old: What was said.
        sources: Where it was said again.
        confidence: How sure that is; the memory becomes no less sure.
        seen_at: When it was said.
        again: What was said, which can tell what is not known yet of the old one.

    Returns:
        Whether that changed anything.
    """
    new_sources = [source for source in sources if source not in old.sources]
    last_seen_at = old.last_seen_at or old.observed_at
    values: dict[str, Any] = {"confidence": max(confidence, old.confidence)}
    if new_sources or (not sources and seen_at > last_seen_at and confidence >= old.confidence):
        values |= {"seen_count": old.seen_count + 1, "last_seen_at": to_unix(max(seen_at, last_seen_at))}
    if again is not None:
        values |= _told(old, again)
        if trusted_less(old.origin, again.origin):
            values["origin"] = again.origin
        if pen.users and (new_sources or confidence >= old.confidence):
            values |= {"origin": again.origin, "actor": pen.actor}
            if old.field is not None:
                # The user writes a value as it is to be shown.
                values |= {"text": again.text, "normal_text": normal(again.text), "value": again.value}
    return change(pen, old.id, "reinforce" if old.field is None else "set", values, sources=new_sources)


def supersede(pen: Pen, old: Memory, by: str, at: float) -> None:
    """Ends a memory at a moment, in seconds since 1970, because another holds since then."""
    ended = at if old.valid_to is None else min(at, to_unix(old.valid_to))
    if old.valid_from is not None:
        ended = max(ended, to_unix(old.valid_from))
    change(pen, old.id, "supersede", {"status": "superseded", "valid_to": ended, "superseded_by": by})


def _told(old: Memory, again: NewMemory) -> dict[str, Any]:
    """What is not known of the old memory, and is said now."""
    values: dict[str, Any] = {}
    if not old.attribute and again.attribute:
        values |= {"attribute": again.attribute, "subject": again.subject}
    if old.holds is None and again.holds is not None:
        values["holds"] = again.holds
    for column, known, said in (
        ("valid_from", old.valid_from, again.valid_from),
        ("valid_to", old.valid_to, again.valid_to),
    ):
        if known is None and said is not None:
            values[column] = to_unix(said)
    return values


def _take_up(pen: Pen, twin: Memory, new: NewMemory) -> Memory:
    """Makes a pending or archived memory active, because it was said in a way that makes it so."""
    values: dict[str, Any] = {
        "status": "active",
        "reason": "",
        "replaces": "",
        "confidence": max(twin.confidence, new.confidence),
        "origin": new.origin,
        "actor": pen.actor,
        **_told(twin, new),
    }
    if any(source not in twin.sources for source in new.sources):
        seen_at = max(_seen_at(new, pen.now), twin.last_seen_at or twin.observed_at)
        values |= {"seen_count": twin.seen_count + 1, "last_seen_at": to_unix(seen_at)}
    change(pen, twin.id, "accept" if twin.status == "pending" else "restore", values, sources=new.sources)
    return reading.get(pen.db, twin.id)


def _apart(old: Memory, new: NewMemory, now: float) -> bool:
    """Whether the two hold at different times; each holds when it was said, unless it tells since or until when."""
    said = _seen_at(new, now)
    begins = new.valid_from or (said if new.valid_to is None else min(said, new.valid_to))
    began = old.valid_from or (old.observed_at if old.valid_to is None else min(old.observed_at, old.valid_to))
    return (old.valid_to is not None and old.valid_to < begins) or (new.valid_to is not None and new.valid_to < began)


def _rejected(db: apsw.Connection, memory: Memory) -> bool:
    if memory.status != "forgotten":
        return False
    last = value(
        db,
        "SELECT action FROM changes WHERE target = ? AND undone_at IS NULL ORDER BY number DESC LIMIT 1",
        memory.id,
    )
    return bool(last == "reject")


def _seen_at(new: NewMemory, now: float) -> datetime:
    return new.observed_at or from_unix(now)


def _unix(moment: datetime | None) -> float | None:
    return None if moment is None else to_unix(moment)
