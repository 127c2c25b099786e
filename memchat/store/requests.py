"""The newest requests of each session, as they were sent."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from memchat.core.context import ContextPlan, LeftOut, Shown
from memchat.core.requests import SentRequest, Shape, blocks_of, shapes
from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.erased import check_as_of
from memchat.store.sql import Row, rows, run, value

A_SESSION = 30
"""How many are kept of a session."""

IN_ALL = 300
"""How many are kept of all sessions together."""

_COLUMNS = "s.id, r.message_id, r.round, r.at, r.url, r.keyed, r.body, r.plan"


class Requests:
    """The requests of one database.

    What is erased takes all of them away, since any of them may hold it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, requests: Sequence[SentRequest], *, as_of: int | None = None) -> None:
        """Keeps requests, and lets go of the oldest of the session; those of a session that is gone are let be.

        Args:
            requests: What was sent.
            as_of: From `erasures.times`, before what they hold was read; none asks for nothing.

        Raises:
            ErasedMeanwhile: Something was erased since it was read, and they may hold it.
        """
        await self._database.write(_add, requests, as_of)

    async def of_session(self, session_id: str, *, limit: int = A_SESSION) -> list[SentRequest]:
        """The newest requests of a session, newest first."""
        return await self._database.read(_read, "s.id = ? ORDER BY r.number DESC LIMIT ?", session_id, limit)

    async def of_message(self, message_id: str) -> list[SentRequest]:
        """The requests that a user's message was answered with, newest first."""
        return await self._database.read(_read, "r.message_id = ? ORDER BY r.number DESC", message_id)


def clear(db: apsw.Connection) -> None:
    """Takes all of them away."""
    run(db, "DELETE FROM requests")


def _add(db: apsw.Connection, requests: Sequence[SentRequest], as_of: int | None) -> None:
    check_as_of(db, as_of)
    for each in requests:
        number = value(db, "SELECT number FROM sessions WHERE id = ?", each.session_id)
        if number is None or each.at is None:
            continue
        run(
            db,
            "INSERT INTO requests (session, message_id, round, at, url, keyed, body, plan) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            each.message_id,
            each.round,
            to_unix(each.at),
            each.url,
            int(each.keyed),
            zlib.compress(each.body),
            zlib.compress(json.dumps(_layout(each.plan), ensure_ascii=False).encode(errors="replace")),
        )
        run(
            db,
            "DELETE FROM requests WHERE number IN "
            "(SELECT number FROM requests WHERE session = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
            number,
            A_SESSION,
        )
    run(
        db,
        "DELETE FROM requests WHERE number IN (SELECT number FROM requests ORDER BY number DESC LIMIT -1 OFFSET ?)",
        IN_ALL,
    )


def _read(db: apsw.Connection, where: str, *values: Any) -> list[SentRequest]:
    found = rows(
        db, f"SELECT {_COLUMNS} FROM requests AS r JOIN sessions AS s ON s.number = r.session WHERE {where}", *values
    )
    return [_request(each) for each in found]


def _request(found: Row) -> SentRequest:
    session_id, message_id, number, at, url, keyed, body, plan = found
    sent = zlib.decompress(body)
    return SentRequest(
        session_id=session_id,
        message_id=message_id,
        round=number,
        at=from_unix(at),
        url=url,
        keyed=bool(keyed),
        body=sent,
        plan=_plan(json.loads(zlib.decompress(plan)), json.loads(sent)),
    )


def _layout(plan: ContextPlan) -> dict[str, Any]:
    """All of a plan but for the words, which the body has, and what was recalled."""
    return {
        "model": plan.model,
        "window": plan.window,
        "reserve": plan.reserve,
        "mode": plan.mode,
        "blocks": shapes(plan.blocks),
        "left_out": [[each.layer, each.ref, each.text, each.tokens, each.reason] for each in plan.left_out],
        "shown": [[each.layer, each.ref, each.text, each.tokens] for each in plan.shown],
        "fold_next": plan.fold_next,
    }


def _plan(kept: Mapping[str, Any], body: Mapping[str, Any]) -> ContextPlan:
    return ContextPlan(
        model=kept["model"],
        window=kept["window"],
        reserve=kept["reserve"],
        mode=kept["mode"],
        blocks=blocks_of(body, [Shape(*each) for each in kept["blocks"]]),
        left_out=tuple(
            LeftOut(layer=layer, ref=ref, text=text, tokens=tokens, reason=reason)
            for layer, ref, text, tokens, reason in kept["left_out"]
        ),
        fold_next=tuple(kept["fold_next"]),
        shown=tuple(Shown(*each) for each in kept["shown"]),
    )
