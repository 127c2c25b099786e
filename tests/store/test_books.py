"""The books of learning: prefixes, what it cost, conflicts, consolidations, what was not learned from yet."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from memchat.core.memories import Memory, Source
from memchat.store.decisions import Add, Hold, NewMemory
from memchat.store.store import Store
from memchat.store.values import Prefix, UsageTotal
from tests.store.helpers import exchange, session_of

TEA = NewMemory(kind="fact", text="Likes tea.", confidence=0.8, origin="user")
CONTENT = {"system": "You are memchat.", "profile": ["name: 愛麗絲"], "tokens": 12}


async def _memory(store: Store, text: str) -> Memory:
    return await store.memories.add(kind="fact", text=text, confidence=1, origin="user", actor="small")


async def _freeze(store: Store, session_id: str, summary_id: str | None, content: Mapping[str, Any]) -> bool:
    ticket = await store.prefixes.begin(session_id)
    return await store.prefixes.put(session_id, summary_id, content, ticket=ticket)


async def test_a_prefix_is_kept_for_its_session_across_programs(store: Store) -> None:
    assert store.path is not None
    session, other = await session_of(store, "hello"), await session_of(store, "hi")
    assert await store.prefixes.get(session) is None
    await _freeze(store, session, None, {"system": "old"})
    await _freeze(store, session, "r1", CONTENT)
    assert not await _freeze(store, "gone", "r1", CONTENT)
    second = await Store.open(store.path)
    kept = await second.prefixes.get(session)
    assert kept is not None
    assert kept == Prefix(summary_id="r1", content=CONTENT, made_at=kept.made_at)
    assert await second.prefixes.get(other) is None
    await second.close()
    await store.sessions.erase(session)
    assert await store.prefixes.get(session) is None


async def test_what_the_user_takes_away_while_a_prefix_is_made_is_not_kept_in_it(store: Store) -> None:
    assert store.path is not None
    session = await session_of(store, "hello")
    memory = await _memory(store, "Likes coffee.")
    ticket = await store.prefixes.begin(session)
    assert await store.prefixes.get(session) is None, "it is not there before it is made"
    other_program = await Store.open(store.path)
    await other_program.memories.erase(memory.id)
    await other_program.close()
    assert not await store.prefixes.put(session, None, {"profile": ["Likes coffee."]}, ticket=ticket)
    assert await store.prefixes.get(session) is None
    first, second = await store.prefixes.begin(session), await store.prefixes.begin(session)
    assert not await store.prefixes.put(session, None, CONTENT, ticket=first), "another program makes it too"
    assert await store.prefixes.put(session, None, CONTENT, ticket=second)


async def test_an_erased_session_is_in_no_prefix_of_another(store: Store) -> None:
    old, session = await session_of(store, "The code word is heron"), await session_of(store, "hello")
    await store.summaries.put_session(session_id=old, text="Code word heron.", to_seq=9, tokens=3, model=None)
    await _freeze(store, session, None, CONTENT)
    await store.sessions.erase(old)
    assert await store.prefixes.get(session) is None


async def test_what_is_said_off_the_record_is_never_learned_and_holds_nothing_else_up(store: Store) -> None:
    session = await session_of(store, "I live in Taipei")
    await store.messages.append_user(session, "I am seeing a doctor", tokens=1, off_record=True)
    later = await store.messages.append_user(session, "I like tea", tokens=1)
    assert [each.text for each in await store.messages.unlearned(session, 9)] == ["I live in Taipei", "I like tea"]
    await store.memories.apply([], actor="small", session_id=session, learned_to=later.seq)
    assert await store.messages.unlearned(session, 9) == []


async def test_what_the_user_changes_is_in_the_next_prefix_and_what_is_learned_is_not(store: Store) -> None:
    session = await session_of(store, "hello")
    memory = await _memory(store, "Likes coffee.")
    waiting = (await store.memories.apply([Hold(TEA)], actor="small")).pending[0]

    async def kept() -> bool:
        found = await store.prefixes.get(session)
        await _freeze(store, session, None, CONTENT)
        return found is not None

    assert not await kept()
    await store.memories.apply([Add(TEA)], actor="small")
    await store.profile.set("name", "Alice", origin="user", actor="small")
    await store.memories.archive([waiting.id], actor="tidy")
    await store.memories.mark_used([memory.id])
    assert await kept()
    await store.memories.add(kind="fact", text="Has a cat.", confidence=1, origin="user")
    assert not await kept()
    await store.memories.edit(memory.id, "Likes cocoa.")
    assert not await kept()
    await store.memories.edit(memory.id, "Likes cocoa.")
    assert await kept(), "nothing was changed"
    await store.memories.set_pinned(memory.id, True)
    assert not await kept()
    await store.profile.set("name", "Alicia", origin="user")
    assert not await kept()
    await store.profile.unset("name")
    assert not await kept()
    await store.memories.forget(memory.id)
    assert not await kept()
    await store.memories.undo()
    assert not await kept()
    await store.prefixes.clear()
    assert not await kept()


async def test_what_learning_cost_adds_up_by_day_model_and_kind(store: Store) -> None:
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    await store.usage.add(monday, "small", "learn", 100, 20)
    await store.usage.add(monday, "small", "learn", 50, 5)
    await store.usage.add(monday, "small", "consolidate", 7, 1)
    await store.usage.add(tuesday, "large", "learn", 3, 2)
    assert await store.usage.totals() == [
        UsageTotal(day=tuesday, model="large", kind="learn", calls=1, prompt_tokens=3, completion_tokens=2),
        UsageTotal(day=monday, model="small", kind="consolidate", calls=1, prompt_tokens=7, completion_tokens=1),
        UsageTotal(day=monday, model="small", kind="learn", calls=2, prompt_tokens=150, completion_tokens=25),
    ]
    await store.usage.add(datetime(2026, 3, 3, 12, tzinfo=UTC), "large", "learn", 1, 1)
    assert len(await store.usage.totals()) == 3, "a moment is its day"


async def test_a_conflict_is_open_until_it_is_settled(store: Store) -> None:
    one, other = await _memory(store, "Has one cat."), await _memory(store, "Has two cats.")
    noted = await store.conflicts.add(other.id, one.id, "One cat or two.")
    assert noted is not None
    assert {noted.first.id, noted.second.id} == {one.id, other.id}
    assert await store.conflicts.add(one.id, other.id, "Again.") == noted, "a pair is one conflict"
    assert await store.conflicts.open() == [noted]
    await store.memories.forget(one.id)
    assert await store.conflicts.open() == []
    await store.memories.undo()
    assert [conflict.id for conflict in await store.conflicts.open()] == [noted.id]
    await store.conflicts.resolve(noted.id)
    await store.conflicts.resolve("gone")
    assert await store.conflicts.open() == []
    assert await store.conflicts.add(one.id, other.id, "Again.") is None, "what was settled is not asked again"
    assert await store.conflicts.add(one.id, one.id, "Itself.") is None
    assert await store.conflicts.add(one.id, "gone", "Nothing.") is None


async def test_a_consolidation_goes_on_where_it_was_killed(store: Store) -> None:
    assert await store.consolidations.unfinished() is None
    run = await store.consolidations.begin()
    await store.consolidations.progress(run.id, '{"after": "f1"}')
    assert store.path is not None
    other = await Store.open(store.path)
    again = await other.consolidations.begin()
    assert (again.id, again.progress, again.ended_at) == (run.id, '{"after": "f1"}', None)
    await other.consolidations.end(run.id)
    await other.close()
    last = await store.consolidations.last_ended()
    assert last is not None
    assert last.ended_at is not None
    await store.consolidations.end(run.id)
    assert await store.consolidations.last_ended() == last, "it ended once"
    assert await store.consolidations.unfinished() is None
    assert (await store.consolidations.begin()).id != run.id


async def test_a_consolidation_that_was_taken_back_is_not_gone_on_with(store: Store) -> None:
    run = await store.consolidations.begin()
    await store.memories.apply([Add(TEA)], actor="consolidation", batch=run.id)
    await store.memories.undo()
    assert await store.consolidations.unfinished() is None


async def test_what_a_model_can_extract_is_remembered(store: Store) -> None:
    assert (await store.models.get("local", "small")).extracts is None
    await store.models.note("local", "small", extracts=False)
    await store.models.note("local", "small", tools=True)
    known = await store.models.get("local", "small")
    assert (known.extracts, known.tools) == (False, True)


async def test_only_what_the_user_said_and_was_answered_is_to_be_learned_from(store: Store) -> None:
    session = await store.sessions.create()
    first, _ = await exchange(store, session.id, "I live in Taipei", "Noted")
    second, answer = await exchange(store, session.id, "I like tea", "Good")
    failed = await store.messages.append_user(session.id, "and cake", tokens=1)
    await store.messages.mark_failed(failed.id, "No model.")
    assert (await store.sessions.get(session.id)).learned_to == 0
    assert [each.id for each in await store.messages.unlearned(session.id, 9)] == [first.id, second.id]
    assert [each.id for each in await store.messages.unlearned(session.id, 1)] == [first.id]
    await store.memories.apply([], actor="small", session_id=session.id, learned_to=first.seq)
    assert [each.id for each in await store.messages.unlearned(session.id, 9)] == [second.id]
    before = await store.messages.before(session.id, second.seq)
    assert before is not None
    assert before.text == "Noted"
    assert await store.messages.before(session.id, first.seq) is None
    after = await store.messages.before(session.id, failed.seq)
    assert after == answer


async def test_a_session_has_a_system_prompt_and_a_persona_of_its_own(store: Store) -> None:
    session = await store.sessions.create(persona="pirate")
    assert (session.persona, session.system_prompt, session.learned_to) == ("pirate", None, 0)
    assert (await store.sessions.set_persona(session.id, None)).persona is None
    assert (await store.sessions.set_system_prompt(session.id[:9], "  Be brief. ")).system_prompt == "Be brief."
    assert (await store.sessions.get(session.id)).system_prompt == "Be brief."
    for empty in ("  ", None):
        await store.sessions.set_system_prompt(session.id, "Be brief.")
        assert (await store.sessions.set_system_prompt(session.id, empty)).system_prompt is None


@pytest.mark.parametrize("kind", ["fact", "profile"])
async def test_a_message_tells_what_rests_on_it(store: Store, kind: str) -> None:
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, "I like tea", "Good")
    said = Source(session_id=session.id, message_id=user.id, quote="like tea")
    if kind == "fact":
        memory = await store.memories.add(kind="fact", text="Likes tea.", confidence=1, origin="user", sources=[said])
    else:
        field = await store.profile.set("drink", "tea", origin="user", sources=[said])
        memory = await store.memories.get(field.memory_id)
    await _memory(store, "Has a cat.")
    assert await store.memories.of_message(user.id) == [memory]
    await store.memories.forget(memory.id)
    assert [each.status for each in await store.memories.of_message(user.id)] == ["forgotten"]
    assert await store.memories.by_ids(["gone", memory.id, memory.id]) == [await store.memories.get(memory.id)]
