"""Looking through all that is remembered: rows of everything, what is wanted of them, and where each was used."""

from datetime import UTC, datetime, timedelta

import pytest

from memchat.core.browsing import LONGEST_TEXT, ORDERS, Wanted
from memchat.core.context import ItemSource, Recall, RecalledItem
from memchat.core.errors import NotFound
from memchat.core.memories import Source
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.helpers import Costs, exchange, query

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


async def texts(store: Store, wanted: Wanted) -> list[str]:
    return [row.text for row in await store.browsing.page(wanted)]


async def everything(store: Store) -> str:
    """A session with a summary and an episode, and memories of all statuses; the session's id."""
    session = await store.sessions.create()
    await store.sessions.rename(session.id, "Gardens", by="user")
    user, _ = await exchange(store, session.id, "I like small gardens", "Noted")
    source = Source(session_id=session.id, message_id=user.id, quote="small gardens")
    await store.memories.add(
        kind="preference", text="Likes small gardens.", confidence=0.9, origin="user", sources=(source,)
    )
    await store.memories.add(kind="goal", text="Wants to see Kyoto.", confidence=0.4, origin="user", status="pending")
    old = await store.memories.add(
        kind="fact", text="Has a cat called Tom.", confidence=0.7, origin="user", subject="Tom"
    )
    await store.memories.archive([old.id])
    await store.profile.set("name", "Alice", origin="user")
    for text in ("They talk.", "They talk of gardens."):
        latest = await store.summaries.latest(session.id)
        previous = latest.id if latest else None
        await store.summaries.add(
            session_id=session.id, text=text, from_seq=1, to_seq=2, tokens=5, model="qwen", previous_id=previous
        )
    await store.summaries.put_session(
        session_id=session.id, text="Gardens were chosen.", to_seq=2, tokens=5, model="qwen"
    )
    return session.id


async def test_there_is_a_row_of_everything(store: Store) -> None:
    session = await everything(store)
    rows = {row.text: row for row in await store.browsing.rows()}
    assert {text: (row.kind, row.status) for text, row in rows.items()} == {
        "Likes small gardens.": ("preference", "active"),
        "Wants to see Kyoto.": ("goal", "pending"),
        "Has a cat called Tom.": ("fact", "archived"),
        "name: Alice": ("profile", "active"),
        "They talk of gardens.": ("summary", "active"),
        "Gardens were chosen.": ("episode", "active"),
    }
    gardens = rows["Likes small gardens."]
    assert (gardens.session_id, gardens.title, gardens.subject) == (session, "Gardens", "user")
    assert gardens.message_id is not None
    assert (rows["name: Alice"].field, rows["name: Alice"].session_id) == ("name", None)
    assert {rows[each].id for each in ("They talk of gardens.", "Gardens were chosen.")} == {session}
    memory = await store.memories.get(gardens.id)
    assert (gardens.observed_at, gardens.updated_at) == (memory.observed_at, memory.updated_at)
    assert [row.observed_at for row in await store.browsing.rows()] == sorted(
        (row.observed_at for row in rows.values()), reverse=True
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(kinds=("goal", "profile")), {"Wants to see Kyoto.", "name: Alice"}),
        (Wanted(statuses=("pending", "archived")), {"Wants to see Kyoto.", "Has a cat called Tom."}),
        (Wanted(search="GARDEN small"), {"Likes small gardens."}),
        (Wanted(search="GARDENS"), {"Likes small gardens.", "They talk of gardens.", "Gardens were chosen."}),
        (Wanted(subject="tom"), {"Has a cat called Tom."}),
        (Wanted(below=0.5), {"Wants to see Kyoto."}),
        (Wanted(pinned=True), set()),
        (Wanted(search="gardens", kinds=("preference",), never_used=True), {"Likes small gardens."}),
        (Wanted(until=MARCH), set()),
        (Wanted(origins=("tool",)), set()),
    ],
)
async def test_what_is_wanted_is_found(store: Store, wanted: Wanted, expected: set[str]) -> None:
    await everything(store)
    assert set(await texts(store, wanted)) == expected


