"""Facts: added, edited, forgotten, with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from memchat.core.errors import MemchatError
from memchat.core.ids import new_id
from memchat.core.memories import Change, Memory, MemoryKind, MemoryStatus, Origin, Source
from memchat.core.times import to_unix
from memchat.store import erasing, history
from memchat.store.database import Database
from memchat.store.items import put_fact
from memchat.store.lookup import number_of
from memchat.store.records import MEMORY, memory_of
from memchat.store.sources import add_sources, sources_of
from memchat.store.sql import marks, row, rows, run, storable
from memchat.store.words import folded


class Memories:
    """The memories of one database, and the history that they share with the profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def add(
        self,
        *,
        kind: MemoryKind,
        text: str,
        confidence: float,
        origin: Origin,
        sources: Sequence[Source] = (),
        actor: str = "user",
        observed_at: datetime | None = None,
        status: MemoryStatus = "active",
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
    ) -> Memory:
        """Stores and indexes a memory; one that says the same already is made surer instead, with the new sources.

        Args:
            kind: What it is.
            text: What is known, in a sentence.
            confidence: How sure, from 0 to 1.
            origin: Whose words it rests on.
            sources: The messages that it rests on.
            actor: `user`, or the model's name.
            observed_at: When it was said; none for now.
            status: `active`, or `pending` until the user agrees.
            valid_from: When it began to hold.
            valid_to: When it ceased to hold.

        Raises:
            MemchatError: The text is empty.
        """
        new = _New(
            kind=kind,
            text=_checked(text),
            confidence=confidence,
            origin=origin,
            sources=tuple(sources),
            actor=actor,
            observed_at=self._now if observed_at is None else to_unix(observed_at),
            status=status,
            valid_from=None if valid_from is None else to_unix(valid_from),
            valid_to=None if valid_to is None else to_unix(valid_to),
        )
        return await self._database.write(_add, new, self._now)

    async def get(self, id: str) -> Memory:
        """The memory with this id, or the only one whose id begins so.

        Raises:
            NotFound: There is none, or there are several.
        """
        return await self._database.read(lambda db: _by_number(db, number_of(db, "memories", id)))

    async def edit(self, id: str, text: str, *, actor: str = "user") -> Memory:
        """Gives a memory another wording; the old one stays in its history.

        Raises:
            NotFound: There is no such memory.
            MemchatError: The text is empty.
        """
        new = _checked(text)
        return await self._database.write(
            _change, id, "edit", {"text": new, "normal_text": normal(new)}, actor, self._now
        )

    async def forget(self, id: str, *, actor: str = "user") -> Memory:
        """Takes a memory out of use; it can be brought back by `undo`.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(_change, id, "forget", {"status": "forgotten"}, actor, self._now)

    async def set_pinned(self, id: str, pinned: bool, *, actor: str = "user") -> Memory:  # noqa: FBT001 - its value
        """Says whether a memory is in every request.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(_change, id, "edit", {"pinned": int(pinned)}, actor, self._now)

    async def erase(self, id: str) -> None:
        """Removes a memory with its history, bytes included; that cannot be undone.

        Raises:
            NotFound: There is no such memory.
        """
        await self._database.write(erasing.erase_memory, id)
        await self._database.maintain(erasing.scrub, self._database.path)

    async def history(self, target: str) -> list[Change]:
        """The changes of a memory or of `profile:FIELD`, oldest first."""
        return await self._database.read(history.history, target)

    async def undo(self) -> Change | None:
        """Takes the newest change of a memory or profile field back that still stands; none when there is none."""
        return await self._database.write(history.undo, self._now)

    async def mark_used(self, ids: Sequence[str]) -> None:
        """Counts that memories were in a turn's context; ids that are gone are let be."""
        if ids:
            await self._database.write(
                run,
                f"UPDATE memories SET use_count = use_count + 1, last_used_at = ? WHERE id IN ({marks(len(ids))})",
                self._now,
                *ids,
            )

    async def list(
        self,
        *,
        kind: MemoryKind | None = None,
        status: MemoryStatus | None = None,
        search: str = "",
        limit: int | None = None,
    ) -> list[Memory]:
        """Memories, pinned first, then the newest.

        Args:
            kind: Only these.
            status: Only these; none for all, forgotten ones too.
            search: Words that must all be in the text.
            limit: How many at most.
        """
        return await self._database.read(_list, kind, status, search.split(), -1 if limit is None else limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    kind: MemoryKind
    text: str
    confidence: float
    origin: Origin
    sources: tuple[Source, ...]
    actor: str
    observed_at: float
    status: MemoryStatus
    valid_from: float | None
    valid_to: float | None


def normal(text: str) -> str:
    """`text` as it is compared: without regard to case, spacing and the last full stop."""
    return " ".join(folded(text).split()).rstrip(".!。")


def _checked(text: str) -> str:
    kept = storable(text).strip()
    if not kept:
        raise MemchatError("A memory needs some text.", "Say what is to be remembered.")
    return kept


def _by_number(db: apsw.Connection, number: int) -> Memory:
    found = row(db, f"SELECT {MEMORY} FROM memories WHERE number = ?", number)
    assert found is not None
    return memory_of(found, sources_of(db, [found[0]]).get(found[0], ()))


def _add(db: apsw.Connection, new: _New, now: float) -> Memory:
    same = row(
        db,
        "SELECT number, id, confidence FROM memories WHERE normal_text = ? AND status = 'active'",
        normal(new.text),
    )
    if same is not None:
        return _reinforce(db, same[0], same[1], new, now)
    memory_id = new_id("memory")
    run(
        db,
        "INSERT INTO memories (id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at, "
        "valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        memory_id,
        new.kind,
        new.text,
        normal(new.text),
        new.status,
        new.confidence,
        new.origin,
        new.observed_at,
        now,
        new.valid_from,
        new.valid_to,
    )
    add_sources(db, memory_id, new.sources)
    history.record(db, target=memory_id, action="add", actor=new.actor, before=None, at=now)
    put_fact(db, memory_id)
    return _by_number(db, number_of(db, "memories", memory_id))


def _reinforce(db: apsw.Connection, number: int, id: str, new: _New, now: float) -> Memory:
    before = history.snapshot(db, id)
    added = add_sources(db, id, new.sources)
    surer = run(
        db,
        "UPDATE memories SET confidence = ? WHERE number = ? AND confidence < ?",
        new.confidence,
        number,
        new.confidence,
    )
    if added or surer:
        run(db, "UPDATE memories SET updated_at = ? WHERE number = ?", now, number)
        history.record(db, target=id, action="edit", actor=new.actor, before=before, at=now)
        put_fact(db, id)
    return _by_number(db, number)


def _list(db: apsw.Connection, kind: str | None, status: str | None, words: Sequence[str], limit: int) -> list[Memory]:
    conditions = ["1"]
    values: list[str] = []
    for column, wanted in (("kind", kind), ("status", status)):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            values.append(wanted)
    for word in words:
        conditions.append("instr(folded(text), ?) > 0")
        values.append(folded(storable(word)))
    found = list(
        rows(
            db,
            f"SELECT {MEMORY} FROM memories WHERE {' AND '.join(conditions)} "
            "ORDER BY pinned DESC, updated_at DESC, number DESC LIMIT ?",
            *values,
            limit,
        )
    )
    sources = sources_of(db, [each[0] for each in found])
    return [memory_of(each, sources.get(each[0], ())) for each in found]


def _change(
    db: apsw.Connection,
    given: str,
    action: history.Action,
    values: dict[str, str | int],
    actor: str,
    now: float,
) -> Memory:
    number = number_of(db, "memories", given)
    old = _by_number(db, number)
    before = history.snapshot(db, old.id)
    differs = " OR ".join(f"{column} IS NOT ?" for column in values)
    assignments = ", ".join(f"{column} = ?" for column in values)
    changed = run(
        db,
        f"UPDATE memories SET {assignments}, updated_at = ? WHERE number = ? AND ({differs})",
        *values.values(),
        now,
        number,
        *values.values(),
    )
    if changed:
        history.record(db, target=old.id, action=action, actor=actor, before=before, at=now)
        put_fact(db, old.id)
    return _by_number(db, number)
