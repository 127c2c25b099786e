"""From enter to the request on the wire, in the real screen on a pty, with few and with many stored messages.

python benchmarks/enter_to_wire.py [--turns 40]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from terminals import Terminal

from memchat.paths import Paths
from memchat.providers.scripted import Reply, Say, ScriptedServer
from memchat.providers.tokens import TokenCounter
from memchat.store import Store

LIMIT, RATIO_LIMIT = 0.060, 1.5
_SUBJECTS = ("garden", "python", "vector store", "train to Kyoto", "chunk size", "peanuts", "budget", "novel", "violin")
_VERBS = ("bought", "fixed", "planned", "compared", "forgot", "measured", "described", "asked about", "painted")


def sentence(number: int) -> str:
    """A message of ordinary length, each of its own words."""
    subject, verb = _SUBJECTS[number % 9], _VERBS[number // 9 % 9]
    return f"On day {number} I {verb} the {subject} number {number % 977}, and it took about {number % 53} minutes."


async def fill(home: Path, messages: int) -> None:
    """A database of that many messages in sessions of 20, embedded as in real use."""
    from memchat.providers.embedder import BuiltinEmbedder

    paths = Paths.from_environment({"MEMCHAT_HOME": str(home)})
    paths.ensure()
    counter, embedder = TokenCounter(), BuiltinEmbedder()
    counter.load()
    await embedder.load()
    store = await Store.open(paths.database)
    for first in range(0, messages, 20):
        session = await store.sessions.create()
        for number in range(first, min(first + 20, messages), 2):
            text = sentence(number)
            user = await store.messages.append_user(session.id, text, tokens=counter.count(text))
            reply = await store.messages.begin_reply(session.id, user.id, text=sentence(number + 1), model="scripted")
            await store.messages.finish_reply(
                reply.id,
                text=sentence(number + 1),
                status="complete",
                tokens=counter.count(text),
                usage=None,
                finish_reason="stop",
            )
        await store.sessions.end(session.id)
        await store.summaries.put_session(
            session_id=session.id, text=f"About {_SUBJECTS[first // 20 % 9]}.", to_seq=1 << 30, tokens=5, model=None
        )
    while pending := await store.index.pending(256):
        vectors = await embedder.embed([text for _, text in pending])
        rows = [(key, vector) for (key, _), vector in zip(pending, vectors, strict=True)]
        await store.index.put_vectors(embedder.id, embedder.dimensions, rows)
    await embedder.close()
    await store.close()


def serve() -> None:
    """Answers in a process of its own; prints its address, then the moment of each question's arrival."""

    def note(body: dict[str, Any]) -> Reply:
        if str(body["messages"][0]["content"]).startswith("You are memchat"):  # titles have a prompt of their own
            print(time.monotonic(), flush=True)
        return Say("Good.")

    async def run() -> None:
        async with ScriptedServer(note) as server:
            print(server.base_url, flush=True)
            await asyncio.Event().wait()

    asyncio.run(run())


def measure(home: Path, base_url: str, arrivals: IO[str], turns: int) -> list[float]:
    """Seconds from enter to the request's arrival, turn by turn; the clock is the same in both processes."""
    environ = {"MEMCHAT_HOME": str(home), "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "x"}
    environ |= {"MEMCHAT_MODEL": "scripted", "MEMCHAT_MEMORY__FOLD_MESSAGES": "100000"}
    taken = []
    with Terminal([str(Path(sys.executable).parent / "memchat")], environ) as terminal:
        terminal.wait("scripted")
        settle(terminal, 4)
        for number in range(turns + 3):
            for character in f"when did I plan the garden number {number}?":
                terminal.send(character)
            settle(terminal, 0.5)
            entered = terminal.send("\r")
            settle(terminal, 1.0)
            terminal.clear()
            arrived = float(arrivals.readline())
            if number >= 3:  # the first turns warm up
                taken.append(arrived - entered)
    return taken


def settle(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.02)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve()
        return
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        report({messages: p95_with(messages, base_url, server.stdout, arguments.turns) for messages in (100, 10_000)})
    finally:
        server.kill()
        server.wait()


def p95_with(messages: int, base_url: str, arrivals: IO[str], turns: int) -> float:
    """The 95th percentile in seconds with that many stored messages."""
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(fill(Path(home), messages))
        taken = measure(Path(home), base_url, arrivals, turns)
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{messages:>6,} messages   median {statistics.median(taken) * 1000:5.1f} ms   p95 {p95 * 1000:5.1f} ms")
    return p95


def report(p95: dict[int, float]) -> None:
    ratio = p95[10_000] / p95[100]
    print(f"p95 limit {LIMIT * 1000:.0f} ms; ratio {ratio:.2f} (limit {RATIO_LIMIT})")
    sys.exit(p95[10_000] > LIMIT or ratio > RATIO_LIMIT)


if __name__ == "__main__":
    main()
