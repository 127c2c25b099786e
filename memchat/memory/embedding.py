"""Embeds what is new, and makes the vectors of everything where another embedder is wanted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from memchat.core.errors import ModelError
from memchat.core.events import IndexChanged
from memchat.memory.lanes import Lane
from memchat.memory.voicing import passage
from memchat.providers.file_lock import FileLock

if TYPE_CHECKING:
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

EMBED_AT_ONCE = 16
"""How many new texts are embedded before their vectors are stored."""

MAKE_AT_ONCE = 64
"""How many texts are embedded at a time where everything is; as many as go into one request to an endpoint."""

_AGAIN_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 2.0
_TOLD_EVERY = 0.5

Source = Callable[[], Awaitable["Embedder | None"]]


class Embedding:
    """Two lanes: one for what is new, which comes first, and one for everything.

    Which vectors are still to be made is in the database, and each batch is one transaction: what is killed loses the
    batch that it was at, and goes on with it. Of several programs on one database only one makes those of everything.

    Args:
        store: Where the texts and the vectors are.
        searched: Waits for the embedder whose vectors are searched; none when it cannot be had.
        wanted: Waits for the embedder that is configured; none when it cannot be had.
        publish: Told how far the making of everything is.
        failed: Told in a sentence why new texts cannot be embedded; empty once they can.
        free: Waits while something is under way that everything else must wait for.
        missing: Says why the configured embedder cannot be had; empty when it can, or when none is wanted.
    """

    def __init__(
        self,
        *,
        store: "Store",
        searched: Source,
        wanted: Source,
        publish: Callable[[IndexChanged], None],
        failed: Callable[[str], Awaitable[None]],
        free: Callable[[], Awaitable[object]],
        missing: Callable[[], str],
    ) -> None:
        self._store = store
        self._searched = searched
        self._wanted = wanted
        self._publish = publish
        self._failed = failed
        self._free = free
        self._missing = missing
        self.new = Lane("embedding", self.some_new)
        self.everything = Lane("making vectors", self.some_of_everything)
        self._lock = None if store.path is None else FileLock(store.path.with_name(f"{store.path.name}.making"))
        self._locked = False
        self._said = False
        self._told: IndexChanged | None = None
        self._told_at = 0.0

    async def some_new(self) -> float | None:
        """Embeds some of what is new; the seconds until there may be more, none for not before something happens."""
        embedder = await self._searched()
        if embedder is None:
            return _AGAIN_SECONDS if self._missing() else None
        try:
            more = await self._embed(embedder, EMBED_AT_ONCE, bulk=False)
        except ModelError as error:
            _log.warning("embedding failed: %s", error)
            await self._failed(str(error))
            return _AGAIN_SECONDS
        if more:
            await self._failed("")
        return 0 if more else None

    async def all_new(self) -> float | None:
        """Embeds all that is new; the seconds until another try is worth it, none when nothing is left."""
        while (seconds := await self.some_new()) == 0:
            pass
        return seconds

    async def all_missing(self) -> None:
        """Embeds all that has no vector yet, or one that was made before something around it was said."""
        embedder = await self._searched()
        if await self.all_new() is not None or embedder is None:
            return
        state = await self._store.making.state()
        while state.embedded < state.items and await self._embed(embedder, MAKE_AT_ONCE):
            state = await self._store.making.state()

    async def some_of_everything(self) -> float | None:
        """Makes some of the vectors of everything; the seconds until there may be more, as in `some_new`."""
        await self._free()
        named = await self._say_what_is_wanted()
        state = await self._store.making.state()
        if not state.under_way:
            self._release()
            await self._tell(at_once=True)
            return 0 if await self._store.making.clear() else None
        if state.stopped:
            self._release()
            await self._tell(at_once=True)
            return _LOOK_AGAIN_SECONDS
        if not self._acquire():
            await self._tell(elsewhere=True)
            return _LOOK_AGAIN_SECONDS
        embedder = await self._wanted() if named else None
        if embedder is None and not self._missing():
            self._release()
            return None
        if embedder is None or embedder.id != (state.coming or state.current):
            await self._tell(problem=self._missing() or "Another embedder is configured here.", at_once=True)
            self._release()
            return _AGAIN_SECONDS
        try:
            await self._embed(embedder, MAKE_AT_ONCE, bulk=None if state.coming else True)
        except ModelError as error:
            _log.warning("making vectors failed: %s", error)
            await self._tell(problem=str(error), at_once=True)
            self._release()
            return _AGAIN_SECONDS
        if await self._store.making.finish() or await self._store.making.current() != state.current:
            await self._searched()  # the one that is searched from now on
        await self._tell()
        return 0

    async def stop(self) -> None:
        """Ends both lanes at once."""
        await self.new.stop()
        await self.everything.stop()
        self._release()

    async def _say_what_is_wanted(self) -> bool:
        """Tells the store once whose vectors are wanted; whether that is known.

        Once only, for two programs that want different ones would drop each other's work for ever.
        """
        if not self._said:
            embedder = await self._wanted()
            if embedder is not None:
                await self._store.index.use_embedder(embedder.id, embedder.dimensions)
                self._said = True
                self.everything.wake()
        return self._said

    async def _embed(self, embedder: "Embedder", limit: int, *, bulk: bool | None = None) -> bool:
        """Embeds some of what waits for this embedder; whether there was any."""
        pending = await self._store.index.pending(limit, embedder.id, bulk=bulk)
        if not pending:
            return False
        around = await self._store.index.around([key for key, _ in pending])
        made = await embedder.passages([passage(text, around.get(key)) for key, text in pending])
        pairs = [(key, one.vector) for (key, _), one in zip(pending, made, strict=True)]
        tokens = {key: one.tokens for (key, _), one in zip(pending, made, strict=True)}
        await self._store.index.put_vectors(embedder.id, embedder.dimensions, pairs, tokens, around)
        return True

    def _acquire(self) -> bool:
        if self._lock is not None and not self._locked:
            self._locked = self._lock.try_acquire()
            return self._locked
        return True

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
        self._locked = False

    async def _tell(self, *, problem: str = "", elsewhere: bool = False, at_once: bool = False) -> None:
        """Publishes how far it is, when that has changed, and not too often."""
        moment = asyncio.get_running_loop().time()
        if not at_once and moment < self._told_at + _TOLD_EVERY:
            return
        state = await self._store.making.state()
        told = IndexChanged(
            items=state.items,
            left=state.left,
            embedder=state.coming or state.current,
            anew=not state.coming,
            stopped=state.stopped,
            elsewhere=elsewhere,
            problem=problem,
        )
        if not (state.under_way or (self._told is not None and self._told.left)):
            return
        self._told_at = moment
        if told != self._told:
            self._told = told
            self._publish(told)


_log = logging.getLogger(__name__)
