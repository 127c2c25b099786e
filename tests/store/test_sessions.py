"""Sessions: listed, named, claimed, ended, put away and brought back."""

from datetime import timedelta

import pytest

from memchat.core.errors import NotFound
from memchat.store.store import Store
from memchat.store.titles import default_title
from tests.store.conftest import Ticking
from tests.store.helpers import exchange, found, query, session_of


async def test_a_session_is_got_by_id_and_by_the_beginning_of_it(store: Store) -> None:
    session = await store.sessions.create(model="small", persona="pirate", incognito=True)
    assert (session.model, session.persona, session.incognito) == ("small", "pirate", True)
    assert await store.sessions.get(session.id) == session
    assert await store.sessions.get(session.id[:8]) == session


async def test_an_id_that_is_unknown_or_stands_for_several_is_refused_in_a_sentence(store: Store) -> None:
    for _ in range(3):
        await store.sessions.create()
    with pytest.raises(NotFound, match=r"No session has the id 'nope'\. List them with `memchat sessions`\."):
        await store.sessions.get("nope")
    with pytest.raises(NotFound, match=r"Several session ids begin with 's', such as s.*Give more of the id"):
        await store.sessions.get("s")
    with pytest.raises(NotFound):
        await store.sessions.get("")


async def test_sessions_are_listed_newest_first_and_empty_ones_not_at_all(store: Store) -> None:
    first, second = await session_of(store, "one"), await session_of(store, "two")
    await store.sessions.create()
    assert [session.id for session in await store.sessions.list()] == [second, first]
    await exchange(store, first, "again", "yes")
    assert [session.id for session in await store.sessions.list()] == [first, second]
    assert [session.message_count for session in await store.sessions.list()] == [4, 2]
    latest = await store.sessions.latest()
    assert latest is not None
    assert latest.id == first
    assert [session.id for session in await store.sessions.list(limit=1)] == [first]


async def test_without_sessions_there_is_no_latest(store: Store) -> None:
    assert await store.sessions.latest() is None


@pytest.mark.parametrize(
    ("search", "hits"),
    [
        ("kyoto", {"trip"}),
        ("KYOTO gar", {"trip"}),
        ("ÜBER", {"über"}),
        ("nozomi", {"trip"}),
        ("nozo", {"trip"}),
        ("nozomi kyoto", set()),
        ("庭", {"garden"}),
        ('"', set()),
        ("%", set()),
        ("AND OR NOT (", set()),
        ("  ", {"trip", "über", "garden"}),
    ],
)
async def test_sessions_are_searched_by_title_and_by_what_was_said(store: Store, search: str, hits: set[str]) -> None:
    ids = {
        "trip": await session_of(store, "hello", "I take the Nozomi"),
        "über": await session_of(store, "guten Tag"),
        "garden": await session_of(store, "私は庭が好き"),
    }
    await store.sessions.rename(ids["trip"], "Gardens in Kyoto", by="model")
    await store.sessions.rename(ids["über"], "Über alles", by="user")
    names = {session_id: name for name, session_id in ids.items()}
    assert {names[session.id] for session in await store.sessions.list(search=search)} == hits


async def test_a_session_is_named_by_its_first_message(store: Store) -> None:
    session = await session_of(store, "What was that\nplace with the garden?", "And another thing")
    named = await store.sessions.get(session)
    assert (named.title, named.title_by) == ("What was that place with the garden?", "default")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("short", "short"),
        ("  a\n\tb  ", "a b"),
        ("", ""),
        ("x" * 100, "x" * 47 + "…"),
        ("a word, " * 20, "a word, a word, a word, a word, a word, a word…"),
    ],
)
def test_a_default_title_is_one_short_line(text: str, title: str) -> None:
    assert default_title(text) == title
    assert len(title) <= 48


async def test_a_models_title_never_replaces_the_users(store: Store) -> None:
    session_id = await session_of(store, "hello")
    assert (await store.sessions.rename(session_id, "By model", by="model")).title == "By model"
    assert (await store.sessions.rename(session_id, "Mine", by="user")).title == "Mine"
    kept = await store.sessions.rename(session_id, "By model again", by="model")
    assert (kept.title, kept.title_by) == ("Mine", "user")
    assert (await store.sessions.rename(session_id, "Mine too", by="user")).title == "Mine too"


async def test_a_new_title_is_found_with_its_episode(store: Store) -> None:
    session_id = await session_of(store, "hello")
    await store.summaries.put_session(session_id=session_id, text="They said hello.", to_seq=2, tokens=4, model=None)
    await store.sessions.rename(session_id, "Zanzibar", by="user")
    assert await found(store, "zanzibar") == [session_id]


async def test_draft_and_model_are_kept(store: Store) -> None:
    session_id = await session_of(store, "hello")
    await store.sessions.set_draft(session_id, "half a thou\udc80ght")
    assert (await store.sessions.set_model(session_id, "large")).model == "large"
    assert (await store.sessions.get(session_id)).draft == "half a thou?ght"
    await store.sessions.set_draft("gone", "is let be")


