"""All that is remembered, at a glance: counted, and the most important of it read."""

import apsw

from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.overview import Group, Overview, Where
from memchat.core.times import from_unix
from memchat.store.memory_reading import by_ids, fields
from memchat.store.records import EPISODE, episode_of
from memchat.store.sql import marks, row, rows, value

_HOLDS = "status = 'active' AND field IS NULL AND (valid_to IS NULL OR valid_to > ?)"


def overview(db: apsw.Connection, now: float, each: int, subjects: int, episodes: int) -> Overview:
    """What is remembered.

    Args:
        db: A connection.
        now: In seconds since 1970.
        each: How many memories of a kind are read at most.
        subjects: About how many others than the user memories are read at most.
        episodes: How many session summaries are read at most.
    """
    counted = list(
        rows(
            db,
            f"SELECT subject, kind, count(*) FROM memories WHERE {_HOLDS} GROUP BY subject, kind",
            now,
        )
    )
    sizes: dict[str, int] = {}
    for subject, _, count in counted:
        sizes[subject] = sizes.get(subject, 0) + count
    others = sorted((name for name in sizes if name != ABOUT_USER), key=lambda name: (-sizes[name], name))
    places = {name: place for place, name in enumerate([ABOUT_USER, *others[:subjects]])}
    wanted = [found for found in counted if found[0] in places]
    wanted.sort(key=lambda found: (places[found[0]], MEMORY_KINDS.index(found[1])))
    groups = tuple(
        Group(subject=subject, kind=kind, memories=_newest(db, subject, kind, now, each), count=count)
        for subject, kind, count in wanted
    )
    profile = tuple(fields(db, now))
    shown = [*profile, *(memory for group in groups for memory in group.memories)]
    statuses: dict[str, int] = dict(rows(db, "SELECT status, count(*) FROM memories GROUP BY status"))
    ended = value(db, "SELECT count(*) FROM memories WHERE status = 'active' AND valid_to <= ?", now)
    talk = row(
        db,
        "SELECT count(*), coalesce(sum(message_count), 0) FROM sessions WHERE deleted_at IS NULL AND last_seq > 0",
    )
    newest = rows(
        db,
        f"SELECT {EPISODE} FROM sessions AS s JOIN session_summaries AS e ON e.session = s.number "
        "WHERE s.deleted_at IS NULL ORDER BY e.session_at DESC LIMIT ?",
        episodes,
    )
    assert talk is not None
    return Overview(
        profile=profile,
        groups=groups,
        subjects=len(others),
        pending=statuses.get("pending", 0),
        conflicts=value(db, "SELECT count(*) FROM conflicts WHERE resolved_at IS NULL"),
        past=statuses.get("superseded", 0) + ended,
        archived=statuses.get("archived", 0),
        forgotten=statuses.get("forgotten", 0),
        sessions=talk[0],
        messages=talk[1],
        episodes=tuple(episode_of(found) for found in newest),
        where=_where(db, shown),
    )


def _newest(db: apsw.Connection, subject: str, kind: str, now: float, limit: int) -> tuple[Memory, ...]:
    found = rows(
        db,
        f"SELECT id FROM memories WHERE subject = ? AND kind = ? AND {_HOLDS} "
        "ORDER BY pinned DESC, updated_at DESC, number DESC LIMIT ?",
        subject,
        kind,
        now,
        limit,
    )
    return tuple(by_ids(db, [memory_id for (memory_id,) in found]))


def _where(db: apsw.Connection, memories: list[Memory]) -> dict[str, Where]:
    ids = list({source.session_id for memory in memories for source in memory.sources[:1] if source.session_id})
    found: dict[str, Where] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        query = f"SELECT id, title, created_at FROM sessions WHERE deleted_at IS NULL AND id IN ({marks(len(some))})"
        found |= {each: Where(title=title, at=from_unix(at)) for each, title, at in rows(db, query, *some)}
    return found
