"""What the embedder makes of a query."""

import asyncio
from typing import TYPE_CHECKING, Protocol

from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged
from memchat.memory.queries import Query
from memchat.memory.querying.languages import ENGLISH, reads_english_alone
from memchat.memory.ranking import Similarities, similarities

if TYPE_CHECKING:
    from memchat.providers.embedder import Embedder
    from memchat.providers.vectors import Question


class EmbedderSource(Protocol):
    """Who has the embedder, or will have it."""

    @property
    def status(self) -> EmbedderChanged:
        """Whether it is loaded, and if it cannot be, why."""

    async def get(self) -> "Embedder | None":
        """Waits for it; none when it cannot be had."""


class Questions:
    """Asks the embedder, and tells why where it does not answer.

    Args:
        embedder: While it is loading or missing, there is no question.
        patience: How long it is waited for, in seconds.
    """

    def __init__(self, embedder: EmbedderSource, patience: float) -> None:
        self._embedder = embedder
        self._patience = patience

    async def of(self, query: Query) -> tuple[tuple["Question", Similarities] | None, str]:
        """What the embedder makes of the query and what its similarities mean, or why there is none.

        None either where it cannot read the query, about which there is nothing to be said to the user.
        """
        if self._embedder.status.state != "ready":
            return None, self.missing
        try:
            async with asyncio.timeout(self._patience):
                embedder = await self._embedder.get()
                if embedder is None:
                    return None, self.missing
                scale = similarities(embedder.id)
                foreign = query.language != ENGLISH and reads_english_alone(embedder.id)
                if foreign or not scale.reads(query.text):
                    return None, ""
                question = await embedder.question(query.text)
        except TimeoutError:
            return None, "The embedder took too long, so only words were searched."
        except MemchatError as error:
            return None, str(error)
        return (question, scale), ""

    @property
    def missing(self) -> str:
        """Why there is no embedder, in a sentence; empty when there is one."""
        status = self._embedder.status
        match status.state:
            case "ready":
                return ""
            case "loading":
                return "The embedder is still loading, so only words are searched."
            case "unavailable":
                return status.reason or "There is no embedder, so only words are searched."
