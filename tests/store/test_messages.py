"""Messages: durable as they come, whole as they end, read by the page and by the buffer."""

import asyncio

import pytest

from memchat.core.errors import NotFound
from memchat.core.messages import ToolUse, Usage
from memchat.store.store import Store
from memchat.store.values import NewJob, Span
from tests.store.conftest import Ticking
from tests.store.helpers import exchange, found, session_of


async def test_a_turn_is_stored_step_by_step(store: Store) -> None:
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, "Which one?", tokens=3, model="small")
    assert (user.seq, user.role, user.status, user.tokens, user.parent_id) == (1, "user", "complete", 3, None)
    assert user.model == "small"

    begun = await store.messages.begin_reply(session.id, user.id, text="Mur", model="small")
    assert (begun.seq, begun.role, begun.status, begun.parent_id) == (2, "assistant", "partial", user.id)
    assert begun.tokens > 0, "a partial answer counts in the budget even if the program dies now"
    await store.messages.update_reply(begun.id, text="Murin-an, of cou", reasoning="It must be")
    assert (await store.messages.get(begun.id)).text == "Murin-an, of cou"

    usage = Usage(prompt_tokens=120, completion_tokens=7, cached_tokens=100, cost=0.002)
    whole = await store.messages.finish_reply(
        begun.id,
        text="Murin-an, of course.",
        status="complete",
        tokens=6,
        usage=usage,
        finish_reason="stop",
        reasoning="It must be the garden.",
        tool_uses=[ToolUse(name="search_memory", arguments="{}", result="found «it»")],
    )
    assert whole == await store.messages.get(begun.id) == await store.messages.last(session.id)
    assert (whole.text, whole.status, whole.tokens, whole.usage) == ("Murin-an, of course.", "complete", 6, usage)
    assert whole.tool_uses[0].result == "found «it»"
    await store.messages.update_reply(begun.id, text="too late")
    assert (await store.messages.get(begun.id)).text == "Murin-an, of course."

    following = await store.messages.append_user(session.id, "Thanks", tokens=1)
    assert (following.seq, following.parent_id) == (3, whole.id)


async def test_usage_without_a_cost_and_no_usage_at_all(store: Store) -> None:
    session = await store.sessions.create()
    _, answer = await exchange(store, session.id, "hello", "there")
    assert answer.usage is None
    usage = Usage(prompt_tokens=0, completion_tokens=0)
    again = await store.messages.finish_reply(
        answer.id, text="there", status="complete", tokens=1, usage=usage, finish_reason=None
    )
    assert again.usage == usage


async def test_text_that_utf8_cannot_hold_and_text_with_nulls_is_stored(store: Store) -> None:
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, "a\udc80b\0c \x1b[31m 😀", tokens=1)
    assert user.text == "a?b\0c \x1b[31m 😀"
    assert await store.check() == "ok"


async def test_the_end_of_an_answer_and_its_jobs_are_one(store: Store) -> None:
    session = await store.sessions.create()
    job = NewJob(kind="fold", payload={"session_id": session.id}, key="fold")
    with pytest.raises(NotFound, match="No message has the id 'gone'"):
        await store.messages.finish_reply(
            "gone", text="x", status="complete", tokens=1, usage=None, finish_reason=None, jobs=[job]
        )
    assert await store.jobs.waiting() == 0
    user = await store.messages.append_user(session.id, "hello", tokens=1)
    reply = await store.messages.begin_reply(session.id, user.id, text="x", model=None)
    unstorable = NewJob(kind="fold", payload={"bad": object()}, key="bad")
    with pytest.raises(TypeError):
        await store.messages.finish_reply(
            reply.id, text="y", status="complete", tokens=1, usage=None, finish_reason=None, jobs=[job, unstorable]
        )
    assert (await store.messages.get(reply.id)).status == "partial"
    assert await store.jobs.waiting() == 0


async def test_an_answer_without_a_word_is_set_aside(store: Store) -> None:
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, "hello", tokens=1)
    reply = await store.messages.begin_reply(session.id, user.id, text="\n", model=None)
    await store.messages.finish_reply(
        reply.id, text=" \n", status="failed", tokens=1, usage=None, finish_reason="stop", error="Nothing came."
    )
    assert [message.id for message in await store.messages.page(session.id, before_seq=None, limit=9)] == [user.id]
    assert (await store.sessions.get(session.id)).message_count == 1


async def test_a_user_message_that_failed_can_be_tried_again(store: Store) -> None:
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, "the question of the zebra", tokens=5)
    failed = await store.messages.mark_failed(user.id, "The model cannot be reached.")
    assert (failed.status, failed.error) == ("failed", "The model cannot be reached.")
    assert await found(store, "zebra") == []
    complete = await store.messages.mark_complete(user.id)
    assert (complete.status, complete.error) == ("complete", None)
    assert await found(store, "zebra") == [user.id]


