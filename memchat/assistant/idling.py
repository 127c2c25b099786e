"""What is done while nobody talks: sessions that rest are summarised, the memory is tidied, a new model is probed."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from memchat.assistant.connection import Connection
from memchat.assistant.homes import Homes
from memchat.assistant.streams import Stopped, unless
from memchat.core.errors import MemchatError
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.jobs import consolidate_job, tidy_job

LOOK_SECONDS = 30.0
"""How often it is looked whether there is something to do."""

QUIET = timedelta(minutes=2)
"""Nobody is about to say something more once this long has passed since the last turn."""

_log = logging.getLogger(__name__)


class Idling:
    """Looks from time to time for work that waits for a quiet moment.

    Args:
        homes: Where the sessions are.
        connection: The model, which is probed once where nothing tells what it can.
        settings: As they are now.
        clock: Tells the present moment.
    """

    def __init__(self, homes: Homes, connection: Connection, settings: Callable[[], Settings], clock: Clock) -> None:
        self._homes = homes
        self._connection = connection
        self._settings = settings
        self._clock = clock

    async def run(self) -> None:
        """Looks again and again, for as long as the program is open."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except MemchatError as error:
                _log.warning("what waits for a quiet moment could not be queued: %s", error)

    async def look(self) -> None:
        """Queues what is due, when nobody talks.

        Raises:
            MemchatError: The database or the model cannot be used now.
        """
        present = self._clock()
        settings = self._settings()
        home = self._homes.main
        since = self._homes.quiet_since
        if since is None or not settings.memory.enabled:
            return
        await home.queue_resting(present - timedelta(minutes=settings.learning.idle_minutes))
        if present - since < QUIET:
            return
        if await self._tidying_due(present):
            await home.store.jobs.add([consolidate_job(), tidy_job()])
            home.learning.wake()
        if home.learns:
            with suppress(Stopped):
                await unless(self._homes.talking, self._connection.prove())

    async def _tidying_due(self, present: datetime) -> bool:
        hours = self._settings().learning.consolidate_hours
        store = self._homes.main.store
        if not hours or await store.jobs.waiting():
            return False
        last = await store.consolidations.last_ended()
        return last is None or last.ended_at is None or present - last.ended_at >= timedelta(hours=hours)
