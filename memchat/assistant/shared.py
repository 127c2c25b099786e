"""What the assistants over several spaces have in common: the model, the embedder, the tokenizer."""

from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress

from memchat.assistant.connection import Connection
from memchat.assistant.embedding import EmbedderHolder
from memchat.assistant.texts import Texts
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.store import Store


class Shared:
    """Loaded once, used by each assistant that joins, and closed when the last of them leaves.

    Args:
        store: Where what calls teach about models is noted at first; later where the newest assistant is at home.

    Attributes:
        connection: The model that answers.
        embedding: The embedders.
        texts: Counts and screens.
    """

    def __init__(self, settings: Settings, paths: Paths, environ: Mapping[str, str], store: Store) -> None:
        self.connection = Connection(settings, paths, environ, store)
        self.embedding = EmbedderHolder(settings, environ, self.connection.keys)
        self.texts = Texts(redact=settings.privacy.redact_secrets)
        self._users: list[Store] = []

    def join(self, store: Store) -> None:
        """Takes in an assistant over `store`."""
        self._users.append(store)
        self.connection.note_in(store)

    async def leave(self, store: Store) -> None:
        """Lets the assistant over `store` go; with the last one all is closed."""
        with suppress(ValueError):
            self._users.remove(store)
        if self._users:
            self.connection.note_in(self._users[-1])
            return
        async with AsyncExitStack() as stack:  # in reverse, each even when one before it fails
            stack.push_async_callback(self.connection.close)
            stack.push_async_callback(self.embedding.close)
