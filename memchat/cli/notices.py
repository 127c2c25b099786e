"""What is said on stderr while a command is at work."""

import asyncio
import math
import os
import shutil
import sys
from typing import TYPE_CHECKING

from memchat.cli.running import say
from memchat.cli.text import shortened
from memchat.core.events import Retrying

if TYPE_CHECKING:
    from memchat.providers.download import Progress

_MEGABYTE = 1_000_000
_STEP = 10
_ERASE = "\r\x1b[2K"
_STAGES = {
    "wait": "Waiting for another memchat that pulls it",
    "download": "Downloading",
    "join": "Joining the parts",
    "check": "Checking",
}


class Notices:
    """Sentences, and on a terminal a last line that is written over: progress, countdowns, waiting."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}
        self._shown = False
        self._percent = -_STEP
        self._stage = ""
        self._counting: asyncio.Task[None] | None = None

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.clear()
        say(sentence)

    def remark(self, sentence: str) -> None:
        """A line that stays, and that only a terminal gets."""
        if self._live:
            self.say(sentence)

    def passing(self, sentence: str) -> None:
        """A line that the next one takes the place of; only a terminal gets it."""
        if self._live:
            sys.stdout.flush()
            width = max(8, shutil.get_terminal_size().columns - 1)  # a second row would stay when it is written over
            print(f"{_ERASE}{shortened(sentence, width)}", end="", file=sys.stderr, flush=True)
            self._shown = True

    def elsewhere(self, sentence: str) -> None:
        """A line that only those get who see no passing ones: logs and pipes."""
        if not self._live:
            say(sentence)

    def clear(self) -> None:
        """Takes the passing line away, before anything else is written."""
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if self._shown:
            print(_ERASE, end="", file=sys.stderr, flush=True)
            self._shown = False

    def progress(self, progress: "Progress") -> None:
        """How far a download is: a passing line on a terminal, a line for every tenth elsewhere."""
        percent = 100 * progress.done // progress.total
        if progress.stage != self._stage:
            self._stage, self._percent = progress.stage, -_STEP
        if not self._live and percent < self._percent + _STEP:
            return
        self._percent = percent - percent % _STEP
        sentence = _STAGES[progress.stage]
        if progress.stage != "wait":
            sizes = f"{progress.done // _MEGABYTE:,} of {math.ceil(progress.total / _MEGABYTE):,} MB"
            sentence = f"{sentence}: {percent} % ({sizes})"
        if self._live:
            self.passing(sentence)
        else:
            say(sentence)

    def retrying(self, event: Retrying) -> None:
        """That the model is asked again, counted down to on a terminal."""
        self.clear()
        if self._live:
            self._counting = asyncio.create_task(self._count_down(event), name="count down to the next attempt")
        else:
            say(_retry_sentence(event, event.seconds))

    async def _count_down(self, event: Retrying) -> None:
        for left in range(math.ceil(event.seconds), 0, -1):
            self.passing(_retry_sentence(event, left))
            await asyncio.sleep(min(1.0, left))
        self.passing(f"Asking again ({event.attempt} of {event.attempts})…")


def _retry_sentence(event: Retrying, seconds: float) -> str:
    reason = event.reason.strip().rstrip(".")
    reason = reason[:1].upper() + reason[1:]
    return f"{reason}. Trying again in {math.ceil(seconds)} s ({event.attempt} of {event.attempts})."
