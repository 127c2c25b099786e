"""Looking through what is remembered, what was changed of it, and taking changes back."""

from collections.abc import Mapping, Sequence

from memchat.assistant.desk import Desk
from memchat.core.browsing import MemoryRow, Use, Wanted
from memchat.core.events import Learned
from memchat.core.memories import Change, Memory


class Looking(Desk):
    """Reads memories and their history; undoes and redoes."""

    async def rows(self) -> list[MemoryRow]:
        """Everything that is remembered or was, the newest first: memories of every status, summaries, episodes."""
        return await self._store.browsing.rows()

    async def page(self, wanted: Wanted) -> list[MemoryRow]:
        """What is wanted of that, as it is sorted."""
        return await self._store.browsing.page(wanted)

    async def get(self, id: str) -> Memory:
        """The memory with this id, or the only one whose id begins so.

        Raises:
            NotFound: There is none, or there are several.
        """
        return await self._store.memories.get(id)

    async def uses(self, id: str) -> list[Use]:
        """The turns that recalled a memory or an episode into their request, the newest first.

        Raises:
            NotFound: There is no such memory.
        """
        return await self._store.browsing.uses(id)

    async def learned_from(self, message_id: str) -> list[Memory]:
        """The memories of every status that rest on a message, the oldest first."""
        return await self._store.memories.of_message(message_id)

    async def first_said(self, message_ids: Sequence[str]) -> Mapping[str, Sequence[Memory]]:
        """The memories of every status that were first said in one of these messages, by message, the oldest first."""
        return await self._store.memories.first_said(message_ids)

    async def history(self, target: str) -> list[Change]:
        """The changes of a memory or of all values of `profile:FIELD`, oldest first, with those that were undone."""
        return await self._store.memories.history(target)

    async def changes(self, *, limit: int = 100, offset: int = 0) -> list[Change]:
        """The latest changes of all, the newest first, with those that were undone."""
        return await self._store.memories.changes(limit=limit, offset=offset)

    async def together(self, change: Change) -> int:
        """How many other changes were made together with one, and taken back with it where it was."""
        return await self._store.memories.together(change)

    async def undo(self) -> Change | None:
        """Takes the newest change back, with all that was changed together with it; none when there is nothing."""
        return self._told(await self._store.memories.undo())

    async def undo_change(self, change_id: str) -> Change:
        """Takes one change of the history back, with what was made together with it and was not changed since.

        Raises:
            NotFound: There is no such change.
            MemchatError: It was taken back already, or later changes stand on it.
        """
        change = await self._store.memories.undo_change(change_id)
        self._told(change)
        return change

    async def redo(self) -> Change | None:
        """Makes again what was taken back last; none when there is nothing, or the user changed something since.

        Raises:
            MemchatError: Learning has changed the same since.
        """
        return self._told(await self._store.memories.redo())

    def _told(self, change: Change | None) -> Change | None:
        if change is not None:
            self._tell(Learned())
        return change
