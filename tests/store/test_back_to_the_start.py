"""Whatever the user and learning do, taking all of it back leaves the first database, and redoing that the last one."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.core.errors import MemchatError
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import Memory, Source
from memchat.core.rules import LearningRule
from memchat.store.decisions import Add, Archive, Decision, Expire, Hold, Merge, NewMemory, Reinforce, Replace, Revise
from memchat.store.store import Store
from memchat.store.transferring import Arrival
from tests.store.conftest import Ticking
from tests.store.helpers import exchange, found, query

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
PLACES = ("Taipei", "Lisbon", "Porto", "Kyoto", "Nara")

Ids = Mapping[str, Sequence[str]]
Deed = Callable[[Store, Ids, int], Awaitable[object]]
Rows = list[tuple[Any, ...]]

# Left out: the history, what is only there to be quicker, how often something was used or kept something out, and up to
# where a session was unfolded, so that what is taken back by hand is not folded again at once.
TABLES = {
    "memories": "SELECT id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at, valid_from, "
    "valid_to, superseded_by, pinned, subject, attribute, field, value, holds, seen_count, last_seen_at, actor, "
    "reason, replaces FROM memories ORDER BY id",
    "sources": "SELECT target, session_id, message_id, quote FROM sources WHERE live ORDER BY target, number",
    "items": "SELECT kind, ref, session, seq, at, past_at, asks FROM items ORDER BY kind, ref",
    "conflicts": "SELECT * FROM conflicts ORDER BY id",
    "learning_rules": "SELECT id, basis, kind, subject, attribute, text, made_at FROM learning_rules ORDER BY id",
    "mutes": "SELECT * FROM mutes ORDER BY session, ref",
    "kept_out": "SELECT * FROM kept_out ORDER BY message",
    # What is deleted again is kept for as long as if it had been deleted then.
    "sessions": "SELECT id, title, title_by, created_at, updated_at, last_seq, message_count, summarised_to, ended_at, "
    "archived_at, deleted_at IS NOT NULL, tags, summary_id, system_prompt, persona, draft FROM sessions ORDER BY id",
    "messages": "SELECT * FROM messages ORDER BY id",
    "session_summaries": "SELECT * FROM session_summaries ORDER BY session",
    "rolling_summaries": "SELECT * FROM rolling_summaries ORDER BY id",
}


async def begun(store: Store) -> None:
    """A database with something of everything, some of it changed already."""
    for number in range(2):
        session = await store.sessions.create()
        said = [await exchange(store, session.id, f"I live in {place}.", "I see.") for place in PLACES[:3]]
        for seq in (2, 4):
            latest = await store.summaries.latest(session.id)
            await store.summaries.add(
                session_id=session.id,
                text=f"They live in {PLACES[seq % 5]}.",
                from_seq=1,
                to_seq=seq,
                tokens=9,
                model="small",
                previous_id=latest.id if latest else None,
            )
        await store.summaries.put_session(
            session_id=session.id, text="Where they live.", to_seq=6, tokens=4, model="small"
        )
        decisions = [
            Add(known(number * 3 + place, Source(session_id=session.id, message_id=user.id, quote=user.text)))
            for place, (user, _) in enumerate(said)
        ]
        await store.memories.apply([*decisions, Hold(known(7 + number))], actor="small")
    await store.profile.set("location", "Taipei", origin="user")
    await store.profile.set("goals", "See Nara", origin="user", several=True)
    await store.rules.add(LearningRule(basis="kind", kind="event", made_at=MARCH))
    first, second = [each.id for each in await store.memories.list(status="active", limit=2)]
    await store.conflicts.add(first, second, "One cannot live in both.")
    await store.mutes.add(session.id, first)
    await store.sessions.set_tags(session.id, ["home"])
    await store.sessions.keep_out(session.id, [said[0][0].id], out=True)
    await store.memories.archive([(await store.memories.list(status="active", limit=9))[4].id])


def known(number: int, *sources: Source) -> NewMemory:
    """What is learned of where somebody lives; whose home it is, and how sure, goes by the number."""
    return NewMemory(
        kind="fact",
        text=f"Lives in {PLACES[number % 5]} since {2000 + number // 2}.",
        confidence=0.5 + number % 5 / 10,
        origin=("user", "assistant")[number % 2],
        sources=sources or (Source(session_id=None, message_id=None, quote=f"words {number}"),),
        attribute="home",
        subject=("user", "Bob")[number % 3 == 0],
        observed_at=MARCH + timedelta(hours=number),
    )


async def state(store: Store) -> dict[str, Rows]:
    """The database, but for what `TABLES` leaves out, and what is found by each word."""
    tables = {name: await query(store, sql) for name, sql in TABLES.items()}
    words = (*PLACES, "merged", "edited", "imported", "goals", "live", "where")
    tables["words"] = [(word, *sorted(await found(store, word.lower(), past=True))) for word in words]
    return tables


def one(ids: Sequence[str], number: int) -> str:
    return ids[number % len(ids)]


def some(ids: Sequence[str], number: int) -> list[str]:
    return list(dict.fromkeys((one(ids, number), one(ids, number // 3), one(ids, number // 7))))


def learned(decision: Callable[[Sequence[str], int], Decision]) -> Deed:
    async def deed(store: Store, ids: Ids, number: int) -> None:
        await store.memories.apply([decision(ids["memories"], number)], actor="small")

    return deed


def several(_: Memory) -> bool:
    return False


async def learn_much(store: Store, ids: Ids, number: int) -> None:
    """A turn of learning, with more than one decision in its batch."""
    old, other = one(ids["memories"], number), one(ids["memories"], number // 2)
    await store.memories.apply(
        [Replace(old_ids=(old,), new=known(number), at=MARCH, named=True), Archive(other), Add(known(number + 3))],
        actor="small",
    )


async def consolidate(store: Store, ids: Ids, number: int) -> None:
    """A consolidation, whose batch is written in two steps."""
    run = await store.consolidations.begin()
    parts = tuple(some(ids["memories"], number))
    await store.memories.apply([Merge(part_ids=parts, new=known(number))], actor="small", batch=run.id)
    await store.memories.apply([Archive(one(ids["memories"], number // 5))], actor="small", batch=run.id)
    await store.consolidations.end(run.id)


async def fold_by_hand(store: Store, ids: Ids, number: int) -> None:
    session = one(ids["sessions"], number)
    old = await store.summaries.latest(session)
    new = await store.summaries.add(
        session_id=session,
        text=f"Folded {number}.",
        from_seq=1,
        to_seq=6,
        tokens=2,
        model="small",
        previous_id=old.id if old else None,
    )
    assert new is not None
    await store.summaries.note_fold(session, old.id if old else None)


async def hold(store: Store, ids: Ids, number: int) -> None:
    session = one(ids["sessions"], number)
    versions = [None, *(each.id for each in await store.summaries.history(session))]
    old = await store.summaries.latest(session)
    wanted = versions[number % len(versions)]
    await store.summaries.hold(session, wanted, action="revert", seen=old.id if old else None)


async def imported(store: Store, ids: Ids, number: int) -> None:
    memories = await store.memories.by_ids(some(ids["memories"], number))
    undone = sorted(await store.transferring.undone())
    taken = [
        Arrival(
            memory=_imported(each, place + number),
            replaces=tuple(some(ids["memories"], place)),
            back=undone[place] if place < len(undone) else None,
        )
        for place, each in enumerate(memories)
    ]
    await store.transferring.put(taken, "kept.jsonl")


def _imported(memory: Memory, number: int) -> Memory:
    status = ("active", "pending", "archived", "superseded")[number % 4]
    return replace(memory, text=f"Imported {memory.text}", origin="import", status=status)  # type: ignore[arg-type]


async def rule(store: Store, ids: Ids, number: int) -> None:
    new = LearningRule(basis="like", text=f"Thing {number % 3}", made_at=MARCH)
    await store.rules.add(new, reject=some(ids["memories"], number))


async def drop_rule(store: Store, _: Ids, number: int) -> None:
    rules = await store.rules.all()
    if rules:
        await store.rules.drop(one([each.id for each in rules], number))


async def settle(store: Store, _: Ids, __: int) -> None:
    for each in await store.conflicts.open():
        await store.conflicts.resolve(each.id)


DEEDS: dict[str, Deed] = {
    "add": lambda s, _, n: s.memories.add(kind="fact", text=f"By hand {n % 4}.", confidence=1, origin="user"),
    "learn": learned(lambda _, n: Add(known(n))),
    "learn much": learn_much,
    "hold": learned(lambda ids, n: Hold(known(n), replaces=tuple(some(ids, n)))),
    "reinforce": learned(
        lambda ids, n: Reinforce(id=one(ids, n), sources=known(n).sources, confidence=0.9, seen_at=MARCH)
    ),
    "revise": learned(lambda ids, n: Revise(id=one(ids, n), new=known(n))),
    "expire": learned(lambda ids, n: Expire(id=one(ids, n), valid_to=MARCH + timedelta(days=n * 9))),
    "consolidate": consolidate,
    "edit": lambda s, ids, n: s.memories.edit(one(ids["memories"], n), f"Edited {n % 3}."),
    "accept": lambda s, ids, n: s.memories.accept(one(ids["pending"], n)),
    "accept in words": lambda s, ids, n: s.memories.accept(one(ids["pending"], n), text=f"Edited {n % 3}."),
    "accept several": lambda s, ids, n: s.by_hand.accept(some(ids["memories"], n), several),
    "reject several": lambda s, ids, n: s.by_hand.reject(some(ids["memories"], n)),
    "reject": lambda s, ids, n: s.memories.reject(one(ids["pending"], n)),
    "forget": lambda s, ids, n: s.memories.forget(one(ids["memories"], n)),
    "forget several": lambda s, ids, n: s.by_hand.forget(some(ids["memories"], n)),
    "archive": lambda s, ids, n: s.by_hand.archive(some(ids["memories"], n)),
    "restore": lambda s, ids, n: s.memories.restore(one(ids["memories"], n)),
    "restore several": lambda s, ids, n: s.by_hand.restore(some(ids["memories"], n), several),
    "pin": lambda s, ids, n: s.by_hand.pin(some(ids["memories"], n), pinned=n % 2 == 0),
    "kind": lambda s, ids, n: s.by_hand.set_kind(some(ids["memories"], n), MEMORY_KINDS[n % 6]),
    "validity": lambda s, ids, n: s.by_hand.set_validity(
        some(ids["memories"], n), MARCH, None if n % 2 else MARCH + timedelta(days=n)
    ),
    "merge": lambda s, ids, n: s.by_hand.merge(some(ids["memories"], n), f"Merged {n % 3}."),
    "set field": lambda s, _, n: s.profile.set("location", PLACES[n % 5], origin="user"),
    "add to field": lambda s, _, n: s.profile.set("goals", PLACES[n % 5], origin="user", several=True),
    "empty field": lambda s, _, n: s.profile.unset(("location", "goals")[n % 2]),
    "import": imported,
    "rule": rule,
    "drop rule": drop_rule,
    "settle": settle,
    "mute": lambda s, ids, n: s.mutes.add(one(ids["sessions"], n), one(ids["memories"], n)),
    "unmute": lambda s, ids, n: s.mutes.drop(one(ids["sessions"], n), one(ids["memories"], n)),
    "rename": lambda s, ids, n: s.sessions.rename(one(ids["sessions"], n), f"Title {n % 3}", by="user"),
    "file away": lambda s, ids, n: s.sessions.set_archived(one(ids["sessions"], n), archived=n % 3 != 0),
    "tag": lambda s, ids, n: s.sessions.set_tags(one(ids["sessions"], n), PLACES[: n % 3]),
    "delete": lambda s, ids, n: s.sessions.delete(one(ids["sessions"], n), memories=some(ids["memories"], n)),
    "bring back": lambda s, ids, n: s.sessions.restore(one(ids["sessions"], n)),
    "drop messages": lambda s, ids, n: s.sessions.keep_out(
        one(ids["sessions"], n), some(ids["messages"], n), out=n % 4 != 0
    ),
    "tell": lambda s, ids, n: s.sessions.set_system_prompt(one(ids["sessions"], n), ("Be brief.", None)[n % 2]),
    "persona": lambda s, ids, n: s.sessions.set_persona(one(ids["sessions"], n), ("pirate", None, "sage")[n % 3]),
    "edit summary": lambda s, ids, n: s.summaries.edit(one(ids["sessions"], n), f"Edited {n}.", 2),
    "another summary": hold,
    "fold": fold_by_hand,
    "undo": lambda s, _, __: s.memories.undo(),
    "redo": lambda s, _, __: s.memories.redo(),
}


async def do(store: Store, name: str, number: int) -> None:
    """One deed; one that is refused is let be."""
    lists = {
        "memories": "SELECT id FROM memories ORDER BY number",
        "pending": "SELECT id FROM memories ORDER BY status != 'pending', number",
        "sessions": "SELECT id FROM sessions ORDER BY number",
        "messages": "SELECT id FROM messages ORDER BY number",
    }
    ids = {each: [id_ for (id_,) in await query(store, sql)] for each, sql in lists.items()}
    try:
        await DEEDS[name](store, ids, number)
    except MemchatError:
        assert name not in ("undo", "add", "learn", "pin", "rule", "rename", "tag", "import")


async def standing(store: Store, since: int) -> int:
    """How many changes stand that were made after that one."""
    ((count,),) = await query(store, "SELECT count(*) FROM changes WHERE undone_at IS NULL AND number > ?", since)
    return int(count)


async def last_change(store: Store) -> int:
    ((number,),) = await query(store, "SELECT max(number) FROM changes")
    return int(number)


async def undo_to(store: Store, since: int) -> int:
    """Takes back all that was done after that change; how many steps that took."""
    steps = 0
    while await standing(store, since):
        assert await store.memories.undo() is not None
        steps += 1
    return steps


def first_of(now: Mapping[str, Rows], first: Mapping[str, Rows]) -> dict[str, Rows]:
    """`now` without what came into being since and is only history: forgotten memories, versions that do not hold."""
    new_memories = {each[0] for each in now["memories"]} - {each[0] for each in first["memories"]}
    assert {each[4] for each in now["memories"] if each[0] in new_memories} <= {"forgotten"}
    versions = {each[1] for each in first["rolling_summaries"]}
    return {
        **now,
        "memories": [each for each in now["memories"] if each[0] not in new_memories],
        "sources": [each for each in now["sources"] if each[0] not in new_memories],
        "rolling_summaries": [each for each in now["rolling_summaries"] if each[1] in versions],
    }


async def goes_back_and_forth(store: Store, since: int, first: Mapping[str, Rows]) -> int:
    """Takes all since that change back, to the first state, and makes it again, to the last; how many steps it was."""
    last = await state(store)
    back = await undo_to(store, since)
    assert first_of(await state(store), first) == first
    for _ in range(back):
        assert await store.memories.redo() is not None
    assert await state(store) == last
    return back


STEPS = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 60)), min_size=1, max_size=12)


@settings(max_examples=60)
@given(STEPS)
async def test_all_that_was_done_is_taken_back_to_the_first_state_and_made_again_to_the_last(
    steps: list[tuple[str, int]],
) -> None:
    store = await Store.open(None, clock=Ticking())
    try:
        await begun(store)
        first, since = await state(store), await last_change(store)
        for name, number in steps:
            if name == "undo" and not await standing(store, since):
                continue
            await do(store, name, number)
        back = await goes_back_and_forth(store, since, first)
        assert await undo_to(store, since) == back
        assert first_of(await state(store), first) == first
        assert await store.check() == "ok"
    finally:
        await store.close()


_AT_WORK = """
import asyncio, pathlib, random, sys
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.test_back_to_the_start import DEEDS, do

async def work(path, seed):
    # A fold is not the user's until it is noted, so one that is killed before is not taken back.
    store, chance, names = await Store.open(path), random.Random(seed), sorted(DEEDS.keys() - {"fold", "undo", "redo"})
    while True:
        await do(store, chance.choice(names), chance.randrange(60))
        print(flush=True)

asyncio.run(work(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
"""


async def test_a_program_that_is_killed_leaves_whole_changes_that_are_taken_back(path: Path) -> None:
    store = await Store.open(path, clock=Ticking())
    await begun(store)
    first, since = await state(store), await last_change(store)
    for seed in range(4):
        command = [sys.executable, "-c", _AT_WORK, str(path), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: ASYNC220 - it is waited for here
            assert child.stdout is not None
            for _ in range(random.Random(seed).randrange(5, 25)):
                assert child.stdout.readline()
            os.kill(child.pid, signal.SIGKILL)
    assert await store.check() == "ok"
    await goes_back_and_forth(store, since, first)
    await store.close()
