"""The index: words at once, meaning later, the buffer never."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.core.memories import Source
from memchat.store import searching
from memchat.store.store import Store
from memchat.store.values import BufferSpan, IndexCounts
from tests.store.conftest import Ticking
from tests.store.helpers import embed_all, exchange, found, query, session_of, unit


async def test_all_kinds_are_found_by_words_and_loaded_with_their_source(store: Store) -> None:
    session = await store.sessions.create()
    user, answer = await exchange(store, session.id, "The zebra has stripes", "Yes, all of them")
    source = Source(session_id=session.id, message_id=user.id, quote="has stripes")
    fact = await store.memories.add(kind="fact", text="Saw a zebra", confidence=0.7, origin="user", sources=[source])
    await store.memories.set_pinned(fact.id, True)
    await store.memories.mark_used([fact.id])
    animal = await store.profile.set("favourite_animal", "zebra", origin="user", confidence=0.9)
    await store.summaries.put_session(session_id=session.id, text="On zebras.", to_seq=2, tokens=2, model=None)

    hits = await store.index.by_words(["ZEBRAS"], limit=9)
    assert {hit.ref for hit in hits} == {user.id, answer.id, fact.id, animal.memory_id, session.id}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[-1].ref == answer.id, "what stands around an item counts for less"

    loaded = {item.ref: item for item in (await store.index.load([hit.key for hit in hits])).values()}
    message = loaded[user.id]
    assert (message.kind, message.text, message.session_id, message.session_title) == (
        "message",
        "The zebra has stripes",
        session.id,
        "The zebra has stripes",
    )
    assert (message.message_id, message.role, message.at) == (user.id, "user", user.created_at)
    known = loaded[fact.id]
    assert (known.kind, known.text, known.confidence, known.pinned, known.use_count) == (
        "fact",
        "Saw a zebra",
        0.7,
        True,
        1,
    )
    assert (known.session_id, known.message_id, known.role) == (session.id, user.id, "user")
    field = loaded[animal.memory_id]
    assert (field.kind, field.text, field.confidence, field.session_id) == (
        "profile",
        "favourite animal: zebra",
        0.9,
        None,
    )
    episode = loaded[session.id]
    assert (episode.kind, episode.text, episode.session_id, episode.at) == (
        "episode",
        "On zebras.",
        session.id,
        session.created_at,
    )


async def test_loading_keeps_the_order_and_leaves_out_what_is_gone(store: Store) -> None:
    await session_of(store, *(f"number {n}" for n in range(400)))
    keys = [key for key, _ in await store.index.pending(1000)]
    random.Random(1).shuffle(keys)
    loaded = await store.index.load([*keys, 999_999])
    assert list(loaded) == keys
    assert await store.index.load([]) == {}


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("I was running", "run"),
        ("Café Übung", "cafe"),
        ("我要去京都旅行", "京都"),
        ("私は庭が好き", "庭"),
        ("한국어를 배워요", "한국어"),
        ("ฉันรักแมว", "แมว"),
        ("uses text-embedding-3-small", "text-embedding-3-small"),
        ("C++ and C#", "c"),
        ("AND OR NOT NEAR", "NOT"),
        ('she said "hello"', '"hello"'),
        ("snake_case_name", "case"),
    ],
)
async def test_words_are_found_in_many_writings(store: Store, text: str, term: str) -> None:
    session = await store.sessions.create()
    message = await store.messages.append_user(session.id, text, tokens=1)
    await store.messages.append_user(session.id, "something else", tokens=1)
    assert message.id in await found(store, term)


async def test_characters_of_a_word_must_stand_together(store: Store) -> None:
    session = await store.sessions.create()
    await store.messages.append_user(session.id, "京の都", tokens=1)
    assert await found(store, "京都") == []


async def test_a_beginning_finds_what_it_begins_only_when_asked(store: Store) -> None:
    session = await store.sessions.create()
    message = await store.messages.append_user(session.id, "zebracorn", tokens=1)
    assert await found(store, "zebr") == []
    assert await found(store, "zebr", prefix=True) == [message.id]


async def test_nothing_is_asked_and_nothing_found(store: Store) -> None:
    await session_of(store, "hello")
    assert await store.index.by_words([], limit=5) == []
    assert await store.index.by_words(["...", "", '"'], limit=5) == []
    assert await store.index.by_words(["hello"], limit=0) == []
    assert await store.index.by_words(["absent"], limit=5) == []
    assert await store.index.by_words(["absent", "hello"], limit=5) != []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    terms=st.lists(st.text(st.characters(), max_size=40) | st.sampled_from(['"', "NEAR(", "*", "a AND", "-b", "^c:d"])),
    prefix=st.booleans(),
)
async def test_no_text_breaks_a_search(store: Store, terms: list[str], prefix: bool) -> None:
    await store.index.by_words(terms, limit=5, prefix=prefix)
    await store.sessions.list(search=" ".join(terms))
    await store.memories.list(search=" ".join(terms))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(categories=["L", "N", "P", "S", "Z", "Cc"]), min_size=1, max_size=60))
async def test_no_text_breaks_storing_and_the_index(store: Store, text: str) -> None:
    session = await store.sessions.create()
    message = await store.messages.append_user(session.id, text, tokens=1)
    assert (await store.messages.get(message.id)).text == text
    await store.sessions.erase(session.id)


async def test_what_is_in_the_buffer_is_not_found(store: Store) -> None:
    here, there = await session_of(store, "zebra one", "zebra two"), await session_of(store, "zebra three")
    first = (await store.messages.range(here, 1, 1))[0]
    await store.memories.add(kind="fact", text="zebra four", confidence=1, origin="user")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))
    everything = await found(store, "zebra")
    assert len(everything) == 7
    for start, hidden in ((1, 4), (3, 2), (9, 0)):
        outside = BufferSpan(here, start)
        by_words = await found(store, "zebra", outside=outside)
        by_meaning = [hit.ref for hit in await store.index.by_meaning(unit(1, 0, 0, 0), limit=50, outside=outside)]
        assert len(by_words) == len(by_meaning) == 7 - hidden
        assert set(by_words) == set(by_meaning) <= set(everything)
        assert (first.id in by_words) == (start > 1)
    assert len(await found(store, "zebra", outside=BufferSpan("gone", 1))) == 7
    assert len(await found(store, "zebra", outside=BufferSpan(there, 1))) == 5


async def test_a_full_buffer_does_not_crowd_out_the_rest(store: Store) -> None:
    here = await session_of(store, *(f"zebra {n}" for n in range(60)))
    await session_of(store, "zebra over there")
    await embed_all(store, lambda text: unit(1, 0.5 if "over there" in text else 0, 0, 0))
    hits = await store.index.by_meaning(unit(1, 0, 0, 0), limit=2, outside=BufferSpan(here, 1))
    assert len(hits) == 2


async def test_filters_hold_by_words_and_by_meaning(store: Store, clock: Ticking) -> None:
    one = await session_of(store, "zebra one")
    middle = clock() + timedelta(minutes=1)
    clock.advance(minutes=2)
    other = await session_of(store, "zebra two")
    fact = await store.memories.add(kind="fact", text="zebra three", confidence=1, origin="user")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))

    async def both(**filters: object) -> set[str]:
        by_words = {hit.ref for hit in await store.index.by_words(["zebra"], limit=9, **filters)}  # type: ignore[arg-type]
        by_meaning = {
            hit.ref
            for hit in await store.index.by_meaning(unit(1, 0, 0, 0), limit=9, **filters)  # type: ignore[arg-type]
        }
        assert by_words == by_meaning
        return by_words

    first = {message.id for message in await store.messages.range(one, 1, 9)}
    second = {message.id for message in await store.messages.range(other, 1, 9)}
    assert await both() == first | second | {fact.id}
    assert await both(kinds=["fact"]) == {fact.id}
    assert await both(kinds=["message", "episode"]) == first | second
    assert await both(kinds=[]) == set()
    assert await both(session=one) == first
    assert await both(session="gone") == set()
    assert await both(since=middle) == second | {fact.id}
    assert await both(until=middle) == first
    assert await both(until=middle, kinds=["fact"]) == set()
    (opening,) = await store.messages.range(one, 1, 1)
    assert await both(session=one, outside=BufferSpan(one, 2)) == {opening.id}
    assert await both(session=one, outside=BufferSpan(other, 1)) == first


async def test_meaning_is_the_cosine(store: Store) -> None:
    await session_of(store, "east", "north")
    directions = {"east": unit(1, 0, 0, 0), "north": unit(0, 1, 0, 0)}
    await embed_all(store, lambda text: directions.get(text, unit(-1, -1, 0, 0)))
    hits = await store.index.by_meaning(unit(3, 4, 0, 0), limit=2)
    loaded = await store.index.load([hit.key for hit in hits])
    assert [(loaded[hit.key].text, round(hit.score, 4)) for hit in hits] == [("north", 0.8), ("east", 0.6)]
    assert await store.index.by_meaning(unit(1, 0, 0), limit=2) == []
    assert await store.index.by_meaning(b"", limit=2) == []
    assert await store.index.by_meaning(unit(1, 0, 0, 0), limit=0) == []


async def test_without_vectors_meaning_finds_nothing(store: Store) -> None:
    await session_of(store, "hello")
    assert await store.index.by_meaning(unit(1, 0, 0, 0), limit=5) == []
    assert await store.index.counts() == IndexCounts(2, 0)


async def test_what_is_pending_is_embedded_once_newest_first(store: Store) -> None:
    session = await store.sessions.create()
    for text in ("one", "two", "three"):
        await store.messages.append_user(session.id, text, tokens=1)
    await store.profile.set("favourite_animal", "zebra", origin="user")
    await store.summaries.put_session(session_id=session.id, text="Counted.", to_seq=3, tokens=1, model=None)
    await store.memories.add(kind="fact", text="Can count", confidence=1, origin="user")
    pending = await store.index.pending(99)
    assert [text for _, text in pending] == ["Can count", "Counted.", "favourite animal: zebra", "three", "two", "one"]
    assert await store.index.pending(2) == pending[:2]
    await store.index.put_vectors("test", 4, [(key, unit(1, 0, 0, 0)) for key, _ in pending[:4]])
    await store.index.put_vectors("test", 4, [(pending[0][0], unit(0, 1, 0, 0)), (999_999, unit(0, 1, 0, 0))])
    assert await store.index.pending(99) == pending[4:]
    assert await store.index.counts() == IndexCounts(6, 4)


async def test_a_vector_that_comes_after_a_change_is_let_be(store: Store) -> None:
    memory = await store.memories.add(kind="fact", text="Likes zebras", confidence=1, origin="user")
    stale = await store.index.pending(9)
    await store.memories.edit(memory.id, "Likes okapis")
    await store.index.put_vectors("test", 4, [(key, unit(1, 0, 0, 0)) for key, _ in stale])
    assert [text for _, text in await store.index.pending(9)] == ["Likes okapis"]
    assert await store.index.by_meaning(unit(1, 0, 0, 0), limit=5) == []


async def test_a_vector_of_another_length_is_refused_whole(store: Store) -> None:
    await session_of(store, "hello")
    (one, _), (other, _) = await store.index.pending(9)
    with pytest.raises(ValueError, match="not 4 float32 long"):
        await store.index.put_vectors("test", 4, [(one, unit(1, 0, 0, 0)), (other, unit(1, 0, 0))])
    assert await store.index.counts() == IndexCounts(2, 0)


async def test_what_leaves_the_index_leaves_both_halves(store: Store) -> None:
    session = await session_of(store, "zebra")
    fact = await store.memories.add(kind="fact", text="zebra", confidence=1, origin="user")
    await store.profile.set("animal", "zebra", origin="user")
    await embed_all(store, lambda _: unit(1, 0, 0, 0))
    await store.sessions.delete(session)
    await store.memories.forget(fact.id)
    await store.profile.unset("animal")
    assert await store.index.counts() == IndexCounts(0, 0)
    assert await query(store, "SELECT count(*) FROM vectors_1") == [(0,)]
    assert await query(store, "SELECT count(*) FROM item_words") == [(0,)]
    assert await store.check() == "ok"


async def test_what_is_indexed_is_counted_without_looking_at_all_of_it(store: Store) -> None:
    for n in range(20):
        gone = await store.sessions.create()
        for _ in range(7):
            await store.messages.append_user(gone.id, f"zebra {n}", tokens=1)
    assert await store.index.counts() == IndexCounts(140, 0), "more than a byte holds"
    await store.sessions.delete(gone.id)
    assert [((await store.index.counts()).items,)] == await query(store, "SELECT count(*) FROM items") == [(133,)]


async def test_words_that_are_everywhere_are_left_to_the_rarer_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "RANKED_AT_MOST", 10)
    session = await store.sessions.create()
    for n in range(30):
        await store.messages.append_user(session.id, f"common {'rare' if n in (3, 4) else n}", tokens=1)
    texts = {message.id: message.text for message in await store.messages.range(session.id, 1, 99)}
    assert sorted(texts[ref] for ref in await found(store, "common", "rare") if "rare" in texts[ref]) == [
        "common rare",
        "common rare",
    ]
    alone = await store.index.by_words(["common"], limit=50)
    assert 0 < len(alone) <= 12, "the newest of them"
    assert len(await store.index.by_words(["common"], limit=50, session=session.id)) == 30
