"""Memories: added, reinforced, superseded, merged, reviewed, forgotten, with their history."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import apsw

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds, Memory, MemoryStatus, Origin, Source
from memchat.store import applying, erasing, memory_writing, reviewing
from memchat.store import memory_reading as reading
from memchat.store.changes import Changes
from memchat.store.decisions import Applied, Decision, NewMemory
from memchat.store.memory_writing import Pen
from memchat.store.sql import marks, run, storable

T = TypeVar("T")


class Memories(Changes):
    """The memories of one database: facts, and the values of the profile's fields."""

    async def add(
        self,
        *,
        kind: MemoryKind,
        text: str,
        confidence: float,
        origin: Origin,
        sources: Sequence[Source] = (),
        actor: str = ABOUT_USER,
        observed_at: datetime | None = None,
        status: MemoryStatus = "active",
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        subject: str = ABOUT_USER,
        attribute: str = "",
        field: str | None = None,
        value: str | None = None,
        holds: Holds | None = None,
        reason: str = "",
        derived_from: Sequence[str] = (),
    ) -> Memory:
        """Stores and indexes a memory; one that says the same already is made surer instead, with the new sources.

        What would be pending and is pending already, or was rejected, is left as it is. What the user has erased, and
        another than the user would bring back, is not stored.

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
            subject: Whom or what it is about.
            attribute: What of the subject it tells.
            field: The profile field that it is a value of.
            value: That value.
            holds: How long it is likely to hold.
            reason: Why it is pending, in a sentence.
            derived_from: The memories that it was distilled from.

        Raises:
            MemchatError: The text is empty, or the user has erased it.
        """
        new = NewMemory(
            kind=kind,
            text=text,
            confidence=confidence,
            origin=origin,
            sources=tuple(sources),
            observed_at=observed_at,
            status=status,
            valid_from=valid_from,
            valid_to=valid_to,
            subject=subject,
            attribute=attribute,
            field=field,
            value=value,
            holds=holds,
            reason=reason,
            derived_from=tuple(derived_from),
        )
        return await self._database.write(_add, new, actor, self._now)

    async def apply(
        self,
        decisions: Sequence[Decision],
        *,
        actor: str,
        session_id: str | None = None,
        learned_to: int | None = None,
        job_id: str | None = None,
        batch: str | None = None,
    ) -> Applied:
        """Writes what learning decided in one transaction: memories, history, index, and how far it has read.

        A profile value that the user set is not changed by another: what would take its place becomes pending. What
        the user has erased is dropped. A decision about a memory that is no longer active loses nothing and ends
        nothing.

        Args:
            decisions: In their order.
            actor: `user`, or the model's name.
            session_id: Whose messages they were learned from.
            learned_to: The last of these; when the session was read up to there already, nothing is written.
            job_id: The job that ends with this.
            batch: What the changes belong to; none for a batch of their own.

        Raises:
            MemchatError: A decision would end or reword a memory with another subject or attribute, or with an
                attribute that is not known.
        """
        return await self._database.write(_apply, decisions, actor, session_id, learned_to, job_id, batch, self._now)

    async def get(self, id: str) -> Memory:
        """The memory with this id, or the only one whose id begins so.

        Raises:
            NotFound: There is none, or there are several.
        """
        return await self._database.read(reading.get, id)

    async def by_ids(self, ids: Sequence[str]) -> list[Memory]:
        """The memories of these ids, in their order; those that are gone are left out."""
        return await self._database.read(reading.by_ids, ids)

    async def edit(self, id: str, text: str, *, actor: str = ABOUT_USER) -> Memory:
        """Gives a memory another wording, or a profile field another value; the old one stays in its history.

        Raises:
            NotFound: There is no such memory.
            MemchatError: The text is empty.
        """
        return await self._database.write(_by, actor, self._now, lambda pen: reviewing.edit(pen, id, text))

    async def forget(self, id: str, *, actor: str = ABOUT_USER) -> Memory:
        """Takes a memory out of use; it can be brought back by `undo` or `restore`.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(_by, actor, self._now, lambda pen: reviewing.forget(pen, id))

    async def accept(self, id: str, *, text: str | None = None, several: bool = False) -> Memory:
        """Makes a pending memory active, and ends what it takes the place of.

        Args:
            id: The memory's.
            text: Another wording; none for its own.
            several: Whether its profile field can have several values at once.

        Returns:
            The memory, or the active one that says the same.

        Raises:
            NotFound: There is no such memory.
            MemchatError: It is not pending, or the text is empty.
        """
        return await self._database.write(
            _by, ABOUT_USER, self._now, lambda pen: reviewing.accept(pen, id, text, several=several)
        )

    async def reject(self, id: str) -> Memory:
        """Puts a pending memory away; the same does not become pending again.

        Raises:
            NotFound: There is no such memory.
            MemchatError: It is not pending.
        """
        return await self._database.write(_by, ABOUT_USER, self._now, lambda pen: reviewing.reject(pen, id))

    async def archive(self, ids: Sequence[str], *, actor: str = ABOUT_USER, batch: str | None = None) -> list[Memory]:
        """Takes memories out of recall; they can be restored. Those that are not active are let be.

        Args:
            ids: Theirs.
            actor: `user`, or who let go of them.
            batch: What the changes belong to; none for a batch of their own.

        Returns:
            Those that were archived.
        """
        return await self._database.write(_by, actor, self._now, lambda pen: reviewing.archive(pen, ids), batch)

    async def restore(self, id: str, *, several: bool = False) -> Memory:
        """Makes a memory active again that was archived, forgotten or superseded.

        Args:
            id: The memory's.
            several: Whether its profile field can have several values at once; else the present one ends.

        Returns:
            The memory, or the active one that says the same.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(
            _by, ABOUT_USER, self._now, lambda pen: reviewing.restore(pen, id, several=several)
        )

    async def set_pinned(self, id: str, pinned: bool, *, actor: str = ABOUT_USER) -> Memory:  # noqa: FBT001 - its value
        """Says whether a memory is in every request.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(
            _by, actor, self._now, lambda pen: reviewing.set_columns(pen, id, {"pinned": int(pinned)})
        )

    async def set_kind(self, id: str, kind: MemoryKind, *, actor: str = ABOUT_USER) -> Memory:
        """Says what kind of memory it is.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._database.write(
            _by, actor, self._now, lambda pen: reviewing.set_columns(pen, id, {"kind": kind})
        )

    async def set_validity(
        self, id: str, valid_from: datetime | None, valid_to: datetime | None, *, actor: str = ABOUT_USER
    ) -> Memory:
        """Says since when and until when a memory holds; none where that is not known.

        Raises:
            NotFound: There is no such memory.
            MemchatError: It would end before it begins.
        """
        columns = reviewing.validity(valid_from, valid_to)
        return await self._database.write(_by, actor, self._now, lambda pen: reviewing.set_columns(pen, id, columns))

    async def erase(self, id: str) -> None:
        """Removes a memory with its history, bytes included; that cannot be undone.

        Raises:
            NotFound: There is no such memory.
        """
        await self._database.write(erasing.erase_memory, id)
        await self._database.maintain(erasing.scrub, self._database.path)

    async def mark_used(self, ids: Sequence[str]) -> None:
        """Counts that memories were in a turn's context; ids that are gone are let be."""
        if ids:
            await self._database.write(
                run,
                f"UPDATE memories SET use_count = use_count + 1, last_used_at = ? WHERE id IN ({marks(len(ids))})",
                self._now,
                *ids,
            )

    async def counts(self) -> Mapping[MemoryStatus, int]:
        """How many memories there are of each status, without the values that the profile shows."""
        return await self._database.read(reading.counts)

    async def pending(self) -> int:
        """How many memories wait for the user."""
        return await self._database.read(reading.pending)

    async def neighbours(
        self, vector: bytes | None, terms: Sequence[str], *, subject: str | None = None, limit: int
    ) -> list[Memory]:
        """Active facts and profile values nearest to a statement by meaning and by words, best first.

        Those that have ended by themselves are among them; what was superseded is not.

        Args:
            vector: The statement's, as in `Index.by_meaning`; none where there is no embedder.
            terms: Its words.
            subject: Only what is about this; none for all.
            limit: How many at most.
        """
        return await self._database.read(reading.neighbours, vector, [storable(term) for term in terms], subject, limit)

    async def past(self, subject: str, attribute: str) -> list[Memory]:
        """What held once of a subject's attribute and does no longer, the latest first."""
        return await self._database.read(reading.past, subject, attribute, self._now)

    async def first_said(self, message_ids: Sequence[str]) -> dict[str, list[Memory]]:
        """The memories of every status that were first said in one of these messages, by message, the oldest first."""
        return await self._database.read(reading.first_said, message_ids)

    async def of_message(self, message_id: str) -> list[Memory]:
        """The memories of every status that rest on a message, the oldest first."""
        return await self._database.read(reading.of_message, message_id)

    async def same(self, text: str, *, field: str | None = None) -> list[Memory]:
        """The memories of every status that say just this, without regard to case and spacing, the newest first."""
        return await self._database.read(reading.same, text, field)

    async def list(
        self,
        *,
        kind: MemoryKind | None = None,
        status: MemoryStatus | None = None,
        search: str = "",
        limit: int | None = None,
        fields: bool = False,
        offset: int = 0,
    ) -> list[Memory]:
        """Memories, pinned first, then the newest.

        Args:
            kind: Only these.
            status: Only these; none for all, forgotten ones too.
            search: Words that must all be in the text.
            limit: How many at most.
            fields: Also the values that the profile shows; its pending, superseded and forgotten ones are always
                among those of their status.
            offset: How many to leave out before.
        """
        return await self._database.read(
            reading.listed, kind, status, search.split(), -1 if limit is None else limit, offset, fields=fields
        )


def _by(db: apsw.Connection, actor: str, now: float, work: Callable[[Pen], T], batch: str | None = None) -> T:
    return work(memory_writing.pen(db, actor, now, batch))


def _add(db: apsw.Connection, new: NewMemory, actor: str, now: float) -> Memory:
    pen = memory_writing.pen(db, actor, now)
    kept = memory_writing.admitted(pen, new)
    if kept is None:
        raise memory_writing.erased()
    return memory_writing.add(pen, kept)


def _apply(
    db: apsw.Connection,
    decisions: Sequence[Decision],
    actor: str,
    session_id: str | None,
    learned_to: int | None,
    job_id: str | None,
    batch: str | None,
    now: float,
) -> Applied:
    pen = memory_writing.pen(db, actor, now, batch)
    return applying.learn(pen, decisions, session_id, learned_to, job_id)
