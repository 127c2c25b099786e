"""The façade that the screen and the command line use."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from typing import Any

from memchat.assistant.connection import Connection
from memchat.assistant.embedding import EmbedderHolder
from memchat.assistant.home import Home
from memchat.assistant.listeners import Listener, Listeners
from memchat.assistant.requests import Working
from memchat.assistant.turn import Turn
from memchat.assistant.values import ModelChoice, ModelStatus, SessionView
from memchat.core.chat import Tool
from memchat.core.context import ContextPlan, ItemKind, RecalledItem
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import BackgroundEvent, EmbedderChanged, Learned, SessionChanged, SummaryUpdated, TurnEvent
from memchat.core.ids import new_id
from memchat.core.memories import Memory, ProfileField
from memchat.core.messages import Message, RollingSummary, Session
from memchat.core.settings import Settings
from memchat.core.times import Clock, now
from memchat.memory import facts
from memchat.memory import profile as profile_rules
from memchat.memory.recall import Recaller
from memchat.memory.screening import screen
from memchat.memory.tools import READING_TOOLS, TOOLS
from memchat.paths import Paths
from memchat.providers.tokens import TokenCounter
from memchat.providers.weights import Weights
from memchat.store import Store

_CLAIM_SECONDS = 180.0
"""A session is another process's for this long after it last said so."""


