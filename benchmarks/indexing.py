"""How long the background takes to embed 1,000 stored messages, and how typing feels meanwhile, on a pty.

python benchmarks/indexing.py [--messages 1000]

The real screen is opened on a database of messages that have no vectors yet. Keys are typed one by one all the time:
while they are embedded, and as long again afterwards, when nothing else goes on. Exit code 1 when a limit is not kept.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw
from measuring import RESULTS, keep, latency
from talk import talks
from terminals import Terminal

from memchat.paths import Paths
from memchat.store import Store
from memchat.store.connection import connect

LIMIT_SECONDS, LIMIT_LAG = 15.0, 50.0
"""For 1,000 messages; and the milliseconds within which 95 of 100 keys are to appear, which nobody feels."""

_FIRST_RARE = 0xA500  # Vai syllables: one cell wide, in no message, and each is typed once
_BETWEEN_KEYS = 0.08


async def fill(home: Path, messages: int) -> Path:
    """A database of so many messages, none of them embedded; its file."""
    paths = Paths.from_environment({"MEMCHAT_HOME": str(home)})
    paths.ensure()
    store = await Store.open(paths.database)
    for talk in talks(messages):
        session = await store.sessions.create()
        asked = None
        for said in talk.messages:
            if said.role == "user":
                asked = await store.messages.append_user(session.id, said.text, tokens=len(said.text) // 5)
                continue
            reply = await store.messages.begin_reply(session.id, asked.id if asked else None, text="", model="scripted")
            await store.messages.finish_reply(
                reply.id,
                text=said.text,
                status="complete",
                tokens=len(said.text) // 5,
                usage=None,
                finish_reason="stop",
            )
    await store.close()
    return paths.database


class Typing:
    """Types characters that appear nowhere else, one after the other."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._typed = 0

    def key(self) -> float:
        """Types one; the milliseconds until it is on the screen."""
        character = chr(_FIRST_RARE + self._typed % 260)
        self._terminal.clear()
        sent = self._terminal.send(character)
        taken = self._terminal.wait(character, timeout=30) - sent
        self._typed += 1
        if self._typed % 20 == 0:
            self._terminal.send("\x7f" * 20)
        pause = time.monotonic() + _BETWEEN_KEYS
        while time.monotonic() < pause:
            self._terminal.read(0.01)
        return taken * 1000


def embedded(db: apsw.Connection) -> int:
    """How many items have a vector."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'vectors_[0-9]*'")]
    return max((next(db.execute(f"SELECT count(*) FROM {name}"))[0] for name in tables), default=0)


def measure(home: str, database: Path, base_url: str, messages: int) -> tuple[float, list[float], list[float]]:
    """The seconds from the first vector to the last, and the milliseconds of keys meanwhile and afterwards."""
    environ = {"MEMCHAT_HOME": home, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "scripted"}
    environ |= {"MEMCHAT_LEARNING__MODE": "off", "MEMCHAT_LEARNING__CONSOLIDATE_HOURS": "0"}
    db = connect(database, reader=True)
    meanwhile: list[float] = []
    with Terminal([str(Path(sys.executable).parent / "memchat")], environ) as terminal:
        terminal.wait("scripted")
        typing = Typing(terminal)
        while (first := embedded(db)) == 0:
            typing.key()
        began, done = time.monotonic(), first
        while done < messages:
            meanwhile.append(typing.key())
            done = embedded(db)
        seconds = time.monotonic() - began
        while time.monotonic() < began + seconds + 3:
            terminal.read(0.05)
        afterwards = [typing.key() for _ in meanwhile]
    db.close()
    return seconds * messages / max(1, messages - first), meanwhile, afterwards


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--results", type=Path, default=RESULTS, help="JSON; what else is in it stays")
    arguments = parser.parse_args()
    serve = [sys.executable, "-m", "memchat.providers.scripted"]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base_url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        with tempfile.TemporaryDirectory() as home:
            database = asyncio.run(fill(Path(home), arguments.messages))
            seconds, meanwhile, afterwards = measure(home, database, base_url, arguments.messages)
    finally:
        server.kill()
        server.wait()
    of_thousand = seconds * 1000 / arguments.messages
    during, idle = latency(meanwhile), latency(afterwards)
    ratio = during["p50"] / idle["p50"]
    print(f"1,000 messages embedded in {of_thousand:.1f} s (limit {LIMIT_SECONDS:.0f})")
    print(f"keys meanwhile   {len(meanwhile):4}   median {during['p50']:6.1f} ms   p95 {during['p95']:6.1f} ms")
    print(f"keys afterwards  {len(afterwards):4}   median {idle['p50']:6.1f} ms   p95 {idle['p95']:6.1f} ms")
    print(f"ratio of the medians {ratio:.2f}; limit of the p95 {LIMIT_LAG:.0f} ms")
    found = {"seconds": round(of_thousand, 1), "meanwhile": during, "afterwards": idle, "ratio": round(ratio, 2)}
    keep(arguments.results, "indexing", found)
    sys.exit(of_thousand > LIMIT_SECONDS or during["p95"] > LIMIT_LAG)


if __name__ == "__main__":
    main()
