"""Where a session lives: its store, how its requests are built, and the learning over it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from memchat.assistant.connection import Connection
from memchat.assistant.embedding import SpaceEmbedder
from memchat.assistant.requests import Requests
from memchat.core.events import BackgroundEvent
from memchat.core.messages import Message, Session
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.jobs import fold_job, learn_job, session_summary_job, title_job
from memchat.memory.learning import Learning
from memchat.memory.recall import Recaller
from memchat.memory.rolling import fold_due
from memchat.providers.catalog import find
from memchat.store import NewJob, Store

_UNFINISHED = 20
"""How many sessions found unfinished get their summary at one start, newest first."""


class Home:
    """The database's own home, or the one in memory of incognito sessions.

    Attributes:
        store: Where its sessions live.
        knowledge: Where what is remembered lives; the incognito home only reads it.
        embedder: Finds by meaning what is in the store.
        requests: Builds its sessions' requests.
        learning: Works on what its sessions leave to be learned.
    """

    def __init__(
        self,
        *,
        store: Store,
        knowledge: Store,
        settings: Settings,
        connection: Connection,
        embedder: SpaceEmbedder,
        recaller: Recaller,
        personas: Path,
        count: Callable[[str], int],
        clock: Clock,
        publish: Callable[[BackgroundEvent], None],
        owner: str,
    ) -> None:
        self.store = store
        self.knowledge = knowledge
        self.embedder = embedder
        self.requests = Requests(
            store, knowledge, settings, recaller=recaller, personas=personas, count=count, clock=clock
        )
        self.learning = Learning(
            store=store,
            embedder=embedder.get,
            wanted=embedder.wanted,
            missing=embedder.missing,
            model=connection.summariser,
            settings=settings,
            count=count,
            publish=publish,
            owner=owner,
            unable=lambda: connection.unable,
            clock=clock,
        )
        self._settings = settings
        self._connection = connection
        self._owner = owner
        self._rested: dict[str, datetime] = {}

    def use(self, settings: Settings) -> None:
        """Goes by other settings from now on, as far as they say what is learned."""
        self._settings = settings
        self.learning.settings = settings

    @property
    def private(self) -> bool:
        """Whether nothing that is said here is remembered."""
        return self.knowledge is not self.store

    async def jobs_after(self, session: Session, user: Message, *, use_memory: bool) -> tuple[NewJob, ...]:
        """What is to be learned once the reply to `user` is saved.

        Args:
            session: Where it was said.
            user: What was said.
            use_memory: Whether the memory was used for it; else nothing is learned from it.
        """
        jobs: list[NewJob] = []
        if use_memory and self.learns and not self._connection.unable:
            jobs.append(learn_job(session.id))
        window = self._connection.status.window
        if await fold_due(self.store, session.id, self._settings.memory, window):
            jobs.append(fold_job(session.id, window))
        if user.seq == 1 and session.title_by == "default" and self._can_name():
            jobs.append(title_job(session.id))
        return tuple(jobs)

    @property
    def learns(self) -> bool:
        """Whether facts are learned from ordinary talk here, as far as the settings say."""
        return not self.private and self._settings.memory.enabled and self._settings.learning.mode != "off"

    async def queue_unfinished(self, still_open: frozenset[str]) -> None:
        """Queues the session summaries that sessions left by a crash, or by a command, still lack."""
        found = await self.store.sessions.unfinished(self._owner)
        await self.queue_summaries([session for session in found if session.id not in still_open][:_UNFINISHED])

    async def queue_resting(self, since: datetime) -> None:
        """Queues the session summaries of sessions in which nothing was said since then, the open ones too.

        One that goes on afterwards gets another when it rests again.
        """
        found = await self.store.sessions.unfinished(self._owner)
        resting = [each for each in found if each.updated_at <= since and self._rested.get(each.id) != each.updated_at]
        self._rested.update((each.id, each.updated_at) for each in resting)
        await self.queue_summaries(resting)

    async def queue_summaries(self, sessions: Sequence[Session]) -> None:
        """Queues a session summary for each of `sessions` that has something to summarise."""
        jobs = [session_summary_job(session.id) for session in sessions if session.message_count > 1]
        if jobs and self._settings.memory.enabled:
            await self.store.jobs.add(jobs)
            self.learning.wake()

    def _can_name(self) -> bool:
        """A dim model's titles are worse than the first words of the session."""
        status = self._connection.status
        return status.endpoint != "builtin" or not find(status.name).dim
