"""The named fields about the user: a view of the active memories that hold their values."""

from collections.abc import Sequence

import apsw

from memchat.core.errors import NotFound
from memchat.core.memories import ABOUT_USER, Origin, ProfileField, Source
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.database import Database
from memchat.store.decisions import NewMemory
from memchat.store.memory_writing import add, admitted, change, erased, field_text, pen, supersede
from memchat.store.records import field_of
from memchat.store.sql import storable


class Profile:
    """The profile of one database; which fields there may be is not its concern."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def list(self) -> list[ProfileField]:
        """The fields that are set, by name; one with several values comes once for each, the oldest first."""
        return await self._database.read(_list, self._now)

    async def set(
        self,
        field: str,
        value: str,
        *,
        origin: Origin,
        confidence: float = 1.0,
        sources: Sequence[Source] = (),
        actor: str = ABOUT_USER,
        several: bool = False,
    ) -> ProfileField:
        """Gives a field a value; the old one ends now, and stays in its history.

        Args:
            field: Its name.
            value: What holds from now on.
            origin: Whose words it rests on.
            confidence: How sure, from 0 to 1.
            sources: The messages that it rests on.
            actor: `user`, or the model's name.
            several: Whether the field keeps its other values.

        Raises:
            MemchatError: The value is empty, or the user has erased it.
        """
        new = NewMemory(
            kind="fact",
            text=field_text(storable(field), storable(value)),
            confidence=confidence,
            origin=origin,
            sources=tuple(sources),
            field=storable(field),
            value=storable(value),
        )
        return await self._database.write(_set, new, actor, self._now, several=several)

    async def unset(self, field: str, *, value: str | None = None, actor: str = ABOUT_USER) -> None:
        """Empties a field; its values stay in its history.

        Args:
            field: Its name.
            value: The only one of its values to take away; none for all.
            actor: `user`, or the model's name.

        Raises:
            NotFound: It is not set, or not to that.
        """
        await self._database.write(_unset, field, value, actor, self._now)


def _list(db: apsw.Connection, now: float) -> list[ProfileField]:
    return [field_of(memory) for memory in reading.fields(db, now)]


def _set(db: apsw.Connection, new: NewMemory, actor: str, now: float, *, several: bool) -> ProfileField:
    writer = pen(db, actor, now)
    kept = admitted(writer, new)
    if kept is None:
        raise erased()
    olds = [] if several else reading.fields(db, now, new.field)
    added = add(writer, kept, action="set")
    for old in olds:
        if old.id != added.id:
            supersede(writer, old, added.id, now)
    return field_of(added)


def _unset(db: apsw.Connection, field: str, value: str | None, actor: str, now: float) -> None:
    found = [each for each in reading.fields(db, now, field) if value is None or each.value == value]
    if not found:
        to = "" if value is None else f" to {value!r}"
        raise NotFound(
            f"The profile field {field!r} is not set{to}.",
            "List the profile with `memchat profile`.",
            on_screen="f4 shows the profile.",
        )
    writer = pen(db, actor, now)
    for each in found:
        change(writer, each.id, "unset", {"status": "forgotten"})
