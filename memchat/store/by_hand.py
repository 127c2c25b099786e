"""What the user does with several memories at once: one batch of changes, taken back as one."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import apsw

from memchat.core.errors import MemchatError
from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Memory, MemoryStatus
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store import reviewing
from memchat.store.database import Database
from memchat.store.memory_writing import Pen, pen
from memchat.store.merging import merge

Several = Callable[[Memory], bool]
"""Whether the profile field that a memory is a value of can have several values at once."""

_IN_USE: tuple[MemoryStatus, ...] = ("active",)
_WAITING: tuple[MemoryStatus, ...] = ("pending",)
_NOT_FORGOTTEN: tuple[MemoryStatus, ...] = ("active", "pending", "archived", "superseded")
_OUT_OF_USE: tuple[MemoryStatus, ...] = ("pending", "archived", "superseded", "forgotten")


class ByHand:
    """Changes memories of one database for the user.

    Every method takes ids, or beginnings of them that are unique, and lets be those that it does not apply to; it gives
    what it changed as it is now, each once.

    Raises of each: NotFound where there is no such memory, MemchatError where it applies to none.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, ids: Sequence[str], several: Several) -> list[Memory]:
        """Makes pending memories active, and ends what they take the place of."""
        return await self._each(
            ids, _WAITING, "pending", lambda writer, old: reviewing.accept(writer, old.id, several=several(old))
        )

    async def reject(self, ids: Sequence[str]) -> list[Memory]:
        """Puts pending memories away; the same do not become pending again."""
        return await self._each(ids, _WAITING, "pending", lambda writer, old: reviewing.reject(writer, old.id))

    async def archive(self, ids: Sequence[str]) -> list[Memory]:
        """Takes active memories out of recall."""
        return await self._each(ids, _IN_USE, "active", lambda writer, old: reviewing.archive(writer, [old.id])[0])

    async def restore(self, ids: Sequence[str], several: Several) -> list[Memory]:
        """Makes memories active again that are archived, forgotten, superseded or pending."""
        return await self._each(
            ids, _OUT_OF_USE, "out of use", lambda writer, old: reviewing.restore(writer, old.id, several=several(old))
        )

    async def forget(self, ids: Sequence[str]) -> list[Memory]:
        """Takes memories out of use."""
        return await self._each(
            ids, _NOT_FORGOTTEN, "not forgotten yet", lambda writer, old: reviewing.forget(writer, old.id)
        )

    async def pin(self, ids: Sequence[str], *, pinned: bool) -> list[Memory]:
        """Puts memories in every request, or takes them out again."""
        return await self._each(
            ids, (), "", lambda writer, old: reviewing.set_columns(writer, old.id, {"pinned": int(pinned)})
        )

    async def set_kind(self, ids: Sequence[str], kind: MemoryKind) -> list[Memory]:
        """Says what kind of memories they are."""
        return await self._each(ids, (), "", lambda writer, old: reviewing.set_columns(writer, old.id, {"kind": kind}))

    async def set_validity(
        self, ids: Sequence[str], valid_from: datetime | None, valid_to: datetime | None
    ) -> list[Memory]:
        """Says since when and until when memories hold; none where that is not known.

        Raises:
            MemchatError: They would end before they begin.
        """
        columns = reviewing.validity(valid_from, valid_to)
        return await self._each(ids, (), "", lambda writer, old: reviewing.set_columns(writer, old.id, columns))

    async def merge(self, ids: Sequence[str], text: str) -> Memory:
        """Makes one memory of two or more, in the user's words; the parts stay in history.

        Raises:
            MemchatError: There are fewer than two, they are values of different profile fields, or the text is empty.
        """
        return await self._database.write(
            lambda db: merge(pen(db, ABOUT_USER, self._now), _found(db, ids), text),
        )

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def _each(
        self,
        ids: Sequence[str],
        statuses: Collection[MemoryStatus],
        named: str,
        work: Callable[[Pen, Memory], Memory],
    ) -> list[Memory]:
        return await self._database.write(_each, ids, statuses, named, work, self._now)


def _each(
    db: apsw.Connection,
    ids: Sequence[str],
    statuses: Collection[MemoryStatus],
    named: str,
    work: Callable[[Pen, Memory], Memory],
    now: float,
) -> list[Memory]:
    found = _found(db, ids)
    writer = pen(db, ABOUT_USER, now)
    changed = [work(writer, old).id for old in found if not statuses or old.status in statuses]
    if not changed:
        are = ", ".join(sorted({each.status for each in found}))
        raise MemchatError(
            f"None of that is {named}: {are}." if found else "No memory was named.",
            "`memchat memory` lists them.",
            on_screen="f6 lists them.",
        )
    return reading.by_ids(db, changed)


def _found(db: apsw.Connection, ids: Sequence[str]) -> list[Memory]:
    """The memories of these ids, each once and in their order."""
    return list({memory.id: memory for memory in (reading.get(db, each) for each in ids)}.values())
