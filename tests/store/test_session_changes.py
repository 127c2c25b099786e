"""What the user changes of a session is in its history, and is taken back and made again."""

import json

import pytest

from memchat.core.errors import MemchatError, NotFound
from memchat.store.store import Store
from tests.store.helpers import exchange, found, query, session_of


async def _fold(store: Store, session: str, text: str, to_seq: int) -> str:
    held = await store.summaries.latest(session)
    new = await store.summaries.add(
        session_id=session,
        text=text,
        from_seq=1,
        to_seq=to_seq,
        tokens=5,
        model="small",
        previous_id=held.id if held else None,
    )
    assert new is not None
    return new.id


async def test_an_archived_session_is_out_of_lists_and_still_found(store: Store) -> None:
    kept, filed = await session_of(store, "apples"), await session_of(store, "zebras")
    assert (await store.sessions.set_archived(filed, archived=True)).archived_at is not None
    assert [each.id for each in await store.sessions.list()] == [kept]
    assert [each.id for each in await store.sessions.list(archived=True)] == [filed]
    assert [each.id for each in await store.sessions.list(archived=None)] == [filed, kept]
    assert (await store.sessions.latest()) == await store.sessions.get(kept)
    assert len(await found(store, "zebras")) == 2
    await store.memories.undo()
    assert [each.id for each in await store.sessions.list()] == [filed, kept]
    await store.memories.redo()
    assert [each.id for each in await store.sessions.list()] == [kept]
    await exchange(store, filed, "more about zebras", "Yes")
    assert [each.id for each in await store.sessions.list()] == [filed, kept], "the next message brings it back"


async def test_tags_narrow_the_list(store: Store) -> None:
    one, two = await session_of(store, "a"), await session_of(store, "b")
    await store.sessions.set_tags(one, ["Kyoto", "旅行"])
    await store.sessions.set_tags(two, ["kyoto"])
    assert [each.id for each in await store.sessions.list(tags=["KYOTO"])] == [two, one]
    assert [each.id for each in await store.sessions.list(tags=["kyoto", "旅行"])] == [one]
    assert await store.sessions.list(tags=["ky"]) == []
    await store.memories.undo()
    assert (await store.sessions.get(two)).tags == ()


async def test_every_change_of_a_session_is_in_its_history(store: Store) -> None:
    session = await session_of(store, "a")
    await store.sessions.rename(session, "By the model", by="model")
    await store.sessions.rename(session, "Mine", by="user")
    await store.sessions.rename(session, "Mine", by="user")
    await store.sessions.set_tags(session, ["x"])
    await store.sessions.set_archived(session, archived=True)
    await store.sessions.set_archived(session, archived=True)
    changes = await store.memories.history(f"session:{session}")
    assert [(each.action, each.actor) for each in changes] == [
        ("rename", "user"),
        ("tag", "user"),
        ("archive", "user"),
    ]
    assert json.loads(changes[0].before or "")["title"] == "By the model"
    await store.memories.undo()
    await store.memories.undo()
    await store.memories.undo()
    back = await store.sessions.get(session)
    assert (back.title, back.title_by, back.tags, back.archived_at) == ("By the model", "model", (), None)


async def test_a_deleted_session_and_its_memories_come_back_together(store: Store) -> None:
    session = await session_of(store, "I keep bees")
    fact = await store.memories.add(kind="fact", text="Keeps bees.", confidence=1, origin="user")
    await store.sessions.delete(session, memories=[fact.id])
    assert (await store.memories.get(fact.id)).status == "forgotten"
    assert await found(store, "bees") == []
    await store.memories.undo()
    assert (await store.memories.get(fact.id)).status == "active"
    assert (await store.sessions.get(session)).deleted_at is None
    assert len(await found(store, "bees")) == 3
    await store.memories.redo()
    assert await found(store, "bees") == []


async def test_messages_leave_the_requests_and_come_back(store: Store) -> None:
    session = await session_of(store, "a", "b")
    ids = [message.id for message in await store.messages.range(session, 1, 4)]
    assert await store.sessions.keep_out(session, [ids[0], ids[1], "m-of-another"], out=True) == 2
    assert await store.sessions.keep_out(session, [ids[0]], out=True) == 0
    assert [each.kept_out for each in await store.messages.range(session, 1, 4)] == [True, True, False, False]
    assert await store.sessions.kept_out(session) == ids[:2]
    await store.memories.undo()
    assert await store.sessions.kept_out(session) == [], "dropped together, back together"
    await store.memories.redo()
    assert await store.sessions.keep_out(session, [ids[1]], out=False) == 1
    assert await store.sessions.kept_out(session) == ids[:1]
    await store.memories.undo()
    assert await store.sessions.kept_out(session) == ids[:2]


