"""What is never learned, with its history."""

from collections.abc import Collection, Sequence
from datetime import datetime

import apsw

from memchat.core.errors import NotFound
from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.rules import LearningRule
from memchat.core.times import from_unix, to_unix
from memchat.store import memory_reading as reading
from memchat.store import reviewing
from memchat.store.database import Database
from memchat.store.history import record
from memchat.store.memory_writing import pen
from memchat.store.sql import Row, row, rows, run, storable, value
from memchat.store.states import put_row, snapshot, target_of

_COLUMNS = "id, basis, kind, subject, attribute, text, made_at, kept_out, last_at"


class Rules:
    """The rules of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def all(self) -> list[LearningRule]:
        """All of them, the oldest first."""
        return await self._database.read(_all)

    async def add(self, rule: LearningRule, *, reject: Sequence[str] = ()) -> tuple[LearningRule, list[Memory]]:
        """Keeps a rule; one that says the same already stays the only one.

        Args:
            rule: What it says; id and time are given here.
            reject: Ids of memories that are rejected in the same step, as far as they are pending.

        Returns:
            The rule, and what was rejected.
        """
        return await self._database.write(_add, rule, list(reject), self._now)

    async def drop(self, *ids: str) -> list[LearningRule]:
        """Takes rules away, as one change.

        Args:
            ids: Theirs, or beginnings of ids that are unique.

        Raises:
            NotFound: There is none of one of them, or there are several; then none goes.
        """
        return await self._database.write(_drop, ids, self._now)

    async def count(self, id: str) -> None:
        """Notes that a rule kept something out; one that is gone is let be."""
        await self._database.write(count, id, self._now)


def count(db: apsw.Connection, id: str, now: float) -> None:
    """Notes that a rule kept something out."""
    run(db, "UPDATE learning_rules SET kept_out = kept_out + 1, last_at = ? WHERE id = ?", now, id)


def drop_cut(db: apsw.Connection, ids: Collection[str], changes: Collection[int]) -> None:
    """Takes the rules away whose words were erased, with their history: what is left says something else.

    Args:
        db: A connection in a transaction.
        ids: Of rules that were cut.
        changes: Numbers of changes that were cut, those of rules among them.
    """
    for rule_id in ids:
        run(db, "DELETE FROM learning_rules WHERE id = ?", rule_id)
        run(db, "DELETE FROM changes WHERE target = ?", target_of("rule", rule_id))
    for number in changes:
        target = value(db, "SELECT target FROM changes WHERE number = ?", number)
        if target is not None and target.startswith(target_of("rule", "")):
            run(db, "DELETE FROM changes WHERE target = ?", target)


def _all(db: apsw.Connection) -> list[LearningRule]:
    return [_rule_of(each) for each in rows(db, f"SELECT {_COLUMNS} FROM learning_rules ORDER BY made_at, id")]


def _rule_of(found: Row) -> LearningRule:
    moments: list[datetime | None] = [None if each is None else from_unix(each) for each in (found[6], found[8])]
    made_at, last_at = moments
    assert made_at is not None
    return LearningRule(
        id=found[0],
        basis=found[1],
        kind=found[2],
        subject=found[3],
        attribute=found[4],
        text=found[5],
        made_at=made_at,
        kept_out=found[7],
        last_at=last_at,
    )


def _add(db: apsw.Connection, rule: LearningRule, reject: list[str], now: float) -> tuple[LearningRule, list[Memory]]:
    writer = pen(db, ABOUT_USER, now)
    values = (rule.basis, rule.kind, storable(rule.subject), storable(rule.attribute), storable(rule.text))
    found = row(
        db,
        f"SELECT {_COLUMNS} FROM learning_rules WHERE basis = ? AND kind IS ? AND folded(subject) = folded(?) "
        "AND folded(attribute) = folded(?) AND folded(text) = folded(?)",
        *values,
    )
    if found is None:
        rule_id = new_id("rule")
        target = target_of("rule", rule_id)
        run(
            db,
            "INSERT INTO learning_rules (id, basis, kind, subject, attribute, text, made_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            rule_id,
            *values,
            now,
        )
        record(db, target=target, action="add", actor=ABOUT_USER, before=None, at=now, batch=writer.batch)
        found = row(db, f"SELECT {_COLUMNS} FROM learning_rules WHERE id = ?", rule_id)
        assert found is not None
    pending = [each.id for each in reading.by_ids(db, reject) if each.status == "pending"]
    return _rule_of(found), [reviewing.reject(writer, each) for each in pending]


def _drop(db: apsw.Connection, given: Sequence[str], now: float) -> list[LearningRule]:
    known, meant = _all(db), dict[str, LearningRule]()
    for each in given:
        found = [rule for rule in known if each and rule.id.startswith(each)]
        if len(found) != 1:
            raise NotFound(
                f"No rule has the id {each!r}.",
                "`memchat memory rules` lists them.",
                on_screen="f6, then f10, lists them.",
            )
        meant[found[0].id] = found[0]
    batch = new_id("batch")
    for rule_id in meant:
        target = target_of("rule", rule_id)
        before = snapshot(db, target)
        put_row(db, target, None)
        record(db, target=target, action="drop", actor=ABOUT_USER, before=before, at=now, batch=batch)
    return list(meant.values())
