"""Messages are found by what was said next to them too, and what answers a question by the question."""

import pytest

from memchat.store.store import Store
from memchat.store.values import Around, BufferSpan
from tests.store.helpers import embed_all, session_of, unit


async def found(store: Store, *terms: str) -> list[str]:
    hits = await store.index.by_words(terms, limit=9)
    items = await store.index.load([hit.key for hit in hits])
    return [item.text for item in items.values()]


async def test_two_before_and_two_after_are_searched_at_less_weight(store: Store) -> None:
    await session_of(store, "The zebra", "Fine", "Good", "Nice")
    texts = await found(store, "zebra")
    assert texts[0] == "The zebra"
    assert len(texts) == 4, "the answer has it too, and two more are next to these; what comes later has nothing of it"


async def test_a_day_is_a_word_of_what_was_said_on_it(store: Store) -> None:
    session = await session_of(store, "The zebra")
    (message,) = (await store.messages.page(session, before_seq=None, limit=1),)
    month = message[0].created_at.strftime("%B")
    assert "The zebra" in await found(store, month, str(message[0].created_at.year))


async def test_what_follows_a_question_is_found_with_it_unless_it_is_in_the_buffer(store: Store) -> None:
    session = await session_of(store, "Where do zebras live? ", "In Kenya.")
    (question,) = [hit.key for hit in await store.index.by_words(["zebras"], limit=1)]
    answers = await store.index.answers([question])
    ((answer, asked),) = answers.items()
    assert asked == question
    assert (await store.index.load([answer]))[answer].text != "Where do zebras live?"
    last = await store.messages.last(session)
    assert last is not None
    assert await store.index.answers([question], outside=BufferSpan(session, 1)) == {}


async def test_a_message_is_embedded_again_once_another_follows(store: Store) -> None:
    session = await session_of(store, "The zebra")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))
    counts = await store.index.counts()
    assert counts.items == counts.embedded
    await store.messages.append_user(session, "It has stripes", tokens=3)
    pending = [text for _, text in await store.index.pending(9)]
    assert "It has stripes" in pending
    assert len(pending) > 1
    counts = await store.index.counts()
    assert counts.embedded == counts.items - 1, "its vector stays in use meanwhile"
    assert await store.index.by_meaning(unit(1, 0, 0, 0), limit=5)


async def test_what_stands_around_a_message_is_told_and_facts_stand_alone(store: Store) -> None:
    await session_of(store, "One", "Two", "Three", "Four")
    fact = await store.memories.add(kind="fact", text="Likes okapis", confidence=1.0, origin="user")
    keys = [key for key, _ in await store.index.pending(99)]
    items = await store.index.load(keys)
    around = await store.index.around(keys)
    told = {item.text: around.get(key) for key, item in items.items()}
    texts = [item.text for item in sorted(items.values(), key=lambda item: item.key) if item.kind == "message"]
    assert told[texts[2]] == Around((texts[0], texts[1]), (texts[3],))
    assert told[fact.text] is None


async def test_rare_words_weigh_more_and_unknown_ones_most(store: Store) -> None:
    await session_of(store, "zebra stripes", "stripes", "stripes")
    weights = await store.index.rarity(["zebra", "stripes", "okapi"])
    assert weights["okapi"] > weights["zebra"] >= weights["stripes"]


@pytest.mark.parametrize("others", [0, 150])
async def test_which_words_are_held_is_told_however_many_items_there_are(store: Store, others: int) -> None:
    await session_of(store, "zebra stripes", *(f"number {number}" for number in range(others)))
    assert await store.index.held(["zebra", "striped", "okapi", "?"]) == {"zebra", "striped"}


async def test_what_changed_around_a_message_while_it_was_read_has_it_read_again(store: Store) -> None:
    session = await session_of(store, "The zebra")
    pending = await store.index.pending(9)
    around = await store.index.around([key for key, _ in pending])
    await store.messages.append_user(session, "It has stripes", tokens=3)
    pairs = [(key, unit(1, 0, 0, 0)) for key, _ in pending]
    await store.index.put_vectors("test", 4, pairs, {}, around)
    assert [text for _, text in await store.index.pending(9)] == ["It has stripes", "You said The zebra"]
