"""What was recalled for each turn, and what of it went into the request."""

import json
from collections.abc import Sequence

import apsw

from memchat.core.context import ItemSource, Recall, RecalledItem
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.lookup import message_number
from memchat.store.sql import row, rows, run, storable


class Recalls:
    """The record of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, user_message_id: str, recall: Recall, plan_items: Sequence[str]) -> None:
        """Notes what a turn recalled, in place of what it recalled when it was tried before.

        Args:
            user_message_id: The turn's message.
            recall: All that was found worth recalling.
            plan_items: Ids of the items that went into the request.

        Raises:
            NotFound: There is no such message.
        """
        await self._database.write(_record, user_message_id, recall, frozenset(plan_items))

    async def of_message(self, user_message_id: str, *, all_found: bool = False) -> list[RecalledItem]:
        """What went into the request of a turn, best first.

        Args:
            user_message_id: The turn's message.
            all_found: Also what was found and did not go in.
        """
        return await self._database.read(_of_message, user_message_id, all_found=all_found)


def _record(db: apsw.Connection, user_message_id: str, recall: Recall, plan_items: frozenset[str]) -> None:
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
    for place, item in enumerate(recall.items):
        if item.kind in ("fact", "profile") and row(db, "SELECT 1 FROM memories WHERE id = ?", item.id) is None:
            continue  # erased since it was found
        run(
            db,
            "INSERT INTO recalled_items (message_id, place, in_plan, kind, ref, text, score, parts, tokens, "
            "source_session, source_title, source_message, source_role, source_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            user_message_id,
            place,
            int(item.id in plan_items),
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
        )


def _of_message(db: apsw.Connection, user_message_id: str, *, all_found: bool) -> list[RecalledItem]:
    found = rows(
        db,
        "SELECT r.ref, r.kind, coalesce(r.text, m.text, ''), r.score, r.parts, r.tokens, r.source_session, "
        "r.source_title, r.source_message, r.source_role, r.source_at "
        "FROM recalled_items AS r LEFT JOIN messages AS m ON m.id = r.ref AND r.kind = 'message' "
        "WHERE r.message_id = ? AND (r.in_plan OR ?) ORDER BY r.place",
        user_message_id,
        int(all_found),
    )
    return [
        RecalledItem(
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
        for each in found
    ]
