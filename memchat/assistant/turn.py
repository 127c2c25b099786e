"""One turn: save the question, recall, lay out the request, stream the answer, save it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from memchat.assistant.connection import Connection
from memchat.assistant.embedding import EmbedderHolder
from memchat.assistant.reply import Reply
from memchat.assistant.requests import Requests, Working
from memchat.assistant.streams import until
from memchat.core.chat import ChatMessage, ChatPart, ChatRequest, EndPart, ReasoningPart, RetryPart, TextPart, Tool
from memchat.core.context import ContextPlan, Recall, RecalledItem
from memchat.core.errors import EmptyReply, MemchatError, MessageTooLong, ModelError
from memchat.core.events import (
    AssistantSaved,
    ContextBuilt,
    Delta,
    Learned,
    Reasoning,
    Recalled,
    Retrying,
    ToolCalled,
    TurnEvent,
    TurnFailed,
    UserSaved,
)
from memchat.core.messages import Message, MessageStatus, Session, ToolUse, Usage
from memchat.core.settings import Settings
from memchat.memory.context import wire
from memchat.memory.facts import asked_to_remember, remember
from memchat.memory.recall import Recaller
from memchat.memory.tools import ToolContext, run_tool
from memchat.store import NewJob, Store

_TOOL_ROUNDS = 4
"""How often the model may call tools before it must answer."""

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Turn:
    """One exchange in one session.

    Attributes:
        store: Where the session lives.
        knowledge: Where what is remembered lives; another store in an incognito session, which is only read.
        jobs_after: What learning is to do once the reply is saved.
        stop: Set by the user to end the reply and keep its text.
    """

    session: Session
    store: Store
    knowledge: Store
    settings: Settings
    connection: Connection
    requests: Requests
    recaller: Recaller
    embedder: EmbedderHolder
    count: Callable[[str], int]
    tools: tuple[Tool, ...]
    jobs_after: Callable[[Session, Message], Awaitable[tuple[NewJob, ...]]]
    use_memory: bool
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _remembered: bool = False
    _called_tools: bool = False

    async def ask(self, text: str) -> AsyncGenerator[TurnEvent, None]:
        """Saves `text` as the user's message and answers it."""
        try:
            await self._refuse_if_too_long(text)
            user = await self.store.messages.append_user(
                self.session.id, text, tokens=self.count(text), model=self.connection.status.name or None
            )
        except MemchatError as error:
            yield _failed(error, None)
            return
        yield UserSaved(user)
        async with aclosing(self.answer(user)) as events:
            async for event in events:
                yield event

    async def answer(self, user: Message) -> AsyncGenerator[TurnEvent, None]:
        """Answers the stored message `user`; whatever goes wrong, it stays and can be tried again."""
        try:
            model = (await self.connection.client()).name
            working, recall = await self._look_back(user)
            yield Recalled(recall)
            plan = await self._plan(user, working, recall)
            yield ContextBuilt(plan)
            await self.store.recalls.record(user.id, recall, [item.id for item in plan.recalled])
        except MemchatError as error:
            yield await self._give_up(user, error)
            return
        reply = Reply(store=self.store, user=user, model=model)
        async with aclosing(self._reply(user, plan, reply)) as events:
            async for event in events:
                yield event
        if learned := await self._remember_if_asked(user):
            yield learned

    async def _refuse_if_too_long(self, text: str) -> None:
        empty = Working.empty()
        await self._plan_of(text, empty, None, None)

    async def _look_back(self, user: Message) -> tuple[Working, Recall]:
        working = await self.requests.working(
            self.session.id,
            status=self.connection.status,
            scale=self.connection.facts.token_scale,
            answering=user,
        )
        memory = self.settings.memory
        if not (self.use_memory and memory.enabled and memory.recall_items):
            return working, Recall(items=(), considered=0, milliseconds=0.0)
        await self.embedder.wait()
        recall = await self.recaller.recall(
            user.text,
            outside=working.outside(self.session.id, user),
            limit=memory.recall_items,
            max_tokens=memory.recall_tokens,
            floor=memory.recall_floor,
            in_context=await self.requests.in_context(self.session),
        )
        return working, recall

    async def _plan(self, user: Message, working: Working, recall: Recall) -> ContextPlan:
        return await self._plan_of(user.text, working, recall, user)

    async def _plan_of(self, text: str, working: Working, recall: Recall | None, user: Message | None) -> ContextPlan:
        return await self.requests.plan(
            self.session,
            working,
            text,
            status=self.connection.status,
            scale=self.connection.facts.token_scale,
            recall=recall,
            user=user,
            tools=self._offered(),
            use_memory=self.use_memory,
        )

    def _offered(self) -> tuple[Tool, ...]:
        on = self.use_memory and self.settings.memory.enabled
        return self.tools if on and self.connection.tools_possible else ()

    async def _reply(self, user: Message, plan: ContextPlan, reply: Reply) -> AsyncGenerator[TurnEvent, None]:
        """Streams the reply and saves it as whole, stopped, or cut off."""
        end: EndPart | None = None
        try:
            stream = self._rounds(plan, reply, user)
            async for event in until(self.stop, stream):
                if isinstance(event, EndPart):
                    end = event
                    continue
                yield event
            if not self.stop.is_set() and not reply.text.strip():
                raise EmptyReply(
                    "The model said nothing.", "Try again, or pick another model (ctrl+o).", retryable=True
                )
        except MemchatError as error:
            yield await self._cut_off(user, reply, error)
            return
        except (GeneratorExit, asyncio.CancelledError):
            await asyncio.shield(self._save(user, reply, "stopped", None))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the text that came is kept and the log told
            _log.exception("a turn failed")
            problem = MemchatError(f"Something unexpected went wrong ({type(error).__name__}).", "The log file has it.")
            yield await self._cut_off(user, reply, problem)
            return
        saved = await self._save(user, reply, "stopped" if self.stop.is_set() else "complete", end)
        if saved is None:
            await self.store.messages.mark_failed(user.id, "Stopped before the model said anything.")
            yield TurnFailed(
                sentence="Stopped before the model said anything.", next_step="", user_message=user, retryable=True
            )
            return
        await self._learn_from(plan, end)
        yield AssistantSaved(saved)

    async def _rounds(
        self, plan: ContextPlan, reply: Reply, user: Message
    ) -> AsyncGenerator[TurnEvent | EndPart, None]:
        """Calls the model, and again as long as it calls tools."""
        messages = list(wire(plan))
        tools = self._offered()
        for round_number in range(_TOOL_ROUNDS + 1):
            offered = tools if round_number < _TOOL_ROUNDS else ()
            request = ChatRequest(
                messages=tuple(messages),
                tools=offered,
                max_tokens=plan.reserve,
                temperature=self.settings.model.temperature,
            )
            end: EndPart | None = None
            client = await self.connection.client()
            before = len(reply.text)
            async for part in client.stream(request):
                if isinstance(part, EndPart):
                    end = part
                    continue
                for event in await _take(part, reply):
                    yield event
            if end is None or not end.tool_calls or not offered:
                if end is not None:
                    yield end
                return
            messages.append(ChatMessage(role="assistant", content=reply.text[before:], tool_calls=end.tool_calls))
            self._called_tools = True
            for call in end.tool_calls:
                result = await run_tool(call, self._tool_context(user, plan.recalled))
                messages.append(ChatMessage(role="tool", content=result.text, tool_call_id=call.id))
                reply.tool_uses.append(ToolUse(name=call.name, arguments=call.arguments, result=result.text))
                yield ToolCalled(name=call.name, arguments=call.arguments, result=result.text)
                if result.learned is not None:
                    self._remembered = True
                    yield result.learned

    def _tool_context(self, user: Message, recalled: Sequence[RecalledItem]) -> ToolContext:
        return ToolContext(
            store=self.knowledge,
            recaller=self.recaller,
            settings=self.settings,
            user=user,
            model=self.connection.status.name,
            recalled=recalled,
        )

    async def _save(self, user: Message, reply: Reply, status: MessageStatus, end: EndPart | None) -> Message | None:
        if user.status != "complete":
            await self.store.messages.mark_complete(user.id)
        jobs = await self.jobs_after(self.session, user) if status in {"complete", "stopped"} else ()
        return await reply.finish(
            status,
            tokens=self.count(reply.text),
            usage=end.usage if end else None,
            finish_reason=end.finish_reason if end else None,
            jobs=jobs,
        )

    async def _cut_off(self, user: Message, reply: Reply, error: MemchatError) -> TurnEvent:
        """What came before the failure is kept; without any, the user's message waits for another try."""
        saved = await reply.finish("partial", tokens=self.count(reply.text), error=str(error))
        if saved is not None:
            return AssistantSaved(saved)
        return await self._give_up(user, error)

    async def _give_up(self, user: Message, error: MemchatError) -> TurnFailed:
        await self.store.messages.mark_failed(user.id, str(error))
        return _failed(error, user)

    async def _learn_from(self, plan: ContextPlan, end: EndPart | None) -> None:
        """Takes the reported usage into the token scale, and counts the facts as used."""
        usage: Usage | None = end.usage if end else None
        if usage is not None and end is not None and not self._called_tools:
            counted = sum(self.count(block.content) for block in plan.blocks)
            await self.connection.learn(counted + self.requests.tool_tokens(self._offered()), usage.prompt_tokens)
        facts = [item.id for item in plan.recalled if item.kind == "fact"]
        if facts and self.knowledge is self.store:
            await self.knowledge.memories.mark_used(facts)

    async def _remember_if_asked(self, user: Message) -> Learned | None:
        """Keeps what the user asked to be remembered, when the model did not call its tool for it."""
        wanted = asked_to_remember(user.text) if self.use_memory and self.settings.memory.enabled else None
        if not wanted or self._remembered or self.knowledge is not self.store:
            return None
        memory = await remember(
            self.knowledge,
            wanted,
            session_id=user.session_id,
            message_id=user.id,
            redact=self.settings.privacy.redact_secrets,
        )
        return Learned(added=(memory,))


async def _take(part: ChatPart, reply: Reply) -> list[TurnEvent]:
    """Puts a part of the stream into the reply, and says what to show of it."""
    match part:
        case TextPart(text):
            await reply.add(text)
            return [Delta(text)]
        case ReasoningPart(text):
            reply.reasoning += text
            return [Reasoning(text)]
        case RetryPart():
            return [Retrying(attempt=part.attempt, attempts=part.attempts, seconds=part.seconds, reason=part.reason)]
        case EndPart():
            return []


def _failed(error: MemchatError, user: Message | None) -> TurnFailed:
    retryable = user is not None and not isinstance(error, MessageTooLong)
    message = replace(user, status="failed", error=str(error)) if user is not None else None
    if isinstance(error, ModelError) and user is not None:
        retryable = True
    return TurnFailed(sentence=error.sentence, next_step=error.next_step, user_message=message, retryable=retryable)