async def test_another_version_of_the_summary_holds(store: Store) -> None:
    session = await session_of(store, "a", "b", "c")
    one = await _fold(store, session, "One.", 2)
    two = await _fold(store, session, "One and two.", 4)
    assert not await store.summaries.hold(session, one, action="revert", seen=one), "another one held"
    assert await store.summaries.hold(session, one, action="revert", seen=two)
    held = await store.summaries.latest(session)
    assert held is not None
    assert (held.id, held.to_seq) == (one, 2)
    assert (await store.sessions.get(session)).unfolded_to == 6
    assert [each.id for each in await store.summaries.history(session)] == [one, two], "no version is lost"
    await store.memories.undo()
    held = await store.summaries.latest(session)
    assert held is not None
    assert held.id == two
    assert (await store.sessions.get(session)).unfolded_to == 0
    assert await store.summaries.hold(session, None, action="unfold", seen=two)
    assert await store.summaries.latest(session) is None
    with pytest.raises(NotFound, match="no such version"):
        await store.summaries.hold(session, "r000000000000", action="revert", seen=None)


async def test_an_edit_that_was_folded_on_is_no_longer_what_undo_takes_back(store: Store) -> None:
    session = await session_of(store, "a", "b", "c")
    await store.sessions.rename(session, "Named", by="user")
    await _fold(store, session, "One.", 2)
    await store.summaries.edit(session, "Mine.", 1)
    (edit,) = [each for each in await store.memories.history(f"session:{session}") if each.action == "edit"]
    newest = await _fold(store, session, "Mine and two.", 4)
    with pytest.raises(MemchatError, match="changed again since"):
        await store.memories.undo_change(edit.id)
    undone = await store.memories.undo()
    assert undone is not None
    assert undone.action == "rename"
    held = await store.summaries.latest(session)
    assert held is not None
    assert held.id == newest


async def test_a_fold_by_hand_is_taken_back(store: Store) -> None:
    session = await session_of(store, "a", "b", "c")
    one = await _fold(store, session, "One.", 2)
    await store.summaries.note_fold(session, None)
    await store.memories.undo()
    assert await store.summaries.latest(session) is None
    assert (await store.sessions.get(session)).unfolded_to == 6, "so that it is not folded again at once"
    await store.memories.redo()
    held = await store.summaries.latest(session)
    assert held is not None
    assert held.id == one


async def test_several_are_filed_away_and_brought_back_as_one(store: Store) -> None:
    first, second, third = [await session_of(store, place) for place in ("Taipei", "Lisbon", "Porto")]
    await store.sessions.set_archived(third, archived=True)
    with pytest.raises(NotFound):
        await store.sessions.set_all_archived([first, "nonsense"], archived=True)
    filed = await store.sessions.set_all_archived([first, second[:9], third, first], archived=True)
    assert {each.id for each in filed} == {first, second, third}
    assert await store.sessions.list() == []
    await store.memories.undo()
    assert {each.id for each in await store.sessions.list()} == {first, second}
    assert (await store.sessions.get(third)).archived_at is not None, "that was filed away before"


async def test_what_a_session_is_told_first_is_taken_back(store: Store) -> None:
    session = await session_of(store, "Hello")
    await store.sessions.set_persona(session, "pirate")
    await store.sessions.set_system_prompt(session, "Be brief.")
    await store.sessions.set_system_prompt(session, "Be very brief.")
    await store.memories.undo()
    assert (await store.sessions.get(session)).system_prompt == "Be brief."
    await store.memories.undo()
    await store.memories.undo()
    first = await store.sessions.get(session)
    assert (first.system_prompt, first.persona) == (None, None)
    await store.memories.redo()
    assert (await store.sessions.get(session)).persona == "pirate"
    assert [change.action for change in await store.memories.history(f"session:{session}")] == ["edit"] * 4


async def test_an_erased_session_leaves_no_history(store: Store) -> None:
    session = await session_of(store, "a")
    message = (await store.messages.range(session, 1, 1))[0]
    await store.sessions.rename(session, "Secret name", by="user")
    await store.sessions.keep_out(session, [message.id], out=True)
    await store.sessions.erase(session)
    assert await query(store, "SELECT * FROM changes") == []
    assert await query(store, "SELECT * FROM kept_out") == []
    assert await store.memories.undo() is None


async def test_what_rests_on_a_session_alone_and_what_does_not(store: Store) -> None:
    from memchat.core.memories import Source

    one, two = await session_of(store, "a"), await session_of(store, "b")

    async def add(text: str, *sessions: str) -> str:
        sources = [Source(session_id=each, message_id=None, quote=text) for each in sessions]
        return (await store.memories.add(kind="fact", text=text, confidence=1, origin="user", sources=sources)).id

    alone, both = await add("Keeps bees.", one), await add("Likes tea.", one, two)
    await add("Elsewhere.", two)
    only, partly = await store.sessions.resting(one)
    assert [[each.id for each in some] for some in (only, partly)] == [[alone], [both]]
