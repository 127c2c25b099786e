"""What the user does with memories that are there: reviews, pins, files away, takes back, merges."""

from datetime import datetime
from typing import overload

from memchat.assistant.desk import Desk, Ids
from memchat.core.errors import MemchatError
from memchat.core.kinds import MemoryKind
from memchat.core.memories import Memory
from memchat.memory import facts


class Reviewing(Desk):
    """Changes single memories, or several as one.

    Of several, those that a thing does not apply to are let be, and it is an error only when it applies to none. Each
    method raises NotFound when there is no memory with such an id.
    """

    @overload
    async def accept(self, ids: str, *, text: str | None = None) -> Memory: ...
    @overload
    async def accept(self, ids: Ids) -> list[Memory]: ...
    async def accept(self, ids: str | Ids, *, text: str | None = None) -> Memory | list[Memory]:
        """Lets pending memories be used; a single one in other words where `text` gives them.

        Raises:
            MemchatError: It is not pending, or there is nothing in `text` to keep.
        """
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.accept(ids, self._several))
        words = facts.checked(text, redact=self._redact) if text is not None else None
        found = await self._store.memories.get(ids)
        return self._changed(await self._store.memories.accept(found.id, text=words, several=self._several(found)))

    @overload
    async def reject(self, ids: str) -> Memory: ...
    @overload
    async def reject(self, ids: Ids) -> list[Memory]: ...
    async def reject(self, ids: str | Ids) -> Memory | list[Memory]:
        """Puts pending memories away; they do not come back unless they are said anew.

        Raises:
            MemchatError: It is not pending.
        """
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.reject(ids))
        return self._changed(await self._store.memories.reject(ids))

    @overload
    async def archive(self, ids: str) -> Memory: ...
    @overload
    async def archive(self, ids: Ids) -> list[Memory]: ...
    async def archive(self, ids: str | Ids) -> Memory | list[Memory]:
        """Takes memories out of recall; they can be restored.

        Raises:
            MemchatError: It is not in use.
        """
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.archive(ids))
        found = await self._store.memories.get(ids)
        archived = await self._store.memories.archive([found.id])
        if not archived:
            raise MemchatError(f"It is {found.status}, and only what is active can be archived.")
        return self._changed(archived[0])

    @overload
    async def restore(self, ids: str) -> Memory: ...
    @overload
    async def restore(self, ids: Ids) -> list[Memory]: ...
    async def restore(self, ids: str | Ids) -> Memory | list[Memory]:
        """Brings archived, forgotten or superseded memories back into use."""
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.restore(ids, self._several))
        found = await self._store.memories.get(ids)
        return self._changed(await self._store.memories.restore(found.id, several=self._several(found)))

    @overload
    async def forget(self, ids: str) -> Memory: ...
    @overload
    async def forget(self, ids: Ids) -> list[Memory]: ...
    async def forget(self, ids: str | Ids) -> Memory | list[Memory]:
        """Takes memories out of use; that can be undone."""
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.forget(ids))
        return self._changed(await self._store.memories.forget(ids))

    @overload
    async def pin(self, ids: str, *, pinned: bool = True) -> Memory: ...
    @overload
    async def pin(self, ids: Ids, *, pinned: bool = True) -> list[Memory]: ...
    async def pin(self, ids: str | Ids, *, pinned: bool = True) -> Memory | list[Memory]:
        """Puts memories in every request, or takes them out again."""
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.pin(ids, pinned=pinned))
        return self._changed(await self._store.memories.set_pinned(ids, pinned))

    @overload
    async def set_kind(self, ids: str, kind: MemoryKind) -> Memory: ...
    @overload
    async def set_kind(self, ids: Ids, kind: MemoryKind) -> list[Memory]: ...
    async def set_kind(self, ids: str | Ids, kind: MemoryKind) -> Memory | list[Memory]:
        """Says what kind of memories they are."""
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.set_kind(ids, kind))
        return self._changed(await self._store.memories.set_kind(ids, kind))

    @overload
    async def set_validity(self, ids: str, valid_from: datetime | None, valid_to: datetime | None) -> Memory: ...
    @overload
    async def set_validity(self, ids: Ids, valid_from: datetime | None, valid_to: datetime | None) -> list[Memory]: ...
    async def set_validity(
        self, ids: str | Ids, valid_from: datetime | None, valid_to: datetime | None
    ) -> Memory | list[Memory]:
        """Says since when and until when memories hold; none where that is not known.

        Raises:
            MemchatError: They would end before they begin.
        """
        if not isinstance(ids, str):
            return self._all_changed(await self._store.by_hand.set_validity(ids, valid_from, valid_to))
        return self._changed(await self._store.memories.set_validity(ids, valid_from, valid_to))

    async def merge(self, ids: Ids, text: str) -> Memory:
        """Makes one memory of two or more, with the sources and uses of all; the parts stay in history.

        Args:
            ids: The parts; kind and subject are those of the first.
            text: What is known, in the user's words; of profile values, the value.

        Raises:
            MemchatError: There are fewer than two, one is out of use, they are values of different profile fields, or
                there is nothing in the text to keep.
        """
        words = facts.checked(text, redact=self._redact)
        return self._changed(await self._store.by_hand.merge(ids, words))
