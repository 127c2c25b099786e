"""The homes of sessions: the database, and the memory where incognito sessions live."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from memchat.assistant.home import Home
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.store import Store


class Homes:
    """Knows which session lives where.

    Args:
        make: A home over a store.
        store: The database.

    Attributes:
        main: The database's home.
        talking: Set while a reply is under way.
    """

    def __init__(self, make: Callable[[Store], Home], store: Store, clock: Clock) -> None:
        self.main = make(store)
        self._make = make
        self._clock = clock
        self._private: Home | None = None
        self._private_sessions: set[str] = set()
        self._opening = asyncio.Lock()
        self._quiet = 0
        self._quiet_since = clock()
        self.talking = asyncio.Event()

    async def private(self) -> Home:
        """The home of incognito sessions; it is made with the first of them."""
        async with self._opening:
            if self._private is None:
                self._private = self._make(await Store.open(None, clock=self._clock))
                self._private.learning.start()
                if self._quiet:
                    self._private.learning.pause()
            return self._private

    def move_in(self, session_id: str) -> None:
        """Says that a session is incognito."""
        self._private_sessions.add(session_id)

    def is_private(self, session_id: str | None) -> bool:
        """Whether a session is incognito."""
        return session_id in self._private_sessions

    def of(self, session_id: str | None) -> Home:
        """Where a session lives; none is one that is yet to begin."""
        return self._private if self._private is not None and self.is_private(session_id) else self.main

    def use(self, settings: Settings) -> None:
        """Has all of them learn by other settings from now on."""
        for home in self._all():
            home.use(settings)

    @property
    def quiet_since(self) -> datetime | None:
        """Since when no reply is under way; none while one is."""
        return None if self._quiet else self._quiet_since

    @contextmanager
    def quiet(self, *, local: bool = True) -> Iterator[None]:
        """No learning begins meanwhile, for the chat goes first.

        Args:
            local: Whether the model runs on this machine: then what runs is put back too, for it would slow the reply
                down.
        """
        self._quiet += 1
        self.talking.set()
        for home in self._all():
            home.learning.pause(put_back=local)
        try:
            yield
        finally:
            self._quiet -= 1
            if not self._quiet:
                self._quiet_since = self._clock()
                self.talking.clear()
                for home in self._all():
                    home.learning.resume()

    async def end_learning(self) -> None:
        """Ends what learning runs; it goes on at the next start."""
        for home in self._all():
            await home.learning.stop()

    async def close_private(self) -> None:
        """Lets go of the incognito sessions for good."""
        if self._private is not None:
            await self._private.store.close()

    def _all(self) -> tuple[Home, ...]:
        return (self.main,) if self._private is None else (self.main, self._private)
