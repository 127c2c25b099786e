"""Summaries: folded once, edited as a version, and what sessions came to."""

import asyncio

import pytest

from memchat.core.errors import NotFound
from memchat.core.messages import RollingSummary
from memchat.store.store import Store
from tests.store.helpers import found, session_of


async def _fold(store: Store, session: str, text: str, to_seq: int, previous: str | None) -> RollingSummary | None:
    return await store.summaries.add(
        session_id=session, text=text, from_seq=1, to_seq=to_seq, tokens=5, model="small", previous_id=previous
    )


async def test_versions_follow_each_other(store: Store) -> None:
    session = await session_of(store, "a", "b", "c")
    assert await store.summaries.latest(session) is None
    first = await _fold(store, session, "One.", 2, None)
    assert first is not None
    second = await _fold(store, session, "One and two.", 4, first.id)
    assert second is not None
    assert (second.covers, second.previous_id, second.model) == (4, first.id, "small")
    assert await store.summaries.latest(session) == second
    assert await store.summaries.history(session) == [first, second]
    assert len(await store.messages.range(session, 1, 99)) == 6, "folding drops no message"


async def test_only_the_first_of_two_folds_holds(store: Store) -> None:
    session = await session_of(store, "a", "b")
    other = await Store.open(store.path)
    results = await asyncio.gather(_fold(store, session, "mine", 2, None), _fold(other, session, "theirs", 2, None))
    kept = [result for result in results if result is not None]
    assert len(kept) == 1
    assert await store.summaries.history(session) == kept
    assert await _fold(store, session, "late", 3, "r00000000000") is None
    assert await _fold(store, session, "later", 3, None) is None
    await other.close()


async def test_an_edit_is_a_version_that_covers_the_same(store: Store) -> None:
    session = await session_of(store, "a", "b")
    with pytest.raises(NotFound, match="This session has no summary yet"):
        await store.summaries.edit(session, "mine", 1)
    folded = await _fold(store, session, "One.", 2, None)
    assert folded is not None
    edited = await store.summaries.edit(session, "One, corrected.", 3)
    assert (edited.from_seq, edited.to_seq, edited.previous_id) == (1, 2, folded.id)
    assert (edited.text, edited.tokens, edited.model) == ("One, corrected.", 3, None)
    assert await store.summaries.latest(session) == edited
    assert await _fold(store, session, "made from the old text", 4, folded.id) is None


async def test_a_session_summary_is_replaced_by_one_that_knows_more(store: Store) -> None:
    session = await session_of(store, "a", "b")
    assert await store.summaries.of_session(session) is None
    put = store.summaries.put_session
    await put(session_id=session, text="About zebras.", to_seq=2, tokens=3, model="small")
    newer = await put(session_id=session, text="About okapis.", to_seq=4, tokens=3, model="small")
    assert await put(session_id=session, text="Late, about zebras.", to_seq=2, tokens=3, model="small") == newer
    assert await store.summaries.of_session(session) == newer
    assert (newer.title, newer.to_seq, newer.model) == ("a", 4, "small")
    assert newer.session_at == (await store.sessions.get(session)).created_at
    assert await found(store, "okapis") == [session]
    assert await found(store, "zebras") == []
    assert await store.sessions.unfinished("me") == []


async def test_recent_are_the_newest_of_earlier_sessions_oldest_first(store: Store) -> None:
    ids = [await session_of(store, text) for text in ("one", "two", "three", "four", "gone")]
    for session_id in ids:
        await store.summaries.put_session(session_id=session_id, text=session_id, to_seq=2, tokens=1, model=None)
    await store.sessions.delete(ids[4])
    now = await store.sessions.create()
    assert [each.session_id for each in await store.summaries.recent(before=now, limit=3)] == ids[1:4]
    third = await store.sessions.get(ids[2])
    assert [each.session_id for each in await store.summaries.recent(before=third, limit=9)] == ids[:2]


async def test_a_session_that_is_gone_is_told(store: Store) -> None:
    with pytest.raises(NotFound):
        await _fold(store, "s000000000000", "x", 1, None)
    with pytest.raises(NotFound):
        await store.summaries.put_session(session_id="s000000000000", text="x", to_seq=1, tokens=1, model=None)
