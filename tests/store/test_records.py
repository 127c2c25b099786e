"""What was recalled for a turn, and what was learned about models."""

from datetime import UTC, datetime

import pytest

from memchat.core.context import ItemSource, Recall, RecalledItem
from memchat.core.errors import NotFound
from memchat.store.store import Store
from memchat.store.values import ModelFacts
from tests.store.helpers import exchange, session_of


def _recall(*items: RecalledItem) -> Recall:
    return Recall(items=items, considered=31, milliseconds=18.5, words_only="No embedder.")


async def _items(store: Store) -> tuple[RecalledItem, RecalledItem]:
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, "I like Murin-an", "Noted")
    memory = await store.memories.add(kind="fact", text="Likes tea", confidence=1, origin="user")
    source = ItemSource(
        session_id=session.id, session_title="Kyoto", message_id=user.id, role="user", at=user.created_at
    )
    nowhere = ItemSource(
        session_id=None, session_title="", message_id=None, role=None, at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return (
        RecalledItem(
            id=user.id,
            kind="message",
            text="I like Murin-an",
            score=0.8,
            parts={"words": 0.5, "meaning": 0.3},
            tokens=7,
            source=source,
        ),
        RecalledItem(
            id=memory.id, kind="fact", text="Likes tea", score=0.6, parts={"words": 0.6}, tokens=3, source=nowhere
        ),
    )


async def test_a_turn_knows_what_went_into_it_as_it_was(store: Store) -> None:
    message, fact = await _items(store)
    turn = await store.messages.append_user(await session_of(store, "hello"), "which garden?", tokens=3)
    assert await store.recalls.of_message(turn.id) == []
    await store.recalls.record(turn.id, _recall(message, fact), [message.id, fact.id])
    assert await store.recalls.of_message(turn.id) == [message, fact]
    await store.memories.edit(fact.id, "Likes coffee")
    assert await store.recalls.of_message(turn.id) == [message, fact]

    await store.recalls.record(turn.id, _recall(message, fact), [fact.id])
    assert await store.recalls.of_message(turn.id) == [fact]
    assert await store.recalls.of_message(turn.id, all_found=True) == [message, fact]


async def test_a_recall_for_no_message_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.recalls.record("m0", _recall(), [])


async def test_the_record_goes_with_its_turn_and_with_its_source(store: Store) -> None:
    message, fact = await _items(store)
    session = await session_of(store, "hello")
    turn = await store.messages.append_user(session, "which garden?", tokens=3)
    await store.recalls.record(turn.id, _recall(message, fact), [message.id, fact.id])
    assert message.source.session_id is not None
    await store.sessions.erase(message.source.session_id)
    assert await store.recalls.of_message(turn.id) == [fact]
    await store.memories.erase(fact.id)
    assert await store.recalls.of_message(turn.id) == []
    await store.sessions.erase(session)
    assert await store.check() == "ok"


async def test_a_model_that_is_new_has_the_defaults(store: Store) -> None:
    assert await store.models.get("local", "small") == ModelFacts()


async def test_the_scale_is_the_mean_of_what_servers_report(store: Store) -> None:
    await store.models.learn_scale("local", "small", 100, 110)
    learned = await store.models.learn_scale("local", "small", 100, 130)
    assert learned.samples == 2
    assert learned.token_scale == pytest.approx(1.2)
    assert await store.models.get("other", "small") == ModelFacts()


@pytest.mark.parametrize(("counted", "reported", "scale"), [(100, 10_000, 3.0), (100, 1, 0.9)])
async def test_the_scale_stays_within_reason(store: Store, counted: int, reported: int, scale: float) -> None:
    assert (await store.models.learn_scale("local", "small", counted, reported)).token_scale == scale


@pytest.mark.parametrize(("counted", "reported"), [(0, 10), (10, 0), (-1, 10)])
async def test_a_report_that_says_nothing_is_let_be(store: Store, counted: int, reported: int) -> None:
    assert await store.models.learn_scale("local", "small", counted, reported) == ModelFacts()


async def test_the_scale_follows_a_model_that_was_replaced(store: Store) -> None:
    for _ in range(200):
        await store.models.learn_scale("local", "small", 100, 100)
    for _ in range(200):
        learned = await store.models.learn_scale("local", "small", 100, 200)
    assert learned.token_scale > 1.9


async def test_what_is_noted_adds_up(store: Store) -> None:
    await store.models.note("local", "small", tools=False)
    await store.models.learn_scale("local", "small", 100, 110)
    await store.models.note("local", "small", schema=True, window=4096)
    known = await store.models.get("local", "small")
    assert known == ModelFacts(token_scale=known.token_scale, samples=1, tools=False, schema=True, window=4096)
    assert known.token_scale == pytest.approx(1.1)
    assert (await store.models.note("local", "small", tools=True, window=8192)).tools is True
