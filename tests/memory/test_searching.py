"""Search by hand, with a real embedder over a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from memchat.core.memories import Source
from memchat.core.searching import BadFilter, SearchPage
from memchat.core.times import now
from memchat.memory.recall import Recaller
from memchat.memory.searching import Searcher
from memchat.memory.searching.searcher import RANKED
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words

TRIP = (
    "I land in Osaka and stay eight days in Kyoto. I like small gardens more than famous ones.",
    "Then Murin-an will suit you: a quiet garden with a tea room, laid out in 1896.",
    "No peanuts please, I am allergic.",
    "I will look for restaurants without nuts.",
)
CODE = (
    "getUserName(user_id) in src/session_store.py raises KeyError in CI",
    "The fixture builds the user without a name.",
)
CAT = ("我的貓叫做小黑，昨天不吃東西。", "小黑有喝水嗎？")
CAFE = ("Welches Café in Lissabon hatte den Garten?", "Das am Jardim da Estrela.")


@pytest.fixture
async def told(store: Store) -> Store:
    """A trip, some code, a cat and a café, each in a session of its own, with a fact and a summary of the trip."""
    for title, said in (("Eight days in Kyoto", TRIP), ("Failing tests", CODE), ("小黑", CAT), ("Lissabon", CAFE)):
        session = await store.sessions.create()
        first, *_ = await say(store, session, *said)
        await store.sessions.rename(session.id, title, by="user")
        if said is TRIP:
            source = Source(session_id=session.id, message_id=first.id, quote="I like small gardens")
            await store.memories.add(
                kind="preference", text="Likes small gardens", confidence=0.9, origin="user", sources=[source]
            )
            await store.summaries.put_session(
                session_id=session.id, text="Planning a garden trip to Kyoto.", to_seq=4, tokens=9, model=None
            )
    await store.profile.set("goals", "a garden of her own", origin="user")
    return store


@pytest.fixture
def searcher(told: Store, no_embedder: Holder) -> Searcher:
    # What was said within a second scores so alike that a clock that goes on changes the order.
    moment = now()
    return Searcher(Recaller(told, no_embedder, words, clock=lambda: moment), told)


async def search(searcher: Searcher, typed: str, *, limit: int = 20, offset: int = 0) -> SearchPage:
    return await searcher.search(await searcher.parsed(typed), limit=limit, offset=offset)


async def texts(searcher: Searcher, typed: str) -> list[str]:
    return [hit.text for hit in (await search(searcher, typed)).hits]


async def test_one_search_finds_messages_facts_profile_and_past_sessions(searcher: Searcher) -> None:
    page = await search(searcher, "garden")
    assert page.by_kind == {"message": 2, "fact": 1, "profile": 1, "episode": 1}
    assert page.total == len(page.hits) == 5
    assert not page.more_than


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("garden in:messages", {"message"}),
        ("garden in:facts", {"fact"}),
        ("garden in:facts,profile", {"fact", "profile"}),
        ("garden in:facts in:sessions", {"fact", "episode"}),
        ("garden in:f", {"fact"}),
        ("garden in:everything", {"message", "fact", "profile", "episode"}),
    ],
)
async def test_kinds(searcher: Searcher, typed: str, kinds: set[str]) -> None:
    assert {hit.item.kind for hit in (await search(searcher, typed)).hits} == kinds


async def test_the_user_is_found_with_what_was_learned_from_their_words(searcher: Searcher) -> None:
    mine = (await search(searcher, "garden from:me")).hits
    assert {(hit.item.kind, hit.item.source.role) for hit in mine} == {
        ("message", "user"),
        ("fact", "user"),
        ("profile", None),
    }
    theirs = (await search(searcher, "garden from:assistant")).hits
    assert [hit.text for hit in theirs] == [TRIP[1]]


async def test_exact_words_stand_as_they_were_typed_but_for_case_and_accents(searcher: Searcher) -> None:
    assert set(await texts(searcher, '"small gardens"')) == {TRIP[0], "Likes small gardens"}
    assert await texts(searcher, '"small garden"') == []
    assert await texts(searcher, '"SMALL gardens more"') == [TRIP[0]]
    assert await texts(searcher, "“welches cafe”") == [CAFE[0]]
    assert await texts(searcher, "「貓叫做」") == [CAT[0]]
    assert await texts(searcher, '"gardens small"') == []


async def test_a_beginning_must_be_there(searcher: Searcher) -> None:
    assert await texts(searcher, "restau*") == [TRIP[3]]
    assert await texts(searcher, 'restau* "small gardens"') == []
    assert set(await texts(searcher, "gard*")) >= {TRIP[0], TRIP[1]}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("小黑", CAT[0]),
        ("cafe lissabon", CAFE[0]),
        ("user name", CODE[0]),
        ("session_store.py", CODE[0]),
        ("NUTS", TRIP[3]),
    ],
)
async def test_words_in_any_writing(searcher: Searcher, typed: str, found: str) -> None:
    assert found in await texts(searcher, typed)


async def test_a_word_that_is_being_typed_may_go_on(searcher: Searcher) -> None:
    for typed in ("kyoto restau", "peanu", "貓叫"):
        query = await searcher.parsed(typed, typing_at=len(typed))
        assert (await searcher.search(query)).hits, typed
    halfway = await searcher.parsed("restau in:messages", typing_at=len("restau"))
    assert [hit.text for hit in (await searcher.search(halfway)).hits] == [TRIP[3]]


async def test_without_words_it_lists_what_the_filters_leave_with_pages_that_join(searcher: Searcher) -> None:
    everything = await search(searcher, "in:messages", limit=50)
    assert everything.total == len(everything.hits) == 10
    ages = [hit.item.source.at for hit in everything.hits]
    assert ages == sorted(ages, reverse=True)
    pages = [await search(searcher, "in:messages", limit=4, offset=offset) for offset in (0, 4, 8)]
    assert [hit.item.id for page in pages for hit in page.hits] == [hit.item.id for hit in everything.hits]
    oldest = await search(searcher, "in:messages sort:oldest", limit=50)
    assert [hit.item.id for hit in oldest.hits] == [hit.item.id for hit in reversed(everything.hits)]


async def test_ranked_pages_join_too_and_an_order_by_age_changes_only_the_order(searcher: Searcher) -> None:
    best = await search(searcher, "garden")
    scores = [round(hit.item.score, 6) for hit in best.hits]
    assert scores == sorted(scores, reverse=True)
    pages = [await search(searcher, "garden", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [hit.item.id for page in pages for hit in page.hits] == [hit.item.id for hit in best.hits]
    newest = await search(searcher, "garden sort:date")
    assert {hit.item.id for hit in newest.hits} == {hit.item.id for hit in best.hits}
    ages = [hit.item.source.at for hit in newest.hits]
    assert ages == sorted(ages, reverse=True)


async def test_a_session_by_its_title_or_the_beginning_of_its_id(searcher: Searcher, told: Store) -> None:
    by_title = await search(searcher, 'session:"eight days" in:messages')
    assert [hit.text for hit in by_title.hits] == list(reversed(TRIP))
    (cat,) = [each for each in await told.sessions.list() if each.title == "小黑"]
    assert await texts(searcher, f"session:{cat.id[:6]} sort:oldest") == list(CAT)
    with pytest.raises(BadFilter, match="No session is called"):
        await search(searcher, "session:nowhere")
    with pytest.raises(BadFilter, match="2 sessions are called"):
        await search(searcher, "session:in")


async def test_times(store: Store, no_embedder: Holder) -> None:
    session = await store.sessions.create()
    await say(store, session, "About gardens", "Yes")
    now = datetime.now(UTC)
    searcher = Searcher(Recaller(store, no_embedder, words, clock=lambda: now + timedelta(days=400)), store)
    day = now.strftime("%Y-%m-%d")
    for typed in (f"on:{day}", f"after:{day}", f"gardens on:{now:%Y-%m}", f"before:{now.year + 1}"):
        assert (await search(searcher, typed)).total, typed
    for typed in ("after:yesterday", f"gardens before:{now.year - 1}", "on:last-month"):
        assert not (await search(searcher, typed)).total, typed


async def test_a_hit_has_a_line_with_marks_where_the_words_stand(searcher: Searcher) -> None:
    (hit,) = (await search(searcher, "cafes in:messages")).hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["Café"]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Café"]


async def test_meaning_finds_what_shares_no_word(told: Store, embedding: Holder, minilm: BuiltinEmbedder) -> None:
    await embed_all(told, minilm)
    searcher = Searcher(Recaller(told, embedding, words), told)
    found = (await search(searcher, "foods to avoid")).hits
    assert TRIP[2] in [hit.text for hit in found[:3]]
    assert (await search(searcher, "quarterly tax declaration")).total == 0
    assert (await search(searcher, "places to eat from:assistant")).hits != ()
    assert all(hit.item.source.role == "assistant" for hit in (await search(searcher, "food from:assistant")).hits)
    assert (await search(searcher, '"foods to avoid"')).total == 0, "words that must be there are found by words alone"


async def test_nothing_in_particular_finds_nothing(searcher: Searcher) -> None:
    assert (await search(searcher, "zebra")).total == 0
    assert (await search(searcher, "!!")).total == 0
    assert (await search(searcher, "garden", limit=5, offset=50)).hits == ()
    assert (await search(searcher, "hello")).total == 0


async def test_what_holds_no_letter_need_not_be_there(searcher: Searcher) -> None:
    garden = set(await texts(searcher, "garden"))
    for invisible in ("\u200b", "\u0301"):
        assert set(await texts(searcher, f'garden "{invisible}"')) == garden
        assert set(await texts(searcher, f"garden {invisible}*")) == garden


async def test_no_text_breaks_the_name_of_a_session(searcher: Searcher) -> None:
    with pytest.raises(BadFilter):
        await searcher.parsed("session:")
    with pytest.raises(BadFilter):
        await search(searcher, "session:\ud800")


async def test_so_many_are_ranked_and_more_are_said_to_be_there(store: Store, no_embedder: Holder) -> None:
    session = await store.sessions.create()
    for number in range(RANKED // 2 + 10):
        await say(store, session, f"garden {number}", f"garden again {number}")
    searcher = Searcher(Recaller(store, no_embedder, words), store)
    page = await search(searcher, "garden", limit=30, offset=RANKED - 10)
    assert (page.total, page.more_than, len(page.hits)) == (RANKED, True, 10)
    listed = await search(searcher, "in:messages", limit=30, offset=RANKED)
    assert (listed.total, listed.more_than, len(listed.hits)) == (RANKED + 20, False, 20)
