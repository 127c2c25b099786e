"""Does one kind of memory work in children that it kills in the middle of it, one for each line that it reads.

python -m tests.end_to_end.labouring learn|consolidate|erase DATABASE

A line holds the seconds after which the child is killed, from when it begins to work; 0 lets it finish what is begun.
"""

import array
import asyncio
import math
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from memchat.core.memories import Source
from memchat.core.settings import Settings
from memchat.memory.consolidation import consolidate
from memchat.memory.erasing import plan_memory
from memchat.memory.learn import Learner
from memchat.providers.vectors import Embedded, Passage, Question
from memchat.store import NewJob
from memchat.store.store import Store

AT_ONCE = 3
"""How much is left to do at a time, so that a kill falls between two steps as well as into one."""


_SYLLABLES = ("ka", "lo", "mi", "nu", "pa", "ro", "ti", "vu", "zo", "bi")


class NoModel:
    """A model that is never needed: what is said here is told by rules."""

    name = "none"


class Letters:
    """An embedder that counts letters."""

    id = "letters"
    dimensions = 26

    async def load(self) -> None:
        """There is nothing to load."""

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        return [_counted(text.lower()) for text in texts]

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        return [Embedded(_counted(passage.text.lower())) for passage in passages]

    async def question(self, text: str) -> Question:
        return Question(_counted(text.lower()))

    async def close(self) -> None:
        """There is nothing to close."""


def _counted(text: str) -> bytes:
    numbers = [float(text.count(chr(ord("a") + letter))) for letter in range(26)]
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return array.array("f", [number / length for number in numbers]).tobytes()


def word(number: int) -> str:
    """A word for a number, without digits in it."""
    return "".join(_SYLLABLES[int(digit)] for digit in str(number))


async def _charge(_: object) -> None:
    """Costs nothing."""


async def learn(store: Store, *, more: bool) -> bool:
    """Says where it lives, and learns it."""
    if more:
        session = await store.sessions.create()
        town = f"Town{word(int(session.id[1:], 36))}"
        for number in range(AT_ONCE):
            await store.messages.append_user(session.id, f"I live in {town}{word(number)}.", tokens=5)
    for session in await store.sessions.list():
        # A job whose program was killed too often was given up; it is queued anew, as at each start.
        if session.learned_to < session.message_count:
            payload = {"session_id": session.id}
            await store.jobs.add([NewJob(kind="learn", payload=payload, key=f"learn:{session.id}")])
    job = await store.jobs.lease("child", 0.0)
    if job is None:
        return False
    learner = Learner(
        store=store,
        model=cast("Any", NoModel()),
        embedder=None,
        settings=Settings(),
        zone=UTC,
        session_id=str(job.payload["session_id"]),
        job_id=job.id,
        charge=_charge,
        publish=lambda _: None,
    )
    await learner.learn()
    await store.jobs.done(job.id)
    return True


async def merge(store: Store, *, more: bool) -> bool:
    """Stores facts twice in nearly the same words, and consolidates them."""
    if more:
        beginning = len(await store.memories.list(kind="fact"))
        for number in range(beginning, beginning + AT_ONCE):
            for text in (f"The user knows Pal{word(number)} well.", f"The user knows Pal{word(number)} very well."):
                source = Source(session_id=None, message_id=None, quote=text)
                await store.memories.add(kind="fact", text=text, confidence=0.9, origin="user", sources=(source,))
    before = await store.consolidations.last_ended()
    await consolidate(store, None, Letters(), charge=_charge)
    return before is None


async def erase(store: Store, *, more: bool) -> bool:
    """Stores facts that were said, and erases them."""
    if more:
        session = await store.sessions.create()
        for number in range(AT_ONCE):
            name = f"Zz{word(int(session.id[1:], 36))}{word(number)}"
            message = await store.messages.append_user(session.id, f"My key is {name}. So it is.", tokens=5)
            source = Source(session_id=session.id, message_id=message.id, quote=f"My key is {name}")
            await store.memories.add(
                kind="fact", text=f"The user's key is {name}.", confidence=0.9, origin="user", sources=(source,)
            )
            assert store.path is not None
            with store.path.parent.with_name("said").open("a") as said:
                said.write(f"{name}\n")
    memories = await store.memories.list()
    for memory in memories:
        plan = await plan_memory(store, memory.id, lambda _: math.inf)
        await store.erasures.erase(plan.doom, plan.cut, count=len)
    return bool(memories)


WORK: dict[str, Callable[..., Awaitable[bool]]] = {"learn": learn, "consolidate": merge, "erase": erase}


async def labour(kind: str, database: Path, *, finishing: bool, begun: int) -> None:
    """Works until it is killed, or until nothing is left."""
    store = await Store.open(database)
    os.write(begun, b".")
    for turn in count():
        if not await WORK[kind](store, more=not finishing and turn > 0) and finishing:
            break
    await store.close()


async def warm_up(kind: str) -> None:
    """Works once elsewhere, so that no child spends its time on imports."""
    with TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "data" / "memchat.db")
        await WORK[kind](store, more=True)
        await store.close()


def killed_child(kind: str, database: Path, seconds: float) -> str:
    """Runs a child, and kills it."""
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(labour(kind, database, finishing=not seconds, begun=begun))
        except BaseException:  # noqa: BLE001 - a forked child must not go on as its parent
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(begun)
    if os.read(ready, 1) and seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.close(ready)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return "killed" if code == -signal.SIGKILL else "done" if code == 0 else "failed"


if __name__ == "__main__":
    asyncio.run(warm_up(sys.argv[1]))
    for line in sys.stdin:
        print(killed_child(sys.argv[1], Path(sys.argv[2]), float(line)), flush=True)  # noqa: T201 - the protocol
