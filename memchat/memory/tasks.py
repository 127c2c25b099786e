"""What each kind of learning job does, and what its calls cost."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, assert_never

from memchat.core.errors import ErasedMeanwhile
from memchat.core.events import BackgroundEvent, Consolidated
from memchat.core.messages import Usage
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory.consolidation import consolidate
from memchat.memory.learn import Learner
from memchat.memory.rolling import fold
from memchat.memory.session_summary import summarise_session
from memchat.memory.summarising import Summariser
from memchat.memory.tidying import tidy
from memchat.memory.title import make_title
from memchat.memory.zones import user_zone
from memchat.store.values import Job

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

_MOST_TIMES = 3
"""How often a text is written at most; after that the job waits for its next try."""


class Tasks:
    """Does one job at a time. Every one can be done twice without harm.

    Args:
        store: Where the sessions are, and what is remembered.
        embedder: Waits for the embedder; none when it cannot be had.
        settings: As they are now.
        count: Length of a text in o200k_base tokens.
        unable: Says in a sentence why the model cannot learn; empty when it can.
        publish: Told what changed.
        clock: Tells the present moment.
    """

    def __init__(
        self,
        *,
        store: "Store",
        embedder: Callable[[], Awaitable["Embedder | None"]],
        settings: Callable[[], Settings],
        count: Callable[[str], int],
        unable: Callable[[], str],
        publish: Callable[[BackgroundEvent], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._count = count
        self._unable = unable
        self._publish = publish
        self._clock = clock

    async def do(self, job: Job, model: "ChatModel | None") -> None:
        """Does a job.

        Args:
            job: What is to be done.
            model: Who does it; tidying needs none.

        Raises:
            NotFound: Its session was erased meanwhile.
            MemchatError: It failed, and is to be tried again.
        """
        if model is None:
            if job.kind == "tidy":
                await self._tidy()
            return
        charge = self._charge(job, model)
        session_id = str(job.payload.get("session_id", ""))
        match job.kind:
            case "learn":
                await self._learn(job, session_id, model, charge)
            case "consolidate":
                self._publish(await consolidate(self._store, model, await self._embedder(), charge=charge))
            case "tidy":
                await self._tidy()
            case "fold" | "session_summary" | "title":
                await self._write_anew(job, session_id, model, charge)
            case _:
                assert_never(job.kind)

    async def _tidy(self) -> None:
        tidied = await tidy(self._store, self._settings().learning, self._clock())
        if tidied.archived:
            self._publish(Consolidated(run_id="", archived=tidied.archived))

    async def _write_anew(
        self, job: Job, session_id: str, model: "ChatModel", charge: Callable[[Usage | None], Awaitable[None]]
    ) -> None:
        """Writes from what there is, and again when another program erased something meanwhile."""
        for _ in range(_MOST_TIMES - 1):
            with suppress(ErasedMeanwhile):
                await self._write(job, session_id, await Summariser.of(self._store, model, self._count, charge))
                return
        await self._write(job, session_id, await Summariser.of(self._store, model, self._count, charge))

    async def _write(self, job: Job, session_id: str, summariser: Summariser) -> None:
        event: BackgroundEvent | None = None
        if job.kind == "fold":
            window = int(job.payload.get("window") or summariser.window)
            event = await fold(self._store, summariser, session_id, self._settings().memory, window)
        elif job.kind == "session_summary":
            event = await summarise_session(self._store, summariser, session_id)
        elif job.kind == "title":
            event = await make_title(self._store, summariser, session_id)
        if event is not None:
            self._publish(event)

    async def _learn(
        self, job: Job, session_id: str, model: "ChatModel", charge: Callable[[Usage | None], Awaitable[None]]
    ) -> None:
        settings = self._settings()
        if settings.learning.mode == "off" or not settings.memory.enabled or self._unable():
            return
        learner = Learner(
            store=self._store,
            model=model,
            embedder=await self._embedder(),
            settings=settings,
            zone=await user_zone(self._store),
            session_id=session_id,
            job_id=job.id,
            charge=charge,
            publish=self._publish,
        )
        await learner.learn()

    def _charge(self, job: Job, model: "ChatModel") -> Callable[[Usage | None], Awaitable[None]]:
        async def charge(usage: Usage | None) -> None:
            if usage is not None:
                day = self._clock().astimezone().date()
                await self._store.usage.add(day, model.name, job.kind, usage.prompt_tokens, usage.completion_tokens)

        return charge
