"""The chat in another space: its assistant changes, the screen stays."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent
from memchat.tui.screens.chat_sessions import ChatSessions

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_LAST_LEARNING_SECONDS = 3.0
"""What is left to be learned in a space that is left gets so long; then it waits until the space is entered again."""


class ChatSpaces(ChatSessions):
    """The chat as a visitor of spaces."""

    _unsubscribe: Callable[[], None] | None = None
    _parting: set[asyncio.Task[None]]

    def on_mount(self) -> None:
        self._parting = set()
        self._listen()

    def on_unmount(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()

    def heard_from(self, event: BackgroundEvent) -> None:
        """What happened in the space outside of turns."""
        raise NotImplementedError

    async def enter_space(self, name: str, session_id: str = "") -> None:
        """Leaves the space for another one.

        Args:
            name: That space; it begins with this where there is none.
            session_id: The session to open there; empty begins one.
        """
        if name == self.space:
            if session_id:
                await self.go_to(session_id)
            return
        new = await self.assistant.in_space(name)
        try:
            view = await (new.open_session(session_id) if session_id else new.new_session())
        except MemchatError:
            await new.close()
            raise
        async with self._moving:
            try:
                await self._leave_current()
            except MemchatError as error:
                self.say(str(error), problem=True)
            old, self.assistant = self.assistant, new
            self._listen()
            new.warm_up()
            await self._show(view)
        part = asyncio.create_task(_part(old), name="leave a space")
        self._parting.add(part)
        part.add_done_callback(self._parting.discard)

    async def leave(self) -> None:
        await super().leave()
        for part in tuple(self._parting):
            part.cancel()
        await asyncio.gather(*self._parting, return_exceptions=True)

    def _listen(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe = self.assistant.subscribe(self.heard_from)
        self.embedder = self.assistant.embedder
        self.learning = self.indexing = None


async def _part(assistant: "Assistant") -> None:
    """Lets a space that was left finish what it learns, for a moment, and closes it."""
    try:
        await assistant.settle(_LAST_LEARNING_SECONDS)
    finally:
        with suppress(MemchatError):
            await assistant.close()
