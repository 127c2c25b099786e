"""From empty and from every earlier version, with data; each step as a whole or not at all."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from memchat.core.errors import StoreError
from memchat.core.times import now
from memchat.store import migrations
from memchat.store.connection import connect
from memchat.store.database import Database, make_private
from memchat.store.migrations import LATEST, Migration, all_migrations, migrate, version_of
from memchat.store.store import Store
from tests.store.helpers import found, unit

_OLD_DATA = """
INSERT INTO sessions (number, id, title, created_at, updated_at, last_seq, message_count, deleted_at) VALUES
    (1, 's1', 'Kyoto', 100, 200, 4, 3, NULL), (2, 's2', 'Gone', 100, 200, 1, 1, 300);
INSERT INTO messages (id, session, seq, role, status, active, created_at, tokens, parent_id, text) VALUES
    ('m1', 1, 1, 'user', 'complete', 1, 101, 5, NULL, 'The garden was Murin-an'),
    ('m2', 1, 2, 'assistant', 'complete', 0, 102, 5, 'm1', 'A first answer about lanterns'),
    ('m3', 1, 3, 'assistant', 'complete', 1, 103, 5, 'm1', '京都の庭園 is lovely'),
    ('m4', 1, 4, 'user', 'failed', 1, 104, 5, 'm3', 'a question about trains'),
    ('m5', 2, 1, 'user', 'complete', 1, 105, 5, NULL, 'The garden of the deleted');
INSERT INTO session_summaries VALUES (1, 'Planned a trip with gardens', 4, 6, 100, 210, 'test');
INSERT INTO memories (id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at) VALUES
    ('f1', 'preference', 'Likes small gardens', 'likes small gardens', 'active', 1, 'user', 101, 101),
    ('f2', 'fact', 'Hates gardens', 'hates gardens', 'forgotten', 1, 'user', 101, 101);
INSERT INTO sources (target, session_id, message_id, quote) VALUES ('f1', 's1', 'm1', 'Murin-an');
INSERT INTO profile VALUES ('favourite_place', 'the garden', 1, 'user', 101), ('name', 'Alicia', 0.6, 'assistant', 107);
INSERT INTO sources (target, session_id, message_id, quote, live) VALUES
    ('profile:name', 's1', 'm1', 'I am Alice', 0), ('profile:name', 's1', 'm4', 'Alicia, really', 1);
INSERT INTO changes (id, target, action, actor, at, before, after) VALUES
    ('c1', 'f1', 'add', 'large', 101, NULL, '{"text": "Likes small gardens", "status": "active", "sources": []}'),
    ('c2', 'profile:name', 'set', 'user', 106, NULL, '{"value": "Alice", "sources": [2]}'),
    ('c3', 'profile:name', 'set', 'small', 107, '{"value": "Alice", "sources": [2]}', '{"value": "Alicia"}');
