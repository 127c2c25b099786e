"""What the user changes of the memory by hand."""

from collections.abc import Callable

from memchat.assistant.homes import Homes
from memchat.assistant.looking import Looking
from memchat.assistant.reviewing import Reviewing
from memchat.assistant.ruling import Ruling
from memchat.assistant.values import LearningStatus
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import BackgroundEvent, Learned
from memchat.core.memories import Conflict, Memory, ProfileField
from memchat.core.settings import Settings
from memchat.memory import facts
from memchat.memory import profile as profile_rules
from memchat.memory.jobs import consolidate_job


class Remembering(Reviewing, Looking, Ruling):
    """Changes facts and profile, and tells of it.

    Args:
        homes: Where they are.
        settings: What is configured.
        publish: Told what changed.
        unable: Says in a sentence why nothing is learned from ordinary talk; empty when it is.
    """

    def __init__(
        self,
        homes: Homes,
        settings: Settings,
        *,
        publish: Callable[[BackgroundEvent], None],
        unable: Callable[[], str],
    ) -> None:
        super().__init__(homes, settings, publish=publish)
        self._unable = unable

    async def remember(self, text: str, session_id: str | None = None) -> Memory:
        """Keeps a fact in the user's own words.

        Raises:
            MemchatError: There is nothing in it to keep, or the session is incognito.
        """
        self.check_keeps(session_id)
        memory = await facts.remember(self._store, text, session_id=session_id, message_id=None, redact=self._redact)
        self._tell(Learned(added=(memory,), session_id=session_id))
        return memory

    def check_keeps(self, session_id: str | None) -> None:
        """Lets nothing be kept from an incognito session.

        Raises:
            MemchatError: The session is incognito.
        """
        if self._homes.is_private(session_id):
            raise MemchatError("This session is incognito: nothing in it is remembered.", "Begin another with ctrl+n.")

    async def pending(self) -> int:
        """How many memories wait for the user's review."""
        return await self._store.memories.pending()

    async def conflicts(self) -> list[Conflict]:
        """Memories that contradict each other and wait for the user."""
        return await self._store.conflicts.open()

    async def settle(self, conflict_id: str, keep: str | None = None) -> Conflict:
        """Settles a contradiction.

        Args:
            conflict_id: Its id, or the beginning of one that is unique.
            keep: The memory that is right, so that the other is forgotten; none leaves both.

        Raises:
            NotFound: There is no such conflict, or the memory is not in it.
        """
        found = [each for each in await self.conflicts() if conflict_id and each.id.startswith(conflict_id)]
        if len(found) != 1:
            raise NotFound(
                "There is no such conflict.", "`memchat memory conflicts` lists them.", on_screen="f6 lists them."
            )
        pair = (found[0].first, found[0].second)
        if keep is not None:
            others = [memory for memory in pair if not memory.id.startswith(keep)]
            if len(others) != 1:
                raise NotFound(
                    "That memory is not in this conflict.",
                    "`memchat memory conflicts` lists both.",
                    on_screen="f6 lists both.",
                )
            # With one of them gone it is settled, until that is undone.
            await self.forget(others[0].id)
        else:
            await self._store.conflicts.resolve(found[0].id)
        return found[0]

    async def consolidate(self) -> None:
        """Merges near-duplicates and lists contradictions once nothing else goes on; `Consolidated` tells of it."""
        await self._store.jobs.add([consolidate_job()])
        self._homes.main.learning.wake()

    async def status(self) -> LearningStatus:
        """How learning stands."""
        last = await self._store.consolidations.last_ended()
        return LearningStatus(
            mode=self._homes.main.learning.settings.learning.mode,
            unable=self._unable(),
            waiting=await self._store.jobs.waiting(),
            failed=len(await self._store.jobs.failed()),
            problem=await self._store.jobs.problem(),
            counts=await self._store.memories.counts(),
            conflicts=len(await self.conflicts()),
            consolidated_at=last.ended_at if last else None,
            usage=tuple(await self._store.usage.totals()),
        )

    async def edit(self, id: str, text: str) -> Memory:
        """Changes a fact's words; the old ones stay in its history.

        Raises:
            MemchatError: There is nothing in it to keep, or no such fact.
        """
        memory = await facts.edit(self._store, id, text, redact=self._redact)
        self._tell(Learned(changed=(memory,)))
        return memory

    async def profile(self) -> tuple[ProfileField, ...]:
        """The profile's fields that have a value."""
        return tuple(await self._store.profile.list())

    async def set_profile(
        self, field: str, value: str, *, only: bool = False, session_id: str | None = None
    ) -> ProfileField:
        """Sets a profile field by hand; one of several values gets one more.

        Args:
            field: Its name.
            value: What it holds.
            only: Whether a field of several values holds nothing else from now on.
            session_id: The session in which the user asked for it; none outside of any.

        Raises:
            MemchatError: There is no such field, the value is empty, or the session is incognito.
        """
        self.check_keeps(session_id)
        changed = await profile_rules.set_field(
            self._store, self._settings.profile, field, value, redact=self._redact, only=only
        )
        self._tell(Learned(profile=(changed,), session_id=session_id))
        return changed

    async def unset_profile(self, field: str, value: str | None = None) -> None:
        """Empties a profile field.

        Args:
            field: Its name.
            value: The only one of its values to take away, or the beginning of it; none for all.

        Raises:
            NotFound: There is no such field, it is empty, or none or several of its values begin so.
        """
        await profile_rules.unset_field(self._store, self._settings.profile, field, value=value)
        self._tell(Learned())
