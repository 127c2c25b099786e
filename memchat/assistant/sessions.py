"""The sessions that this program has open, so that another one lets them be."""

import asyncio
import logging
from datetime import datetime, timedelta

from memchat.assistant.homes import Homes
from memchat.assistant.listeners import Listeners
from memchat.core.errors import MemchatError
from memchat.core.events import SessionChanged
from memchat.core.messages import Session

CLAIM_SECONDS = 180.0
"""A session is another process's for this long after it last said so."""

UNDO_FOR = timedelta(days=1)
"""How long a deleted session can be brought back; the next start after that erases it."""

_log = logging.getLogger(__name__)


class OpenSessions:
    """Claims sessions, ends those that are left, and has the ones summarised that were left without a word.

    Args:
        homes: Where they live.
        owner: Names this program.
        listeners: Told of what ends.
    """

    def __init__(self, homes: Homes, owner: str, listeners: Listeners) -> None:
        self._homes = homes
        self._owner = owner
        self._listeners = listeners
        self._open: set[str] = set()

    async def claim(self, session: Session) -> None:
        """Says that this program has the session open."""
        self._open.add(session.id)
        await self._homes.of(session.id).store.sessions.claim(session.id, self._owner, CLAIM_SECONDS)

    async def leave(self, id: str) -> None:
        """Ends a session for now, and has it summarised; one without messages goes."""
        self._open.discard(id)
        home = self._homes.of(id)
        if home.private:
            return
        ended = await home.store.sessions.end(id)
        if ended is None:
            return
        await home.store.sessions.release(id, self._owner)
        await home.queue_summaries([ended])
        self._listeners.publish(SessionChanged(ended))

    async def queue_unfinished(self) -> None:
        """Has the sessions summarised that were left by a crash or a command."""
        await self._homes.main.queue_unfinished(still_open=frozenset(self._open))

    async def purge(self, present: datetime) -> None:
        """Erases the sessions whose deletion can be undone no more."""
        try:
            await self._homes.main.store.sessions.purge(present - UNDO_FOR)
        except MemchatError as error:
            _log.warning("deleted sessions could not be erased: %s", error)

    async def keep(self) -> None:
        """Renews the claims for as long as it runs."""
        while True:
            await asyncio.sleep(CLAIM_SECONDS / 3)
            for name in tuple(self._open):
                try:
                    await self._homes.of(name).store.sessions.claim(name, self._owner, CLAIM_SECONDS)
                except MemchatError as error:
                    _log.warning("the session %s could not be claimed: %s", name, error)

    async def release(self) -> None:
        """Lets go of all of them; the next start has them summarised."""
        while self._open:
            name = self._open.pop()
            try:
                await self._homes.of(name).store.sessions.release(name, self._owner)
            except MemchatError as error:
                _log.warning("the session %s could not be released: %s", name, error)
