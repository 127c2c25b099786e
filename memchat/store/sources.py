"""What a memory rests on."""

from collections.abc import Collection, Sequence

import apsw

from memchat.core.memories import Source
from memchat.store.sql import Row, marks, rows, run, storable

PROFILE_PREFIX = "profile:"
"""Begins what a profile field is called where the history of all its values is asked for."""


def profile_target(field: str) -> str:
    """What a profile field is called where the history of all its values is asked for."""
    return f"{PROFILE_PREFIX}{field}"


def sources_of(db: apsw.Connection, targets: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    """The live sources of several targets, oldest first; a target without any is not in it."""
    found: dict[str, list[Source]] = {}
    for start in range(0, len(targets), 500):
        part = targets[start : start + 500]
        for target, session_id, message_id, quote in rows(
            db,
            "SELECT target, session_id, message_id, quote FROM sources "
            f"WHERE target IN ({marks(len(part))}) AND live ORDER BY number",
            *part,
        ):
            found.setdefault(target, []).append(Source(session_id=session_id, message_id=message_id, quote=quote))
    return {target: tuple(sources) for target, sources in found.items()}


def add_sources(db: apsw.Connection, target: str, sources: Sequence[Source]) -> bool:
    """Adds the sources that are not there yet.

    Returns:
        Whether there was a new one.
    """
    known = set(sources_of(db, [target]).get(target, ()))
    new = [source for source in dict.fromkeys(sources) if source not in known]
    for source in new:
        run(
            db,
            "INSERT INTO sources (target, session_id, message_id, quote) VALUES (?, ?, ?, ?)",
            target,
            source.session_id,
            source.message_id,
            storable(source.quote),
        )
    return bool(new)


def own_sources(db: apsw.Connection, target: str, gone: Collection[str]) -> list[Row]:
    """What a memory rests on, live or not, but for what it has from memories that it was made of and that stay.

    Args:
        db: A connection.
        target: The memory's id, or a profile field's.
        gone: Ids of the memories that do not stay.

    Returns:
        Number, session, message and quote of each, the oldest first.
    """
    kept = {
        (message, quote)
        for part, message, quote in rows(
            db,
            "WITH RECURSIVE parts (id) AS (SELECT part FROM lineage WHERE memory = ?1 "
            "UNION SELECT l.part FROM lineage AS l JOIN parts ON l.memory = parts.id) "
            "SELECT target, message_id, quote FROM sources WHERE target IN (SELECT id FROM parts) AND target != ?1",
            target,
        )
        if part not in gone
    }
    found = rows(
        db, "SELECT number, session_id, message_id, quote FROM sources WHERE target = ? ORDER BY number", target
    )
    return [each for each in found if each[2:] not in kept]


def live_sources(db: apsw.Connection, target: str) -> list[int]:
    """Numbers of the sources that hold now, for `revive`."""
    return [number for (number,) in rows(db, "SELECT number FROM sources WHERE target = ? AND live", target)]


def revive(db: apsw.Connection, target: str, numbers: Sequence[int]) -> None:
    """Makes these the sources that hold, and no others."""
    run(
        db,
        f"UPDATE sources SET live = number IN ({marks(len(numbers))}) WHERE target = ?",
        *numbers,
        target,
    )
