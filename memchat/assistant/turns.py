"""Which sessions have a reply under way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from memchat.core.errors import MemchatError


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A turn that runs.

    Attributes:
        stop: Set to end its reply and keep the text.
        over: Set once it has ended and everything of it is saved.
    """

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Turns:
    """At most one turn a session."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}

    def __bool__(self) -> bool:
        return bool(self._running)

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._running

    @contextmanager
    def running(self, session_id: str) -> Iterator[asyncio.Event]:
        """The session's turn while the context lasts; gives the event that stops it.

        Raises:
            MemchatError: Another one runs.
        """
        if session_id in self._running:
            raise MemchatError("A reply is still coming in this session.", "Stop it with esc, or wait.")
        turn = self._running[session_id] = Running()
        try:
            yield turn.stop
        finally:
            del self._running[session_id]
            turn.over.set()

    def stop(self, session_id: str) -> None:
        """Ends the running reply of a session and keeps its text."""
        if turn := self._running.get(session_id):
            turn.stop.set()

    async def end(self, seconds: float) -> None:
        """Stops every turn, and gives them that long to save what came."""
        turns = list(self._running.values())
        for turn in turns:
            turn.stop.set()
        waiting = [asyncio.create_task(turn.over.wait()) for turn in turns]
        if waiting:
            _, pending = await asyncio.wait(waiting, timeout=seconds)
            for task in pending:
                task.cancel()
