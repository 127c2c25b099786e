"""kill -9 in the middle of learning, consolidation and erasing: nothing is lost or doubled, the database is whole."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from memchat.store import Store
from tests.store.helpers import query

KILLS = 17
"""For each of the three."""

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

Check = Callable[[Store], Awaitable[None]]


async def killed(kind: str, database: Path, check: Check) -> None:
    """Kills a worker again and again, looks at what is left each time, and lets the last one finish."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.end_to_end.labouring", kind, str(database)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    moments = random.Random(kind)
    try:
        for number in range(KILLS + 1):
            finishing = number == KILLS
            worker.stdin.write(f"{0 if finishing else moments.uniform(0.005, 0.25)}\n".encode())
            ended = (await worker.stdout.readline()).decode().strip()
            assert ended == ("done" if finishing else "killed")
            store = await Store.open(database)
            try:
                assert await store.check() == "ok"
                await check(store)
            finally:
                await store.close()
    finally:
        worker.stdin.close()
        await worker.wait()


async def test_kills_while_learning(tmp_path: Path) -> None:
    async def check(store: Store) -> None:
        read = await query(
            store,
            "SELECT m.id, m.seq <= s.learned_to, (SELECT count(DISTINCT target) FROM sources WHERE message_id = m.id) "
            "FROM messages AS m JOIN sessions AS s ON s.number = m.session",
        )
        assert all(memories == learned for _, learned, memories in read), "each message is learned once, or not yet"
        waiting = await query(
            store,
            "SELECT 1 FROM sessions WHERE learned_to < last_seq AND learned_to > 0 "
            "AND id NOT IN (SELECT session_id FROM jobs)",
        )
        assert waiting == [], "what is begun has its job"
        values = await store.memories.list(fields=True)
        assert len({each.text for each in values}) == len(values)
        assert sum(each.status == "active" and each.field is not None for each in values) <= 1
        assert all(each.status == "active" or (each.superseded_by and each.valid_to) for each in values)

    await killed("learn", tmp_path / "memchat.db", check)
    store = await Store.open(tmp_path / "memchat.db")
    assert await query(store, "SELECT id FROM sessions WHERE learned_to < last_seq") == []
    assert len(await store.memories.list(fields=True)) > KILLS
    await store.close()


async def test_kills_while_consolidating(tmp_path: Path) -> None:
    async def check(store: Store) -> None:
        found = await store.memories.list()
        said = Counter(source.quote for each in found if each.status == "active" for source in each.sources)
        assert set(said.values()) <= {1}, "nothing is said by two active memories"
        originals = {each.text for each in found if not each.derived_from}
        assert set(said) == originals, "every statement is still there, as it was or merged"
        for each in found:
            assert each.status == "active" or each.superseded_by in {other.id for other in found}
            assert len(each.derived_from) in {0, 2}

    await killed("consolidate", tmp_path / "memchat.db", check)
    store = await Store.open(tmp_path / "memchat.db")
    active = await store.memories.list(status="active")
    assert len(active) == len({" ".join(each.text.replace(" very", "").split()) for each in active}) > KILLS
    assert await store.consolidations.unfinished() is None
    await store.close()


async def test_kills_while_erasing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()

    async def check(store: Store) -> None:
        known = {each.text.split()[-1].rstrip(".") for each in await store.memories.list()}
        said = {text for (text,) in await query(store, "SELECT text FROM messages")}
        there = {text.split()[3].rstrip(".") for text in said if "erased" not in text}
        assert known <= there, "a memory goes with its words or not at all"
        assert all("Zz" in text or text == "[erased] So it is." for text in said)
        erased = [name for name in (tmp_path / "said").read_text().split() if name not in there]
        held = b"".join(file.read_bytes() for file in folder.iterdir())
        assert not any(name.encode() in held for name in erased), "what is erased is in no file"

    await killed("erase", folder / "memchat.db", check)
    store = await Store.open(folder / "memchat.db")
    assert await store.memories.list() == []
    assert await query(store, "SELECT count(*) FROM tombstones") > [(KILLS,)]
    await store.close()
