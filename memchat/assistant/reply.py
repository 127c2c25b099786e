"""A reply as it arrives, kept in the database while it grows, so that a crash loses next to nothing."""

import time
from dataclasses import dataclass, field

from memchat.core.messages import Message, MessageStatus, ToolUse, Usage
from memchat.store import NewJob, Store

_SECONDS_BETWEEN_SAVES = 0.5
_CHARACTERS_A_SECOND = 50_000
"""Saving writes the whole text; a longer one is saved less often, so that the work stays in proportion."""


@dataclass(kw_only=True)
class Reply:
    """The reply to one user message.

    Attributes:
        text: What came so far.
    """

    store: Store
    user: Message
    model: str
    text: str = ""
    reasoning: str = ""
    tool_uses: list[ToolUse] = field(default_factory=list)
    _saved: Message | None = None
    _saved_at: float = 0.0

    async def add(self, text: str) -> None:
        """Takes more text, and saves from time to time."""
        self.text += text
        present = time.monotonic()
        if self._saved is None:
            if not self.text.strip():
                return
            self._saved = await self.store.messages.begin_reply(
                self.user.session_id, self.user.id, text=self.text, model=self.model
            )
        elif present - self._saved_at < _SECONDS_BETWEEN_SAVES + len(self.text) / _CHARACTERS_A_SECOND:
            return
        else:
            await self.store.messages.update_reply(self._saved.id, text=self.text, reasoning=self.reasoning)
        self._saved_at = present

    async def finish(
        self,
        status: MessageStatus,
        *,
        tokens: int,
        usage: Usage | None = None,
        finish_reason: str | None = None,
        error: str | None = None,
        jobs: tuple[NewJob, ...] = (),
    ) -> Message | None:
        """Saves the reply for good; none when no text ever came, for an empty reply is never stored."""
        if self._saved is None:
            return None
        return await self.store.messages.finish_reply(
            self._saved.id,
            text=self.text,
            status=status,
            tokens=tokens,
            usage=usage,
            finish_reason=finish_reason,
            reasoning=self.reasoning,
            error=error,
            tool_uses=tuple(self.tool_uses),
            jobs=jobs,
        )
