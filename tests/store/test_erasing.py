"""Erasing is real: the words are in no file afterwards."""

import json
from itertools import count
from pathlib import Path

import apsw
import pytest

from memchat.core.context import ContextPlan, ItemSource, Missed, Recall, RecalledItem
from memchat.core.errors import ErasedMeanwhile
from memchat.core.memories import Source
from memchat.core.messages import ToolUse
from memchat.core.requests import SentRequest
from memchat.store.connection import connect
from memchat.store.doom import Doom
from memchat.store.erasing import erase_session
from memchat.store.scrubbing import SCRUB_KEY
from memchat.store.store import Store
from memchat.store.traces import COLUMNS
from memchat.store.values import NewJob
from memchat.store.vectors import halved
from tests.store.helpers import embed_all, exchange, found, query, session_of, unit

SECRET = "qxzvuniquesecret"
DIRECTION = unit(0.123456, -0.654321, 0.333333, 0.777777)


def _in_the_midst_of_reading(path: Path) -> apsw.Connection:
    """A connection whose transaction has begun to read, so that what it reads stays until it ends."""
    reader = connect(path, reader=True)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM messages").get
    return reader


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


async def test_what_an_erased_message_was_preferred_to_does_not_quote_it(store: Store) -> None:
    assert store.path is not None
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, f"The word is {SECRET}", "Well")
    other, _ = await exchange(store, (await store.sessions.create()).id, "The word is there", "Well")
    turn = await store.messages.append_user(await session_of(store, "later"), "what was it?", tokens=3)
    source = ItemSource(
        session_id=other.session_id, session_title="", message_id=other.id, role="user", at=other.created_at
    )
    item = RecalledItem(id=other.id, kind="message", text="", score=0.5, parts={}, tokens=1, source=source)
    missed = [Missed(item, f"says the same as “{user.text}”"), Missed(item, "too weak: .10 of the .15 that it takes")]
    await store.recalls.record(turn.id, Recall(items=(), considered=2, milliseconds=1, missed=tuple(missed)), [])
    await store.sessions.erase(session.id)
    assert _where(store.path.parent, SECRET.encode()) == []
    told = await store.recalls.told(turn.id)
    assert told is not None
    assert [each.reason for each in told.missed] == [missed[1].reason]


async def test_what_another_program_erased_since_it_was_found_is_not_recorded(store: Store) -> None:
    assert store.path is not None
    session = await store.sessions.create()
    user, _ = await exchange(store, session.id, f"The word is {SECRET}", "Well")
    later = await session_of(store, "later")
    turn = await store.messages.append_user(later, "what was it?", tokens=3)
    source = ItemSource(
        session_id=session.id, session_title=f"On {SECRET}", message_id=user.id, role="user", at=user.created_at
    )
    item = RecalledItem(
        id=session.id, kind="episode", text=SECRET, score=1, parts={"words": 1}, tokens=1, source=source
    )
    recall = Recall(items=(item,), considered=1, milliseconds=1)
    plan = ContextPlan(model="m", window=8000, reserve=0, mode="hybrid", blocks=(), left_out=())
    request = SentRequest(
        session_id=later,
        message_id=turn.id,
        round=0,
        at=turn.created_at,
        url="http://127.0.0.1:1/v1/chat/completions",
        keyed=False,
        body=json.dumps({"messages": [], "note": SECRET}).encode(),
        plan=plan,
    )
    as_of = await store.erasures.times()
    await store.recalls.record(turn.id, recall, [item.id], as_of=as_of)
    await store.requests.add([request], as_of=as_of)
    assert await store.recalls.told(turn.id) is not None
    other = await Store.open(store.path)
    await other.sessions.erase(session.id)
    await other.close()
    with pytest.raises(ErasedMeanwhile):
        await store.recalls.record(turn.id, recall, [item.id], as_of=as_of)
    with pytest.raises(ErasedMeanwhile):
        await store.requests.add([request], as_of=as_of)
    assert await store.requests.of_session(later) == []
    assert _where(store.path.parent, SECRET.encode()) == []


async def test_erased_vectors_are_in_no_file(store: Store) -> None:
    assert store.path is not None
    session = await session_of(store, "hello")
    await embed_all(store, lambda _: DIRECTION)
    await store._database._writer.run(lambda db: db.wal_checkpoint())
    assert _where(store.path.parent, halved(DIRECTION))
    await store.sessions.erase(session)
    assert _where(store.path.parent, halved(DIRECTION)) == []


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
    reader = _in_the_midst_of_reading(store.path)
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


