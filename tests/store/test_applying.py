"""What learning decides, written as a whole: nothing is lost, and nothing is ended by what is about another thing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory, Source
from memchat.store.decisions import (
    Add,
    Applied,
    Archive,
    Expire,
    Hold,
    Merge,
    NewMemory,
    Reinforce,
    Replace,
    Revise,
)
from memchat.store.store import Store
from memchat.store.values import NewJob
from tests.store.helpers import exchange, found, query

MODEL = "small"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 13, tzinfo=UTC)


def source(number: int) -> Source:
    return Source(session_id=f"s{number}", message_id=f"m{number}", quote=f"words {number}")


def new(text: str, **more: Any) -> NewMemory:
    return NewMemory(**{"kind": "fact", "text": text, "confidence": 0.8, "origin": "user", **more})


def home(text: str, **more: Any) -> NewMemory:
    return new(text, attribute="home", **more)


def location(value: str, **more: Any) -> NewMemory:
    return new(f"location: {value}", field="location", value=value, **more)


async def add(store: Store, memory: NewMemory) -> Memory:
    """Has a memory learned."""
    applied = await store.memories.apply([Add(memory)], actor=MODEL)
    return (*applied.added, *applied.pending, *await _fields(store, applied))[0]


async def _fields(store: Store, applied: Applied) -> list[Memory]:
    return await store.memories.by_ids([field.memory_id for field in applied.profile])


async def test_what_is_new_is_added_with_all_that_is_known_of_it(store: Store) -> None:
    (only,) = (
        await store.memories.apply(
            [
                Add(
                    new(
                        "Anna works at Acme.",
                        subject="Anna",
                        attribute="employer",
                        holds="years",
                        observed_at=MARCH,
                        valid_from=MARCH,
                        sources=(source(1),),
                    )
                )
            ],
            actor=MODEL,
        )
    ).added
    assert only == await store.memories.get(only.id)
    assert (only.subject, only.attribute, only.holds, only.actor) == ("Anna", "employer", "years", MODEL)
    assert (only.observed_at, only.last_seen_at, only.valid_from, only.seen_count) == (MARCH, MARCH, MARCH, 1)


async def test_nothing_decided_is_nothing_written(store: Store) -> None:
    applied = await store.memories.apply([], actor=MODEL)
    assert applied == Applied()
    assert applied.empty
    assert await query(store, "SELECT count(*) FROM changes") == [(0,)]


async def test_saying_it_again_counts_each_message_once(store: Store) -> None:
    memory = await add(store, home("Lives in Taipei.", sources=(source(1),), observed_at=MARCH))
    for number, seen in ((2, 2), (3, 3), (3, 3), (2, 3)):
        decision = Reinforce(id=memory.id, sources=(source(number),), confidence=0.9, seen_at=NOVEMBER)
        await store.memories.apply([decision], actor=MODEL)
        now = await store.memories.get(memory.id)
        assert (now.seen_count, now.last_seen_at, now.confidence) == (seen, NOVEMBER, 0.9)
    assert now.sources == (source(1), source(2), source(3))
    assert now.observed_at == MARCH
    assert [change.action for change in await store.memories.history(memory.id)] == ["add", "reinforce", "reinforce"]


async def test_ten_ways_to_say_it_are_one_memory_with_ten_sources(store: Store) -> None:
    first = await add(store, home("Lives in Taipei.", sources=(source(0),)))
    for number in range(1, 10):
        text = "  lives in TAIPEI" if number % 2 else "Lives in Taipei"
        await store.memories.apply([Add(home(text, sources=(source(number),)))], actor=MODEL)
    (only,) = await store.memories.list()
    assert (only.id, only.text, only.seen_count, len(only.sources)) == (first.id, "Lives in Taipei.", 10, 10)


async def test_a_refinement_is_a_new_version_of_the_same_memory(store: Store) -> None:
    old = await add(store, home("Lives in Taipei.", sources=(source(1),), observed_at=MARCH))
    refined = home("Lives in Da'an, Taipei.", sources=(source(2),), confidence=0.9, observed_at=NOVEMBER)
    applied = await store.memories.apply([Revise(id=old.id, new=refined)], actor=MODEL)
    (now,) = applied.changed
    assert (now.id, now.text, now.confidence, now.seen_count) == (old.id, "Lives in Da'an, Taipei.", 0.9, 2)
    assert (now.sources, now.observed_at, now.last_seen_at) == ((source(1), source(2)), MARCH, NOVEMBER)
    change = (await store.memories.history(old.id))[-1]
    assert change.action == "revise"
    assert change.before is not None
    assert "Lives in Taipei." in change.before
    assert await found(store, "Da'an") == [old.id]
    await store.memories.undo()
    assert await store.memories.get(old.id) == old


async def test_a_refinement_trusts_the_least_of_its_lineage(store: Store) -> None:
    old = await add(store, home("Lives in Taipei."))
    guess = home("Lives in Da'an, Taipei.", origin="assistant")
    await store.memories.apply([Revise(id=old.id, new=guess)], actor=MODEL)
    assert (await store.memories.get(old.id)).origin == "assistant"


async def test_what_replaces_ends_the_old_which_stays(store: Store) -> None:
    old = await add(store, home("Lives in Taipei.", sources=(source(1),)))
    moved = home("Lives in Lisbon.", sources=(source(2),))
    applied = await store.memories.apply([Replace(old_ids=(old.id,), new=moved, at=NOVEMBER)], actor=MODEL)
    (now,), (was,) = applied.added, applied.superseded
    assert (was.id, was.status, was.valid_to, was.superseded_by) == (old.id, "superseded", NOVEMBER, now.id)
    assert (was.text, was.sources) == ("Lives in Taipei.", (source(1),))
    assert [each.text for each in await store.memories.list(status="active")] == ["Lives in Lisbon."]
    assert [each.id for each in await store.memories.past("user", "home")] == [old.id]


async def test_an_end_that_was_known_is_not_put_off(store: Store) -> None:
    sooner = await add(store, home("Is in Taipei.", valid_to=MARCH))
    later = await add(store, home("Is in Tokyo.", valid_from=NOVEMBER + timedelta(days=9)))
    both = Replace(old_ids=(sooner.id, later.id), new=home("Is in Lisbon."), at=NOVEMBER)
    applied = await store.memories.apply([both], actor=MODEL)
    assert [each.valid_to for each in applied.superseded] == [MARCH, NOVEMBER + timedelta(days=9)]


@pytest.mark.parametrize(
    "other",
    [
        new("Works at Acme.", attribute="employer"),
        new("Anna lives in Lisbon.", subject="Anna", attribute="home"),
        new("Lives in Lisbon."),
    ],
)
async def test_what_is_about_another_thing_ends_nothing(store: Store, other: NewMemory) -> None:
    old = await add(store, home("Lives in Taipei."))
    for decision in (Replace(old_ids=(old.id,), new=other, at=NOVEMBER), Revise(id=old.id, new=other)):
        with pytest.raises(MemchatError, match="about another thing"):
            await store.memories.apply([Add(new("Likes tea.")), decision], actor=MODEL)
    assert await store.memories.list() == [old], "the decisions before it are not written either"


async def test_what_tells_no_attribute_ends_nothing(store: Store) -> None:
    old = await add(store, new("Lives in Taipei."))
    with pytest.raises(MemchatError, match="about another thing"):
        await store.memories.apply([Replace(old_ids=(old.id,), new=new("Lives in Lisbon."), at=NOVEMBER)], actor=MODEL)
    named = Replace(old_ids=(old.id,), new=new("Lives in Lisbon."), at=NOVEMBER, named=True)
    (was,) = (await store.memories.apply([named], actor=MODEL)).superseded
    assert was.id == old.id


async def test_replacing_by_what_is_known_already_reinforces_that(store: Store) -> None:
    old = await add(store, home("Lives in Taipei."))
    known = await add(store, home("Lives in Lisbon.", sources=(source(1),)))
    again = Replace(old_ids=(old.id, known.id), new=home("lives in Lisbon", sources=(source(2),)), at=NOVEMBER)
    applied = await store.memories.apply([again], actor=MODEL)
    assert [each.id for each in applied.known] == [known.id]
    assert [each.superseded_by for each in applied.superseded] == [known.id]
    assert len(await store.memories.list()) == 2


async def test_coming_back_is_a_new_time_and_not_the_old_memory(store: Store) -> None:
    taipei = await add(store, home("Lives in Taipei.", observed_at=MARCH))
    moved = Replace(old_ids=(taipei.id,), new=home("Lives in Lisbon.", observed_at=NOVEMBER), at=NOVEMBER)
    lisbon = (await store.memories.apply([moved], actor=MODEL)).added[0]
    later = NOVEMBER + timedelta(days=90)
    back = Replace(old_ids=(lisbon.id,), new=home("Lives in Taipei.", observed_at=later), at=later)
    again = (await store.memories.apply([back], actor=MODEL)).added[0]
    assert again.id != taipei.id
    assert [each.valid_to for each in await store.memories.past("user", "home")] == [later, NOVEMBER]


async def test_disjoint_times_are_two_memories(store: Store) -> None:
    first = home("Worked in Porto.", valid_from=MARCH, valid_to=MARCH + timedelta(days=30))
    second = home("Worked in Porto.", valid_from=NOVEMBER, valid_to=NOVEMBER + timedelta(days=30))
    await store.memories.apply([Add(first), Add(second), Add(first)], actor=MODEL)
    assert len(await store.memories.list()) == 2


async def test_what_is_said_again_can_tell_what_was_not_known(store: Store) -> None:
    old = await store.memories.add(kind="fact", text="Lives in Taipei.", confidence=1, origin="user")
    again = home("Lives in Taipei", holds="years", valid_from=MARCH, sources=(source(1),))
    (now,) = (await store.memories.apply([Add(again)], actor=MODEL)).known
    assert (now.id, now.attribute, now.holds, now.valid_from) == (old.id, "home", "years", MARCH)
    assert (now.actor, now.confidence) == ("user", 1), "it is the user's word still"


async def test_what_is_trusted_less_adds_nothing_to_what_the_user_said(store: Store) -> None:
    old = await add(store, home("Lives in Taipei.", sources=(source(1),)))
    echo = home("Lives in Taipei.", origin="assistant", confidence=1, sources=(source(2),))
    assert (await store.memories.apply([Add(echo)], actor=MODEL)).empty
    assert await store.memories.get(old.id) == old


async def test_a_profile_value_that_the_user_set_waits_for_the_user(store: Store) -> None:
    mine = await store.profile.set("location", "Taipei", origin="user")
    for decision in (
        Replace(old_ids=(mine.memory_id,), new=location("Lisbon"), at=NOVEMBER),
        Revise(id=mine.memory_id, new=location("Da'an, Taipei")),
    ):
        applied = await store.memories.apply([decision], actor=MODEL)
        (waiting,) = applied.pending
        assert (waiting.status, waiting.field) == ("pending", "location")
        assert "You set this yourself" in waiting.reason
        assert (applied.profile, applied.superseded) == ((), ())
    assert [each.value for each in await store.profile.list()] == ["Taipei"]
    same = Replace(old_ids=(mine.memory_id,), new=location("taipei", sources=(source(1),)), at=NOVEMBER)
    applied = await store.memories.apply([same], actor=MODEL)
    assert [each.sources for each in applied.known] == [(source(1),)], "what says the same makes it surer"


async def test_a_profile_value_that_was_learned_is_replaced(store: Store) -> None:
    old = await add(store, location("Taipei", sources=(source(1),)))
    applied = await store.memories.apply(
        [Replace(old_ids=(old.id,), new=location("Lisbon", sources=(source(2),)), at=NOVEMBER)], actor=MODEL
    )
    (now,) = await store.profile.list()
    assert applied.profile == (now,)
    assert (now.value, now.actor, now.sources) == ("Lisbon", MODEL, (source(2),))
    (was,) = await store.memories.past("user", "location")
    assert (was.value, was.valid_to, was.superseded_by) == ("Taipei", NOVEMBER, now.memory_id)


async def test_merging_keeps_every_source_and_the_parts(store: Store) -> None:
    one = await add(store, home("Likes tea.", sources=(source(1), source(2)), observed_at=NOVEMBER))
    other = await add(store, home("Is fond of tea.", sources=(source(3),), observed_at=MARCH, origin="file"))
    await store.memories.set_pinned(other.id, True)
    await store.memories.mark_used([one.id, other.id])
    merge = Merge(part_ids=(one.id, other.id), new=home("Likes tea very much.", confidence=0.95))
    applied = await store.memories.apply([merge], actor=MODEL)
    (now,) = applied.added
    assert set(now.sources) == {source(1), source(2), source(3)}
    assert set(now.derived_from) == {one.id, other.id}
    assert (now.origin, now.pinned, now.seen_count, now.use_count) == ("file", True, 2, 2)
    assert (now.observed_at, now.last_seen_at) == (MARCH, NOVEMBER)
    for part in applied.superseded:
        assert (part.superseded_by, part.valid_to) == (now.id, None)
    assert await found(store, "tea") == [now.id]
    assert await store.memories.past("user", "home") == [], "what was merged did not end"


async def test_what_says_just_what_a_merge_says_is_one_of_its_parts(store: Store) -> None:
    one, other = await add(store, home("Likes tea.")), await add(store, home("Is fond of tea."))
    third = await add(store, home("Likes tea very much."))
    merge = Merge(part_ids=(one.id, other.id), new=home("Likes tea very much."))
    (now,) = (await store.memories.apply([merge], actor=MODEL)).added
    assert set(now.derived_from) == {one.id, other.id, third.id}
    assert await store.memories.list(status="active") == [now]


async def test_what_is_about_different_things_is_not_merged(store: Store) -> None:
    one, other = await add(store, new("Likes tea.")), await add(store, new("Anna likes tea.", subject="Anna"))
    with pytest.raises(MemchatError, match="different things"):
        await store.memories.apply([Merge(part_ids=(one.id, other.id), new=new("All like tea."))], actor=MODEL)
    assert len(await store.memories.list(status="active")) == 2


async def test_a_distilled_fact_names_what_it_was_distilled_from(store: Store) -> None:
    part = await add(store, new("Had tea on Monday."))
    whole = await add(store, new("Has tea every day.", derived_from=(part.id,)))
    assert (await store.memories.get(whole.id)).derived_from == (part.id,)
    assert (await store.memories.get(part.id)).status == "active"


async def test_what_is_held_is_pending_once(store: Store) -> None:
    hold = Hold(new("Has an account at the bank.", reason="It was pasted."))
    (waiting,) = (await store.memories.apply([hold], actor=MODEL)).pending
    assert (waiting.status, waiting.reason) == ("pending", "It was pasted.")
    assert await found(store, "bank") == []
    assert (await store.memories.apply([hold], actor=MODEL)).empty
    await store.memories.reject(waiting.id)
    assert (await store.memories.apply([hold], actor=MODEL)).empty, "what was rejected is not proposed again"
    assert [each.status for each in await store.memories.same("has an account at the bank")] == ["forgotten"]


async def test_saying_plainly_what_was_pending_makes_it_active(store: Store) -> None:
    hold = Hold(home("Lives in Taipei.", confidence=0.4, reason="Not sure.", sources=(source(1),)))
    (waiting,) = (await store.memories.apply([hold], actor=MODEL)).pending
    (now,) = (await store.memories.apply([Add(home("Lives in Taipei.", sources=(source(2),)))], actor=MODEL)).added
    assert (now.id, now.status, now.reason, now.confidence) == (waiting.id, "active", "", 0.8)
    assert (now.seen_count, now.sources) == (2, (source(1), source(2)))
    assert await found(store, "taipei") == [now.id]


async def test_saying_what_was_archived_brings_it_back(store: Store) -> None:
    old = await add(store, new("Likes tea."))
    (gone,) = (await store.memories.apply([Archive(old.id)], actor=MODEL)).changed
    assert gone.status == "archived"
    assert await found(store, "tea") == []
    (now,) = (await store.memories.apply([Add(new("Likes tea.", sources=(source(1),)))], actor=MODEL)).added
    assert (now.id, now.status) == (old.id, "active")
    assert await found(store, "tea") == [old.id]


async def test_what_expires_is_past_from_then_on(store: Store) -> None:
    old = await add(store, home("Is in Porto."))
    await store.memories.apply([Expire(id=old.id, valid_to=MARCH)], actor=MODEL)
    assert await found(store, "porto") == []
    assert await found(store, "porto", past=True) == [old.id]
    assert [each.id for each in await store.memories.past("user", "home")] == [old.id]


async def test_what_changed_since_it_was_read_loses_nothing_and_ends_nothing(store: Store) -> None:
    old = await add(store, home("Lives in Taipei.", sources=(source(1),)))
    await store.memories.forget(old.id)
    applied = await store.memories.apply(
        [
            Reinforce(id=old.id, sources=(source(2),), confidence=1, seen_at=NOVEMBER),
            Reinforce(id="gone", sources=(source(2),), confidence=1, seen_at=NOVEMBER),
            Replace(old_ids=(old.id, "gone"), new=home("Lives in Lisbon."), at=NOVEMBER),
            Revise(id=old.id, new=home("Lives in Lisbon, Alfama.")),
            Merge(part_ids=(old.id, "gone"), new=home("Lives somewhere.")),
            Expire(id=old.id, valid_to=NOVEMBER),
            Archive("gone"),
        ],
        actor=MODEL,
    )
    assert [each.text for each in applied.added] == ["Lives in Lisbon.", "Lives in Lisbon, Alfama."]
    assert (applied.changed, applied.superseded) == ((), ())
    assert (await store.memories.get(old.id)).sources == (source(1),)


async def test_a_message_is_learned_from_once_whoever_comes_first(store: Store) -> None:
    assert store.path is not None
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, "I live in Taipei", "Noted")
    await store.jobs.add([NewJob(kind="learn", payload={"session_id": session.id}, key="learn")])
    other = await Store.open(store.path)
    said = Source(session_id=session.id, message_id=user.id, quote="I live in Taipei")
    learned: dict[str, Any] = {"actor": MODEL, "session_id": session.id, "learned_to": user.seq}
    job = await store.jobs.lease("me", 60)
    assert job is not None
    first = await store.memories.apply([Add(home("Lives in Taipei.", sources=(said,)))], **learned, job_id=job.id)
    assert len(first.added) == 1
    assert await store.jobs.waiting() == 0
    second = await other.memories.apply([Add(home("Resides in Taipei.", sources=(said,)))], **learned)
    assert second == Applied()
    assert [memory.text for memory in await store.memories.list()] == ["Lives in Taipei."]
    assert (await store.sessions.get(session.id)).learned_to == user.seq
    await other.close()


async def test_nothing_is_learned_from_a_session_that_is_gone(store: Store) -> None:
    session = await store.sessions.create()
    await exchange(store, session.id, "I live in Taipei", "Noted")
    await store.sessions.delete(session.id)
    for session_id in (session.id, "gone"):
        applied = await store.memories.apply(
            [Add(home("Lives in Taipei."))], actor=MODEL, session_id=session_id, learned_to=1
        )
        assert applied == Applied()
    assert await store.memories.list() == []


async def test_a_write_that_fails_leaves_all_as_it_was(store: Store) -> None:
    session = await store.sessions.create()
    await exchange(store, session.id, "I live in Taipei", "Noted")
    await store.jobs.add([NewJob(kind="learn", payload={"session_id": session.id}, key="learn")])
    job = await store.jobs.lease("me", 60)
    assert job is not None
    with pytest.raises(MemchatError, match="needs some text"):
        await store.memories.apply(
            [Add(home("Lives in Taipei.")), Add(new("  "))],
            actor=MODEL,
            session_id=session.id,
            learned_to=1,
            job_id=job.id,
        )
    assert await store.memories.list() == []
    assert await store.jobs.waiting() == 1
    assert (await store.sessions.get(session.id)).learned_to == 0


async def test_what_was_erased_is_not_learned_again_from_its_message(store: Store) -> None:
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, "I live in Taipei", "Noted")
    said = Source(session_id=session.id, message_id=user.id, quote="I live in Taipei")
    kept = await add(store, home("Works in Tainan."))
    await store._database.write(_entomb, user.id, "Lives in Taipei.")
    for decision in (
        Add(home("Resides in Taipei.", sources=(said,))),
        Hold(home("Resides in Taipei.", sources=(said,))),
        Revise(id=kept.id, new=home("Works in Taipei.", sources=(said,))),
        Replace(old_ids=(kept.id,), new=home("Resides in Taipei.", sources=(said,)), at=NOVEMBER),
        Reinforce(id=kept.id, sources=(said,), confidence=1, seen_at=NOVEMBER),
        Add(home("Lives in Taipei.")),
    ):
        assert (await store.memories.apply([decision], actor=MODEL)).empty
    assert await store.memories.list() == [kept]
    with pytest.raises(MemchatError, match="has erased this"):
        await store.memories.add(
            kind="fact", text="Lives in Taipei.", confidence=1, origin="user", sources=[said], actor=MODEL
        )
    mine = await store.memories.add(kind="fact", text="Lives in Taipei.", confidence=1, origin="user", sources=[said])
    assert mine.status == "active", "the user can say it again"


def _entomb(db: Any, message: str, text: str) -> None:
    from memchat.store.tombstones import entomb

    entomb(db, messages=[message], texts=[text], now=2e9)
