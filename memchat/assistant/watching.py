"""Notices what another program changed in the same database, such as `memchat memory edit` beside an open screen."""

import asyncio
import logging

from memchat.assistant.listeners import Listeners
from memchat.core.errors import MemchatError
from memchat.core.events import ChangedElsewhere
from memchat.store import Store
from memchat.store.watching import State

LOOK_SECONDS = 1.0
"""How often it is looked: soon enough for one who turns from one window to the other."""

_log = logging.getLogger(__name__)


class Watching:
    """Looks from time to time, while there is someone to tell.

    Args:
        store: The database.
        listeners: Told with `ChangedElsewhere`.
    """

    def __init__(self, store: Store, listeners: Listeners) -> None:
        self._store = store
        self._listeners = listeners
        self._seen: State | None = None

    async def run(self) -> None:
        """Looks again and again, for as long as the program is open."""
        while True:
            try:
                if self._listeners:
                    await self.look()
            except MemchatError as error:
                _log.debug("it could not be seen whether another program changed something: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> bool:
        """Tells where something was changed since the last look, and returns whether; the first only takes it in.

        Raises:
            StoreError: The database cannot be read.
        """
        before = self._seen
        self._seen = await self._store.watching.state(before)
        # What this program changed shows too, where another one wrote since: it is told once more at worst.
        found = before is not None and before.changed != self._seen.changed
        if found:
            self._listeners.publish(ChangedElsewhere())
        return found