_KNOWN_ELSEWHERE = {
    # Deleted with what they belong to, or made again.
    *("memories.text", "memories.normal_text", "memories.value", "memories.subject", "memories.attribute"),
    *("memories.field", "memories.replaces", "rolling_summaries.text", "session_summaries.text", "prefixes.content"),
    "requests.url",
    # Words of the program, ids and names of models.
    *("sessions.title_by", "sessions.model", "sessions.persona", "claims.owner", "messages.role", "messages.status"),
    *("messages.model", "messages.finish_reason", "rolling_summaries.model", "session_summaries.model"),
    *("memories.kind", "memories.status", "memories.origin", "memories.holds", "memories.actor", "changes.action"),
    *(
        "changes.actor",
        "jobs.kind",
        "jobs.owner",
        "models.endpoint",
        "models.model",
        "items.kind",
        "recalls.words_only",
    ),
    *("recalled_items.kind", "recalled_items.parts", "recalled_items.source_role", "learning_usage.day"),
    *(
        "learning_usage.model",
        "learning_usage.kind",
        "migrations.name",
        "migrations.program",
        "embedders.state",
        "learning_rules.basis",
        "learning_rules.kind",
    ),
}


async def test_every_column_with_text_in_it_is_looked_through(store: Store) -> None:
    tables = await query(
        store,
        "SELECT t.name, c.name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c "
        "WHERE t.type = 'table' AND c.type = 'TEXT' AND t.name NOT LIKE 'sqlite%'",
    )
    columns = {f"{table}.{name}" for table, name in tables}
    ids = {each for each in columns if each.endswith((".id", "_id", ".id", ".ref", ".target", ".batch"))}
    ids |= {"memories.superseded_by", "lineage.memory", "lineage.part", "conflicts.first", "conflicts.second"}
    ids |= {"kept_out.message", "mutes.session", "mutes.ref"}
    ids |= {"recalled_items.source_session", "recalled_items.source_message"}
    looked_through = {f"{column.table}.{column.name}" for column in COLUMNS}
    assert columns - ids - _KNOWN_ELSEWHERE == looked_through


async def test_what_is_left_is_found_by_meaning_after_the_file_was_made_anew(store: Store) -> None:
    session = await session_of(store, *(f"question {number}" for number in range(600)))
    other = await session_of(store, "the zebra", "the quagga")
    numbers = count()
    await embed_all(store, lambda text: unit(1, 0, next(numbers) / 5000, 0) if "question" in text else unit(0, 1, 0, 0))
    await store.sessions.erase(session)
    hits = await store.index.by_meaning(unit(0, 1, 0, 0), limit=10)
    assert len(hits) == 4
    assert {each.session_id for each in (await store.index.load([hit.key for hit in hits])).values()} == {other}
    assert await store.check() == "ok"
    await embed_all(store, lambda _: unit(0, 0, 1, 0))


async def test_an_erasing_whose_program_died_is_finished_by_the_next_start(store: Store) -> None:
    assert store.path is not None
    session, _ = await _everywhere(store)
    backup = store.path.with_name("memchat.db.v1.bak")
    await store.backup(backup)
    await store._database.write(erase_session, session)
    assert await query(store, "SELECT kind FROM jobs WHERE key = ?", SCRUB_KEY) == [("tidy",)]
    assert _where(store.path.parent, SECRET.encode()) != []
    other = await Store.open(store.path)
    assert await query(other, "SELECT kind FROM jobs") == []
    assert _where(store.path.parent, SECRET.encode()) == []
    assert not backup.exists()
    await other.close()


async def test_the_files_are_scrubbed_later_while_another_program_reads(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.path is not None
    monkeypatch.setattr("memchat.store.scrubbing._WAIT_MILLISECONDS", 10)
    session, _ = await _everywhere(store)
    reader = _in_the_midst_of_reading(store.path)
    _, complete = await store.erasures.erase(Doom(sessions=frozenset((session,))), lambda *_: None, count=len)
    assert not complete
    assert not await store.erasures.finish()
    reader.execute("COMMIT")
    reader.close()
    assert await store.erasures.finish()
    assert _where(store.path.parent, SECRET.encode()) == []


async def test_a_wiped_database_holds_nothing_and_can_be_used(store: Store) -> None:
    assert store.path is not None
    session, _ = await _everywhere(store)
    assert session
    assert await store.erasures.wipe()
    assert _where(store.path.parent, SECRET.encode()) == []
    assert await store.sessions.list() == []
    assert await store.check() == "ok"
    await session_of(store, "the zebra")
    await embed_all(store, lambda _: DIRECTION)
    assert len(await found(store, "zebra")) == 2
    assert len(await store.index.by_meaning(DIRECTION, limit=5)) == 2
