"""The façade that the screen and the command line use."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Self

from memchat.assistant.answering import Answering
from memchat.assistant.background import Background
from memchat.assistant.buffering import Buffer
from memchat.assistant.carrying import Transfer
from memchat.assistant.embedding import SpaceEmbedder
from memchat.assistant.erasure import Eraser
from memchat.assistant.explaining import Explaining
from memchat.assistant.home import Home
from memchat.assistant.homes import Homes
from memchat.assistant.idling import Idling
from memchat.assistant.indexing import Indexing
from memchat.assistant.listeners import Listener, Listeners
from memchat.assistant.means import Means
from memchat.assistant.models import Models
from memchat.assistant.personas import Personas
from memchat.assistant.remembering import Remembering
from memchat.assistant.searches import Searches
from memchat.assistant.sessions import OpenSessions
from memchat.assistant.shared import Shared
from memchat.assistant.shelving import Sessions
from memchat.assistant.summarising import Summaries
from memchat.assistant.telling import Telling
from memchat.assistant.transcript import Transcript
from memchat.assistant.transcript import read as read_transcript
from memchat.assistant.turns import Turns
from memchat.assistant.values import SessionView
from memchat.assistant.views import Views
from memchat.assistant.watching import Watching
from memchat.config import set_value
from memchat.core.context import ContextPlan
from memchat.core.events import EmbedderChanged, SessionChanged, TurnEvent
from memchat.core.ids import new_id
from memchat.core.messages import Message, Session
from memchat.core.settings import LearningMode, Settings
from memchat.core.times import Clock, now
from memchat.memory.recall import Recaller
from memchat.paths import Paths
from memchat.store import Store

_LAST_SAVES_SECONDS = 3.0
"""How long the end waits for the replies under way to be saved."""


class Assistant(Models):
    """A memory, a model, and the sessions between them.

    Attributes:
        settings: What is configured.
        paths: Where the files are.
        store: The database; an incognito session lives elsewhere.
        watching: Notices what another program changes.
        indexing: What finding by meaning rests on.
        searches: What a person looks for.
        memories: What the user changes of memories and profile.
        summaries: The rolling summaries: versions, edited, folded, unfolded.
        buffer: What the user takes out of requests, and puts back.
        sessions: Sessions filed away, tagged, forked, deleted.
        telling: What is remembered, as a page.
        explaining: Why an answer is as it is: what was recalled, and the exact requests.
        transfer: Memories exported and imported.
        personas: How the assistant is told to be.
    """

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        store: Store,
        environ: Mapping[str, str],
        clock: Clock,
        shared: Shared | None = None,
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.store = store
        self._environ = environ
        self._clock = clock
        self._owner = new_id("turn")
        self._listeners = Listeners()
        self._publish = self._listeners.publish
        self._shared = shared or Shared(settings, paths, environ, store)
        self._shared.join(store)
        self._texts = self._shared.texts
        self._connection = self._shared.connection
        self._embedding = SpaceEmbedder(self._shared.embedding, store, self._publish)
        self._recaller = Recaller(
            store, self._embedding, self._texts.count, clock=clock, fields=settings.profile.fields
        )
        self.searches = Searches(
            store,
            self._recaller,
            embedder=self._embedding,
            settings=settings,
            paths=paths,
            count=self._texts.count,
            clock=clock,
        )
        self._homes = Homes(self._home_of, store, clock)
        self.watching = Watching(store, self._listeners)
        self.indexing = Indexing(self._homes, self._embedding)
        self._sessions = OpenSessions(self._homes, self._owner, self._listeners)
        self.memories = Remembering(
            self._homes,
            settings,
            publish=self._publish,
            unable=lambda: self._connection.unable,
        )
        self.personas = Personas(self._homes, settings.persona, paths.personas_dir, self._publish)
        self._views = Views(
            self._homes, self._connection, self._embedding, self._texts, page=settings.interface.page_messages
        )
        self._turns = Turns()
        self.eraser = Eraser(
            self._homes,
            settings,
            paths,
            self._texts,
            busy=lambda: bool(self._turns),
            window=lambda: self._connection.status.window,
            publish=self._publish,
            clock=clock,
        )
        means = Means(
            homes=self._homes,
            settings=lambda: self.settings,
            connection=self._connection,
            texts=self._texts,
            views=self._views,
            publish=self._publish,
            replying=self._turns.__contains__,
            clock=clock,
        )
        self.summaries = Summaries(means)
        self.buffer = Buffer(means)
        self.sessions = Sessions(means)
        self.telling = Telling(means)
        self.explaining = Explaining(means)
        self.transfer = Transfer(means, self.telling)
        self._answering = Answering(
            homes=self._homes, shared=self._shared, recaller=self._recaller, publish=self._publish, telling=self.telling
        )
        self._left: set[str] = set()
        self._background = Background()
        self._queueing: set[asyncio.Task[object]] = set()

    @classmethod
    async def open(
        cls, settings: Settings, paths: Paths, *, environ: Mapping[str, str] | None = None, clock: Clock = now
    ) -> "Assistant":
        """Opens the database; loads nothing that is slow.

        Raises:
            StoreError: The database cannot be opened.
            MemchatError: The folders cannot be made, or no space can have the name that is configured.
        """
        paths.ensure()
        store = await Store.open(paths.database_of(settings.memory.space), clock=clock)
        return cls(settings, paths, store, os.environ if environ is None else environ, clock)

    async def in_space(self, name: str) -> Self:
        """The assistant over another space, which shares the model, the embedder and the tokenizer with this one.

        Either is closed without harm to the other.

        Raises:
            MemchatError: No space can be called so.
            StoreError: Its database cannot be opened.
        """
        database = self.paths.database_of(name)
        settings = replace(self.settings, memory=replace(self.settings.memory, space=name))
        store = await Store.open(database, clock=self._clock)
        return type(self)(settings, self.paths, store, self._environ, self._clock, self._shared)

    def warm_up(self) -> None:
        """Loads tokenizer, embedder and model client in the background, and begins the learning."""
        self._homes.main.learning.start()
        loading = self._texts.load(), self._embedding.get(), self._connection.prepare()
        idling = Idling(self._homes, self._connection, lambda: self.settings, self._clock)
        lasting = self._sessions.keep(), idling.run(), self.watching.run()
        for work in (*loading, self._sessions.purge(self._clock()), *lasting):
            self._background.begin(work)

    async def counted(self) -> None:
        """Waits until tokens are counted; before that they are estimated."""
        await self._texts.load()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` on the event loop with what happens outside of turns; gives what ends that."""
        return self._listeners.add(listener)

    @property
    def embedder(self) -> EmbedderChanged:
        """Whether recall can search by meaning."""
        return self._embedding.status

    async def learn_as(self, mode: LearningMode) -> None:
        """Learns in another mode from now on, and after the next start.

        Raises:
            ConfigError: It cannot be saved.
        """
        await asyncio.to_thread(set_value, self.paths, "learning.mode", mode)
        self.settings = replace(self.settings, learning=replace(self.settings.learning, mode=mode))
        self._homes.use(self.settings)
        self._homes.main.learning.wake()

    # sessions

    async def new_session(self, *, incognito: bool = False) -> SessionView:
        """Begins a session; an incognito one is held in memory, leaves nothing, and reads only when it may."""
        home = await self._homes.private() if incognito else self._homes.main
        session = await home.store.sessions.create(
            model=self.model.name or None, persona=self.settings.persona.use or None, incognito=incognito
        )
        if incognito:
            self._homes.move_in(session.id)
        return await self._view(session)

    async def open_session(self, id: str) -> SessionView:
        """Goes on with a session.

        Args:
            id: Its id, or the beginning of one that is unique.

        Raises:
            NotFound: There is none.
        """
        session = await self.session(id)
        self._left.discard(session.id)
        return await self._view(await self._homes.of(session.id).store.sessions.reopen(session.id))

    async def leave_session(self, id: str) -> None:
        """Ends a session for now; its session summary is made in the background.

        A reply that is under way is stopped, and the session ends once it is saved.
        """
        if id in self._turns:
            self._left.add(id)
            self.stop(id)
        else:
            await self._sessions.leave(id)

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

    async def transcript(self, id: str) -> Transcript:
        """All of a session, to keep.

        Raises:
            NotFound: There is none.
        """
        return await read_transcript(self._homes.of(id).store, id)

    async def set_draft(self, session_id: str, text: str) -> None:
        """Keeps what stands unsent in the input."""
        await self._store_of(session_id).sessions.set_draft(session_id, await self._texts.screened(text))

    async def rename(self, session_id: str, title: str) -> Session:
        """Names a session.

        Raises:
            NotFound: There is none.
        """
        title = await self._texts.screened(title)
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

    def retry(
        self, session_id: str, *, use_memory: bool = True, without: Collection[str] = ()
    ) -> AsyncGenerator[TurnEvent, None]:
        """Answers the session's last user message again; an answer that it had is set aside, not lost.

        Args:
            session_id: Where.
            use_memory: Whether what is remembered goes in.
            without: Ids of memories, messages, and sessions for their summaries, that are left out this time.
        """
        return self._run(session_id, None, use_memory=use_memory, without=frozenset(without))

    def rehearse(self, session_id: str, text: str, reply: str) -> AsyncGenerator[TurnEvent, None]:
        """A turn whose reply is given: all of it is real but that no model is asked."""
        return self._run(session_id, text, use_memory=True, reply=reply)

    def stop(self, session_id: str) -> None:
        """Ends the running reply of a session and keeps its text."""
        self._turns.stop(session_id)

    async def preview(self, session_id: str | None, text: str = "", *, use_memory: bool = True) -> ContextPlan:
        """The request that `text` would make; sends and stores nothing.

        Raises:
            MessageTooLong: The text does not fit.
        """
        session = await self.session(session_id) if session_id else None
        return await self._views.request(session, text, use_memory=use_memory)

    # the end

    async def settle(self, timeout: float | None = None) -> bool:
        """Waits for the learning; false when it was not done in `timeout` seconds."""
        if self._queueing:
            await asyncio.wait(self._queueing, timeout=timeout)
        return await self._homes.main.learning.settle(timeout)

    async def close(self) -> None:
        """Stops what runs, lets go of open sessions, ends the engine and closes the database."""
        async with AsyncExitStack() as stack:  # in reverse, each even when one before it fails
            for step in (
                self.store.close,
                self.searches.leave,
                self._homes.close_private,
                lambda: self._shared.leave(self.store),
                self._sessions.release,
                self._homes.end_learning,
                self._background.end,
            ):
                stack.push_async_callback(step)
            await self._turns.end(_LAST_SAVES_SECONDS)

    # inside

    async def _run(
        self,
        session_id: str,
        text: str | None,
        *,
        use_memory: bool,
        reply: str | None = None,
        without: frozenset[str] = frozenset(),
    ) -> AsyncGenerator[TurnEvent, None]:
        try:
            with self._turns.running(session_id) as stop:
                answer = self._answering.answer(
                    session_id, text, self.settings, stop=stop, use_memory=use_memory, reply=reply, without=without
                )
                async with aclosing(answer) as events:
                    async for event in events:
                        yield event
        finally:
            self._homes.of(session_id).learning.wake()
            if session_id in self._left and session_id not in self._turns:
                self._left.discard(session_id)
                await self._sessions.leave(session_id)

    async def _view(self, session: Session) -> SessionView:
        await self._sessions.claim(session)
        queueing = self._background.begin(self._sessions.queue_unfinished())
        self._queueing.add(queueing)
        queueing.add_done_callback(self._queueing.discard)
        return await self._views.session(session)

    def _home_of(self, store: Store) -> Home:
        return Home(
            store=store,
            knowledge=self.store,
            settings=self.settings,
            connection=self._connection,
            embedder=self._embedding.over(store),
            recaller=self._recaller,
            personas=self.paths.personas_dir,
            count=self._texts.count,
            clock=self._clock,
            publish=self._publish,
            owner=self._owner,
        )

    def _store_of(self, session_id: str) -> Store:
        return self._homes.of(session_id).store
