"""What several tests of the store need."""

import array
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import apsw

from memchat.core.messages import Message
from memchat.store.store import Store


async def exchange(store: Store, session_id: str, question: str, answer: str) -> tuple[Message, Message]:
    """One question and its answer, as a turn stores them; ten tokens each."""
    user = await store.messages.append_user(session_id, question, tokens=10)
    reply = await store.messages.begin_reply(session_id, user.id, text=answer[:3], model="test")
    whole = await store.messages.finish_reply(
        reply.id, text=answer, status="complete", tokens=10, usage=None, finish_reason="stop"
    )
    return user, whole


async def session_of(store: Store, *questions: str) -> str:
    """A session with an exchange for each question; its id."""
    session = await store.sessions.create()
    for question in questions:
        await exchange(store, session.id, question, f"You said {question}")
    return session.id


async def found(store: Store, *terms: str, **filters: Any) -> list[str]:
    """What a search by words finds, as references, best first."""
    return [hit.ref for hit in await store.index.by_words(terms, limit=50, **filters)]


async def embed_all(store: Store, vector: Callable[[str], bytes], dimensions: int = 4) -> None:
    """Gives every pending item a vector."""
    while pending := await store.index.pending(100):
        await store.index.put_vectors("test", dimensions, [(key, vector(text)) for key, text in pending])


def unit(*numbers: float) -> bytes:
    """A vector of length 1 in that direction."""
    length = math.sqrt(sum(number * number for number in numbers))
    return array.array("f", [number / length for number in numbers]).tobytes()


async def query(store: Store, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows straight from the database."""
    return await store._database.read(lambda db: list(db.execute(sql, values)))


_MERGING = re.compile(r"'item_words_(?:data|idx)'")
"""FTS5's own tables: it merges their parts now and then, so one writing pays for many."""


class Costs:
    """Counts the rows and the virtual machine's steps that a store spends, whichever connection is used.

    What the word index spends on its own tables is left out.
    """

    def __init__(self, store: Store) -> None:
        self._lanes = dict.fromkeys((*store._database._readers, store._database._writer))
        self.rows = 0
        self.steps = 0
        self.statements: Counter[str] = Counter()
        self._counted: dict[int, int] = {}
        self._asked: set[int] = set()

    async def __aenter__(self) -> "Costs":
        for lane in self._lanes:
            await lane.run(self._watch)
        return self

    async def __aexit__(self, *_: object) -> None:
        for lane in self._lanes:
            await lane.run(lambda db: db.trace_v2(0, None))

    def begin(self) -> None:
        """Forgets what was counted up to here."""
        self.rows = self.steps = 0
        self.statements.clear()

    def _watch(self, db: apsw.Connection) -> None:
        db.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE | apsw.SQLITE_TRACE_ROW, self._event)

    def _event(self, event: dict[str, Any]) -> None:
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            keep = self._asked.discard if _MERGING.search(event["sql"]) else self._asked.add
            keep(event["id"])
            return
        if event["code"] == apsw.SQLITE_TRACE_ROW:
            # Of what FTS5 begins by itself only the rows are told.
            self.rows += event["id"] in self._asked
            return
        if _MERGING.search(event["sql"]):
            return
        self.statements[event["sql"]] += 1
        steps = event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]
        # The statements of FTS5 and sqlite-vec themselves never start counting anew.
        if "'main'." in event["sql"] or '"main".' in event["sql"]:
            before, self._counted[event["id"]] = self._counted.get(event["id"], 0), steps
            steps -= before
        self.steps += steps
