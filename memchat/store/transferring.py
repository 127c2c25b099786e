"""All memories out of the database, and others into it in one step."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import apsw

from memchat.core.memories import ABOUT_USER, Memory, Source
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.database import Database
from memchat.store.decisions import NewMemory
from memchat.store.memory_writing import insert, pen
from memchat.store.records import MEMORY
from memchat.store.sql import rows, run, value
from memchat.store.tombstones import entombed


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

    async def put(self, memories: Sequence[tuple[Memory, Sequence[str]]]) -> tuple[str, list[Memory]]:
        """Stores memories of another database as one change, the user's.

        Args:
            memories: Each with the ids of what it is to supersede once the user accepts it. The ids that they have
                among themselves are made anew where they are taken, and their links go along; what links to a memory
                that is not among them is let go of.

        Returns:
            What takes it all back at once, and the memories as they are stored.
        """
        return await self._database.write(_put, memories, to_unix(self._database.clock()))


def _everything(db: apsw.Connection) -> list[Memory]:
    return reading.memories_of(db, list(rows(db, f"SELECT {MEMORY} FROM memories ORDER BY number")))


def _put(db: apsw.Connection, memories: Sequence[tuple[Memory, Sequence[str]]], now: float) -> tuple[str, list[Memory]]:
    writer = pen(db, ABOUT_USER, now)
    stored: dict[str, str] = {}
    kept: list[tuple[Memory, str]] = []
    for memory, replaces in memories:
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
        made = insert(writer, new, action="add", replaces=replaces, more=more)
        if memory.id:
            stored.setdefault(memory.id, made.id)
        kept.append((memory, made.id))
    _link(db, kept, stored)
    return writer.batch, reading.by_ids(db, [made for _, made in kept])


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
