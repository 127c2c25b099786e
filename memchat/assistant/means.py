"""What the assistant's parts work with."""

from collections.abc import Callable
from dataclasses import dataclass

from memchat.assistant.connection import Connection
from memchat.assistant.homes import Homes
from memchat.assistant.texts import Texts
from memchat.assistant.views import Views
from memchat.core.events import BackgroundEvent
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the assistant's parts work with.

    Attributes:
        homes: Where the sessions live.
        settings: What is configured now.
        connection: The model.
        texts: Counts words, and replaces secrets.
        views: Lays out requests that are not sent.
        publish: Told what changed.
        replying: Whether a reply is under way in a session.
        clock: Tells the present moment.
    """

    homes: Homes
    settings: Callable[[], Settings]
    connection: Connection
    texts: Texts
    views: Views
    publish: Callable[[BackgroundEvent], None]
    replying: Callable[[str], bool]
    clock: Clock

    def store_of(self, session_id: str) -> Store:
        """Where a session is stored."""
        return self.homes.of(session_id).store

    @property
    def store(self) -> Store:
        """The database, where what is remembered is."""
        return self.homes.main.store
