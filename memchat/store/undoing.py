"""Taking changes back, and making them again."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import ABOUT_USER, Change
from memchat.store.history import record
from memchat.store.items import put_fact
from memchat.store.prefixes import clear
from memchat.store.records import CHANGE, change_of
from memchat.store.session_states import OUTLIVED, SESSION_KEPT, bring, drop_ended_claims, is_session, outlived
from memchat.store.sources import PROFILE_PREFIX, revive
from memchat.store.sql import row, rows, run, value
from memchat.store.states import KEPT, in_book, put_row, snapshot

_SOFT = frozenset(("confidence", "origin", "updated_at", "seen_count", "last_seen_at", "actor"))
"""Of these a later change has the last word; of the others it stands in the way of undoing an earlier one."""

Numbered = tuple[int, Change]

_NOT_PROFILE = f"NOT (target >= '{PROFILE_PREFIX}' AND target < 'profile;')"
"""Changes from before profile values were memories are kept to be read: their table is gone."""


def undo(db: apsw.Connection, now: float) -> Change | None:
    """Takes the newest change back that stands, with what was made together with it.

    What of that was changed again since stays, until that is undone.

    Returns:
        The newest of the changes; none when there is none.
    """
    drop_ended_claims(db, now)
    newest = row(
        db,
        f"SELECT number, batch FROM changes WHERE undone_at IS NULL AND {_NOT_PROFILE} AND NOT {OUTLIVED} "
        "ORDER BY number DESC LIMIT 1",
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
    drop_ended_claims(db, now)
    made = _standing(db, batch)
    free = _free(db, made)
    if made and not free:
        raise _built_on()
    return _revert(db, free, now)


def undo_change(db: apsw.Connection, change_id: str, now: float) -> Change:
    """Takes one change back, with what was made together with it and was not changed since.

    Raises:
        NotFound: There is no such change.
        MemchatError: It was taken back already, or what it changed was changed again since.
    """
    found = list(
        rows(
            db,
            "SELECT number, batch FROM changes WHERE id >= ? AND id < ? LIMIT 2",
            change_id,
            change_id + "\U0010ffff",
        )
    )
    if len(found) != 1 or not change_id:
        raise NotFound(
            f"No change has the id {change_id!r}.",
            "`memchat memory history` lists them.",
            on_screen="f6, then shift+f4, lists them.",
        )
    ((number, batch),) = found
    change = _change(db, number)
    if change.undone_at is not None:
        raise MemchatError(
            "That was taken back already.",
            "`memchat memory redo` makes the last one again.",
            on_screen="/redo makes the last one again.",
        )
    if change.target.startswith(PROFILE_PREFIX):
        raise MemchatError("That is from before profile values could be undone.", "Set the field to what it was.")
    drop_ended_claims(db, now)
    if change.action == "fork" and outlived(db, number):
        raise MemchatError(
            "That session is open, or something was said in it since.", "Leave it first; where it went on, delete it."
        )
    made = [(number, change)] if batch is None else _standing(db, batch)
    free = _free(db, made)
    if (number, change) not in free:
        raise _built_on()
    _revert(db, free, now)
    return _change(db, number)


def redo(db: apsw.Connection, now: float) -> Change | None:
    """Makes again what was taken back last, unless the user changed something since.

    What learning has done meanwhile stays.

    Returns:
        The newest of the changes, as it was made now; none when there is nothing to make again.

    Raises:
        MemchatError: What would come back was changed again since, by learning.
    """
    last = row(
        db,
        "SELECT undoing, undone_after FROM changes WHERE undoing IS NOT NULL ORDER BY undoing DESC LIMIT 1",
    )
    if last is None:
        return None
    undoing, after = last
    if row(db, "SELECT 1 FROM changes WHERE number > ? AND actor = ? AND NOT again LIMIT 1", after, ABOUT_USER):
        return None
    found = rows(db, f"SELECT number, {CHANGE} FROM changes WHERE undoing = ? ORDER BY number", undoing)
    made = [(each[0], change_of(each[1:])) for each in found]
    if any(_in_the_way(db, number, change, after) for number, change in made):
        raise MemchatError(
            "What this would bring back was changed again since.",
            "`memchat memory history` shows by whom; undo that first.",
            on_screen="f6, then shift+f4, shows by whom; undo that first.",
        )
    for _, change in made:
        _make_again(db, change, now)
    run(db, "UPDATE changes SET undoing = NULL, undone_after = NULL WHERE undoing = ?", undoing)
    for batch in {change.batch for _, change in made}:
        run(db, "UPDATE consolidations SET undone_at = NULL WHERE id = ?", batch)
    clear(db)
    return _change(db, int(value(db, "SELECT max(number) FROM changes")))


def _built_on() -> MemchatError:
    return MemchatError(
        "What this changed was changed again since.",
        "Undo the later changes first: `memchat memory undo` takes back the newest.",
        on_screen="Undo the later changes first: /undo takes back the newest.",
    )


def _standing(db: apsw.Connection, batch: str) -> list[Numbered]:
    found = rows(
        db, f"SELECT number, {CHANGE} FROM changes WHERE batch = ? AND undone_at IS NULL ORDER BY number", batch
    )
    return [(each[0], change_of(each[1:])) for each in found]


def _change(db: apsw.Connection, number: int) -> Change:
    found = row(db, f"SELECT {CHANGE} FROM changes WHERE number = ?", number)
    assert found is not None
    return change_of(found)


def _free(db: apsw.Connection, made: Sequence[Numbered]) -> list[Numbered]:
    """Those of changes made together that nothing later stands on, in their order."""
    free = [
        each
        for group in _groups(made)
        if not any(_changed_since(db, number, change) for number, change in group)
        for each in group
    ]
    return sorted(free, key=lambda each: each[0])


def _wanted(change: Change) -> dict[str, Any]:
    """The columns that undoing a change of a memory or a session sets, without the soft ones."""
    if change.before is None:
        return {"status": "forgotten"}
    before, after = json.loads(change.before), json.loads(change.after or "{}")
    return {
        column: before[column]
        for column in (*KEPT, *SESSION_KEPT)
        if column in before and column not in _SOFT and before[column] != after.get(column)
    }


def _made(change: Change) -> dict[str, Any]:
    """The columns that making a change of a memory again sets, without the soft ones."""
    after = json.loads(change.after or "{}")
    if change.before is None:
        return {"status": after["status"]}
    return {column: after[column] for column in _wanted(change) if column in after}


def _changed_since(db: apsw.Connection, number: int, change: Change) -> bool:
    """Whether a later change of another batch set what undoing this one would set."""
    if outlived(db, number):
        return True
    sets = {} if in_book(change.target) else _wanted(change)
    return _touched(db, number, change, sets, "c.batch IS NOT ?3")


def _in_the_way(db: apsw.Connection, number: int, change: Change, after: int) -> bool:
    """Whether something that was changed since a change was taken back set what making it again would set."""
    if outlived(db, number):
        return True
    sets = {} if in_book(change.target) else _made(change)
    # What was made again since was there before it.
    return _touched(db, after, change, sets, "c.batch IS NOT ?3 AND NOT c.again")


def _touched(db: apsw.Connection, after: int, change: Change, sets: dict[str, Any], which: str) -> bool:
    """Whether one of the changes after that number, as far as `which` counts them, set one of these columns."""
    counted = f"c.number > ?2 AND c.undone_at IS NULL AND {which}"
    values = (change.target, after, change.batch)
    if sets.get("status") == "active" and row(
        db,
        "SELECT 1 FROM memories AS m JOIN memories AS o ON o.field = m.field AND o.id != m.id "
        f"JOIN changes AS c ON c.target = o.id WHERE m.id = ?1 AND {counted} LIMIT 1",
        *values,
    ):
        # The profile field has had another value since.
        return True
    later = rows(db, f"SELECT {CHANGE} FROM changes AS c WHERE c.target = ?1 AND {counted}", *values)
    if in_book(change.target):
        return next(later, None) is not None
    return any(_wanted(change_of(each)).keys() & sets.keys() for each in later)


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
    undoing = int(value(db, "SELECT coalesce(max(undoing), 0) + 1 FROM changes WHERE undoing IS NOT NULL"))
    after = value(db, "SELECT max(number) FROM changes")
    for number, change in reversed(made):
        _bring_back(db, change, now)
        run(
            db,
            "UPDATE changes SET undone_at = ?, undoing = ?, undone_after = ? WHERE number = ?",
            now,
            undoing,
            after,
            number,
        )
    for batch in {change.batch for _, change in made}:
        run(db, "UPDATE consolidations SET undone_at = ? WHERE id = ?", now, batch)
    clear(db)
    return [_change(db, number) for number, _ in made]


def _bring_back(db: apsw.Connection, change: Change, now: float) -> None:
    if in_book(change.target):
        put_row(db, change.target, change.before)
        return
    if is_session(change.target):
        bring(db, change.target, _deleted_now(_wanted(change), now))
        return
    kept = snapshot(db, change.target)
    if kept is None:
        return
    values = _wanted(change)
    if change.before is None:
        # Forgotten, not removed: its history still shows it.
        values["updated_at"] = now
    else:
        values |= _turned(db, change, json.loads(kept), json.loads(change.after or "{}"), json.loads(change.before))
    _set(db, change.target, values, json.loads(kept)["text"])


def _make_again(db: apsw.Connection, change: Change, now: float) -> None:
    kept = snapshot(db, change.target)
    if in_book(change.target):
        put_row(db, change.target, change.after)
    elif is_session(change.target):
        bring(db, change.target, _deleted_now(_made(change), now))
    elif kept is None:
        return
    else:
        values, after = _made(change), json.loads(change.after or "{}")
        if change.before is None:
            values["updated_at"] = after["updated_at"]
        else:
            values |= _turned(db, change, json.loads(kept), json.loads(change.before), after)
        _set(db, change.target, values, json.loads(kept)["text"])
    record(
        db,
        target=change.target,
        action=change.action,
        actor=change.actor,
        before=kept,
        at=now,
        batch=change.batch,
        again=True,
        file=json.loads(change.after or "{}").get("file", ""),
    )


def _deleted_now(values: dict[str, Any], now: float) -> dict[str, Any]:
    """What a session is set to: one that is deleted by it is so from now on, and stays for as long as any other."""
    return values if values.get("deleted_at") is None else values | {"deleted_at": now}


def _turned(
    db: apsw.Connection, change: Change, present: dict[str, Any], start: dict[str, Any], end: dict[str, Any]
) -> dict[str, Any]:
    """The soft columns when a memory goes from one state of a change to the other; its sources go along."""
    values: dict[str, Any] = {}
    for column in _SOFT & start.keys() & end.keys():
        if present[column] == start[column]:
            values[column] = end[column]
        elif column == "seen_count":
            values[column] = present[column] + end[column] - start[column]
    was, becomes = set(start.get("sources", ())), set(end.get("sources", ()))
    revive(db, change.target, sorted((set(present["sources"]) - (was - becomes)) | (becomes - was)))
    return values


def _set(db: apsw.Connection, target: str, values: dict[str, Any], text: str) -> None:
    if values:
        assignments = ", ".join(f"{column} = ?" for column in values)
        run(db, f"UPDATE memories SET {assignments} WHERE id = ?", *values.values(), target)
    put_fact(db, target, same_text=values.get("text", text) == text)
