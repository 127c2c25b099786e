"""The embedder, loaded once in the background, and known to be missing where it cannot load."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged
from memchat.core.settings import Settings
from memchat.providers.embedder import BuiltinEmbedder, Embedder, EndpointEmbedder
from memchat.providers.endpoints import named
from memchat.providers.keys import Keys


class EmbedderHolder:
    """Loads the configured embedder when it is first asked for.

    Args:
        publish: Told when it is ready or cannot be had.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], keys: Keys, publish: Callable[[EmbedderChanged], None]
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._keys = keys
        self._publish = publish
        self._loading: asyncio.Task[Embedder | None] | None = None
        self.status = EmbedderChanged(state="loading")

    async def get(self) -> Embedder | None:
        """The embedder, once it has loaded; none when it cannot, and `status` says why."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(), name="load the embedder")
        return await asyncio.shield(self._loading)

    async def wait(self, seconds: float = 5.0) -> None:
        """Gives it that long to load, so that the first question of a program is answered as well as the second."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.get()

    async def close(self) -> None:
        """Frees the embedder's thread or connection."""
        if self._loading is None:
            return
        embedder = await self._loading
        if embedder is not None:
            await embedder.close()

    async def _load(self) -> Embedder | None:
        memory = self._settings.memory
        if memory.embedder == "off":
            self._tell(EmbedderChanged(state="unavailable", reason="Search by meaning is off (memory.embedder)."))
            return None
        try:
            embedder: Embedder
            if memory.embedder == "builtin":
                embedder = BuiltinEmbedder()
            else:
                endpoint = await asyncio.to_thread(named, memory.embedder, self._settings, self._environ, self._keys)
                embedder = EndpointEmbedder(endpoint, memory.embedding_model)
            await embedder.load()
        except MemchatError as error:
            self._tell(EmbedderChanged(state="unavailable", reason=str(error)))
            return None
        self._tell(EmbedderChanged(state="ready"))
        return embedder

    def _tell(self, status: EmbedderChanged) -> None:
        self.status = status
        self._publish(status)
