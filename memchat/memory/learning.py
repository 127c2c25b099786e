"""What goes on after a turn: learning, folding, summarising, naming, embedding."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError, ModelError, NotFound
from memchat.core.events import BackgroundEvent, LearningChanged
from memchat.core.settings import Settings
from memchat.core.times import Clock, now
from memchat.memory.embedding import Embedding, Source
from memchat.memory.lanes import Lane
from memchat.memory.tasks import Tasks
from memchat.store.values import Job

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

LEASE_SECONDS = 90.0
"""How long a job stays with a program that died; a living one renews it."""

_BACKOFF_SECONDS = (2.0, 10.0, 60.0, 300.0, 900.0)
_FATAL_SECONDS = 120.0

_log = logging.getLogger(__name__)


class Learning:
    """Works off the learning jobs and embeds, each in a task of its own.

    Jobs are rows in the database. One is leased, done, and removed after its result is stored; every one can be done
    twice without harm. So a program that is killed loses none, and two programs side by side do each once.

    Args:
        store: Where the jobs are.
        embedder: Waits for the embedder whose vectors are searched; none when it cannot be had.
        model: The summarising model; none while no model is set up, and jobs wait until `wake`.
        settings: The modes and numbers.
        count: Length of a text in o200k_base tokens.
        publish: Told what changed.
        owner: Names this program in leases.
        unable: Says in a sentence why the model cannot learn from ordinary talk; empty when it can.
        wanted: Waits for the embedder that is configured, where its vectors may not be the ones that are searched yet.
        missing: Says why that one cannot be had; empty when it can.
        clock: Tells the present moment.

    Attributes:
        settings: May be replaced while it runs; the next job goes by the new ones.
    """

    def __init__(
        self,
        *,
        store: "Store",
        embedder: Callable[[], Awaitable["Embedder | None"]],
        model: Callable[[], Awaitable["ChatModel | None"]],
        settings: Settings,
        count: Callable[[str], int],
        publish: Callable[[BackgroundEvent], None],
        owner: str,
        unable: Callable[[], str] = lambda: "",
        wanted: Source | None = None,
        missing: Callable[[], str] = lambda: "",
        clock: Clock = now,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._model = model
        self.settings = settings
        self._publish = publish
        self._owner = owner
        self._unable = unable
        self._tasks = Tasks(
            store=store,
            embedder=embedder,
            settings=lambda: self.settings,
            count=count,
            unable=unable,
            publish=publish,
            clock=clock,
        )
        self._unpaused = asyncio.Event()
        self._unpaused.set()
        self._embedding = Embedding(
            store=store,
            searched=embedder,
            wanted=wanted or embedder,
            publish=publish,
            failed=self._embedding_failed,
            free=self._unpaused.wait,
            missing=missing,
        )
        self._jobs = Lane("learning", self._next_job)
        self._lanes = (self._jobs, self._embedding.new, self._embedding.everything)
        self._job: asyncio.Task[None] | None = None
        self._told = LearningChanged(waiting=0)
        self._failure = self._unembedded = ""

    def start(self) -> None:
        """Begins; a second call does nothing."""
        for lane in self._lanes:
            lane.start()

    def wake(self) -> None:
        """Says that there are new jobs or texts, or a model where there was none."""
        for lane in self._lanes:
            lane.wake()

    def pause(self, *, put_back: bool = True) -> None:
        """Begins no job until `resume`; embedding goes on.

        Args:
            put_back: Whether the running job is ended and put back; else it goes on to its end.
        """
        self._unpaused.clear()
        if put_back and self._job is not None:
            self._job.cancel()

    def resume(self) -> None:
        """Goes on after `pause`."""
        self._unpaused.set()

    async def settle(self, timeout: float | None = None) -> bool:
        """Waits until nothing more can be done now.

        Args:
            timeout: In seconds; none waits as long as it takes.

        Returns:
            Whether everything is done that can be: without an embedder nothing waits for it. False when time ran out,
            or when what is left waits for a model, for another program, or for its next try.
        """
        self.start()
        self.wake()
        try:
            async with asyncio.timeout(timeout):
                for lane in (self._jobs, self._embedding.new):
                    await lane.idle()
        except TimeoutError:
            return False
        if await self._store.jobs.waiting():
            return False
        return await self._embedder() is None or not await self._store.index.pending(1, bulk=False)

    async def embed(self) -> None:
        """Embeds all that has no vector, and runs no job; for a program that has not begun to learn."""
        await self._embedding.all_missing()

    async def make_vectors(self) -> float | None:
        """Embeds what is new, and makes some of the vectors of everything, without a lane.

        Returns:
            The seconds until there may be more to do: 0 for at once, none when all is done.
        """
        new = await self._embedding.all_new()
        rest = await self._embedding.some_of_everything()
        return min((seconds for seconds in (new, rest) if seconds is not None), default=None)

    async def stop(self) -> None:
        """Ends at once; a job that runs goes back into the queue."""
        await self._jobs.stop()
        await self._embedding.stop()

    async def _next_job(self) -> float | None:
        await self._unpaused.wait()
        job = await self._lease()
        if job is None:
            await self._tell()
            due = await self._store.jobs.due_in()
            # One that is due and cannot be leased waits for its twin in another program.
            return None if due is None else max(1.0, due)
        try:
            await self._tell()
            wait = await self._with_model(job)
        except asyncio.CancelledError:
            await self._store.jobs.release(job.id)
            raise
        await self._tell()
        return wait

    async def _lease(self) -> Job | None:
        """The next job; one that is leased while the lane is stopped is given back."""
        leasing = asyncio.ensure_future(self._store.jobs.lease(self._owner, LEASE_SECONDS))
        try:
            return await asyncio.shield(leasing)
        except asyncio.CancelledError:
            if job := await leasing:
                await self._store.jobs.release(job.id)
            raise

    async def _with_model(self, job: Job) -> float | None:
        try:
            model = None if job.kind == "tidy" else await self._model()
            if model is None and job.kind != "tidy":
                await self._store.jobs.release(job.id)
                return None
            return await self._run(job, model)
        except NotFound:
            await self._store.jobs.done(job.id)  # its session was erased meanwhile
        except MemchatError as error:
            await self._again_later(job, error)
        except Exception as error:  # noqa: BLE001 - a fault in one job is no reason to lose it or the others
            _log.exception("the job %s failed", job.kind)
            await self._again_later(job, MemchatError(f"Learning failed ({type(error).__name__}); the log has it."))
        return 0

    async def _run(self, job: Job, model: "ChatModel | None") -> float:
        """Does a job in a task of its own, so that `pause` can end it alone."""
        task = asyncio.create_task(self._tasks.do(job, model))
        renewing = asyncio.create_task(self._renew(job))
        self._job = task
        if not self._unpaused.is_set():
            task.cancel()  # a turn began while the model was waited for
        try:
            await asyncio.wait({task})
        finally:
            self._job = None
            for each in (task, renewing):
                each.cancel()
            await asyncio.gather(task, renewing, return_exceptions=True)
        if task.cancelled():
            await self._store.jobs.release(job.id)
            return 0
        if error := task.exception():
            raise error
        await self._store.jobs.done(job.id)
        self._failure = ""
        self._embedding.new.wake()
        return 0

    async def _renew(self, job: Job) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self._store.jobs.renew(job.id, LEASE_SECONDS)

    async def _again_later(self, job: Job, error: MemchatError) -> None:
        seconds = _BACKOFF_SECONDS[min(job.attempts, len(_BACKOFF_SECONDS)) - 1]
        if isinstance(error, ModelError) and not error.retryable:
            seconds = max(seconds, _FATAL_SECONDS)
        _log.warning("the job %s failed, again in %.0f s: %s", job.kind, seconds, error)
        self._failure = str(error)
        await self._store.jobs.retry(job.id, str(error), seconds)

    async def _embedding_failed(self, failure: str) -> None:
        if failure != self._unembedded:
            if failure or self._failure == self._unembedded:
                self._failure = failure
            self._unembedded = failure
            await self._tell()

    async def _tell(self) -> None:
        told = LearningChanged(waiting=await self._store.jobs.waiting(), failure=self._failure, unable=self._unable())
        if told != self._told:
            self._told = told
            self._publish(told)
