"""How long a typed character takes to appear while a long reply streams, on a pty.

python benchmarks/typing_while_streaming.py [--tokens 20000] [--rate 200]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from terminals import Terminal

LIMIT = 0.100
_FIRST_RARE = 0xA500  # Vai syllables: one cell wide, in no reply, and each is typed once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=200)
    arguments = parser.parse_args()
    serve = [sys.executable, "-m", "memchat.providers.scripted"]
    serve += ["--tokens", str(arguments.tokens), "--rate", str(arguments.rate)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base_url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        with tempfile.TemporaryDirectory() as home:
            report(measure(home, base_url, arguments.tokens / arguments.rate))
    finally:
        server.kill()
        server.wait()


def measure(home: str, base_url: str, seconds: float) -> list[float]:
    """Seconds from each key to its character on the terminal, while the reply streams."""
    environ = {"MEMCHAT_HOME": home, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "scripted"}
    taken: list[float] = []
    with Terminal([str(Path(sys.executable).parent / "memchat")], environ) as terminal:
        terminal.wait("scripted")
        terminal.send("go")
        terminal.wait("go")
        begun = terminal.send("\r")
        while time.monotonic() < begun + 2:
            terminal.read(0.05)
        number = 0
        while time.monotonic() < begun + seconds:
            character = chr(_FIRST_RARE + number % 260)
            terminal.clear()
            sent = terminal.send(character)
            taken.append(terminal.wait(character, timeout=30) - sent)
            number += 1
            if number % 20 == 0:
                terminal.send("\x7f" * 20)
            pause = time.monotonic() + 0.15
            while time.monotonic() < pause:
                terminal.read(0.02)
    return taken


def report(taken: list[float]) -> None:
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"keys typed  {len(taken)}")
    print(f"median      {statistics.median(taken) * 1000:6.1f} ms")
    print(f"p95         {p95 * 1000:6.1f} ms   (limit {LIMIT * 1000:.0f})")
    print(f"worst       {max(taken) * 1000:6.1f} ms")
    halves = taken[: len(taken) // 2], taken[len(taken) // 2 :]
    medians = [statistics.median(half) * 1000 for half in halves]
    print(f"median of the first half {medians[0]:.1f} ms, of the second {medians[1]:.1f} ms")
    sys.exit(p95 > LIMIT)


if __name__ == "__main__":
    main()
