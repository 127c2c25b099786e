"""The embedder, loaded once in the background, and known to be missing where it cannot load."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged
from memchat.core.settings import Settings
from memchat.providers.embedder import BuiltinEmbedder, Embedder, EndpointEmbedder
from memchat.providers.endpoints import named
from memchat.providers.keys import Keys

_PATIENCE = 5.0
"""How long, from its beginning, the loading may hold up a search."""

_log = logging.getLogger(__name__)


class EmbedderHolder:
    """Loads the configured embedder when it is first asked for.

    Args:
        publish: Told when it is ready or cannot be had.

    Attributes:
        status: Whether it is ready, and if it cannot be had, why.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], keys: Keys, publish: Callable[[EmbedderChanged], None]
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._keys = keys
        self._publish = publish
        self._embedder: Embedder | None = None
        self._loading: asyncio.Task[Embedder | None] | None = None
        self._until = 0.0
        self.status = EmbedderChanged(state="loading")

    async def get(self) -> Embedder | None:
        """The embedder, once it has loaded; none when it cannot, and `status` says why."""
        return await asyncio.shield(self._begun())

    async def wait(self) -> None:
        """Gives it a moment to load, so that the first question of a program is answered as well as the second."""
        loading = self._begun()
        if not loading.done():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._until):
                    await asyncio.shield(loading)

    async def close(self) -> None:
        """Frees the embedder's thread or connection, also while it is loading."""
        if self._loading is None:
            return
        self._loading.cancel()
        await asyncio.wait({self._loading})
        if self._embedder is not None:
            await self._embedder.close()

    def _begun(self) -> "asyncio.Task[Embedder | None]":
        if self._loading is None:
            self._until = asyncio.get_running_loop().time() + _PATIENCE
            self._loading = asyncio.create_task(self._load(), name="load the embedder")
        return self._loading

    async def _load(self) -> Embedder | None:
        if self._settings.memory.embedder == "off":
            self._tell(EmbedderChanged(state="unavailable", reason="Search by meaning is off (memory.embedder)."))
            return None
        try:
            self._embedder = await self._chosen()
            await self._embedder.load()
        except MemchatError as error:
            self._tell(EmbedderChanged(state="unavailable", reason=str(error)))
            return None
        except Exception:  # noqa: BLE001 - whatever it is, words are searched alone and the log told
            _log.exception("the embedder cannot load")
            self._tell(EmbedderChanged(state="unavailable", reason="The embedder cannot load; the log file has it."))
            return None
        self._tell(EmbedderChanged(state="ready"))
        return self._embedder

    async def _chosen(self) -> Embedder:
        memory = self._settings.memory
        if memory.embedder == "builtin":
            return BuiltinEmbedder()
        endpoint = await asyncio.to_thread(named, memory.embedder, self._settings, self._environ, self._keys)
        return EndpointEmbedder(endpoint, memory.embedding_model)

    def _tell(self, status: EmbedderChanged) -> None:
        self.status = status
        self._publish(status)
