"""The façade over the making of vectors: how far it is, its beginning anew, its stopping and going on."""

import asyncio
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.store.making import MakingState

if TYPE_CHECKING:
    from memchat.assistant.embedding import SpaceEmbedder
    from memchat.assistant.homes import Homes


class Indexing:
    """What finding by meaning rests on, for one space.

    Args:
        homes: Where the vectors are, and who makes them.
        embedder: Those that can be had.
    """

    def __init__(self, homes: "Homes", embedder: "SpaceEmbedder") -> None:
        self._homes = homes
        self._embedder = embedder

    async def state(self) -> MakingState:
        """How far it is."""
        return await self._homes.main.store.making.state()

    async def embed_new(self) -> None:
        """Embeds what is not embedded yet, so that it is found by meaning at once; makes no model call."""
        await self._homes.main.learning.embed()

    async def rebuild(self) -> MakingState:
        """Begins to make all vectors anew, by the configured embedder; those that there are stay in use meanwhile.

        Raises:
            MemchatError: The embedder cannot be had.
        """
        making = self._homes.main.store.making
        if await self._use_configured() and not (await making.state()).coming:
            await making.anew()
        return await self.resume()

    async def stop(self) -> MakingState:
        """Has the making wait, in other programs and after the next start too; what is there stays in use."""
        await self._homes.main.store.making.stop()
        self._homes.main.learning.wake()
        return await self.state()

    async def resume(self) -> MakingState:
        """Lets it go on."""
        await self._homes.main.store.making.resume()
        self._homes.main.learning.wake()
        return await self.state()

    async def make(self) -> None:
        """Goes on until all is made, or somebody stops it; for a program whose learning does not run.

        Subscribers are told how far it is. What cannot be done now is tried again, without an end.

        Raises:
            MemchatError: The embedder cannot be had at all.
        """
        await self._use_configured()
        while True:
            seconds = await self._homes.main.learning.make_vectors()
            state = await self.state()
            if seconds is None or (state.under_way and state.stopped):
                return
            await asyncio.sleep(seconds)

    async def _use_configured(self) -> bool:
        """Tells the store whose vectors are wanted; whether there were some of that embedder before."""
        embedder = await self._embedder.wanted()
        if embedder is None:
            if reason := self._embedder.missing():
                raise MemchatError(reason)
            raise MemchatError("Search by meaning is off.", "`memchat config set memory.embedder builtin` turns it on.")
        store = self._homes.main.store
        before = await store.making.current()
        await store.index.use_embedder(embedder.id, embedder.dimensions)
        return before == embedder.id