INSERT INTO jobs (id, kind, key, payload, run_after, created_at) VALUES ('j1', 'fold', 'fold:s1', '{}', 0, 100);
"""


def _at_version(path: Path, version: int) -> None:
    """A database as a memchat of that version left it."""
    make_private(path)
    db = connect(path)
    migrate(db, None, now, all_migrations()[: min(version, 1)])
    if version:
        db.execute(_OLD_DATA)
    # The steps after the first index what is there, and move it to where it belongs.
    migrate(db, None, now, all_migrations()[:version])
    db.close()


def _dump(path: Path) -> list[str]:
    db = connect(path)
    try:
        return [str(row) for row in db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name")]
    finally:
        db.close()


async def test_from_empty_every_step_is_booked(store: Store) -> None:
    booked = await store._database.read(lambda db: list(db.execute("SELECT version, name FROM migrations")))
    assert booked == list(enumerate(migrations.NAMES, 1))


@pytest.mark.parametrize("version", range(LATEST + 1))
async def test_every_version_comes_to_the_same_shape(version: int, path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.db"
    _at_version(path, version)
    for each in (path, fresh):
        await (await Store.open(each)).close()
    assert _dump(path) == _dump(fresh)


@pytest.mark.parametrize("version", range(1, LATEST))
async def test_data_of_every_earlier_version_is_kept_and_found(version: int, path: Path) -> None:
    _at_version(path, version)
    store = await Store.open(path)
    assert [message.id for message in await store.messages.page("s1", before_seq=None, limit=9)] == ["m1", "m3", "m4"]
    place, _ = await store.profile.list()
    assert (place.field, place.value) == ("favourite_place", "the garden")
    assert set(await found(store, "garden")) == {"m1", "m3", "s1", "f1", place.memory_id}
    assert await found(store, "庭園") == ["m3", "m1"], "what stands next to it is found after it"
    assert "m3" in await found(store, "murin"), "the message before is its context"
    assert "f1" in await found(store, "murin"), "so is the quote that a fact rests on"
    assert await found(store, "lanterns") == []
    assert await found(store, "trains") == []
    assert await found(store, "favourite") == [place.memory_id]
    assert [key for key, _ in await store.index.pending(99)]
    assert await store.jobs.waiting() == 1
    assert await store.check() == "ok"
    await store.sessions.restore("s2")
    assert "m5" in await found(store, "garden")
    await store.close()


@pytest.mark.parametrize("version", range(1, LATEST))
async def test_profile_values_become_memories_with_their_sources(version: int, path: Path) -> None:
    _at_version(path, version)
    store = await Store.open(path)
    place, name = await store.profile.list()
    assert (name.field, name.value, name.confidence, name.origin, name.actor) == (
        "name",
        "Alicia",
        0.6,
        "assistant",
        "small",
    )
    assert place.actor == "user"
    assert [source.quote for source in name.sources] == ["Alicia, really"]
    memory = await store.memories.get(name.memory_id)
    assert (memory.text, memory.subject, memory.attribute, memory.status) == ("name: Alicia", "user", "name", "active")
    assert memory.observed_at == memory.updated_at == memory.last_seen_at == name.updated_at
    assert await found(store, "alicia") == [name.memory_id]
    assert [key for key, text in await store.index.pending(99) if text == "name: Alicia"]

    changes = await store.memories.history("profile:name")
    assert [(change.target, change.action, change.undone_at) for change in changes] == [
        ("profile:name", "set", None),
        ("profile:name", "set", None),
    ]
    fact = await store.memories.get("f1")
    assert (fact.actor, fact.seen_count, fact.last_seen_at) == ("large", 1, fact.observed_at)
    undone = await store.memories.undo()
    assert undone is not None
    assert undone.id == "c1", "what was changed before profile values were memories is only told"
    assert (await store.memories.get("f1")).status == "forgotten"
    assert await store.memories.undo() is None
    assert len(await store.profile.list()) == 2

    await store.profile.set("name", "Alice", origin="user")
    actions = [change.action for change in await store.memories.history("profile:name")]
    assert actions == ["set", "set", "set", "supersede"]
    await store.memories.undo()
    assert (await store.profile.list())[1] == name
    assert await store.check() == "ok"
    await store.close()


async def test_a_field_keeps_its_vector_and_its_place_in_what_was_recalled(path: Path) -> None:
    _at_version(path, 2)
    db = connect(path)
    db.execute("INSERT INTO recalls VALUES ('m1', 1, 1.0, '')")
    db.execute(
        "INSERT INTO recalled_items (message_id, place, in_plan, kind, ref, text, score, parts, tokens, source_title, "
        "source_at) VALUES ('m1', 0, 1, 'profile', 'name', 'name: Alicia', 0.5, '{}', 3, '', 100)"
    )
    db.execute(
        "CREATE VIRTUAL TABLE item_vectors USING vec0 (key INTEGER PRIMARY KEY, kind TEXT, session INTEGER, "
        "seq INTEGER, at FLOAT, embedding FLOAT[4] distance_metric=cosine)"
    )
    db.execute("INSERT INTO embedder (one, id, dimensions) VALUES (1, 'test', 4)")
    key = db.execute("SELECT key FROM items WHERE kind = 'profile' AND ref = 'name'").get
    db.execute(
        "INSERT INTO item_vectors (key, kind, session, seq, at, embedding) VALUES (?, 'profile', 0, 0, 107.0, ?)",
        (key, unit(1, 0, 0, 0)),
    )
    db.execute("UPDATE items SET embedded = 1 WHERE key = ?", (key,))
    db.close()
    store = await Store.open(path)
    _, name = await store.profile.list()
    assert [hit.ref for hit in await store.index.by_meaning(unit(1, 0, 0, 0), limit=9)] == [name.memory_id]
    assert [item.id for item in await store.recalls.of_message("m1")] == [name.memory_id]
    await store.close()


async def test_vectors_of_an_embedder_that_is_not_wanted_any_more_are_searched_until_others_are_made(
    path: Path,
) -> None:
    _at_version(path, 4)
    db = connect(path)
    db.execute(
        "CREATE VIRTUAL TABLE item_vectors USING vec0 (key INTEGER PRIMARY KEY, kind TEXT, session INTEGER, "
        "seq INTEGER, at FLOAT, embedding FLOAT[4] distance_metric=cosine)"
    )
    db.execute("INSERT INTO embedder (one, id, dimensions) VALUES (1, 'old', 4)")
    for place, (key, session, seq, at) in enumerate(
        list(db.execute("SELECT key, session, seq, at FROM items WHERE kind = 'message' ORDER BY key"))
    ):
        vector = unit(1, place, 0, 0)
        db.execute(
            "INSERT INTO item_vectors (key, kind, session, seq, at, embedding) VALUES (?, 'message', ?, ?, ?, ?)",
            (key, session, seq, at, vector),
        )
    db.execute("UPDATE items SET embedded = 1 WHERE kind = 'message'")
    db.close()
    store = await Store.open(path)
    await store.index.use_embedder("new", 3)
    items = (await store.index.counts()).items
    state = await store.making.state()
    assert (state.current, state.embedded, state.coming, state.left) == ("old", 2, "new", items)
    assert [hit.ref for hit in await store.index.by_meaning(unit(1, 0, 0, 0), limit=1)] == ["m1"]
    pending = await store.index.pending(99, "new")
    await store.index.put_vectors("new", 3, [(key, unit(0, 1, 0)) for key, _ in pending])
    while await store.making.clear():
        pass
    assert (await store.making.state()).current == "new"
    assert len(await store.index.by_meaning(unit(0, 1, 0), limit=99)) == items
    assert not any("vectors_1" in line for line in _dump(path))
    assert await store.check() == "ok"
    await store.close()


async def test_nothing_is_learned_from_what_was_said_before_learning(path: Path) -> None:
    _at_version(path, 2)
    store = await Store.open(path)
    assert (await store.sessions.get("s1")).learned_to == 4
    assert await store.messages.unlearned("s1", 9) == []
    said = await store.messages.append_user("s1", "I live in Taipei", tokens=4)
    assert await store.messages.unlearned("s1", 9) == [said]
    await store.close()


async def test_a_backup_stands_beside_before_a_database_with_data_changes(path: Path) -> None:
    _at_version(path, 1)
    await (await Store.open(path)).close()
    backup = path.with_name("memchat.db.v1.bak")
    assert sorted(file.name for file in path.parent.iterdir()) == ["memchat.db", backup.name]
    assert backup.stat().st_mode & 0o777 == 0o600
    db = connect(backup)
    assert version_of(db) == 1
    assert db.execute("SELECT count(*) FROM messages").get == 5
    assert db.execute("PRAGMA integrity_check").get == "ok"
    db.close()


async def test_a_new_database_needs_no_backup(path: Path) -> None:
    await (await Store.open(path)).close()
    assert [file.name for file in path.parent.iterdir()] == ["memchat.db"]


def _broken(db: apsw.Connection) -> None:
    db.execute("CREATE TABLE half_done (a)")
    db.execute("DELETE FROM messages")
    db.execute("this is no SQL")


def _interrupted(db: apsw.Connection) -> None:
    db.execute("CREATE TABLE half_done (a)")
    raise KeyboardInterrupt


@pytest.mark.parametrize(("step", "raised"), [(_broken, StoreError), (_interrupted, KeyboardInterrupt)])
async def test_a_step_that_fails_leaves_the_old_version_whole(
    step: Callable[[apsw.Connection], None], raised: type[BaseException], path: Path
) -> None:
    _at_version(path, 1)
    before = _dump(path)
    steps = (*all_migrations()[:1], Migration(2, "m0002_bad", step))
    with pytest.raises(raised):
        await Database.open(path, clock=now, known=steps)
    assert _dump(path) == before
    store = await Store.open(path)
    assert len(await store.messages.page("s1", before_seq=None, limit=9)) == 3
    await store.close()


async def test_a_step_that_fails_keeps_the_steps_before_it(path: Path) -> None:
    steps = (*all_migrations()[:1], Migration(2, "m0002_bad", _broken))
    with pytest.raises(StoreError):
        await Database.open(path, clock=now, known=steps)
    db = connect(path)
    assert version_of(db) == 1
    assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half_done'").get == 0
    db.close()


async def test_programs_that_open_a_new_database_at_once_make_each_step_once(tmp_path: Path) -> None:
    for attempt in range(12):
        path = tmp_path / f"{attempt}.db"
        stores = await asyncio.gather(*(Store.open(path) for _ in range(6)))
        booked = await stores[0]._database.read(lambda db: db.execute("SELECT count(*) FROM migrations").get)
        assert booked == LATEST
        for store in stores:
            await store.close()


async def test_programs_that_open_an_old_database_at_once_make_each_step_once(path: Path) -> None:
    _at_version(path, 1)
    stores = await asyncio.gather(*(Store.open(path) for _ in range(4)))
    answers = [await found(store, "murin") for store in stores]
    assert answers == [answers[0]] * 4
    for store in stores:
        await store.close()
    backup = connect(path.with_name("memchat.db.v1.bak"))
    assert version_of(backup) == 1
    backup.close()
