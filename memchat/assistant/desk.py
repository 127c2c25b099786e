"""What the façades over the memory share."""

from collections.abc import Callable

from memchat.assistant.homes import Homes
from memchat.core.events import BackgroundEvent, Learned
from memchat.core.memories import Memory
from memchat.core.settings import Settings

Ids = list[str] | tuple[str, ...]
"""Several memories; what is done with them is one batch of changes, and undone as one."""


class Desk:
    """Where the user changes what is remembered.

    Args:
        homes: Where the sessions and the memory are.
        settings: What is configured.
        publish: Told what changed.
    """

    def __init__(self, homes: Homes, settings: Settings, *, publish: Callable[[BackgroundEvent], None]) -> None:
        self._homes = homes
        self._store = homes.main.store
        self._settings = settings
        self._redact = settings.privacy.redact_secrets
        self._publish = publish

    def _several(self, memory: Memory) -> bool:
        return memory.field in self._settings.profile.several

    def _changed(self, memory: Memory) -> Memory:
        self._tell(Learned(changed=(memory,)))
        return memory

    def _all_changed(self, memories: list[Memory]) -> list[Memory]:
        self._tell(Learned(changed=tuple(memories)))
        return memories

    def _tell(self, event: Learned) -> None:
        self._publish(event)
        self._homes.main.learning.wake()
