"""Indexed items with what is needed to show and to rank them."""

from collections.abc import Sequence
from datetime import datetime

import apsw

from memchat.core.times import from_unix
from memchat.store.sql import Row, marks, rows
from memchat.store.values import IndexedItem

_CHUNK = 500

# The plus keeps SQLite from looking through all items of a kind instead of at the keys.

_MESSAGES = """
    SELECT i.key, i.kind, i.ref, m.text, s.id, s.title, m.id, m.role, i.at, 1.0, 0, 0,
        NULL, 'active', NULL, NULL, 'user', NULL, NULL, NULL, i.asks
    FROM items AS i JOIN messages AS m ON m.id = i.ref JOIN sessions AS s ON s.number = m.session
    WHERE +i.kind = 'message' AND i.key IN ({keys})
"""
_EPISODES = """
    SELECT i.key, i.kind, i.ref, e.text, s.id, s.title, NULL, NULL, i.at, 1.0, 0, 0,
        NULL, 'active', NULL, NULL, 'user', NULL, NULL, NULL, 0
    FROM items AS i JOIN sessions AS s ON s.number = i.session JOIN session_summaries AS e ON e.session = s.number
    WHERE +i.kind = 'episode' AND i.key IN ({keys})
"""
_MEMORIES = """
    SELECT i.key, i.kind, i.ref, f.text, s.id, coalesce(s.title, ''), o.message_id, m.role, i.at, f.confidence,
        f.pinned, f.use_count, f.last_used_at, f.status, f.valid_from, f.valid_to, f.subject, f.holds, f.field,
        f.kind, 0
    FROM items AS i JOIN memories AS f ON f.id = i.ref
    LEFT JOIN sources AS o ON o.number = (SELECT min(number) FROM sources WHERE target = f.id AND live)
    LEFT JOIN sessions AS s ON s.id = o.session_id LEFT JOIN messages AS m ON m.id = o.message_id
    WHERE +i.kind IN ('fact', 'profile') AND i.key IN ({keys})
"""


def load(db: apsw.Connection, keys: Sequence[int]) -> dict[int, IndexedItem]:
    """The items of these keys, in their order; those that are gone are not in it."""
    found: dict[int, IndexedItem] = {}
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        for query in (_MESSAGES, _EPISODES, _MEMORIES):
            for each in rows(db, query.format(keys=marks(len(part))), *part):
                found[each[0]] = _item(each)
    return {key: found[key] for key in keys if key in found}


def _item(row: Row) -> IndexedItem:
    return IndexedItem(
        key=row[0],
        kind=row[1],
        ref=row[2],
        text=row[3],
        session_id=row[4],
        session_title=row[5],
        message_id=row[6],
        role=row[7],
        at=from_unix(row[8]),
        confidence=row[9],
        pinned=bool(row[10]),
        use_count=row[11],
        last_used_at=_moment(row[12]),
        status=row[13],
        valid_from=_moment(row[14]),
        valid_to=_moment(row[15]),
        subject=row[16],
        holds=row[17],
        field=row[18],
        type=row[19],
        asks=bool(row[20]),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else from_unix(seconds)
