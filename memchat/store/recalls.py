"""What was recalled for each turn, and what of it went into the request."""

import json
from collections.abc import Sequence

import apsw

from memchat.core.context import ItemSource, Missed, Recall, RecalledItem
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.erased import check_as_of
from memchat.store.lookup import message_number
from memchat.store.sql import Row, row, rows, run, storable

_NO_ROOM = "no room in the request"


class Recalls:
    """The record of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, user_message_id: str, recall: Recall, plan_items: Sequence[str], *, as_of: int | None = None
    ) -> None:
        """Notes what a turn recalled, in place of what it recalled when it was tried before.

        Args:
            user_message_id: The turn's message.
            recall: All that was found worth recalling.
            plan_items: Ids of the items that went into the request.
            as_of: From `erasures.times`, before anything was looked for; none asks for nothing.

        Raises:
            NotFound: There is no such message.
            ErasedMeanwhile: Something was erased since it was looked for, and may be among what was found.
        """
        await self._database.write(_record, user_message_id, recall, frozenset(plan_items), as_of)

    async def of_message(self, user_message_id: str, *, all_found: bool = False) -> list[RecalledItem]:
        """What went into the request of a turn, best first.

        Args:
            user_message_id: The turn's message.
            all_found: Also what was recalled and did not go in.
        """
        where = "r.missed IS NULL AND (r.in_plan OR ?)"
        found = await self._database.read(_of_message, user_message_id, where, int(all_found))
        return [item for item, _, _ in found]

    async def told(self, user_message_id: str) -> Recall | None:
        """All that a turn recalled, with what it just missed; none where nothing is known of it.

        What was recalled and did not fit into the request is among what was missed.
        """
        return await self._database.read(_told, user_message_id)


def drop_quoting(db: apsw.Connection) -> None:
    """Takes away what was missed for a reason that quotes something else."""
    run(db, "DELETE FROM recalled_items WHERE instr(missed, '“')")


def _record(
    db: apsw.Connection, user_message_id: str, recall: Recall, plan_items: frozenset[str], as_of: int | None
) -> None:
    check_as_of(db, as_of)
    message_number(db, user_message_id)
    run(db, "DELETE FROM recalls WHERE message_id = ?", user_message_id)
    run(
        db,
        "INSERT INTO recalls (message_id, considered, milliseconds, words_only) VALUES (?, ?, ?, ?)",
        user_message_id,
        recall.considered,
        recall.milliseconds,
        recall.words_only,
    )
    found = [(item, None) for item in recall.items] + [(each.item, each.reason) for each in recall.missed]
    for place, (item, missed) in enumerate(found):
        if item.kind in ("fact", "profile") and row(db, "SELECT 1 FROM memories WHERE id = ?", item.id) is None:
            continue  # erased since it was found
        run(
            db,
            "INSERT INTO recalled_items (message_id, place, in_plan, kind, ref, text, score, parts, tokens, "
            "source_session, source_title, source_message, source_role, source_at, missed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            user_message_id,
            place,
            int(missed is None and item.id in plan_items),
            item.kind,
            item.id,
            None if item.kind == "message" else storable(item.text),
            item.score,
            json.dumps(dict(item.parts)),
            item.tokens,
            item.source.session_id,
            storable(item.source.session_title),
            item.source.message_id,
            item.source.role,
            to_unix(item.source.at),
            None if missed is None else storable(missed),
        )


def _of_message(
    db: apsw.Connection, user_message_id: str, where: str, *values: int
) -> list[tuple[RecalledItem, bool, str | None]]:
    """Items, each with whether it went into the request, and why it was missed."""
    found = rows(
        db,
        "SELECT r.ref, r.kind, coalesce(r.text, m.text, ''), r.score, r.parts, r.tokens, r.source_session, "
        "r.source_title, r.source_message, r.source_role, r.source_at, r.in_plan, r.missed "
        "FROM recalled_items AS r LEFT JOIN messages AS m ON m.id = r.ref AND r.kind = 'message' "
        f"WHERE r.message_id = ? AND {where} ORDER BY r.place",
        user_message_id,
        *values,
    )
    return [(_item(each), bool(each[11]), each[12]) for each in found]


def _told(db: apsw.Connection, user_message_id: str) -> Recall | None:
    head = row(db, "SELECT considered, milliseconds, words_only FROM recalls WHERE message_id = ?", user_message_id)
    if head is None:
        return None
    found = _of_message(db, user_message_id, "1")
    return Recall(
        items=tuple(item for item, in_plan, _ in found if in_plan),
        considered=head[0],
        milliseconds=head[1],
        words_only=head[2],
        missed=tuple(Missed(item, missed or _NO_ROOM) for item, in_plan, missed in found if not in_plan),
    )


def _item(each: Row) -> RecalledItem:
    return RecalledItem(
        id=each[0],
        kind=each[1],
        text=each[2],
        score=each[3],
        parts=json.loads(each[4]),
        tokens=each[5],
        source=ItemSource(
            session_id=each[6], session_title=each[7], message_id=each[8], role=each[9], at=from_unix(each[10])
        ),
    )
