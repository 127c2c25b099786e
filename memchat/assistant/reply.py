"""A reply as it arrives, kept in the database while it grows, so that a crash loses next to nothing."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from memchat.core.chat import EndPart
from memchat.core.messages import Message, MessageStatus, ToolUse
from memchat.store import NewJob, Store

_SECONDS_BETWEEN_SAVES = 0.5
_CHARACTERS_A_SECOND = 50_000
"""Saving writes the whole text; a longer one is saved less often, so that the work stays in proportion."""


@dataclass(kw_only=True)
class Reply:
    """The reply to one user message.

    Attributes:
        model: Who gives it.
        instead_of: The answer that it takes the place of, once its first words are there.
        told: Whether it tells of the memory, and no model gives it.
        text: What came so far.
    """

    store: Store
    user: Message
    model: str = ""
    instead_of: Message | None = None
    told: bool = False
    text: str = ""
    reasoning: str = ""
    tool_uses: list[ToolUse] = field(default_factory=list)
    _beginning: "asyncio.Task[Message] | None" = None
    _saved_at: float = 0.0

    async def add(self, text: str) -> None:
        """Takes more text, and saves from time to time."""
        self.text += text
        present = time.monotonic()
        if self._beginning is None:
            if self.text.strip():
                await self._begin()
        elif present - self._saved_at >= _SECONDS_BETWEEN_SAVES + len(self.text) / _CHARACTERS_A_SECOND:
            self._saved_at = present
            saved = await self._begin()
            await self.store.messages.update_reply(saved.id, text=self.text, reasoning=self.reasoning)

    async def finish(
        self,
        status: MessageStatus,
        *,
        tokens: int,
        end: EndPart | None = None,
        error: str | None = None,
        jobs: Sequence[NewJob] = (),
    ) -> Message | None:
        """Saves the reply for good; none when no text ever came, for an empty reply is never stored."""
        if not self.text.strip():
            return None
        saved = await self._begin()
        return await self.store.messages.finish_reply(
            saved.id,
            text=self.text,
            status=status,
            tokens=tokens,
            usage=end.usage if end else None,
            finish_reason=end.finish_reason if end else None,
            reasoning=self.reasoning,
            error=error,
            tool_uses=tuple(self.tool_uses),
            jobs=jobs,
        )

    async def _begin(self) -> Message:
        """The stored message; made once, and made to the end even when the caller is cancelled meanwhile."""
        failed = self._beginning is not None and self._beginning.done() and self._beginning.exception() is not None
        if self._beginning is None or failed:
            self._saved_at = time.monotonic()
            self._beginning = asyncio.create_task(
                self.store.messages.begin_reply(
                    self.user.session_id,
                    self.user.id,
                    text=self.text,
                    model=self.model or None,
                    instead_of=self.instead_of.id if self.instead_of else None,
                    told=self.told,
                )
            )
        return await asyncio.shield(self._beginning)
