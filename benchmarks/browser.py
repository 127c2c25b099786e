"""The memory browser over many memories: opening, a key of the filter, a step, against a screen with one line of text.

python benchmarks/browser.py [--rows 50000] [--runs 5]

Runs headless over a real database. Medians of the time that this process works, all its threads together, so that what
else the machine does counts less; and their ratio to the same thing on an empty screen in the same run.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from memchat.assistant import Assistant
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.store.database import Database
from memchat.tui import themes
from memchat.tui.screens.browser import BrowserScreen

LIMITS = {"open": 1.0, "filter": 0.1, "step": 0.03, "page": 0.03}
"""Seconds, at 50,000 rows."""

WORDS = (
    *("garden", "tea", "Lisbon", "Kyoto", "train", "budget", "sister", "meeting", "piano", "hiking", "small", "never"),
    *("always", "coffee", "bicycle", "novel", "chess", "winter", "market", "cello", "orchard", "ferry", "lantern"),
)
TYPED = "garden lis"


class Empty(Screen[None]):
    """A box to type in, and nothing else."""

    BINDINGS = [("down,pagedown", "nothing", "Nothing")]  # noqa: RUF012 - as Textual has it

    def compose(self) -> ComposeResult:
        yield Input()

    def action_nothing(self) -> None:
        """Is what every key costs."""


class Stage(App[None]):
    """Where the screens are shown."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults(self.current_theme)


async def filled(paths: Paths, number: int) -> Assistant:
    """An assistant that remembers that many things; the same in every run."""
    settings = Settings()
    settings = replace(settings, memory=replace(settings.memory, embedder="off"))
    assistant = await Assistant.open(settings, paths, environ={})
    chance, present = random.Random(5), datetime.now(UTC)
    made = []
    for place in range(number):
        text = f"The user likes {' '.join(chance.choices(WORDS, k=8))} {place}"
        at = (present - timedelta(minutes=chance.randrange(1_000_000))).timestamp()
        subject = chance.choice(("user", "user", "Mei", "Alice"))
        sure, uses = chance.choice((0.4, 0.7, 0.95)), chance.choice((0, 0, 1, 9))
        made.append((f"f{place:08}", chance.choice(MEMORY_KINDS), text, text.lower(), sure, at, at, uses, subject))
    database: Database = assistant.store.memories._database  # noqa: SLF001

    def put(db: object) -> None:
        db.executemany(  # type: ignore[attr-defined]
            "INSERT INTO memories (id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at, "
            "use_count, subject) VALUES (?, ?, ?, ?, 'active', ?, 'user', ?, ?, ?, ?)",
            made,
        )

    await database.write(put)
    return assistant


async def timed(pilot: Pilot[None], work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of work until `work` is done and the screen was drawn."""
    started = time.process_time()
    await work()
    await pilot.app.workers.wait_for_complete(
        [worker for worker in pilot.app.workers if worker.group in ("load", "preview")]
    )
    await pilot.pause()
    return time.process_time() - started


async def measured(screen: Callable[[], Screen[object]]) -> dict[str, list[float]]:
    """Each time of one screen."""
    app, found = Stage(), dict[str, list[float]]()
    async with app.run_test(size=(120, 40)) as pilot:
        found["open"] = [await timed(pilot, lambda: app.push_screen(screen()))]
        found["filter"] = [
            await timed(pilot, lambda key=key: pilot.press(key)) for key in (*TYPED[:6], "space", *TYPED[7:])
        ]
        await timed(pilot, lambda: pilot.press(*["backspace"] * len(TYPED)))
        found["step"] = [await timed(pilot, lambda: pilot.press("down")) for _ in range(60)]
        found["page"] = [await timed(pilot, lambda: pilot.press("pagedown")) for _ in range(30)]
    return found


async def run(number: int, runs: int) -> int:
    taken: dict[str, dict[str, list[float]]] = {"empty": {}, "browser": {}}
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEMCHAT_HOME"] = home
        paths = Paths.from_environment()
        assistant = await filled(paths, number)
        for turn in range(runs + 1):
            for name, screen in (("empty", Empty), ("browser", lambda: BrowserScreen(assistant))):
                for what, times in (await measured(screen)).items():  # type: ignore[arg-type]
                    if turn:  # the first run imports and fills the file cache
                        taken[name].setdefault(what, []).extend(times)
        await assistant.close()
    slow = 0
    print(f"{number:,} rows     empty   browser    ratio    limit")
    for what, limit in LIMITS.items():
        empty, browser = (statistics.median(taken[name][what]) for name in ("empty", "browser"))
        slow += browser > limit
        print(
            f"{what:<12} {empty * 1000:6.1f} ms {browser * 1000:6.1f} ms {browser / empty:7.1f} {limit * 1000:6.0f} ms"
        )
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return slow


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.rows, options.runs)) > 0)


if __name__ == "__main__":
    main()
