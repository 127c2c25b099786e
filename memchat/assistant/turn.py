"""One turn: save the question, recall, lay out the request, stream the answer, save it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from memchat.assistant.connection import Chosen, Connection
from memchat.assistant.embedding import SpaceEmbedder
from memchat.assistant.home import Home
from memchat.assistant.keeping import Keeper
from memchat.assistant.rehearsed import Rehearsed
from memchat.assistant.reply import Reply
from memchat.assistant.requests import Gathered
from memchat.assistant.rounds import Rounds
from memchat.assistant.streams import Stopped, unless, until
from memchat.assistant.telling import NOTHING_RECALLED
from memchat.core.context import Recall
from memchat.core.errors import EmptyReply, ErasedMeanwhile, MemchatError, MessageTooLong, NotFound
from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    ContextBuilt,
    Delta,
    Learned,
    Recalled,
    SecretsKeptOut,
    SessionChanged,
    TurnEvent,
    TurnFailed,
    UserSaved,
)
from memchat.core.memories import Memory
from memchat.core.messages import Message, Session
from memchat.core.settings import Settings
from memchat.memory.asked import asked_to_remember
from memchat.memory.facts import remember
from memchat.memory.recall import Recaller
from memchat.memory.tools import ToolContext
from memchat.store import NewJob

_log = logging.getLogger(__name__)


class Quiet(Protocol):
    """Keeps learning from beginning while the context lasts."""

    def __call__(self, *, local: bool) -> AbstractContextManager[None]: ...


@dataclass(kw_only=True)
class Turn:
    """One exchange in one session.

    Attributes:
        session: As it is now.
        home: Where it lives.
        quiet: Keeps learning from calling the model meanwhile.
        stop: Set by the user to end the reply and keep its text.
        reply: The words of the reply where they are given, so that no model is asked for them.
        page: What the memory itself answers; then no model is needed, and nothing is learned from the exchange.
        without: Refs of what is left out of the request this time.
    """

    session: Session
    home: Home
    settings: Settings
    connection: Connection
    recaller: Recaller
    embedder: SpaceEmbedder
    count: Callable[[str], int]
    publish: Callable[[BackgroundEvent], None]
    quiet: Quiet
    stop: asyncio.Event
    use_memory: bool
    reply: str | None = None
    page: str = ""
    without: frozenset[str] = frozenset()
    _rounds: Rounds | None = field(default=None, init=False)
    _kept: Memory | None = field(default=None, init=False)
    _keeper: Keeper | None = field(default=None, init=False)

    async def ask(self, text: str, kept_out: tuple[str, ...] = ()) -> AsyncGenerator[TurnEvent, None]:
        """Saves `text` as the user's message and answers it.

        Args:
            text: What the user says, without secrets.
            kept_out: The kinds of the secrets that were in it, when the user is to be told.
        """
        try:
            if not self.page:
                await unless(self.stop, self.connection.known())
                await self._refuse_if_too_long(text)
            user = await self.home.store.messages.append_user(
                self.session.id,
                text,
                tokens=self.count(text),
                model=self.connection.status.name or None,
                off_record=bool(self.page) or not (self.use_memory and self.home.learns),
            )
        except Stopped:
            yield _failed(MemchatError("Stopped before the message was saved."), None)
            return
        except MemchatError as error:
            yield _failed(error, None)
            return
        yield UserSaved(user)
        if kept_out:
            yield SecretsKeptOut(kinds=kept_out)
        async with aclosing(
            self._answer(user, Reply(store=self.home.store, user=user, told=bool(self.page)))
        ) as events:
            async for event in events:
                yield event

    async def retry(self) -> AsyncGenerator[TurnEvent, None]:
        """Answers the session's last user message again; the answer that it has stays until there is another.

        Raises:
            NotFound: There is nothing to answer.
        """
        messages = self.home.store.messages
        last = await messages.last(self.session.id)
        old = last if last is not None and last.role == "assistant" else None
        user = last if old is None else await messages.get(old.parent_id) if old.parent_id else None
        if user is None:
            raise NotFound("There is nothing to answer again in this session.")
        reply = Reply(store=self.home.store, user=user, instead_of=old, told=bool(self.page))
        async with aclosing(self._answer(user, reply)) as events:
            async for event in events:
                yield event

    async def _answer(self, user: Message, reply: Reply) -> AsyncGenerator[TurnEvent, None]:
        """Answers the stored message `user`; whatever goes wrong, it stays and can be tried again."""
        problem: MemchatError | None = None
        if learned := await self._remember_if_asked(user):
            yield learned
        try:
            async with aclosing(self._tell(user, reply) if self.page else self._stream(user, reply)) as events:
                async for event in events:
                    yield event
        except Stopped:
            pass
        except MemchatError as error:
            problem = error
        except (GeneratorExit, asyncio.CancelledError):
            self.stop.set()
            await asyncio.shield(self._end(user, reply, None))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the text that came is kept and the log told
            _log.exception("a turn failed")
            problem = MemchatError(f"Something unexpected went wrong ({type(error).__name__}).", "The log file has it.")
        yield await self._end(user, reply, problem)

    async def _stream(self, user: Message, reply: Reply) -> AsyncGenerator[TurnEvent, None]:
        """Everything up to the last word of the reply."""
        as_of = await self.home.store.erasures.times()
        async with AsyncExitStack() as stack:
            chosen = await unless(self.stop, stack.enter_async_context(self.connection.reading()))
            if self.reply is not None:
                chosen = replace(chosen, client=Rehearsed(chosen.client, self.reply))
            stack.enter_context(self.quiet(local=chosen.local))
            reply.model = chosen.client.name
            await self._note_model(chosen.client.name)
            without = await self.home.knowledge.mutes.resting_on(self.without)
            gathered, recall = await unless(self.stop, self._look_back(user, chosen, without))
            yield Recalled(recall)
            tools = self.home.requests.tools(self.session, chosen.target, use_memory=self.use_memory)
            plan = await self.home.requests.plan(gathered, user.text, chosen.target, recall=recall, tools=tools)
            yield ContextBuilt(plan)
            with suppress(ErasedMeanwhile):
                await self.home.store.recalls.record(user.id, recall, [item.id for item in plan.recalled], as_of=as_of)
            context = ToolContext(
                store=self.home.knowledge,
                recaller=self.recaller,
                settings=self.settings,
                user=user,
                model=chosen.client.name,
                without=without,
                recalled=plan.recalled,
                offered=tools,
            )
            self._rounds = Rounds(
                client=chosen.client,
                plan=plan,
                reply=reply,
                tools=context,
                room=self.home.requests.room_for_results(plan, tools, chosen.target),
                measure=partial(self.home.requests.measured, target=chosen.target),
                temperature=self.settings.model.temperature,
            )
            self._keeper = Keeper(self.home, user, chosen.client, plan, self._rounds.sent, as_of)
            async with aclosing(until(self.stop, self._rounds.events())) as events:
                async for event in events:
                    yield event
                    await self._keeper.keep()

    async def _tell(self, user: Message, reply: Reply) -> AsyncGenerator[TurnEvent, None]:
        """What the memory itself answers, a paragraph at a time; the request is the one that holds the question."""
        requests, target = self.home.requests, self.connection.target
        yield Recalled(NOTHING_RECALLED)
        gathered = await requests.gather(self.session, target, answering=user, use_memory=self.use_memory, strict=False)
        yield ContextBuilt(await requests.plan(gathered, user.text, target))
        for number, paragraph in enumerate(self.page.split("\n\n")):
            if self.stop.is_set():
                raise Stopped
            text = f"\n\n{paragraph}" if number else paragraph
            await reply.add(text)
            yield Delta(text)

    async def _refuse_if_too_long(self, text: str) -> None:
        target, requests = self.connection.target, self.home.requests
        tools = requests.tools(self.session, target, use_memory=self.use_memory)
        await requests.plan(requests.bare(self.session), text, target, tools=tools)

    async def _note_model(self, name: str) -> None:
        if name and name != self.session.model:
            self.session = await self.home.store.sessions.set_model(self.session.id, name)
            self.publish(SessionChanged(self.session))

    async def _look_back(self, user: Message, chosen: Chosen, without: frozenset[str]) -> tuple[Gathered, Recall]:
        requests = self.home.requests
        gathered = await requests.gather(
            self.session, chosen.target, answering=user, use_memory=self.use_memory, without=without
        )
        if gathered.use_memory:
            await self.embedder.wait()
        kept = frozenset([self._kept.id]) if self._kept is not None else frozenset[str]()
        return gathered, await requests.recall(gathered, user.text, besides=kept, without=without)

    async def _end(self, user: Message, reply: Reply, problem: MemchatError | None) -> TurnEvent:
        """Saves what came; without a word, the user's message waits for another try."""
        end = self._rounds.end if self._rounds is not None else None
        if self._keeper is not None:
            await self._keeper.keep()
        told_whole = bool(self.page) and reply.text == self.page
        stopped = problem is None and end is None and self.stop.is_set() and not told_whole
        if problem is None and not reply.text.strip():
            problem = (
                MemchatError("Stopped before the model said anything.")
                if stopped
                else EmptyReply("The model said nothing.", "Try again, or pick another model (ctrl+o).", retryable=True)
            )
        try:
            saved = await reply.finish(
                "stopped" if stopped else "partial" if problem else "complete",
                tokens=self.count(reply.text),
                end=end,
                error=str(problem) if problem else None,
                jobs=await self._jobs_after(user) if reply.text.strip() else (),
            )
            if saved is not None:
                if user.status != "complete":
                    await self.home.store.messages.mark_complete(user.id)
                await self._learn()
                return AssistantSaved(saved)
            assert problem is not None
            if reply.instead_of is None:
                user = await self.home.store.messages.mark_failed(user.id, str(problem))
        except MemchatError as error:
            _log.exception("a reply could not be saved")
            problem = problem or error
        return _failed(problem, user)

    async def _jobs_after(self, user: Message) -> tuple[NewJob, ...]:
        if self.page:
            return ()
        try:
            return await self.home.jobs_after(self.session, user, use_memory=self.use_memory)
        except MemchatError:
            _log.exception("what is to be learned could not be told")
            return ()

    async def _learn(self) -> None:
        """Takes the reported usage into the token scale, and counts the facts as used."""
        rounds = self._rounds
        if rounds is None or rounds.end is None:
            return
        try:
            if rounds.end.usage is not None and not rounds.reply.tool_uses:
                tools = rounds.tools.offered if rounds.client.tools_supported is not False else ()
                counted = sum(self.count(block.content) for block in rounds.plan.blocks)
                counted += self.home.requests.tool_tokens(tools)
                await self.connection.learn(rounds.client, counted, rounds.end.usage.prompt_tokens)
            facts = [item.id for item in rounds.plan.recalled if item.kind in ("fact", "profile")]
            if facts and not self.home.private:
                await self.home.knowledge.memories.mark_used(facts)
        except MemchatError:
            _log.exception("what a reply taught could not be kept")

    async def _remember_if_asked(self, user: Message) -> Learned | None:
        """Keeps what the user asks to be remembered, before any model is asked."""
        if self.page or self.home.private or not (self.use_memory and self.settings.memory.enabled):
            return None
        # The first look at a language's words takes a while, in which the screen must not stand still.
        wanted = await asyncio.to_thread(asked_to_remember, user.text)
        if wanted is None:
            return None
        memories = self.home.knowledge.memories
        try:
            if before := [memory for memory in await memories.of_message(user.id) if memory.actor == "user"]:
                self._kept = before[0]
                return None
            memory = await remember(
                self.home.knowledge,
                wanted,
                session_id=user.session_id,
                message_id=user.id,
                quote=None if wanted in user.text else user.text,
                redact=self.settings.privacy.redact_secrets,
                at=user.created_at,
            )
        except MemchatError as error:
            _log.warning("nothing was remembered: %s", error)
            return None
        self._kept = memory
        return Learned(added=(memory,), session_id=user.session_id, message_id=user.id)


def _failed(error: MemchatError, user: Message | None) -> TurnFailed:
    return TurnFailed(
        sentence=error.sentence,
        next_step=error.next_step,
        user_message=user,
        retryable=user is not None and not isinstance(error, MessageTooLong),
    )
