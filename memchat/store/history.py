"""Every change of a memory, and taking it back."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from memchat.core.errors import MemchatError
from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER, Action, Change
from memchat.store.items import put_fact
from memchat.store.prefixes import clear
from memchat.store.records import CHANGE, change_of
from memchat.store.sources import PROFILE_PREFIX, live_sources, revive
from memchat.store.sql import row, rows, run

_KEPT = (
    "kind",
    "text",
    "normal_text",
    "status",
    "confidence",
    "origin",
    "updated_at",
    "valid_from",
    "valid_to",
    "superseded_by",
    "pinned",
    "subject",
    "attribute",
    "field",
    "value",
    "holds",
    "seen_count",
    "last_seen_at",
    "actor",
    "reason",
    "replaces",
)
"""What of a memory its history brings back; how often it was used only goes up."""

_SOFT = frozenset(("confidence", "origin", "updated_at", "seen_count", "last_seen_at", "actor"))
"""Of these a later change has the last word; of the others it stands in the way of undoing an earlier one."""

Numbered = tuple[int, Change]

_NOT_PROFILE = f"NOT (target >= '{PROFILE_PREFIX}' AND target < 'profile;')"
"""Changes from before profile values were memories are kept to be read: their table is gone."""


def snapshot(db: apsw.Connection, target: str) -> str | None:
    """The present state of a memory as JSON; none when there is none."""
    found = row(db, f"SELECT {', '.join(_KEPT)} FROM memories WHERE id = ?", target)
    if found is None:
        return None
    state: dict[str, Any] = dict(zip(_KEPT, found, strict=True))
    # Quotes stay in their own table, where erasing a session finds them.
    state["sources"] = live_sources(db, target)
    return json.dumps(state, ensure_ascii=False)


def record(
    db: apsw.Connection,
    *,
    target: str,
    action: Action,
    actor: str,
    before: str | None,
    at: float,
    batch: str | None = None,
) -> None:
    """Notes a change that was just made; what the user changes shows in the next request.

    Args:
        db: A connection in the transaction that made it.
        target: The memory's id.
        action: What it was.
        actor: Who made it.
        before: The memory's state before, as `snapshot` gave it; none when it is new.
        at: When, in seconds since 1970.
        batch: What it was made together with; none for nothing.
    """
    run(
        db,
        "INSERT INTO changes (id, target, action, actor, at, before, after, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        new_id("change"),
        target,
        action,
        actor,
        at,
        before,
        snapshot(db, target),
        batch or new_id("batch"),
    )
    if actor == ABOUT_USER:
        clear(db)


def history(db: apsw.Connection, target: str) -> list[Change]:
    """The changes of a memory, or of all values of `profile:FIELD`, oldest first, with those that were undone."""
    if target.startswith(PROFILE_PREFIX):
        found = rows(
            db,
            f"SELECT {CHANGE} FROM changes WHERE target = ? OR target IN (SELECT id FROM memories WHERE field = ?) "
            "ORDER BY number",
            target,
            target.removeprefix(PROFILE_PREFIX),
        )
    else:
        found = rows(db, f"SELECT {CHANGE} FROM changes WHERE target = ? ORDER BY number", target)
    return [change_of(each) for each in found]


def undo(db: apsw.Connection, now: float) -> Change | None:
    """Takes the newest change back that stands, with what was made together with it.

    What of that was changed again since stays, until that is undone.

    Returns:
        The newest of the changes; none when there is none.
    """
    newest = row(
        db,
        f"SELECT number, batch FROM changes WHERE undone_at IS NULL AND {_NOT_PROFILE} ORDER BY number DESC LIMIT 1",
    )
    if newest is None:
        return None
    number, batch = newest
    made = [(number, _change(db, number))] if batch is None else _standing(db, batch)
    taken: list[Numbered] = []
    for group in _groups(made):
        blocked = max((each for each, change in group if _changed_since(db, each, change)), default=0)
        if not blocked or (number, made[-1][1]) in group:
            taken += [each for each in group if each[0] > blocked]
    return _revert(db, sorted(taken, key=lambda each: each[0]), now)[-1]


def undo_batch(db: apsw.Connection, batch: str, now: float) -> list[Change]:
    """Takes all changes of a batch back that still stand, the oldest first.

    A memory that was changed again since stays as it is, and so do those that were merged into it or replaced by it.

    Raises:
        MemchatError: That is so of all of them.
    """
    made = _standing(db, batch)
    free = [
        each
        for group in _groups(made)
        if not any(_changed_since(db, number, change) for number, change in group)
        for each in group
    ]
    if made and not free:
        raise MemchatError(
            "What this changed was changed again since.",
            "Undo the later changes first: `memchat memory undo` takes back the newest.",
        )
    return _revert(db, sorted(free, key=lambda each: each[0]), now)


def _standing(db: apsw.Connection, batch: str) -> list[Numbered]:
    found = rows(
        db, f"SELECT number, {CHANGE} FROM changes WHERE batch = ? AND undone_at IS NULL ORDER BY number", batch
    )
    return [(each[0], change_of(each[1:])) for each in found]


def _change(db: apsw.Connection, number: int) -> Change:
    found = row(db, f"SELECT {CHANGE} FROM changes WHERE number = ?", number)
    assert found is not None
    return change_of(found)


def _wanted(change: Change) -> dict[str, Any]:
    """The columns that undoing a change sets, without the soft ones."""
    if change.before is None:
        return {"status": "forgotten"}
    before, after = json.loads(change.before), json.loads(change.after or "{}")
    return {
        column: before[column]
        for column in _KEPT
        if column in before and column not in _SOFT and before[column] != after.get(column)
    }


def _changed_since(db: apsw.Connection, number: int, change: Change) -> bool:
    """Whether a later change of another batch set what undoing this one would set."""
    wanted = _wanted(change)
    if wanted.get("status") == "active" and row(
        db,
        "SELECT 1 FROM memories AS m JOIN memories AS o ON o.field = m.field AND o.id != m.id "
        "JOIN changes AS c ON c.target = o.id WHERE m.id = ? AND c.number > ? AND c.undone_at IS NULL "
        "AND c.batch IS NOT ? LIMIT 1",
        change.target,
        number,
        change.batch,
    ):
        # The profile field has had another value since.
        return True
    later = rows(
        db,
        f"SELECT {CHANGE} FROM changes WHERE target = ? AND number > ? AND undone_at IS NULL AND batch IS NOT ?",
        change.target,
        number,
        change.batch,
    )
    return any(_wanted(change_of(each)).keys() & wanted.keys() for each in later)


def _groups(made: Sequence[Numbered]) -> list[list[Numbered]]:
    """Changes apart by what they are about: a memory, with those that it took the place of."""
    heads: dict[str, str] = {}

    def head(target: str) -> str:
        while heads.get(target, target) != target:
            target = heads[target]
        return target

    for _, change in made:
        by = json.loads(change.after or "{}").get("superseded_by")
        if by is not None:
            heads[head(change.target)] = head(by)
    groups: dict[str, list[Numbered]] = {}
    for number, change in made:
        groups.setdefault(head(change.target), []).append((number, change))
    return list(groups.values())


def _revert(db: apsw.Connection, made: Sequence[Numbered], now: float) -> list[Change]:
    for number, change in reversed(made):
        _bring_back(db, change, now)
        run(db, "UPDATE changes SET undone_at = ? WHERE number = ?", now, number)
    for batch in {change.batch for _, change in made}:
        run(db, "UPDATE consolidations SET undone_at = ? WHERE id = ?", now, batch)
    clear(db)
    return [_change(db, number) for number, _ in made]


def _bring_back(db: apsw.Connection, change: Change, now: float) -> None:
    kept = snapshot(db, change.target)
    if kept is None:
        return
    present, values = json.loads(kept), _wanted(change)
    if change.before is None:
        # Forgotten, not removed: its history still shows it.
        values["updated_at"] = now
    else:
        before, after = json.loads(change.before), json.loads(change.after or "{}")
        for column in _SOFT & before.keys():
            if present[column] == after.get(column):
                values[column] = before[column]
            elif column == "seen_count":
                values[column] = present[column] - (after[column] - before[column])
        was, became = set(before["sources"]), set(after.get("sources", ()))
        revive(db, change.target, sorted((set(present["sources"]) - (became - was)) | (was - became)))
    assignments = ", ".join(f"{column} = ?" for column in values)
    if values:
        run(db, f"UPDATE memories SET {assignments} WHERE id = ?", *values.values(), change.target)
    put_fact(db, change.target, same_text=values.get("text", present["text"]) == present["text"])
