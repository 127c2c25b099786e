"""Erasing is real: the words are in no file afterwards."""

import json
from pathlib import Path

import pytest

from memchat.core.context import ItemSource, Recall, RecalledItem
from memchat.core.memories import Source
from memchat.core.messages import ToolUse
from memchat.store.connection import connect
from memchat.store.store import Store
from memchat.store.values import NewJob
from tests.store.helpers import embed_all, found, query, session_of, unit

SECRET = "qxzvuniquesecret"
DIRECTION = unit(0.123456, -0.654321, 0.333333, 0.777777)


def _where(folder: Path, needle: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if needle in file.read_bytes()]


async def _everywhere(store: Store) -> tuple[str, str]:
    """A session that has left its words in every table; its id and that of a memory drawn from it."""
    session = await store.sessions.create()
    user = await store.messages.append_user(session.id, f"my {SECRET} is here " * 3, tokens=9)
    reply = await store.messages.begin_reply(session.id, user.id, text=f"{SECRET}!", model="m")
    await store.messages.finish_reply(
        reply.id,
        text=f"I heard {SECRET}",
        status="stopped",
        tokens=9,
        usage=None,
        finish_reason="stop",
        reasoning=f"They said {SECRET}",
        error=f"about {SECRET}",
        tool_uses=[ToolUse(name="remember", arguments=f'"{SECRET}"', result=SECRET)],
        jobs=[NewJob(kind="fold", payload={"session_id": session.id, "note": SECRET}, key=f"fold {SECRET}")],
    )
    await store.sessions.rename(session.id, f"On {SECRET}", by="user")
    await store.sessions.set_draft(session.id, f"and {SECRET}")
    await store.summaries.add(
        session_id=session.id, text=SECRET, from_seq=1, to_seq=2, tokens=1, model=None, previous_id=None
    )
    await store.summaries.edit(session.id, f"{SECRET} again", 1)
    await store.summaries.put_session(session_id=session.id, text=SECRET, to_seq=2, tokens=1, model=None)
    memory = await store.memories.add(
        kind="fact",
        text="Has a thing",
        confidence=1,
        origin="user",
        sources=[Source(session_id=session.id, message_id=user.id, quote=f"my {SECRET}")],
    )
    turn = await store.messages.append_user(await session_of(store, "later"), "what was it?", tokens=3)
    source = ItemSource(
        session_id=session.id, session_title=f"On {SECRET}", message_id=user.id, role="user", at=user.created_at
    )
    item = RecalledItem(
        id=session.id, kind="episode", text=SECRET, score=1, parts={"words": 1}, tokens=1, source=source
    )
    await store.recalls.record(turn.id, Recall(items=(item,), considered=1, milliseconds=1), [item.id])
    await embed_all(store, lambda _: DIRECTION)
    return session.id, memory.id


async def test_an_erased_session_is_in_no_file(store: Store) -> None:
    assert store.path is not None
    folder = store.path.parent
    kept = await session_of(store, "keep the zebra")
    for _ in range(3):
        session, memory = await _everywhere(store)
        assert _where(folder, SECRET.encode())
        await store.sessions.erase(session)
        assert _where(folder, SECRET.encode()) == []
        # Drawn from it, and the user's own now: the memory stays, without the words it was drawn from.
        assert [source.quote for source in (await store.memories.get(memory)).sources] == [""]
        await store.memories.erase(memory)
    assert await found(store, SECRET) == []
    assert len(await found(store, "zebra")) == 2
    assert len(await store.messages.page(kept, before_seq=None, limit=9)) == 2
    assert await store.check() == "ok"


async def test_erased_vectors_are_in_no_file(store: Store) -> None:
    assert store.path is not None
    session = await session_of(store, "hello")
    await embed_all(store, lambda _: DIRECTION)
    await store._database._writer.run(lambda db: db.wal_checkpoint())
    assert _where(store.path.parent, DIRECTION)
    await store.sessions.erase(session)
    assert _where(store.path.parent, DIRECTION) == []


async def test_an_erased_memory_is_in_no_file(store: Store) -> None:
    assert store.path is not None
    source = Source(session_id=None, message_id=None, quote=f"so said {SECRET}")
    memory = await store.memories.add(kind="fact", text=f"Has {SECRET}", confidence=1, origin="user", sources=[source])
    await store.memories.edit(memory.id, f"Had {SECRET} once")
    await store.memories.undo()
    await store.memories.erase(memory.id)
    assert _where(store.path.parent, SECRET.encode()) == []


async def test_erasing_takes_old_backups_along(store: Store) -> None:
    assert store.path is not None
    session, _ = await _everywhere(store)
    backup = store.path.with_name("memchat.db.v1.bak")
    await store.backup(backup)
    own = store.path.with_name("my-own-copy.db")
    await store.backup(own)
    await store.sessions.erase(session)
    assert not backup.exists()
    assert own.exists(), "a copy that the user asked for is the user's"


async def test_another_program_sees_the_erasure_and_is_not_disturbed(store: Store) -> None:
    assert store.path is not None
    other = await Store.open(store.path)
    session, _ = await _everywhere(store)
    assert len(await found(other, SECRET)) == 4
    await store.sessions.erase(session)
    assert await found(other, SECRET) == []
    assert _where(store.path.parent, SECRET.encode()) == []
    await other.close()


async def test_erasing_waits_for_no_reader_for_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.path is not None
    monkeypatch.setattr("memchat.store.scrubbing._WAIT_MILLISECONDS", 10)
    session, _ = await _everywhere(store)
    reader = connect(store.path, reader=True)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM messages").get
    await store.sessions.erase(session)
    assert reader.execute("SELECT count(*) FROM messages WHERE text LIKE ?", (f"%{SECRET}%",)).get == 2
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM messages WHERE text LIKE ?", (f"%{SECRET}%",)).get == 0
    reader.close()
    await store.close()
    assert _where(store.path.parent, SECRET.encode()) == []


async def test_history_holds_no_quotes(store: Store) -> None:
    _, memory = await _everywhere(store)
    for before, after in await query(store, "SELECT before, after FROM changes WHERE target = ?", memory):
        for state in (before, after):
            assert state is None or SECRET not in state
            assert state is None or json.loads(state)["sources"]