async def test_ending_and_taking_up_again(store: Store) -> None:
    session_id = await session_of(store, "hello")
    ended = await store.sessions.end(session_id)
    assert ended is not None
    assert ended.ended_at is not None
    assert (await store.sessions.reopen(session_id)).ended_at is None
    await store.sessions.end(session_id)
    await store.messages.append_user(session_id, "one more thing", tokens=3)
    assert (await store.sessions.get(session_id)).ended_at is None


async def test_an_empty_session_is_removed_when_it_ends(store: Store) -> None:
    session = await store.sessions.create()
    assert await store.sessions.end(session.id) is None
    with pytest.raises(NotFound):
        await store.sessions.get(session.id)


async def test_empty_sessions_are_removed_at_open_unless_a_live_program_has_them(store: Store, clock: Ticking) -> None:
    left = await store.sessions.create()
    held = await store.sessions.create()
    await store.sessions.claim(held.id, "other", 3600)
    clock.advance(minutes=2)
    just_made = await store.sessions.create()
    await store.close()
    again = await Store.open(store.path, clock=clock)
    ids = [session_id for (session_id,) in await query(again, "SELECT id FROM sessions ORDER BY number")]
    assert ids == [held.id, just_made.id]
    assert left.id not in ids
    clock.advance(hours=2)
    await again.sessions.sweep()
    assert await query(again, "SELECT id FROM sessions") == []
    await again.close()


async def test_unfinished_sessions_are_those_that_went_on_after_their_summary(store: Store, clock: Ticking) -> None:
    done, open_elsewhere, longer = [await session_of(store, text) for text in ("a", "b", "c")]
    short = await store.sessions.create()
    await store.messages.append_user(short.id, "alone", tokens=1)
    await store.sessions.delete(await session_of(store, "deleted"))
    for session_id in (done, longer):
        await store.summaries.put_session(session_id=session_id, text="All said.", to_seq=2, tokens=2, model=None)
    await exchange(store, longer, "more", "yes")
    await store.sessions.claim(open_elsewhere, "other", 60)

    assert [session.id for session in await store.sessions.unfinished("me")] == [longer]
    assert [session.id for session in await store.sessions.unfinished("other")] == [open_elsewhere, longer]
    await store.sessions.release(open_elsewhere, "other")
    assert [session.id for session in await store.sessions.unfinished("me")] == [open_elsewhere, longer]
    await store.sessions.claim(open_elsewhere, "other", 60)
    clock.advance(seconds=120)
    assert [session.id for session in await store.sessions.unfinished("me")] == [open_elsewhere, longer]


async def test_two_programs_can_have_a_session_open(store: Store) -> None:
    session_id = await session_of(store, "hello")
    await store.sessions.claim(session_id, "one", 60)
    await store.sessions.claim(session_id, "two", 60)
    await store.sessions.release(session_id, "one")
    assert await store.sessions.unfinished("one") == []
    await store.sessions.release(session_id, "two")
    await store.sessions.release(session_id, "two")
    assert len(await store.sessions.unfinished("one")) == 1


async def test_a_deleted_session_is_out_of_lists_and_recall_until_it_is_restored(store: Store) -> None:
    session_id = await session_of(store, "the zebra")
    await store.summaries.put_session(session_id=session_id, text="A zebra came up.", to_seq=2, tokens=4, model=None)
    before = await store.sessions.get(session_id)
    deleted = await store.sessions.delete(session_id)
    assert deleted.deleted_at is not None
    assert await store.sessions.list() == []
    assert await store.sessions.list(search="zebra") == []
    assert await store.sessions.latest() is None
    assert await found(store, "zebra") == []
    assert (await store.sessions.delete(session_id)).deleted_at == deleted.deleted_at

    assert await store.sessions.restore(session_id) == before
    assert len(await found(store, "zebra")) == 3
    assert await store.sessions.restore(session_id) == before
    assert len(await store.messages.page(session_id, before_seq=None, limit=9)) == 2


async def test_old_deleted_sessions_are_purged(store: Store, clock: Ticking) -> None:
    old, new = await session_of(store, "old"), await session_of(store, "new")
    await store.sessions.delete(old)
    clock.advance(days=40)
    await store.sessions.delete(new)
    assert await store.sessions.purge(clock() - timedelta(days=30)) == 1
    assert await store.sessions.purge(clock() - timedelta(days=30)) == 0
    with pytest.raises(NotFound):
        await store.sessions.restore(old)
    await store.sessions.restore(new)


@pytest.mark.parametrize("method", ["get", "end", "reopen", "delete", "restore", "erase"])
async def test_a_session_that_is_gone_is_told(store: Store, method: str) -> None:
    with pytest.raises(NotFound, match="No session has the id"):
        await getattr(store.sessions, method)("s000000000000")
