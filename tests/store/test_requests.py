"""The requests that were sent, and what a turn just missed."""

import json
from datetime import timedelta
from pathlib import Path

from memchat.core.context import Block, ContextPlan, ItemSource, LeftOut, Missed, Recall, RecalledItem, Shown
from memchat.core.requests import SentRequest
from memchat.core.times import now
from memchat.store import Store, requests
from tests.store.helpers import query, session_of

PLAN = ContextPlan(
    model="m",
    window=8_000,
    reserve=1_000,
    mode="hybrid",
    blocks=(
        Block(role="system", content="Be kind.", tokens=5, layer="system"),
        Block(role="user", content="你好 ?", tokens=3, layer="user", ref="u1"),
    ),
    left_out=(LeftOut(layer="buffer", ref=None, text="old", tokens=9, reason="no room"),),
    fold_next=("m1",),
    shown=(Shown("profile", "f1", "- name: Mika", 4),),
)


def request(session_id: str, message_id: str, text: str = "你好", number: int = 0) -> SentRequest:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": text}]
    body = json.dumps({"model": "m", "messages": messages}, ensure_ascii=False).encode()
    return SentRequest(
        session_id=session_id,
        message_id=message_id,
        round=number,
        at=now(),
        url="http://x/v1/chat/completions",
        keyed=True,
        body=body,
        plan=PLAN,
    )


async def asked(store: Store, session_id: str) -> str:
    return (await store.messages.page(session_id, before_seq=None, limit=1))[0].id


async def test_a_request_comes_back_as_it_was(store: Store) -> None:
    session = await session_of(store, "hi")
    sent = request(session, await asked(store, session), "你好 ?")
    await store.requests.add([sent])
    (kept,) = await store.requests.of_session(session)
    assert (kept.body, kept.at, kept.url, kept.keyed, kept.round) == (sent.body, sent.at, sent.url, True, 0)
    assert (kept.plan.left_out, kept.plan.shown, kept.plan.fold_next) == (PLAN.left_out, PLAN.shown, PLAN.fold_next)
    assert await store.requests.of_message(sent.message_id) == [kept]


async def test_only_the_newest_are_kept(store: Store) -> None:
    session = await session_of(store, "hi")
    message = await asked(store, session)
    await store.requests.add([request(session, message, f"question {n}") for n in range(requests.A_SESSION + 5)])
    kept = await store.requests.of_session(session, limit=99)
    assert len(kept) == requests.A_SESSION
    assert b"question 34" in kept[0].body
    others = [await session_of(store, f"hi {n}") for n in range(requests.IN_ALL // requests.A_SESSION + 1)]
    for other in others:
        await store.requests.add([request(other, message) for _ in range(requests.A_SESSION)])
    ((count,),) = await query(store, "SELECT count(*) FROM requests")
    assert count == requests.IN_ALL
    assert await store.requests.of_session(session) == []


async def test_a_session_that_is_gone_keeps_none_and_takes_its_own_along(store: Store) -> None:
    session = await session_of(store, "hi")
    message = await asked(store, session)
    await store.requests.add([request(session, message)])
    await store.sessions.erase(session)
    await store.requests.add([request(session, message)])
    assert await query(store, "SELECT 1 FROM requests") == []


async def test_erasing_leaves_nothing_of_a_request_in_the_file(tmp_path: Path) -> None:
    opened = await Store.open(tmp_path / "memory.db")
    session = await session_of(opened, "hi")
    await opened.requests.add([request(session, await asked(opened, session), "x" * 20_000)])
    memory = await opened.memories.add(kind="fact", text="Likes zebras", confidence=1.0, origin="user")
    await opened.memories.erase(memory.id)
    assert await query(opened, "SELECT 1 FROM requests") == []
    await opened.close()


async def test_what_was_missed_is_kept_with_the_turn(store: Store) -> None:
    session = await session_of(store, "The garden is called Murin-an", "which one?")
    said, question = (await store.messages.page(session, before_seq=None, limit=4))[::2]
    source = ItemSource(
        session_id=session, session_title="", message_id=said.id, role="user", at=now() - timedelta(days=1)
    )
    item = RecalledItem(
        id=said.id, kind="message", text=said.text, score=0.4, parts={"words": 0.4}, tokens=5, source=source
    )
    other = RecalledItem(
        id="s9", kind="episode", text="Kyoto", score=0.1, parts={"words": 0.1}, tokens=2, source=source
    )
    recall = Recall(items=(item,), considered=9, milliseconds=1.5, missed=(Missed(other, "too weak: .10 of .15"),))
    await store.recalls.record(question.id, recall, [item.id])
    told = await store.recalls.told(question.id)
    assert told is not None
    assert ([each.id for each in told.items], told.missed[0].reason) == ([said.id], "too weak: .10 of .15")
    assert [each.id for each in await store.recalls.of_message(question.id, all_found=True)] == [said.id]
    await store.recalls.record(question.id, recall, [])
    told = await store.recalls.told(question.id)
    assert told is not None
    assert [each.reason for each in told.missed] == ["no room in the request", "too weak: .10 of .15"]
    assert await store.recalls.told(said.id) is None
