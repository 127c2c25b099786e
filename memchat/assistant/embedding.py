"""The embedders: loaded in the background when they are first needed, known to be missing where they cannot load."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from memchat.core.embedders import parts_of
from memchat.core.errors import ConfigError, MemchatError
from memchat.core.events import EmbedderChanged
from memchat.core.settings import Settings
from memchat.providers.embedder import BuiltinEmbedder, Embedder, EndpointEmbedder
from memchat.providers.endpoints import at, named
from memchat.providers.keys import Keys

if TYPE_CHECKING:
    from memchat.store import Store

_PATIENCE = 5.0
"""How long, from its beginning, the loading may hold up a search."""

_AGAIN_SECONDS = 30.0
"""After how long one that could not be had is tried again."""

_OFF = EmbedderChanged(state="unavailable", reason="Search by meaning is off (memory.embedder).")

_log = logging.getLogger(__name__)


class Loading:
    """Loads one embedder when it is first asked for, and again later where it could not be had.

    Args:
        make: Makes it.

    Attributes:
        status: Whether it is ready, and if it cannot be had, why.
    """

    def __init__(self, make: Callable[[], Awaitable[Embedder]]) -> None:
        self._make = make
        self._embedder: Embedder | None = None
        self._task: asyncio.Task[Embedder | None] | None = None
        self._until = 0.0
        self._again = 0.0
        self.status = EmbedderChanged(state="loading")

    async def get(self) -> Embedder | None:
        """The embedder, once it has loaded; none when it cannot, and `status` says why."""
        return await asyncio.shield(self._begun())

    async def wait(self) -> None:
        """Gives it a moment to load, so that the first question of a program is answered as well as the second."""
        task = self._begun()
        if not task.done() and self.status.state == "loading":
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._until):
                    await asyncio.shield(task)

    async def close(self) -> None:
        """Frees the embedder's thread or connection, also while it is loading."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._embedder is not None:
            await self._embedder.close()

    def _begun(self) -> "asyncio.Task[Embedder | None]":
        moment = asyncio.get_running_loop().time()
        missing = self._task is not None and self._task.done() and self.status.state == "unavailable"
        if self._task is None or (missing and moment > self._again):
            self._until = moment + _PATIENCE
            self._task = asyncio.create_task(self._load(), name="load an embedder")
        return self._task

    async def _load(self) -> Embedder | None:
        try:
            if self._embedder is None:
                self._embedder = await self._make()
            await self._embedder.load()
        except MemchatError as error:
            self._missing(str(error))
            return None
        except Exception:  # noqa: BLE001 - whatever it is, words are searched alone and the log told
            _log.exception("an embedder cannot load")
            self._missing("The embedder cannot load; the log file has it.")
            return None
        self.status = EmbedderChanged(state="ready")
        return self._embedder

    def _missing(self, reason: str) -> None:
        self._again = asyncio.get_running_loop().time() + _AGAIN_SECONDS
        self.status = EmbedderChanged(state="unavailable", reason=reason)


class EmbedderHolder:
    """The embedder that is configured, and those whose vectors are still searched in some space.

    Attributes:
        wanted: Loads the configured one.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str], keys: Keys) -> None:
        self._settings = settings
        self._environ = environ
        self._keys = keys
        self._off = settings.memory.embedder == "off"
        self._wanted_id = ""
        self.wanted = Loading(self._configured)
        self._others: dict[str, Loading] = {}

    @property
    def status(self) -> EmbedderChanged:
        """Whether the configured one is ready, and if it cannot be had, why."""
        return _OFF if self._off else self.wanted.status

    async def get(self) -> Embedder | None:
        """The configured one, once it has loaded; none when it cannot, and `status` says why."""
        return None if self._off else await self.wanted.get()

    async def wait(self) -> None:
        """Gives the configured one a moment to load."""
        if not self._off:
            await self.wanted.wait()

    async def loading(self, embedder_id: str) -> Loading | None:
        """What loads the embedder of that id; the configured one where the id is empty; none where meaning is off."""
        if self._off:
            return None
        if not embedder_id or embedder_id == await self._id():
            return self.wanted
        if embedder_id not in self._others:
            self._others[embedder_id] = Loading(partial(self._of, embedder_id))
        return self._others[embedder_id]

    async def close(self) -> None:
        """Frees all that was loaded."""
        for each in (self.wanted, *self._others.values()):
            await each.close()

    async def _id(self) -> str:
        """The configured one's id, without loading it; empty where there is no such endpoint."""
        if not self._wanted_id:
            with suppress(ConfigError):
                embedder = await self._configured()
                self._wanted_id = embedder.id
                await embedder.close()
        return self._wanted_id

    async def _configured(self) -> Embedder:
        memory = self._settings.memory
        if memory.embedder == "builtin":
            return BuiltinEmbedder()
        endpoint = await asyncio.to_thread(named, memory.embedder, self._settings, self._environ, self._keys)
        return EndpointEmbedder(endpoint, memory.embedding_model)

    async def _of(self, embedder_id: str) -> Embedder:
        """The embedder that has that id."""
        if embedder_id == BuiltinEmbedder.id:
            return BuiltinEmbedder()
        model, url = parts_of(embedder_id)
        endpoint = await asyncio.to_thread(at, url, self._settings, self._environ, self._keys)
        return EndpointEmbedder(endpoint, model)


class SpaceEmbedder:
    """The embedder whose vectors are searched in one space; while vectors of another are made, not the configured one.

    Args:
        holder: Has the embedders.
        store: Where the vectors are.
        publish: Told when it is ready or cannot be had.

    Attributes:
        status: Whether it is ready, and if it cannot be had, why.
    """

    def __init__(
        self, holder: EmbedderHolder, store: "Store", publish: Callable[[EmbedderChanged], None] = lambda _: None
    ) -> None:
        self._holder = holder
        self._store = store
        self._publish = publish
        self.status = holder.status

    def over(self, store: "Store") -> "SpaceEmbedder":
        """The same for another store, whose state nobody is told of; itself for its own."""
        return self if store is self._store else SpaceEmbedder(self._holder, store)

    async def get(self) -> Embedder | None:
        """The embedder, once it has loaded; none when it cannot, and `status` says why."""
        loading = await self._loading()
        embedder = None if loading is None else await loading.get()
        self._tell(loading)
        return embedder

    async def wanted(self) -> Embedder | None:
        """The configured one, once it has loaded; none when it cannot, and `missing` says why."""
        return await self._holder.get()

    def missing(self) -> str:
        """Why the configured one cannot be had; empty when it can, or when search by meaning is off."""
        return "" if self._holder.status is _OFF else self._holder.status.reason

    async def wait(self) -> None:
        """Gives it a moment to load."""
        loading = await self._loading()
        if loading is not None:
            await loading.wait()
        self._tell(loading)

    async def _loading(self) -> Loading | None:
        return await self._holder.loading(await self._store.making.current())

    def _tell(self, loading: Loading | None) -> None:
        status = _OFF if loading is None else loading.status
        if status.reason and loading not in {None, self._holder.wanted}:
            reason = f"{status.reason} Words alone are searched until the vectors of the new embedder are made."
            status = EmbedderChanged(state="unavailable", reason=reason)
        if status != self.status:
            self.status = status
            self._publish(status)
