"""Recall with few and with many stored items, beside plain ways to do it, in one run.

python benchmarks/recall_at_size.py --folder /tmp/memchat-bench [--sizes 10000 100000 1000000] [--questions 300]

Databases are made under the folder where they are missing: 4.5 GB and a quarter of an hour for the largest, with what
the plain ways need beside it. Each way is measured in a process of its own, on the same questions, one after the
other. A question is embedded anew each time, and that counts, except for FTS5 alone. Exit code 1 when a limit is not
kept. `python benchmarks/performance_page.py` makes a page and a picture of the results.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any, Protocol

from baselines import Fts5, Numpy, SqliteVec
from databases import SIZES, database
from measuring import RESULTS, keep, latency, resident
from talk import NOW, questions

from memchat.core.events import EmbedderChanged
from memchat.core.settings import MemorySettings
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder, Embedder
from memchat.providers.tokens import TokenCounter
from memchat.store import Store
from memchat.store.connection import connect
from memchat.store.values import BufferSpan

LIMITS = {10_000: 25.0, 100_000: 40.0, 1_000_000: 120.0}
"""What 95 of 100 recalls are not to exceed, in milliseconds."""

DISK_LIMIT = 4_096
"""Bytes that a stored message is to cost with all indexes, without the signs of its tokens."""

_WARM = 20


class Way(Protocol):
    """One way to find what a question needs."""

    @property
    def name(self) -> str: ...
    async def open(self) -> None: ...
    async def find(self, question: str) -> object: ...
    async def close(self) -> None: ...


class Ready:
    """An embedder that has loaded."""

    status = EmbedderChanged(state="ready")

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def get(self) -> Embedder:
        return self._embedder


class Memchat:
    """All of recall, with the settings of real use, in the middle of a session."""

    name = "memchat"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._embedder = BuiltinEmbedder()
        self._store: Store | None = None

    async def open(self) -> None:
        counter = TokenCounter()
        counter.load()
        await self._embedder.load()
        self._store = await Store.open(self._path, clock=lambda: NOW)
        (session,) = await self._store.sessions.list(limit=1)
        self._buffer = BufferSpan(session.id, 1)
        self._recaller = Recaller(self._store, Ready(self._embedder), counter.count, clock=lambda: NOW, zone=UTC)

    async def find(self, question: str) -> object:
        memory = MemorySettings()
        return await self._recaller.recall(
            question,
            outside=self._buffer,
            limit=memory.recall_items,
            max_tokens=memory.recall_tokens,
            floor=memory.recall_floor,
        )

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()
        await self._embedder.close()


WAYS: dict[str, Callable[[Path], Way]] = {"memchat": Memchat, "numpy": Numpy, "sqlite-vec": SqliteVec, "fts5": Fts5}


async def measure(way: str, path: Path, count: int) -> dict[str, Any]:
    """What one way takes in this process."""
    found = WAYS[way](path)
    await found.open()
    taken = []
    for question in questions(count + _WARM):
        began = time.perf_counter()
        await found.find(question)
        taken.append((time.perf_counter() - began) * 1000)
    told = {"name": found.name, "latency": latency(taken[_WARM:]), "first": round(taken[0], 1), "memory": resident()}
    told["disk"] = disk(path) if isinstance(found, Memchat) else {"all": getattr(found, "disk", 0)}
    await found.close()
    return told


def disk(path: Path) -> dict[str, int]:
    """The bytes of a memchat database, by what they are for."""
    db = connect(path, reader=True)
    parts = {"all": 0, "tokens": 0, "vectors": 0, "words": 0, "messages": 0, "other": 0}
    for name, size in db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
        parts["all"] += size
        parts[_purpose(name)] += size
    parts["messages stored"] = next(db.execute("SELECT count(*) FROM messages"))[0]
    db.close()
    return parts


def _purpose(table: str) -> str:
    if table.startswith("tokens_"):
        return "tokens"
    if table.startswith(("vectors_", "signs_")):
        return "vectors"
    if table.startswith("item_words"):
        return "words"
    return "messages" if table.startswith("messages") or "messages" in table else "other"


def apart(way: str, path: Path, count: int) -> dict[str, Any]:
    """`measure` in a process of its own; numpy on its own may use every core, as memchat does not let it."""
    command = [sys.executable, __file__, "--measure", way, "--database", str(path), "--questions", str(count)]
    environ = dict(os.environ) | {"OPENBLAS_NUM_THREADS": str(os.cpu_count()) if way == "numpy" else "1"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(items: int, found: dict[str, dict[str, Any]]) -> bool:
    """Prints what was found at one size; whether the limits are kept."""
    own = found["memchat"]
    print(f"\n{items:,} items")
    for way in found.values():
        times, memory = way["latency"], way["memory"]
        ratio = times["p50"] / own["latency"]["p50"]
        print(
            f"  {way['name']:26} p50 {times['p50']:7.1f} ms   p95 {times['p95']:7.1f} ms   {ratio:5.2f} × memchat   "
            f"first {way['first']:7.1f} ms   own memory {memory['own'] / 1e6:6.0f} MB   "
            f"disk {way['disk']['all'] / 1e6:6.0f} MB"
        )
    stored = own["disk"]["messages stored"]
    without = (own["disk"]["all"] - own["disk"]["tokens"]) / stored
    print(f"  a message takes {without:,.0f} bytes, and its tokens {own['disk']['tokens'] / stored:,.0f}")
    limit = LIMITS.get(items, float("inf"))
    kept = own["latency"]["p95"] <= limit and without <= DISK_LIMIT
    print(f"  limits: p95 {limit:.0f} ms, {DISK_LIMIT} bytes: {'kept' if kept else 'NOT KEPT'}", flush=True)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/memchat-bench"), help="where databases are kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many items")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="memchat is always measured")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--results", type=Path, default=RESULTS, help="JSON; what else is in it stays")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--database", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(asyncio.run(measure(arguments.measure, arguments.database, arguments.questions))))
        return
    results, kept = {}, True
    for items in arguments.sizes:
        path = database(arguments.folder, items)
        ways = [way for way in WAYS if way == "memchat" or way in arguments.ways]
        results[str(items)] = {way: apart(way, path, arguments.questions) for way in ways}
        kept &= report(items, results[str(items)])
        keep(arguments.results, "recall", results)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