class Assistant:
    """A memory, a model, and the sessions between them.

    Attributes:
        settings: What is configured.
        paths: Where the files are.
        store: The database; an incognito session lives elsewhere.
    """

    def __init__(
        self, settings: Settings, paths: Paths, store: Store, environ: Mapping[str, str], clock: Clock
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.store = store
        self._clock = clock
        self._owner = new_id("turn")
        self._listeners = Listeners()
        self._counter = TokenCounter()
        self._connection = Connection(settings, paths, environ, store)
        self._embedding = EmbedderHolder(settings, environ, self._connection.keys, self._publish)
        self._recaller = Recaller(store, self._embedding, self._count, clock=clock)
        self._home = self._home_of(store)
        self._private: Home | None = None
        self._private_sessions: set[str] = set()
        self._open_sessions: set[str] = set()
        self._turns: dict[str, Turn] = {}
        self._tasks: set[asyncio.Task[object]] = set()

    @classmethod
    async def open(
        cls,
        settings: Settings,
        paths: Paths,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Clock = now,
    ) -> "Assistant":
        """Opens the database; loads nothing that is slow.

        Raises:
            StoreError: The database cannot be opened.
            MemchatError: The folders cannot be made.
        """
        paths.ensure()
        store = await Store.open(paths.database, clock=clock)
        return cls(settings, paths, store, os.environ if environ is None else environ, clock)

    def warm_up(self) -> None:
        """Loads tokenizer, embedder and model client in the background, and begins the learning."""
        self._home.learning.start()
        for work in (self._load_counter(), self._embedding.get(), self._connect_quietly(), self._keep_claims()):
            self._spawn(work)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` on the event loop with what happens outside of turns; gives what ends that."""
        return self._listeners.add(listener)

    @property
    def embedder(self) -> EmbedderChanged:
        """Whether recall can search by meaning."""
        return self._embedding.status

    # the model

    @property
    def model(self) -> ModelStatus:
        """Which model answers."""
        return self._connection.status

    @property
    def weights(self) -> Weights:
        """The built-in models' weights, to pull and remove."""
        return self._connection.weights

    async def connect(self) -> ModelStatus:
        """Finds a model; never raises."""
        return await self._connection.connect()

    async def use_model(self, endpoint: str, name: str, *, save: bool = True) -> ModelStatus:
        """Changes to another model.

        Raises:
            MemchatError: There is no such endpoint or model.
        """
        status = await self._connection.use(endpoint, name, save=save)
        self._home.learning.wake()
        return status

    async def add_endpoint(self, name: str, base_url: str, api_key: str, model: str) -> ModelStatus:
        """Saves an endpoint and its key, and changes to it.

        Raises:
            MemchatError: It cannot be saved.
        """
        return await self._connection.add(name, base_url, api_key, model)

    async def model_choices(self) -> list[ModelChoice]:
        """Every model that can be picked."""
        return await self._connection.choices()

    # sessions

    async def new_session(self, *, incognito: bool = False) -> SessionView:
        """Begins a session; an incognito one is held in memory, reads what is remembered, and leaves nothing."""
        home = await self._private_home() if incognito else self._home
        session = await home.store.sessions.create(model=self.model.name or None, incognito=incognito)
        if incognito:
            self._private_sessions.add(session.id)
        return await self._view(session)

    async def open_session(self, id: str) -> SessionView:
        """Goes on with a session.

        Args:
            id: Its id, or the beginning of one that is unique.

        Raises:
            NotFound: There is none.
        """
        store = self._store_of(id)
        session = await store.sessions.get(id)
        await store.sessions.reopen(session.id)
        return await self._view(session)

    async def leave_session(self, id: str) -> None:
        """Ends a session for now; its session summary is made in the background."""
        self.stop(id)
        self._open_sessions.discard(id)
        home = self._home_for(id)
        if home is not self._home:
            return
        await home.store.sessions.end(id)
        await home.store.sessions.release(id, self._owner)
        await home.queue_summaries([await home.store.sessions.get(id)])

    async def earlier(self, session_id: str, before_seq: int) -> list[Message]:
        """The page of messages before `before_seq`, oldest first."""
        limit = self.settings.interface.page_messages
        return await self._store_of(session_id).messages.page(session_id, before_seq=before_seq, limit=limit)

    async def session(self, id: str) -> Session:
        """A session by its id.

        Raises:
            NotFound: There is none.
        """
        return await self._store_of(id).sessions.get(id)

    async def set_draft(self, session_id: str, text: str) -> None:
        """Keeps what stands unsent in the input."""
        await self._store_of(session_id).sessions.set_draft(session_id, text)

    async def rename(self, session_id: str, title: str) -> Session:
        """Names a session."""
        session = await self._store_of(session_id).sessions.rename(session_id, title, by="user")
        self._publish(SessionChanged(session))
        return session

    # turns

    def turn(self, session_id: str, text: str, *, use_memory: bool = True) -> AsyncGenerator[TurnEvent, None]:
        """Answers `text`.

        What is yielded comes in the order of `memchat.core.events`. Closing the iterator stops the reply, as
        `stop` does; either way its text is kept.
        """
        return self._run(session_id, text, use_memory=use_memory)

    def retry(self, session_id: str, *, use_memory: bool = True) -> AsyncGenerator[TurnEvent, None]:
        """Answers the session's last user message again; an answer that it had is set aside, not lost."""
        return self._run(session_id, None, use_memory=use_memory)

    def stop(self, session_id: str) -> None:
        """Ends the running reply of a session and keeps its text."""
        if turn := self._turns.get(session_id):
            turn.stop.set()

    async def preview(self, session_id: str | None, text: str = "", *, use_memory: bool = True) -> ContextPlan:
        """The request that `text` would make; sends and stores nothing.

        Raises:
            MessageTooLong: The text does not fit.
        """
        session = await self.session(session_id) if session_id else None
        home = self._home_for(session_id)
        working = (
            await home.requests.working(
                session.id, status=self.model, scale=self._connection.facts.token_scale, answering=None
            )
            if session is not None
            else Working.empty()
        )
        recall = None
        memory = self.settings.memory
        if text and use_memory and memory.enabled and memory.recall_items:
            await self._load_counter()
            await self._embedding.wait()
            recall = await self._recaller.recall(
                screen_if(text, on=self.settings.privacy.redact_secrets),
                outside=working.outside(session.id, None) if session else None,
                limit=memory.recall_items,
                max_tokens=memory.recall_tokens,
                floor=memory.recall_floor,
                in_context=await home.requests.in_context(session),
            )
        return await home.requests.plan(
            session,
            working,
            text,
            status=self.model,
            scale=self._connection.facts.token_scale,
            recall=recall,
            tools=self._tools(session) if use_memory and memory.enabled and self._connection.tools_possible else (),
            use_memory=use_memory,
        )

    # memory

    async def remember(self, text: str, session_id: str | None = None) -> Memory:
        """Keeps a fact in the user's own words.

        Raises:
            MemchatError: There is nothing in it to keep.
        """
        if session_id in self._private_sessions:
            raise MemchatError("This session is incognito: nothing in it is remembered.", "Begin another with ctrl+n.")
        memory = await facts.remember(
            self.store,
            text,
            session_id=session_id,
            message_id=None,
            redact=self.settings.privacy.redact_secrets,
        )
        self._publish(Learned(added=(memory,)))
        self._home.learning.wake()
        return memory

    async def forget(self, id: str) -> Memory:
        """Takes a fact out of recall; it can be undone."""
        memory = await self.store.memories.forget(id)
        self._publish(Learned(changed=(memory,)))
        return memory

    async def edit_memory(self, id: str, text: str) -> Memory:
        """Changes a fact's words; the old ones stay in its history."""
        memory = await self.store.memories.edit(id, text)
        self._publish(Learned(changed=(memory,)))
        self._home.learning.wake()
        return memory

    async def profile(self) -> tuple[ProfileField, ...]:
        """The profile's fields that have a value."""
        return tuple(await self.store.profile.list())

    async def set_profile(self, field: str, value: str) -> ProfileField:
        """Sets a profile field by hand.

        Raises:
            MemchatError: There is no such field, or the value is empty.
        """
        changed = await profile_rules.set_field(
            self.store, self.settings.profile, field, value, redact=self.settings.privacy.redact_secrets
        )
        self._publish(Learned(profile=(changed,)))
        self._home.learning.wake()
        return changed

    async def unset_profile(self, field: str) -> None:
        """Empties a profile field."""
        await profile_rules.unset_field(self.store, self.settings.profile, field)
        self._publish(Learned())

    async def search(
        self, query: str, *, kinds: tuple[ItemKind, ...] | None = None, limit: int = 20
    ) -> list[RecalledItem]:
        """What is remembered about `query`: messages, facts, profile and episodes, best first."""
        return await self._recaller.search(query, kinds=kinds, limit=limit)

    async def why(self, user_message_id: str) -> list[RecalledItem]:
        """What was recalled for a stored user message."""
        return await self.store.recalls.of_message(user_message_id)

    async def edit_summary(self, session_id: str, text: str) -> RollingSummary:
        """Puts the user's words in place of the rolling summary, over the same messages."""
        store = self._store_of(session_id)
        old = await store.summaries.latest(session_id)
        if old is None:
            raise NotFound("This session has no rolling summary yet.", "It comes when older messages are folded.")
        new = await store.summaries.edit(session_id, text, tokens=self._count(text))
        self._publish(SummaryUpdated(old=old, new=new))
        return new

    # the end

    async def settle(self, timeout: float | None = None) -> bool:
        """Waits for the learning; false when it was not done in `timeout` seconds."""
        return await self._home.learning.settle(timeout)

    async def index(self) -> None:
        """Embeds what is not embedded yet, so that it is found by meaning at once; makes no model call."""
        await self._home.learning.embed()

    async def close(self) -> None:
        """Stops what runs, lets go of open sessions, ends the engine and closes the database."""
        for turn in self._turns.values():
            turn.stop.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._home.learning.stop()
        if self._private is not None:
            await self._private.learning.stop()
        for session_id in self._open_sessions - self._private_sessions:
            with suppress(MemchatError):
                await self.store.sessions.release(session_id, self._owner)
        await self._embedding.close()
        await self._connection.close()
        if self._private is not None:
            await self._private.store.close()
        await self.store.close()

    # inside

    async def _run(self, session_id: str, text: str | None, *, use_memory: bool) -> AsyncGenerator[TurnEvent, None]:
        if session_id in self._turns:
            raise MemchatError("A reply is still coming in this session.", "Stop it with esc, or wait.")
        home = self._home_for(session_id)
        turn = await self._new_turn(home, session_id, use_memory=use_memory)
        self._turns[session_id] = turn
        if self.model.local:
            home.learning.pause()
        try:
            if text is None:
                events = turn.answer(await self._last_question(home.store, session_id))
            else:
                events = turn.ask(screen_if(text, on=self.settings.privacy.redact_secrets))
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            self._turns.pop(session_id, None)
            home.learning.resume()
            home.learning.wake()

    async def _new_turn(self, home: Home, session_id: str, *, use_memory: bool) -> Turn:
        await self._load_counter()
        await self._connection.connect()
        session = await home.store.sessions.get(session_id)
        return Turn(
            session=session,
            store=home.store,
            knowledge=self.store,
            settings=self.settings,
            connection=self._connection,
            requests=home.requests,
            recaller=self._recaller,
            embedder=self._embedding,
            count=self._count,
            tools=self._tools(session),
            jobs_after=home.jobs_after,
            use_memory=use_memory,
        )

    @staticmethod
    def _tools(session: Session | None) -> tuple[Tool, ...]:
        return READING_TOOLS if session is not None and session.incognito else TOOLS

    async def _last_question(self, store: Store, session_id: str) -> Message:
        last = await store.messages.last(session_id)
        if last is not None and last.role == "assistant":
            await store.messages.deactivate(last.id)
            last = await store.messages.get(last.parent_id) if last.parent_id else None
        if last is None:
            raise NotFound("There is nothing to answer again in this session.")
        return last

    async def _view(self, session: Session) -> SessionView:
        store = self._store_of(session.id)
        self._open_sessions.add(session.id)
        await store.sessions.claim(session.id, self._owner, _CLAIM_SECONDS)
        self._spawn(self._home.queue_unfinished(still_open=frozenset(self._open_sessions)))
        size = self.settings.interface.page_messages
        page = await store.messages.page(session.id, before_seq=None, limit=size + 1)
        last = page[-1] if page else None
        return SessionView(
            session=session,
            messages=tuple(page[-size:]),
            more=len(page) > size,
            summary=await store.summaries.latest(session.id),
            profile=await self.profile(),
            plan=await self.preview(session.id),
            unanswered=last if last is not None and last.role == "user" else None,
        )

    def _home_of(self, store: Store) -> Home:
        return Home(
            store=store,
            knowledge=self.store,
            settings=self.settings,
            connection=self._connection,
            embedder=self._embedding,
            count=self._count,
            clock=self._clock,
            publish=self._publish,
            owner=self._owner,
        )

    async def _private_home(self) -> Home:
        if self._private is None:
            self._private = self._home_of(await Store.open(None, clock=self._clock))
            self._private.learning.start()
        return self._private

    def _home_for(self, session_id: str | None) -> Home:
        if session_id in self._private_sessions and self._private is not None:
            return self._private
        return self._home

    def _store_of(self, session_id: str) -> Store:
        return self._home_for(session_id).store

    def _count(self, text: str) -> int:
        return self._counter.count(text)

    def _publish(self, event: BackgroundEvent) -> None:
        self._listeners.publish(event)

    async def _load_counter(self) -> None:
        if not self._counter.ready:
            await asyncio.to_thread(self._counter.load)

    async def _connect_quietly(self) -> None:
        await self._connection.connect()
        await self._connection.warm()

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(_CLAIM_SECONDS / 3)
            for session_id in self._open_sessions - self._private_sessions:
                await self.store.sessions.claim(session_id, self._owner, _CLAIM_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def screen_if(text: str, *, on: bool) -> str:
    """`text` with its secrets replaced, where that is wanted."""
    return screen(text).text if on else text