async def test_what_got_no_answer_is_asked_with_the_next_and_learned_and_found_like_it(store: Store) -> None:
    session = await store.sessions.create()
    first = await store.messages.append_user(session.id, "I live in Taipei.", tokens=1)
    await store.messages.mark_failed(first.id, "The model cannot be reached.")
    second = await store.messages.append_user(session.id, "Are you there?", tokens=1)
    assert [each.id for each in await store.messages.unlearned(session.id, 9)] == [first.id, second.id]
    assert (await found(store, "Taipei"))[0] == first.id
    kept = await store.messages.get(first.id)
    assert (kept.status, kept.error) == ("complete", None)


async def test_an_answer_that_was_answered_again_is_out_of_the_way_but_kept(store: Store) -> None:
    session = await store.sessions.create()
    user, first = await exchange(store, session.id, "which animal?", "a zebra")
    reply = await store.messages.begin_reply(session.id, user.id, text="an okapi", model=None, instead_of=first.id)
    second = await store.messages.finish_reply(
        reply.id, text="an okapi", status="complete", tokens=10, usage=None, finish_reason="stop"
    )
    assert second.seq == 3
    wanted = [user.id, second.id]
    messages = store.messages
    assert [each.id for each in await messages.page(session.id, before_seq=None, limit=9)] == wanted
    assert [each.id for each in await messages.tail(session.id, after_seq=0, max_messages=9, max_tokens=999)] == wanted
    assert [each.id for each in await messages.range(session.id, 1, 9)] == wanted
    assert await messages.span(session.id, 0) == Span(2, 20)
    assert await found(store, "zebra") == []
    assert (await messages.get(first.id)).text == "a zebra"
    assert (await store.sessions.get(session.id)).message_count == 2
    assert (await messages.append_user(session.id, "next", tokens=1)).parent_id == second.id


async def test_pages_go_back_from_the_end(store: Store) -> None:
    session_id = await session_of(store, "one", "two", "three")
    page = store.messages.page
    assert [each.seq for each in await page(session_id, before_seq=None, limit=4)] == [3, 4, 5, 6]
    assert [each.seq for each in await page(session_id, before_seq=3, limit=4)] == [1, 2]
    assert await page(session_id, before_seq=1, limit=4) == []
    assert await page("gone", before_seq=None, limit=4) == []
    assert await store.messages.last("gone") is None


@pytest.mark.parametrize(
    ("after", "most", "tokens", "wanted"),
    [
        (0, 99, 999, [1, 2, 3, 4, 5, 6]),
        (0, 99, 30, [4, 5, 6]),
        (0, 99, 29, [5, 6]),
        (0, 99, 9, []),
        (0, 2, 999, [5, 6]),
        (4, 99, 999, [5, 6]),
        (6, 99, 999, []),
    ],
)
async def test_the_tail_is_the_newest_that_fits(
    store: Store, after: int, most: int, tokens: int, wanted: list[int]
) -> None:
    session_id = await session_of(store, "one", "two", "three")
    tail = await store.messages.tail(session_id, after_seq=after, max_messages=most, max_tokens=tokens)
    assert [each.seq for each in tail] == wanted


async def test_the_span_after_a_place(store: Store) -> None:
    session_id = await session_of(store, "one", "two", "three")
    assert await store.messages.span(session_id, 0) == Span(6, 60)
    assert await store.messages.span(session_id, 4) == Span(2, 20)
    assert await store.messages.span(session_id, 6) == await store.messages.span("gone", 0) == Span(0, 0)


async def test_a_range_has_both_ends(store: Store) -> None:
    session_id = await session_of(store, "one", "two", "three")
    assert [each.seq for each in await store.messages.range(session_id, 2, 4)] == [2, 3, 4]


async def test_messages_that_come_at_once_get_places_of_their_own(store: Store) -> None:
    session = await store.sessions.create()
    await asyncio.gather(*(store.messages.append_user(session.id, f"number {n}", tokens=1) for n in range(20)))
    page = await store.messages.page(session.id, before_seq=None, limit=99)
    assert [each.seq for each in page] == list(range(1, 21))


async def test_a_write_whose_caller_was_cancelled_is_still_made(store: Store) -> None:
    session = await store.sessions.create()
    writing = asyncio.ensure_future(store.messages.append_user(session.id, "do not lose me", tokens=4))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await store.sessions.reopen(session.id)
    assert [each.text for each in await store.messages.range(session.id, 1, 9)] == ["do not lose me"]


async def test_an_answer_that_a_crash_cut_off_is_kept_and_found_at_the_next_start(store: Store, clock: Ticking) -> None:
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, "tell me", tokens=2)
    reply = await store.messages.begin_reply(session.id, user.id, text="There once", model=None)
    await store.messages.update_reply(reply.id, text="There once was an okapi")
    assert await found(store, "okapi") == []
    await store.sessions.claim(session.id, "still streaming", 60)
    await (await Store.open(store.path, clock=clock)).close()
    assert await found(store, "okapi") == []
    clock.advance(minutes=5)
    again = await Store.open(store.path, clock=clock)
    kept = await again.messages.get(reply.id)
    assert (kept.text, kept.status) == ("There once was an okapi", "partial")
    assert await found(again, "okapi") == [reply.id, user.id], "and what it answers, by the words next to it"
    await again.close()
