"""A store on a file, and a clock that the test turns."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memchat.store.store import Store


class Ticking:
    """A clock that goes on by a second each time that it is read, and by `advance`."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def advance(self, **units: float) -> None:
        self.moment += timedelta(**units)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that is not there yet, in a folder that is not there yet."""
    return tmp_path / "data" / "memchat.db"


@pytest.fixture
async def store(path: Path, clock: Ticking) -> AsyncIterator[Store]:
    opened = await Store.open(path, clock=clock)
    yield opened
    await opened.close()
