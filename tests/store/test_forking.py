"""A fork begins with copies; recall finds what was said once."""

from datetime import timedelta

import pytest

from memchat.core.errors import MemchatError, NotFound
from memchat.store.store import Store
from tests.store.conftest import Ticking
from tests.store.helpers import exchange, found, session_of


async def _messages(store: Store, session: str) -> list[str]:
    return [message.text for message in await store.messages.page(session, before_seq=None, limit=99)]


async def test_a_fork_shares_the_beginning_and_goes_on_by_itself(store: Store) -> None:
    session = await session_of(store, "zebras", "okapis", "lemurs")
    said = await store.messages.range(session, 1, 6)
    await store.sessions.set_tags(session, ["trip"])
    await store.sessions.keep_out(session, [said[1].id], out=True)
    forked = await store.sessions.fork(session, said[3].id)
    assert (forked.title, forked.tags, forked.forked_from) == ("zebras (2)", ("trip",), session)
    assert (forked.message_count, forked.learned_to) == (4, 4)
    assert await _messages(store, forked.id) == [message.text for message in said[:4]]
    copies = await store.messages.range(forked.id, 1, 4)
    assert [copy.copy_of for copy in copies] == [message.id for message in said[:4]]
    assert [copy.parent_id for copy in copies] == [None, *(copy.id for copy in copies[:3])]
    assert [copy.kept_out for copy in copies] == [False, True, False, False]
    await exchange(store, forked.id, "tapirs", "Yes")
    assert (await store.messages.range(forked.id, 5, 9))[0].text == "tapirs"
    assert await _messages(store, session) == [message.text for message in said]
    assert await store.messages.unlearned(forked.id, 9) == await store.messages.range(forked.id, 5, 5)
    assert [each.id for each in await store.sessions.unfinished("me")] == [session, forked.id]


async def test_a_forks_title_tells_it_from_all_others(store: Store) -> None:
    session = await session_of(store, "zebras")
    (first, *_) = await store.messages.range(session, 1, 2)
    second = await store.sessions.fork(session, first.id)
    (copy, *_) = await store.messages.range(second.id, 1, 1)
    titles = [second.title, (await store.sessions.fork(second.id, copy.id)).title]
    await store.sessions.rename(session, "", by="user")
    titles.append((await store.sessions.fork(session, first.id)).title)
    assert titles == ["zebras (2)", "zebras (3)", ""]


async def test_what_a_fork_shares_is_found_once(store: Store) -> None:
    session = await session_of(store, "zebras")
    said = await store.messages.range(session, 1, 2)
    forked = await store.sessions.fork(session, said[0].id)
    again = await store.sessions.fork(forked.id, (await store.messages.range(forked.id, 1, 1))[0].id)
    assert sorted(await found(store, "zebras")) == sorted(message.id for message in said)
    assert {each.id for each in await store.sessions.list(search="zebras")} == {session, forked.id, again.id}
    assert [each.copy_of for each in await store.messages.range(again.id, 1, 1)] == [said[0].id]


async def test_copies_are_found_when_what_they_copy_is_gone(store: Store) -> None:
    session = await session_of(store, "zebras")
    said = await store.messages.range(session, 1, 2)
    first = await store.sessions.fork(session, said[1].id)
    second = await store.sessions.fork(session, said[1].id)
    copies = [message.id for message in await store.messages.range(first.id, 1, 2)]
    await store.sessions.delete(session)
    assert sorted(await found(store, "zebras")) == sorted(copies)
    await store.sessions.restore(session)
    assert sorted(await found(store, "zebras")) == sorted(message.id for message in said)
    await store.sessions.erase(session)
    assert sorted(await found(store, "zebras")) == sorted(copies)
    assert [message.copy_of for message in await store.messages.range(second.id, 1, 2)] == copies


async def test_a_fork_takes_the_summary_that_held_there(store: Store) -> None:
    session = await session_of(store, "a", "b", "c")
    said = await store.messages.range(session, 1, 6)
    previous = None
    for number, text in ((2, "One."), (4, "One and two.")):
        new = await store.summaries.add(
            session_id=session, text=text, from_seq=1, to_seq=number, tokens=5, model="small", previous_id=previous
        )
        assert new is not None
        previous = new.id
    forked = await store.sessions.fork(session, said[2].id)
    held = await store.summaries.latest(forked.id)
    assert held is not None
    assert (held.text, held.to_seq, held.previous_id) == ("One.", 2, None)
    early = await store.sessions.fork(session, said[0].id)
    assert await store.summaries.latest(early.id) is None


async def test_a_fork_is_in_the_history_and_taken_back_until_it_goes_on(store: Store) -> None:
    session = await session_of(store, "zebras", "okapis")
    said = await store.messages.range(session, 1, 4)
    forked = await store.sessions.fork(session, said[1].id)
    (change,) = await store.memories.history(f"session:{forked.id}")
    assert (change.action, change.actor) == ("fork", "user")
    assert await store.memories.undo() is not None
    assert [each.id for each in await store.sessions.list()] == [session]
    assert await store.memories.redo() is not None
    assert {each.id for each in await store.sessions.list()} == {session, forked.id}
    await store.sessions.claim(forked.id, "me", 60)
    assert await store.memories.undo() is None
    made = (await store.memories.history(f"session:{forked.id}"))[-1].id
    with pytest.raises(MemchatError, match="is open, or something was said"):
        await store.memories.undo_change(made)
    await store.sessions.release(forked.id, "me")
    await exchange(store, forked.id, "tapirs", "Yes")
    assert await store.memories.undo() is None
    assert {each.id for each in await store.sessions.list()} == {session, forked.id}


async def test_a_fork_that_a_program_had_open_when_it_crashed_is_taken_back(store: Store, clock: Ticking) -> None:
    session = await session_of(store, "zebras")
    (first, *_) = await store.messages.range(session, 1, 2)
    forked = await store.sessions.fork(session, first.id)
    await store.sessions.claim(forked.id, "crashed", 60)
    clock.advance(seconds=61)
    assert await store.memories.undo() is not None
    assert [each.id for each in await store.sessions.list()] == [session]


async def test_a_fork_that_is_taken_back_late_stays_to_be_made_again(store: Store, clock: Ticking) -> None:
    session = await session_of(store, "zebras")
    (first, *_) = await store.messages.range(session, 1, 2)
    forked = await store.sessions.fork(session, first.id)
    await store.sessions.delete(session)
    await store.memories.undo()
    clock.advance(days=90)
    month_ago = clock.moment - timedelta(days=30)
    await store.memories.redo()
    await store.memories.undo_change((await store.memories.history(f"session:{forked.id}"))[0].id)
    assert await store.sessions.purge(month_ago) == 0, "both were deleted just now"
    await store.memories.redo()
    assert [each.id for each in await store.sessions.list()] == [forked.id]


async def test_a_fork_from_nowhere_is_refused(store: Store) -> None:
    one, two = await session_of(store, "a"), await session_of(store, "b")
    other = (await store.messages.range(two, 1, 1))[0]
    with pytest.raises(NotFound, match="no message"):
        await store.sessions.fork(one, other.id)
    with pytest.raises(NotFound):
        await store.sessions.fork("s000000000000", other.id)
