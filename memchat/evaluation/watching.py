"""What a conversation that is played needs around it: a clock, an eye on the learning, and a search for leaks."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from memchat.core.events import Learned

_FRAGMENT = 8
"""A secret counts as found with any so long a piece of it."""


class SimulatedClock:
    """Tells the time of the conversation that is played, which goes on as the real one does."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def set(self, at: datetime) -> None:
        """Goes on to another moment; never back, since the program would not understand it."""
        self._at, self._since = max(at, self()), time.monotonic()


class Watch:
    """Notes when what was learned came to be stored.

    Attributes:
        learned_at: When something last was, by the monotonic clock; none since the last `clear`.
        unfinished: After how many messages the learning was not done in time.
    """

    def __init__(self) -> None:
        self.learned_at: float | None = None
        self.unfinished = 0

    def clear(self) -> None:
        """Forgets what was noted of earlier messages."""
        self.learned_at = None

    def __call__(self, event: object) -> None:
        if isinstance(event, Learned) and (
            event.added or event.changed or event.superseded or event.pending or event.profile or event.known
        ):
            self.learned_at = time.monotonic()


def find_secrets(folder: Path, secrets: Sequence[str]) -> tuple[str, ...]:
    """The files under `folder` that hold a secret, or a long piece of one, as bytes."""
    pieces = {
        secret[start : start + _FRAGMENT].encode()
        for secret in secrets
        for start in range(max(1, len(secret) - _FRAGMENT + 1))
    }
    return tuple(
        str(file.relative_to(folder)) for file in sorted(folder.rglob("*")) if file.is_file() and _holds(file, pieces)
    )


def _holds(file: Path, pieces: Iterable[bytes]) -> bool:
    data = file.read_bytes()
    return any(piece in data for piece in pieces)


@contextmanager
def logged_to(file: Path) -> Iterator[None]:
    """Writes the program's log where a real home has it, so that it is searched for secrets too."""
    handler = logging.FileHandler(file, encoding="utf-8")
    logger = logging.getLogger("memchat")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
