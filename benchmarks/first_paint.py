"""First paint of memchat against an empty Textual app: exec to text on screen, on a pty, medians in turn.

python benchmarks/first_paint.py [--runs 5]
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from terminals import Terminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("READY")
Empty().run()
"""
LIMIT = 1.3


def seconds_to(command: list[str], needle: str, environ: dict[str, str]) -> float:
    """From exec to `needle` on the terminal."""
    with Terminal(command, environ) as terminal:
        return terminal.wait(needle) - terminal.started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        empty_file = Path(home) / "empty.py"
        empty_file.write_text(EMPTY)
        empty = [sys.executable, str(empty_file)]
        memchat = [str(Path(sys.executable).parent / "memchat")]
        environ = {"MEMCHAT_HOME": str(Path(home) / "memchat"), "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
        taken: dict[str, list[float]] = {"empty": [], "memchat": []}
        for number in range(runs + 1):
            both = {
                "empty": seconds_to(empty, "READY", {}),
                "memchat": seconds_to(memchat, "Message", environ),
            }
            if number:  # the first run fills the file cache
                for name, value in both.items():
                    taken[name].append(value)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    ratio = medians["memchat"] / medians["empty"]
    print(f"empty Textual app  {medians['empty'] * 1000:6.0f} ms")
    print(f"memchat            {medians['memchat'] * 1000:6.0f} ms")
    print(f"ratio              {ratio:6.2f}   (limit {LIMIT})")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main()
