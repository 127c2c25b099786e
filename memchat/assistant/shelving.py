"""What the user does with sessions: files them away, tags, forks and deletes them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from memchat.assistant.means import Means
from memchat.core.errors import MemchatError
from memchat.core.events import Learned, SessionChanged
from memchat.core.memories import Memory
from memchat.core.messages import Session
from memchat.memory.quoting import one_line
from memchat.memory.screening import screen_if

MOST_TAGS = 20
LONGEST_TAG = 40
"""In characters."""

_GONE = frozenset(("forgotten", "superseded"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """The memories in use, or waiting for review, that rest on a session.

    Attributes:
        alone: Those that rest on nothing else.
        partly: Those that rest on other sessions too, or were also set by hand.
    """

    alone: tuple[Memory, ...] = ()
    partly: tuple[Memory, ...] = ()


class Sessions:
    """All sessions; every change of them can be undone, erasing excepted."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def list(
        self,
        *,
        search: str = "",
        limit: int | None = None,
        archived: bool | None = False,
        tags: Sequence[str] = (),
    ) -> Sequence[Session]:
        """Sessions, the newest first.

        Args:
            search: Words that must all be in the title, or all in one message; the last may be a beginning.
            limit: How many at most.
            archived: Whether those that are filed away are wanted, or the others; none for both.
            tags: All of which they have, whatever the case.
        """
        wanted = [_tag(each) for each in tags]
        return await self._means.store.sessions.list(search=search, limit=limit, archived=archived, tags=wanted)

    async def archive(self, id: str, *more: str) -> Sequence[Session]:
        """Files sessions away: out of lists, and still recalled from; the next message in one brings it back.

        Args:
            id: A session's.
            more: Those of others, which are brought back together with it by one `undo`.

        Raises:
            NotFound: There is no session of one of the ids.
        """
        return await self._set_archived((id, *more), archived=True)

    async def unarchive(self, id: str, *more: str) -> Sequence[Session]:
        """Brings sessions back into lists; the arguments are those of `archive`.

        Raises:
            NotFound: There is no session of one of the ids.
        """
        return await self._set_archived((id, *more), archived=False)

    async def _set_archived(self, ids: Sequence[str], *, archived: bool) -> Sequence[Session]:
        changed = await self._means.store_of(ids[0]).sessions.set_all_archived(ids, archived=archived)
        return [self._told(session) for session in changed]

    async def tag(self, id: str, *tags: str) -> Session:
        """Gives a session more tags.

        Raises:
            NotFound: There is none.
            MemchatError: A tag is empty or too long, or there are too many.
        """
        store = self._means.store_of(id)
        held = {each.casefold(): each for each in (await store.sessions.get(id)).tags}
        redact = self._means.settings().privacy.redact_secrets
        for each in tags:
            held.setdefault(_tag(each).casefold(), screen_if(_tag(each), on=redact))
        if len(held) > MOST_TAGS:
            raise MemchatError(f"A session has {MOST_TAGS} tags at most.", "Take one away first.")
        return self._told(await store.sessions.set_tags(id, list(held.values())))

    async def untag(self, id: str, *tags: str) -> Session:
        """Takes tags away from a session; without any, all of them.

        Raises:
            NotFound: There is none.
        """
        store = self._means.store_of(id)
        gone = {_tag(each).casefold() for each in tags}
        left = [each for each in (await store.sessions.get(id)).tags if gone and each.casefold() not in gone]
        return self._told(await store.sessions.set_tags(id, left))

    async def retag(self, id: str, tags: Sequence[str]) -> Session:
        """Gives a session these tags in place of those that it has, as one change.

        Raises:
            NotFound: There is none.
            MemchatError: A tag is empty or too long, or there are too many.
        """
        store = self._means.store_of(id)
        redact = self._means.settings().privacy.redact_secrets
        wanted: dict[str, str] = {}
        for each in tags:
            wanted.setdefault(_tag(each).casefold(), screen_if(_tag(each), on=redact))
        if len(wanted) > MOST_TAGS:
            raise MemchatError(f"A session has {MOST_TAGS} tags at most.", "Take some away.")
        return self._told(await store.sessions.set_tags(id, list(wanted.values())))

    async def fork(self, id: str, message_id: str) -> Session:
        """Begins a session that shares another's messages up to one of them, and goes on from there.

        Raises:
            NotFound: There is no such session, or no such message in it.
        """
        forked = await self._means.store_of(id).sessions.fork(id, message_id)
        if forked.incognito:
            self._means.homes.move_in(forked.id)
        return self._told(forked)

    async def learned(self, id: str) -> Sequence[Memory]:
        """What rests on a session and is in use or waits for review, in the order in which it was said.

        Raises:
            NotFound: There is no such session.
        """
        resting = await self.resting_on(id)
        return sorted((*resting.alone, *resting.partly), key=lambda memory: memory.observed_at)

    async def resting_on(self, id: str) -> Resting:
        """The memories that rest on a session, and whether on it alone.

        Raises:
            NotFound: There is no such session.
        """
        if self._means.homes.is_private(id):
            return Resting()
        session = await self._means.store.sessions.get(id)
        alone, partly = await self._means.store.sessions.resting(session.id)
        return Resting(
            alone=tuple(each for each in alone if each.status not in _GONE),
            partly=tuple(each for each in partly if each.status not in _GONE),
        )

    async def delete(self, id: str, *, with_memories: bool = False) -> Session:
        """Puts a session away, out of lists and recall; it can be brought back for a day.

        Args:
            id: Its id.
            with_memories: Whether the memories that rest on it alone are forgotten too.

        Raises:
            NotFound: There is none.
        """
        memories = [memory.id for memory in (await self.resting_on(id)).alone] if with_memories else []
        deleted = await self._means.store_of(id).sessions.delete(id, memories=memories)
        if memories:
            self._means.publish(Learned(changed=tuple(await self._means.store.memories.by_ids(memories))))
            self._means.homes.main.learning.wake()
        return self._told(deleted)

    def _told(self, session: Session) -> Session:
        self._means.publish(SessionChanged(session))
        return session


def _tag(given: str) -> str:
    tag = unicodedata.normalize("NFC", one_line(given)).lstrip("#").strip()
    if not tag:
        raise MemchatError("A tag needs a word.", "Such as kyoto.")
    if len(tag) > LONGEST_TAG:
        raise MemchatError(f"A tag has {LONGEST_TAG} characters at most.", "Take a shorter word.")
    return tag
