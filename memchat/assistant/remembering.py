"""What the user changes of the memory by hand."""

from collections.abc import Callable

from memchat.assistant.homes import Homes
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import BackgroundEvent, Learned, SummaryUpdated
from memchat.core.memories import Change, Memory, ProfileField
from memchat.core.messages import RollingSummary
from memchat.core.settings import Settings
from memchat.memory import facts
from memchat.memory import profile as profile_rules
from memchat.memory.screening import screen_if


class Remembering:
    """Changes facts, profile and rolling summaries, and tells of it.

    Args:
        homes: Where they are.
        publish: Told what changed.
    """

    def __init__(
        self,
        homes: Homes,
        settings: Settings,
        *,
        count: Callable[[str], int],
        publish: Callable[[BackgroundEvent], None],
    ) -> None:
        self._homes = homes
        self._store = homes.main.store
        self._settings = settings
        self._redact = settings.privacy.redact_secrets
        self._count = count
        self._publish = publish

    async def remember(self, text: str, session_id: str | None = None) -> Memory:
        """Keeps a fact in the user's own words.

        Raises:
            MemchatError: There is nothing in it to keep, or the session is incognito.
        """
        if self._homes.is_private(session_id):
            raise MemchatError("This session is incognito: nothing in it is remembered.", "Begin another with ctrl+n.")
        memory = await facts.remember(self._store, text, session_id=session_id, message_id=None, redact=self._redact)
        self._tell(Learned(added=(memory,)))
        return memory

    async def forget(self, id: str) -> Memory:
        """Takes a fact out of recall; it can be undone."""
        memory = await self._store.memories.forget(id)
        self._tell(Learned(changed=(memory,)))
        return memory

    async def edit(self, id: str, text: str) -> Memory:
        """Changes a fact's words; the old ones stay in its history.

        Raises:
            MemchatError: There is nothing in it to keep, or no such fact.
        """
        memory = await facts.edit(self._store, id, text, redact=self._redact)
        self._tell(Learned(changed=(memory,)))
        return memory

    async def undo(self) -> Change | None:
        """Takes the newest change back, with all that was changed together with it; none when there is nothing."""
        change = await self._store.memories.undo()
        if change is not None:
            self._tell(Learned())
        return change

    async def profile(self) -> tuple[ProfileField, ...]:
        """The profile's fields that have a value."""
        return tuple(await self._store.profile.list())

    async def set_profile(self, field: str, value: str) -> ProfileField:
        """Sets a profile field by hand.

        Raises:
            MemchatError: There is no such field, or the value is empty.
        """
        changed = await profile_rules.set_field(self._store, self._settings.profile, field, value, redact=self._redact)
        self._tell(Learned(profile=(changed,)))
        return changed

    async def unset_profile(self, field: str) -> None:
        """Empties a profile field.

        Raises:
            NotFound: There is no such field, or it is empty.
        """
        await profile_rules.unset_field(self._store, self._settings.profile, field)
        self._tell(Learned())

    async def edit_summary(self, session_id: str, text: str) -> RollingSummary:
        """Puts the user's words in place of the rolling summary, over the same messages.

        Raises:
            NotFound: The session has none.
        """
        store = self._homes.of(session_id).store
        old = await store.summaries.latest(session_id)
        if old is None:
            raise NotFound("This session has no rolling summary yet.", "It comes when older messages are folded.")
        text = screen_if(text, on=self._redact)
        new = await store.summaries.edit(session_id, text, tokens=self._count(text))
        self._publish(SummaryUpdated(old=old, new=new))
        return new

    def _tell(self, event: Learned) -> None:
        self._publish(event)
        self._homes.main.learning.wake()
