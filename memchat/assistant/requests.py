"""Gathers what one request is made of, and lays it out."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from memchat.assistant.values import ModelStatus
from memchat.core.chat import Tool
from memchat.core.context import ContextPlan, Recall
from memchat.core.memories import Memory
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.context import ContextInputs, assemble
from memchat.memory.prompts import system_prompt
from memchat.memory.working import tail_request
from memchat.store import BufferSpan, Span, Store

_MOST_PINNED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """The messages of a session that are not folded yet.

    Attributes:
        tail: The newest of them that can fit, without the one being answered.
        omitted: What stands between the rolling summary and the tail.
    """

    summary: RollingSummary | None
    tail: tuple[Message, ...]
    omitted: Span

    @classmethod
    def empty(cls) -> "Working":
        """Of a session that is yet to begin."""
        return cls(summary=None, tail=(), omitted=Span(0, 0))

    def outside(self, session_id: str, user: Message | None) -> BufferSpan:
        """What recall must not find, since the model reads it anyway."""
        first = self.tail[0].seq if self.tail else (user.seq if user else 1 << 62)
        return BufferSpan(session_id, first)


class Requests:
    """Builds the plan of a turn from the store.

    Args:
        store: Where the session lives.
        knowledge: Where profile, facts and session summaries live; the same, but for an incognito session.
        count: A text's length in o200k_base tokens.
    """

    def __init__(
        self, store: Store, knowledge: Store, settings: Settings, count: Callable[[str], int], clock: Clock
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._settings = settings
        self._count = count
        self._clock = clock

    async def working(
        self, session_id: str, *, status: ModelStatus, scale: float, answering: Message | None
    ) -> Working:
        """The session's working memory before the message that is being answered."""
        summary = await self._store.summaries.latest(session_id)
        wanted = tail_request(self._settings.memory, summary, status.window, scale)
        span = await self._store.messages.span(session_id, wanted.after_seq)
        newest = await self._store.messages.tail(
            session_id,
            after_seq=wanted.after_seq,
            max_messages=wanted.max_messages,
            max_tokens=wanted.max_tokens,
        )
        tail = tuple(message for message in newest if answering is None or message.seq < answering.seq)
        seen = [*tail, *([answering] if answering else [])]
        omitted = Span(max(0, span.count - len(seen)), max(0, span.tokens - sum(item.tokens for item in seen)))
        return Working(summary=summary, tail=tail, omitted=omitted)

    async def plan(
        self,
        session: Session | None,
        working: Working,
        text: str,
        *,
        status: ModelStatus,
        scale: float,
        recall: Recall | None,
        user: Message | None = None,
        tools: tuple[Tool, ...] = (),
        use_memory: bool = True,
    ) -> ContextPlan:
        """The exact request that answers `text`.

        Args:
            session: None for a session that is yet to begin.
            scale: The model's tokens for one of o200k_base.
            user: The stored message that `text` is, if it is stored.
            use_memory: Whether anything but the session's own messages goes in.

        Raises:
            MessageTooLong: The text alone does not fit.
        """
        memory = self._settings.memory
        on = use_memory and memory.enabled
        summaries = await self._session_summaries(session) if on else []
        inputs = ContextInputs(
            model=status.name,
            window=status.window,
            reserve=self._settings.model.reply_tokens,
            mode=memory.mode,
            settings=memory,
            system=self._settings.persona.system_prompt or system_prompt(),
            profile=await self._knowledge.profile.list() if on else [],
            pinned=await self._pinned() if on else [],
            session_summaries=summaries,
            rolling_summary=working.summary,
            buffer=working.tail,
            buffer_omitted=working.omitted,
            recall=recall if on else None,
            user_text=text,
            user_ref=user.id if user else None,
            now=self._clock().astimezone(),
            memory_on=on,
            token_scale=scale,
            tool_tokens=math.ceil(self.tool_tokens(tools) * scale),
        )
        return assemble(inputs, self._count)

    def tool_tokens(self, tools: tuple[Tool, ...]) -> int:
        """What the tools' descriptions take of the window, in o200k_base tokens."""
        return sum(self._count(json.dumps([tool.name, tool.description, dict(tool.parameters)])) for tool in tools)

    async def in_context(self, session: Session | None) -> frozenset[str]:
        """What goes into every request of the session anyway, and need not be recalled."""
        profile = await self._knowledge.profile.list()
        summaries = await self._session_summaries(session)
        return frozenset(
            [
                *(field.field for field in profile),
                *(memory.id for memory in await self._pinned()),
                *(summary.session_id for summary in summaries),
            ]
        )

    async def _pinned(self) -> list[Memory]:
        listed = await self._knowledge.memories.list(status="active", limit=_MOST_PINNED)
        return [memory for memory in listed if memory.pinned]

    async def _session_summaries(self, session: Session | None) -> list[SessionSummary]:
        limit = self._settings.memory.session_summaries
        if not limit:
            return []
        present = self._clock()
        unborn = Session(id="", title="", created_at=present, updated_at=present)
        return await self._knowledge.summaries.recent(before=session or unborn, limit=limit)
