"""The named fields about the user."""

from collections.abc import Sequence

import apsw

from memchat.core.errors import NotFound
from memchat.core.memories import Origin, ProfileField, Source
from memchat.core.times import to_unix
from memchat.store.database import Database
from memchat.store.history import record, snapshot
from memchat.store.items import put_profile
from memchat.store.records import PROFILE, profile_of
from memchat.store.sources import add_sources, profile_target, revive, sources_of
from memchat.store.sql import row, rows, run, storable


class Profile:
    """The profile of one database; which fields there may be is not its concern."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def list(self) -> list[ProfileField]:
        """The fields that are set, by name."""
        return await self._database.read(_list)

    async def set(
        self,
        field: str,
        value: str,
        *,
        origin: Origin,
        confidence: float = 1.0,
        sources: Sequence[Source] = (),
        actor: str = "user",
    ) -> ProfileField:
        """Gives a field a value; the old one stays in its history.

        Args:
            field: Its name.
            value: What holds from now on.
            origin: Whose words it rests on.
            confidence: How sure, from 0 to 1.
            sources: The messages that it rests on.
            actor: `user`, or the model's name.
        """
        return await self._database.write(
            _set, storable(field), storable(value), origin, confidence, sources, actor, self._now
        )

    async def unset(self, field: str, *, actor: str = "user") -> None:
        """Empties a field; its value stays in its history.

        Raises:
            NotFound: It is not set.
        """
        await self._database.write(_unset, field, actor, self._now)


def _list(db: apsw.Connection) -> list[ProfileField]:
    found = list(rows(db, f"SELECT {PROFILE} FROM profile ORDER BY field"))
    sources = sources_of(db, [profile_target(each[0]) for each in found])
    return [profile_of(each, sources.get(profile_target(each[0]), ())) for each in found]


def _get(db: apsw.Connection, field: str) -> ProfileField | None:
    found = row(db, f"SELECT {PROFILE} FROM profile WHERE field = ?", field)
    target = profile_target(field)
    return None if found is None else profile_of(found, sources_of(db, [target]).get(target, ()))


def _set(
    db: apsw.Connection,
    field: str,
    value: str,
    origin: Origin,
    confidence: float,
    sources: Sequence[Source],
    actor: str,
    now: float,
) -> ProfileField:
    target = profile_target(field)
    old = _get(db, field)
    before = snapshot(db, target)
    same = old is not None and old.value == value
    if not same:
        revive(db, target, [])
    added = add_sources(db, target, sources)
    if old is not None and same and not added and confidence <= old.confidence:
        return old
    run(
        db,
        "INSERT OR REPLACE INTO profile (field, value, confidence, origin, updated_at) VALUES (?, ?, ?, ?, ?)",
        field,
        value,
        max(confidence, old.confidence) if old is not None and same else confidence,
        origin,
        now,
    )
    record(db, target=target, action="set", actor=actor, before=before, at=now)
    put_profile(db, field)
    new = _get(db, field)
    assert new is not None
    return new


def _unset(db: apsw.Connection, field: str, actor: str, now: float) -> None:
    target = profile_target(field)
    before = snapshot(db, target)
    if before is None:
        raise NotFound(f"The profile field {field!r} is not set.", "List the profile with `memchat profile`.")
    run(db, "DELETE FROM profile WHERE field = ?", field)
    revive(db, target, [])
    record(db, target=target, action="unset", actor=actor, before=before, at=now)
    put_profile(db, field)
