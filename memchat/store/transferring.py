"""All memories out of the database, and others into it in one step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import apsw

from memchat.core.memories import ABOUT_USER, Memory, Source
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.database import Database
from memchat.store.decisions import NewMemory
from memchat.store.memory_writing import Pen, change, columns_of, insert, pen
from memchat.store.records import MEMORY
from memchat.store.sql import rows, run, value
from memchat.store.tombstones import entombed


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A memory of a file, as it is to be stored.

    Attributes:
        replaces: Ids of what it is to supersede once the user accepts it.
        back: The memory that was taken back and comes into use again as this one; none for a new one.
    """

    memory: Memory
    replaces: tuple[str, ...] = ()
    back: str | None = None


class Transferring:
    """What leaves one database and comes into another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def everything(self) -> list[Memory]:
        """Every memory of every status, in the order in which they were stored."""
        return await self._database.read(_everything)

    async def erased(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of the texts that the user has erased."""
        return await self._database.read(
            lambda db: frozenset(text for text in dict.fromkeys(texts) if entombed(db, None, text))
        )

    async def undone(self) -> frozenset[str]:
        """Ids of the memories whose making the user took back, so that they count as not there."""
        return await self._database.read(
            lambda db: frozenset(
                found
                for (found,) in rows(
                    db,
                    "SELECT id FROM memories WHERE status = 'forgotten' AND EXISTS (SELECT 1 FROM changes "
                    "WHERE target = memories.id AND before IS NULL AND undone_at IS NOT NULL) "
                    "AND NOT EXISTS (SELECT 1 FROM changes WHERE target = memories.id AND undone_at IS NULL "
                    "AND json_extract(after, '$.status') = 'forgotten')",
                )
            )
        )

    async def put(self, arrivals: Sequence[Arrival], file: str = "") -> tuple[str, list[Memory]]:
        """Stores memories of another database as one change, the user's.

        Args:
            arrivals: The ids that they have among themselves are made anew where they are taken, and their links go
                along; what links to a memory that is not among them is let go of.
            file: The name of what they were in.

        Returns:
            What takes it all back at once, and the memories as they are stored.
        """
        return await self._database.write(_put, arrivals, file, to_unix(self._database.clock()))


def _everything(db: apsw.Connection) -> list[Memory]:
    return reading.memories_of(db, list(rows(db, f"SELECT {MEMORY} FROM memories ORDER BY number")))


def _put(db: apsw.Connection, arrivals: Sequence[Arrival], file: str, now: float) -> tuple[str, list[Memory]]:
    writer = pen(db, ABOUT_USER, now)
    stored: dict[str, str] = {}
    kept: list[tuple[Memory, str]] = []
    for arrival in arrivals:
        memory = arrival.memory
        new = NewMemory(
            kind=memory.kind,
            text=memory.text,
            confidence=memory.confidence,
            origin=memory.origin,
            sources=tuple(_known(db, source) for source in memory.sources),
            observed_at=memory.observed_at,
            status=memory.status,
            valid_from=memory.valid_from,
            valid_to=memory.valid_to,
            subject=memory.subject,
            attribute=memory.attribute,
            field=memory.field,
            value=memory.value,
            holds=memory.holds,
            reason=memory.reason,
        )
        more: dict[str, Any] = {
            "pinned": int(memory.pinned),
            "actor": memory.actor,
            "seen_count": memory.seen_count,
            "last_seen_at": to_unix(memory.last_seen_at or memory.observed_at),
            "use_count": memory.use_count,
            "last_used_at": None if memory.last_used_at is None else to_unix(memory.last_used_at),
            "updated_at": min(now, to_unix(memory.updated_at)),
        }
        if arrival.back is None:
            made = insert(writer, new, action="import", replaces=arrival.replaces, more=more, file=file).id
        else:
            made = _bring_back(
                writer, arrival.back, columns_of(writer, new, arrival.replaces) | more, new.sources, file
            )
        if memory.id:
            stored.setdefault(memory.id, made)
        kept.append((memory, made))
    _link(db, kept, stored)
    return writer.batch, reading.by_ids(db, [made for _, made in kept])


def _bring_back(writer: Pen, id: str, columns: dict[str, Any], sources: Sequence[Source], file: str) -> str:
    # What is taken back again is left with no link that the file does not know of.
    run(writer.db, "UPDATE memories SET superseded_by = NULL WHERE id = ?", id)
    change(writer, id, "import", columns, sources=sources, file=file)
    return id


def _link(db: apsw.Connection, kept: Sequence[tuple[Memory, str]], stored: dict[str, str]) -> None:
    """Gives the memories the links that they had among themselves."""
    for memory, made in kept:
        if by := stored.get(memory.superseded_by or ""):
            run(db, "UPDATE memories SET superseded_by = ? WHERE id = ?", by, made)
        for part in dict.fromkeys(memory.derived_from):
            if (whole := stored.get(part)) and whole != made:
                run(db, "INSERT INTO lineage (memory, part) VALUES (?, ?) ON CONFLICT DO NOTHING", made, whole)


def _known(db: apsw.Connection, source: Source) -> Source:
    """A source as far as it is true here: it names a message only where its words stand in that."""
    text = value(db, "SELECT text FROM messages WHERE id = ?", source.message_id) if source.message_id else None
    if text is None or source.quote not in text:
        return replace(source, session_id=None, message_id=None)
    session = value(
        db,
        "SELECT s.id FROM messages AS m JOIN sessions AS s ON s.number = m.session WHERE m.id = ?",
        source.message_id,
    )
    return replace(source, session_id=session)
