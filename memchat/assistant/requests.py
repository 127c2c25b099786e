"""Gathers what one request is made of, and lays it out."""

import asyncio
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from memchat.assistant.knowing import Knowing, Stable
from memchat.core.chat import Tool
from memchat.core.context import ContextPlan, Recall
from memchat.core.errors import MemchatError
from memchat.core.messages import Message, RollingSummary, Session
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.budget import PRIMING
from memchat.memory.context import ContextInputs, assemble
from memchat.memory.procedural import system_text
from memchat.memory.prompts import system_prompt
from memchat.memory.recall import Recaller
from memchat.memory.tools import READING_TOOLS, TOOLS
from memchat.memory.working import tail_request
from memchat.store import BufferSpan, Span, Store

_TOOLS_SHARE = 0.25
"""Of the window at most; in a smaller one the tools would take the conversation's place."""

_RESULTS_SHARE = 0.1
_MOST_RESULTS = 800
"""Tokens that are kept for what tools answer: a share of the window, and no more than this."""

MUTED = "muted in this session"
LEFT_OUT = "left out by you, this time"
_NOT_READ = "Nothing was looked up: the memory was not read for this message."

_LAST_TURNS = 4
"""How many messages back one may refer."""

_LONG_CHARACTERS = 50_000
"""A longer message is counted in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The model that a request is laid out for.

    Attributes:
        window: What it reads at most, in its tokens.
        scale: Its tokens for one of o200k_base.
        tools: Whether tools may be offered to it.
    """

    name: str
    window: int
    scale: float
    tools: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What of the stored goes into a request, but for what is recalled.

    Attributes:
        system: What the assistant is told first.
        session_id: None for a session that is yet to begin.
        answering: The stored message that is answered; none for one that is not stored.
        use_memory: Whether anything but the session's own messages goes in.
        tail: The session's newest messages that can fit, without the one being answered.
        omitted: What stands between the rolling summary and the tail.
        kept_out: The messages that the user took out of the session's requests.
        stable: What is known about the user.
    """

    system: str
    session_id: str | None = None
    answering: Message | None = None
    use_memory: bool = False
    summary: RollingSummary | None = None
    tail: tuple[Message, ...] = ()
    omitted: Span | None = None
    kept_out: frozenset[str] = frozenset()
    stable: Stable = field(default_factory=Stable)

    @property
    def last(self) -> tuple[str, ...]:
        """What was said just before by either side, oldest first; a message may refer to it."""
        return tuple(message.text for message in self.tail[-_LAST_TURNS:] if not (message.kept_out or message.told))

    @property
    def shown(self) -> frozenset[str]:
        """What recall need not find, or must not: what the request shows, and originals of what was copied here."""
        copied = (message.copy_of for message in (*self.tail, self.answering) if message is not None)
        return self.stable.refs | {ref for ref in copied if ref is not None} | self.kept_out

    @property
    def outside(self) -> BufferSpan | None:
        """The messages that recall must not find, since the model reads them anyway."""
        if self.session_id is None:
            return None
        first = next((message.seq for message in (*self.tail, self.answering) if message is not None), 1 << 62)
        return BufferSpan(self.session_id, first)


class Requests:
    """Builds the requests of the sessions in one store.

    Args:
        store: Where the sessions live.
        knowledge: Where profile, facts and session summaries live; the same, but for incognito sessions.
        recaller: Finds what a message is about.
        personas: Folder of the user's personas.
        count: A text's length in o200k_base tokens.
    """

    def __init__(
        self,
        store: Store,
        knowledge: Store,
        settings: Settings,
        *,
        recaller: Recaller,
        personas: Path,
        count: Callable[[str], int],
        clock: Clock,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._settings = settings
        self._recaller = recaller
        self._personas = personas
        self._count = count
        self._clock = clock
        self._knowing = Knowing(store, knowledge, settings.memory, clock)

    def reads(self, *, use_memory: bool) -> bool:
        """Whether anything but a session's own messages goes into its requests; an incognito one reads when it may."""
        may_read = self._store is self._knowledge or self._settings.privacy.incognito_reads
        return use_memory and self._settings.memory.enabled and may_read

    def bare(self, session: Session | None, *, strict: bool = True) -> Gathered:
        """The least that a request of the session holds: its system prompt.

        Args:
            session: Whose request it is.
            strict: Whether a persona that cannot be used is an error; else it is as if there were none.

        Raises:
            MemchatError: Its persona cannot be used.
        """
        try:
            return Gathered(system=system_text(session, self._settings.persona, self._personas))
        except MemchatError:
            if strict:
                raise
            return Gathered(system=self._settings.persona.system_prompt or system_prompt())

    async def gather(
        self,
        session: Session | None,
        target: Target,
        *,
        answering: Message | None = None,
        use_memory: bool = True,
        strict: bool = True,
        without: frozenset[str] = frozenset(),
    ) -> Gathered:
        """Reads what goes into the session's next request; none is a session that is yet to begin.

        Args:
            session: Whose request it is.
            target: The model that is asked.
            answering: The stored message that is answered; then what is made for this request is kept for the next.
            use_memory: Whether the memory may be read.
            strict: As for `bare`.
            without: Refs of what the user wants left out this time.

        Raises:
            MemchatError: Its persona cannot be used.
        """
        on, freeze = self.reads(use_memory=use_memory), answering is not None
        summary, tail, omitted = await self._working(session.id, target, answering) if session else (None, (), None)
        return Gathered(
            system=self.bare(session, strict=strict).system,
            session_id=session.id if session else None,
            answering=answering,
            use_memory=on,
            summary=None if summary is not None and summary.id in without else summary,
            tail=tail,
            omitted=omitted,
            kept_out=frozenset(await self._store.sessions.kept_out(session.id)) if session else frozenset(),
            stable=(await self._knowing.of(session, summary, freeze=freeze)).without(without) if on else Stable(),
        )

    async def recall(
        self,
        gathered: Gathered,
        text: str,
        *,
        besides: frozenset[str] = frozenset(),
        without: frozenset[str] = frozenset(),
    ) -> Recall:
        """What helps to answer `text` and is not gathered already.

        Args:
            gathered: What goes into the request anyway.
            text: The user's message.
            besides: Refs of what else goes in.
            without: Refs of what the user wants left out this time.
        """
        memory = self._settings.memory
        if not gathered.use_memory or not text.strip():
            return Recall(items=(), considered=0, milliseconds=0.0, nothing=_NOT_READ)
        return await self._recaller.recall(
            text,
            outside=gathered.outside,
            limit=memory.recall_items,
            max_tokens=memory.recall_tokens,
            floor=memory.recall_floor,
            last=gathered.last,
            in_context=gathered.shown | besides,
            hidden=dict.fromkeys(await self._muted(gathered.session_id), MUTED) | dict.fromkeys(without, LEFT_OUT),
        )

    async def plan(
        self,
        gathered: Gathered,
        text: str,
        target: Target,
        *,
        recall: Recall | None = None,
        tools: tuple[Tool, ...] = (),
    ) -> ContextPlan:
        """The exact request that answers `text`.

        Raises:
            MessageTooLong: The text alone does not fit.
        """
        memory = self._settings.memory
        inputs = ContextInputs(
            model=target.name,
            window=target.window,
            reserve=self._settings.model.reply_tokens,
            mode=memory.mode,
            settings=memory,
            system=gathered.system,
            frozen=gathered.stable.frozen,
            news=gathered.stable.news,
            instructions_left=gathered.stable.left,
            rolling_summary=gathered.summary,
            buffer=gathered.tail,
            buffer_omitted=gathered.omitted,
            recall=recall,
            user_text=text,
            user_ref=gathered.answering.id if gathered.answering else None,
            now=self._clock().astimezone(gathered.stable.zone),
            memory_on=gathered.use_memory,
            token_scale=target.scale,
            tool_tokens=self._tool_room(tools, target),
        )
        if len(text) > _LONG_CHARACTERS:
            return await asyncio.to_thread(assemble, inputs, self._count)
        return assemble(inputs, self._count)

    def tools(self, session: Session | None, target: Target, *, use_memory: bool) -> tuple[Tool, ...]:
        """The tools that go along: those that keep nothing in an incognito session, none in a small window."""
        if not (target.tools and self.reads(use_memory=use_memory)):
            return ()
        tools = READING_TOOLS if session is not None and session.incognito else TOOLS
        return tools if self.tool_tokens(tools) * target.scale <= target.window * _TOOLS_SHARE else ()

    def room_for_results(self, plan: ContextPlan, tools: tuple[Tool, ...], target: Target) -> int:
        """How many tokens the tools' calls and their results may take beside a request."""
        return plan.window - plan.reserve - PRIMING - plan.tokens - _scaled(self.tool_tokens(tools), target)

    def measured(self, text: str, target: Target) -> int:
        """Length of `text` in the model's tokens."""
        return _scaled(self._count(text), target)

    def _tool_room(self, tools: tuple[Tool, ...], target: Target) -> int:
        """What the tools take, and what is kept for their results."""
        if not tools:
            return 0
        kept = min(_MOST_RESULTS, int(target.window * _RESULTS_SHARE))
        return _scaled(self.tool_tokens(tools), target) + kept

    def tool_tokens(self, tools: tuple[Tool, ...]) -> int:
        """What the tools' descriptions take of the window, in o200k_base tokens."""
        return sum(self._count(json.dumps([tool.name, tool.description, dict(tool.parameters)])) for tool in tools)

    async def _muted(self, session_id: str | None) -> frozenset[str]:
        return await self._store.mutes.hidden(session_id) if session_id else frozenset()

    async def _working(
        self, session_id: str, target: Target, answering: Message | None
    ) -> tuple[RollingSummary | None, tuple[Message, ...], Span]:
        summary = await self._store.summaries.latest(session_id)
        wanted = tail_request(self._settings.memory, summary, target.window, target.scale)
        span = await self._store.messages.span(session_id, wanted.after_seq)
        newest = await self._store.messages.tail(
            session_id,
            after_seq=wanted.after_seq,
            max_messages=wanted.max_messages,
            max_tokens=wanted.max_tokens,
        )
        tail = tuple(message for message in newest if answering is None or message.seq < answering.seq)
        seen = {message.id: message.tokens for message in (*newest, *([answering] if answering else []))}
        omitted = Span(max(0, span.count - len(seen)), max(0, span.tokens - sum(seen.values())))
        return summary, tail, omitted


def _scaled(counted: int, target: Target) -> int:
    """The model's tokens for a number of o200k_base tokens."""
    return math.ceil(counted * target.scale)