async def test_a_session_has_the_rows_that_were_said_in_it(store: Store) -> None:
    session = await everything(store)
    found = await texts(store, Wanted(session_id=session, search="gardens"))
    assert set(found) == {"Likes small gardens.", "They talk of gardens.", "Gardens were chosen."}
    assert await texts(store, Wanted(session_id="another")) == []


async def test_rows_are_sorted_and_come_in_pages(store: Store, clock: Ticking) -> None:
    for number in range(7):
        memory = await store.memories.add(kind="fact", text=f"Number {number}", confidence=number / 10, origin="user")
        await store.memories.set_validity(memory.id, None, clock() + timedelta(days=10 - number))
    assert await texts(store, Wanted(order="newest", limit=2)) == ["Number 6", "Number 5"]
    assert await texts(store, Wanted(order="oldest", limit=2, offset=2)) == ["Number 2", "Number 3"]
    assert await texts(store, Wanted(order="unsure", limit=1)) == ["Number 0"]
    assert await texts(store, Wanted(order="expiring", limit=1)) == ["Number 6"]
    soon = Wanted(expires_before=clock() + timedelta(days=4.5))
    assert set(await texts(store, soon)) == {"Number 6"}
    for order in ORDERS:
        pages = [await texts(store, Wanted(order=order, limit=3, offset=offset)) for offset in (0, 3, 6)]
        assert sorted(text for page in pages for text in page) == [f"Number {number}" for number in range(7)]


async def test_a_row_has_the_beginning_of_a_long_text(store: Store) -> None:
    await store.memories.add(kind="fact", text="x" * 10_000, confidence=1, origin="user")
    (row,) = await store.browsing.rows()
    assert len(row.text) == LONGEST_TEXT


async def test_many_rows_cost_no_more_statements_than_few(store: Store) -> None:
    async def statements() -> int:
        async with Costs(store) as costs:
            costs.begin()
            assert await store.browsing.rows()
            return sum(costs.statements.values())

    await everything(store)
    few = await statements()
    for number in range(100):
        await store.memories.add(kind="fact", text=f"Number {number}", confidence=1, origin="user")
    assert await statements() == few


def recalled(ref: str, score: float) -> Recall:
    source = ItemSource(session_id=None, session_title="", message_id=None, role=None, at=MARCH)
    item = RecalledItem(id=ref, kind="fact", text="x", score=score, parts={"words": score}, tokens=3, source=source)
    return Recall(items=(item,), considered=1, milliseconds=1.0)


async def test_the_turns_that_used_something_are_told_with_their_scores(store: Store) -> None:
    session = await everything(store)
    row = next(each for each in await store.browsing.rows() if each.kind == "preference")
    other = await store.memories.add(kind="preference", text="Loves gardens.", confidence=1, origin="user")
    first, _ = await exchange(store, session, "Which garden?", "This one")
    second, _ = await exchange(store, session, "And which else?", "That one")
    third, _ = await exchange(store, session, "Nothing?", "Nothing")
    await store.recalls.record(first.id, recalled(row.id, 0.4), [row.id])
    await store.recalls.record(second.id, recalled(other.id, 0.6), [other.id])
    await store.recalls.record(third.id, recalled(row.id, 0.2), [])
    (use,) = await store.browsing.uses(row.id[:9])
    assert (use.message_id, use.session_id, use.title, use.said) == (first.id, session, "Gardens", "Which garden?")
    assert (use.score, use.parts) == (0.4, {"words": 0.4})
    merged = await store.by_hand.merge([row.id, other.id], "Loves small gardens.")
    assert [each.message_id for each in await store.browsing.uses(merged.id)] == [second.id, first.id]
    with pytest.raises(NotFound):
        await store.browsing.uses("nonsense")


async def test_what_is_wanted_of_words_is_no_pattern(store: Store) -> None:
    await store.memories.add(kind="fact", text="100% wool_len", confidence=1, origin="user")
    await store.memories.add(kind="fact", text="1000 woollen", confidence=1, origin="user")
    assert await texts(store, Wanted(search="100% wool_")) == ["100% wool_len"]
    assert await texts(store, Wanted(search="' OR 1 --")) == []
    assert await query(store, "SELECT count(*) FROM memories") == [(2,)]
