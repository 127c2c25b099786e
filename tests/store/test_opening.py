"""The file: made private, refused in a sentence where it cannot be used, copied, measured, left behind by nobody."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import apsw
import pytest

from memchat.core.errors import StoreError
from memchat.store.failures import store_error
from memchat.store.store import Store
from tests.store.helpers import exchange, query, session_of


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _files(folder: Path) -> dict[str, int]:
    """Names and modes of what is in a folder."""
    return {file.name: _mode(file) for file in sorted(folder.iterdir())}


def _written(path: Path, content: bytes) -> bytes:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return content


def _open_to_all(path: Path) -> None:
    path.chmod(0o644)


def _read(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_new_database_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "home" / "data" / "memchat.db"
    store = await Store.open(path)
    await session_of(store, "hello")
    assert await store.check() == "ok"
    assert _files(path.parent) == {
        "memchat.db": 0o600,
        "memchat.db-wal": 0o600,
        "memchat.db-shm": 0o600,
    }
    assert _mode(path.parent) == 0o700
    assert _mode(path.parent.parent) == 0o700
    await store.close()
    assert list(_files(path.parent)) == ["memchat.db"]


async def test_a_database_that_others_could_read_is_made_private(path: Path, store: Store) -> None:
    await store.close()
    _open_to_all(path)
    again = await Store.open(path)
    await again.close()
    assert _mode(path) == 0o600


async def test_the_pragmas_hold_on_every_connection(store: Store) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 30_000, "secure_delete": 1}
    for lane in (store._database._writer, *store._database._readers):
        for pragma, value in wanted.items():
            assert await lane.run(apsw.Connection.pragma, pragma) == value, pragma


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError):
        await store._database.read(lambda db: db.execute("DELETE FROM sessions"))


async def test_what_is_no_database_is_refused(path: Path) -> None:
    before = _written(path, b"Dear diary, this is not a database at all.\n" * 100)
    with pytest.raises(StoreError, match=r"is not a memchat database\. Move that file away"):
        await Store.open(path)
    assert _read(path) == before


async def test_another_programs_database_is_refused(path: Path) -> None:
    _written(path, b"")
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        await Store.open(path)


async def test_a_newer_database_is_refused_and_left_alone(path: Path, store: Store) -> None:
    await session_of(store, "hello")
    await store._database.write(lambda db: db.execute("INSERT INTO migrations VALUES (99, 'm0099_future', 0, '9.0')"))
    await store.close()
    with pytest.raises(StoreError, match=r"written by a newer memchat \(its version is 99.*Update memchat"):
        await Store.open(path)


async def test_a_damaged_database_is_refused(path: Path, store: Store) -> None:
    for _ in range(20):
        await session_of(store, "hello there, this fills a page or two " * 20)
    await store.close()
    content = bytearray(_read(path))
    content[100:8192] = b"\xff" * (8192 - 100)
    _written(path, bytes(content))
    with pytest.raises(StoreError, match=r"damaged|not a memchat database"):
        await Store.open(path)


async def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened: Is a directory\..* set MEMCHAT_HOME"):
        await Store.open(tmp_path)


async def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    _written(tmp_path / "data", b"")
    with pytest.raises(StoreError, match="cannot be opened"):
        await Store.open(tmp_path / "data" / "memchat.db")


@pytest.fixture
def nobody(tmp_path: Path, store: Store) -> Iterator[Path]:
    """A folder with a database that can be looked at and not changed, because the test runs as somebody else."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    assert store.path is not None
    for folder in (store.path.parent, tmp_path, *tmp_path.parents):
        if _mode(folder) & 0o055 != 0o055:
            folder.chmod(_mode(folder) | 0o055)
    _open_to_all(store.path)
    os.seteuid(65534)
    try:
        yield tmp_path
    finally:
        os.seteuid(0)


async def test_a_folder_without_rights_is_refused(nobody: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened: Permission denied\..* set MEMCHAT_HOME"):
        await Store.open(nobody / "data" / "memchat.db")


async def test_a_database_without_rights_is_refused(store: Store, nobody: Path) -> None:
    assert store.path is not None
    with pytest.raises(StoreError, match=r"cannot be opened: Permission denied\..* set MEMCHAT_HOME"):
        await Store.open(store.path)


async def test_a_file_that_became_read_only_is_told(store: Store) -> None:
    await store._database._writer.run(lambda db: db.pragma("query_only", 1))
    with pytest.raises(StoreError, match=r"cannot be written to\. Make it writable"):
        await store.sessions.create()


async def test_a_full_disk_is_told_and_loses_nothing(store: Store) -> None:
    kept = await session_of(store, "this was there before")
    await store._database._writer.run(lambda db: db.pragma("max_page_count", db.pragma("page_count")))
    session = await store.sessions.get(kept)
    with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
        await store.messages.append_user(kept, "x" * 2_000_000, tokens=1)
    assert await store.sessions.get(kept) == session
    assert len(await store.messages.page(kept, before_seq=None, limit=9)) == 2
    await store._database._writer.run(lambda db: db.pragma("max_page_count", 2**31))
    await store.messages.append_user(kept, "and there is room again", tokens=1)
    assert await store.check() == "ok"


async def test_a_disk_that_refuses_the_first_file_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _written(path.with_name("neighbour"), b"")
    monkeypatch.setattr(os, "open", full)
    with pytest.raises(StoreError, match="No space left on device"):
        await Store.open(path)


async def test_a_copy_is_whole_private_and_replaces_what_was_there(store: Store, tmp_path: Path) -> None:
    session = await session_of(store, "keep this")
    target = tmp_path / "copy.db"
    _written(target, b"an earlier copy")
    await store.backup(target)
    assert _mode(target) == 0o600
    copy = await Store.open(target)
    assert [message.text for message in await copy.messages.range(session, 1, 2)] == ["keep this", "You said keep this"]
    assert await copy.check() == "ok"
    await copy.close()
    assert list(_files(tmp_path)) == ["copy.db", "data"]


async def test_a_copy_that_cannot_be_written_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"backup .* cannot be written"):
        await store.backup(tmp_path / "nowhere" / "copy.db")


async def test_the_size_grows_with_what_is_stored(store: Store) -> None:
    before = await store.size()
    await session_of(store, "a long text " * 50_000)
    assert await store.size() > before + 500_000


async def test_in_memory_nothing_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = _files(tmp_path)
    store = await Store.open(None)
    session = await store.sessions.create(incognito=True)
    await exchange(store, session.id, "a secret", "well kept")
    assert [hit.kind for hit in await store.index.by_words(["secret"], limit=5)] == ["message", "message"]
    assert await store.size() > 0
    assert await store.check() == "ok"
    assert store.path is None
    await store.sessions.erase(session.id)
    await store.close()
    assert _files(tmp_path) == before


async def test_two_stores_in_memory_know_nothing_of_each_other() -> None:
    one, other = await Store.open(None), await Store.open(None)
    await session_of(one, "hello")
    assert await other.sessions.list() == []
    await one.close()
    await other.close()


async def test_a_closed_store_says_so(path: Path) -> None:
    store = await Store.open(path)
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="The database is closed"):
        await store.sessions.list()


async def test_temporary_tables_stay_in_memory(store: Store) -> None:
    assert await query(store, "PRAGMA temp_store") == [(2,)]


def test_a_full_disk_is_told_whatever_sqlite_makes_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "memchat.db"
    assert "the disk failed" in str(store_error(apsw.IOError(), path))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    assert "The disk is full" in str(store_error(apsw.IOError(), path))
