"""Several programs on one database, and programs that are killed."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from memchat.core.errors import StoreError
from memchat.store.connection import connect
from memchat.store.store import Store
from tests.store.helpers import exchange, found, session_of

_WRITER = """
import asyncio, sys
from pathlib import Path
from memchat.store.store import Store

async def main():
    store = await Store.open(Path(sys.argv[1]))
    session = await store.sessions.create()
    print(session.id, flush=True)
    for number in range(int(sys.argv[2])):
        user = await store.messages.append_user(session.id, f"question {number} okapi", tokens=3)
        print(user.id, flush=True)
        reply = await store.messages.begin_reply(session.id, user.id, text="an", model="m")
        await store.messages.update_reply(reply.id, text="an answer " * 50)
        await store.messages.finish_reply(
            reply.id, text="an answer " * 100, status="complete", tokens=3, usage=None, finish_reason="stop"
        )
        print(reply.id, flush=True)
    await store.close()

asyncio.run(main())
"""


async def _start(path: Path, count: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(path), str(count), stdout=asyncio.subprocess.PIPE
    )


async def test_two_stores_see_each_others_writes_at_once(store: Store) -> None:
    other = await Store.open(store.path)
    session = await session_of(store, "a zebra")
    assert [each.id for each in await other.sessions.list()] == [session]
    await exchange(other, session, "an okapi", "yes")
    assert len(await store.messages.page(session, before_seq=None, limit=9)) == 4
    assert len(await found(store, "okapi")) == 4, "both that have it, and two by the words next to them"
    await other.close()


async def test_two_stores_write_at_once_and_lose_nothing(store: Store) -> None:
    other = await Store.open(store.path)
    session = (await store.sessions.create()).id
    await asyncio.gather(
        *(each.messages.append_user(session, f"{n}", tokens=1) for n in range(25) for each in (store, other))
    )
    page = await store.messages.page(session, before_seq=None, limit=99)
    assert [message.seq for message in page] == list(range(1, 51))
    assert sorted(message.text for message in page) == sorted(str(n) for n in range(25) for _ in range(2))
    await other.close()


async def test_a_start_does_not_wait_for_another_program_that_writes(store: Store) -> None:
    assert store.path is not None
    session = await session_of(store, "a zebra")
    writer = connect(store.path)
    writer.execute("BEGIN IMMEDIATE")
    other = await asyncio.wait_for(Store.open(store.path), 30)
    assert [each.id for each in await other.sessions.list()] == [session]
    assert await other.jobs.lease("me", 1) is None
    writer.execute("ROLLBACK")
    writer.close()
    await other.close()


async def test_a_write_waits_for_another_programs_and_says_so_when_that_never_ends(
    store: Store,
) -> None:
    assert store.path is not None
    session = await session_of(store, "a zebra")
    writer = connect(store.path)
    writer.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(store.messages.append_user(session, "patience", tokens=1))
    assert len(await found(store, "zebra")) == 2, "reading goes on meanwhile"
    assert not waiting.done()
    writer.execute("ROLLBACK")
    assert (await waiting).seq == 3
    writer.execute("BEGIN IMMEDIATE")
    await store._database._writer.run(lambda db: db.set_busy_timeout(1))
    with pytest.raises(StoreError, match=r"Another program kept the database busy.*try again"):
        await store.messages.append_user(session, "no patience", tokens=1)
    writer.close()


async def test_programs_that_start_and_write_at_once_lose_nothing(path: Path) -> None:
    path.parent.mkdir()
    programs = [await _start(path, 30) for _ in range(3)]
    outputs = await asyncio.gather(*(program.communicate() for program in programs))
    assert [program.returncode for program in programs] == [0, 0, 0]
    store = await Store.open(path)
    for output, _ in outputs:
        session, *messages = output.decode().split()
        page = await store.messages.page(session, before_seq=None, limit=99)
        assert [message.id for message in page] == messages
    assert await store.check() == "ok"
    await store.close()


@pytest.mark.parametrize("lines", [1, 2, 9, 40])
async def test_a_killed_program_loses_nothing_that_it_acknowledged(path: Path, lines: int) -> None:
    program = await _start(path, 100_000)
    assert program.stdout is not None
    acknowledged = [(await program.stdout.readline()).decode().strip() for _ in range(lines)]
    program.send_signal(signal.SIGKILL)
    rest = (await program.stdout.read()).decode()
    acknowledged += rest[: rest.rfind("\n") + 1].split()
    await program.wait()

    store = await Store.open(path)
    assert await store.check() == "ok"
    session, *messages = acknowledged
    page = await store.messages.page(session, before_seq=None, limit=10_000)
    assert [message.id for message in page][: len(messages)] == messages
    assert all(message.text for message in page)
    assert [message.seq for message in page] == list(range(1, len(page) + 1))
    assert (await store.sessions.list() == []) == (not page)
    partial = [message for message in page if message.status == "partial"]
    assert partial in ([], page[-1:])
    expected = {message.id for message in page if message.role == "user"}
    hits = await store.index.by_words(["okapi"], limit=10_000, kinds=["message"])
    assert expected <= {hit.ref for hit in hits}
    await store.close()


async def test_a_program_that_does_not_close_its_store_still_ends(path: Path) -> None:
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom memchat.store.store import Store\n"
        "async def main():\n"
        "    store = await Store.open(Path(sys.argv[1]))\n"
        "    await store.sessions.list()\n"
        "asyncio.run(main())\n"
    )
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(path))
    assert await asyncio.wait_for(program.wait(), 30) == 0


async def test_the_store_loads_nothing_heavy() -> None:
    script = (
        "import json, sys\nimport memchat.store\nlight = sorted(sys.modules)\n"
        "from memchat.store import Store\nprint(json.dumps([light, sorted(sys.modules)]))\n"
    )
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    output, _ = await program.communicate()
    light, loaded = json.loads(output)
    assert "apsw" not in light
    assert not {"textual", "rich", "openai", "numpy", "sqlite3", "sqlite_vec"} & set(loaded)
