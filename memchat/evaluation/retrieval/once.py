"""Questions that are embedded once, however often they are asked."""

from collections.abc import Sequence

from memchat.core.events import EmbedderChanged
from memchat.memory.questions import EmbedderSource
from memchat.providers.embedder import Embedder
from memchat.providers.vectors import Embedded, Passage, Question


class Once:
    """Stands for who has the embedder, and remembers what was made of the last question.

    Args:
        source: Who has the embedder.
    """

    def __init__(self, source: EmbedderSource) -> None:
        self._source = source
        self._embedder: _Remembering | None = None

    @property
    def status(self) -> EmbedderChanged:
        """Whether it is loaded, and if it cannot be, why."""
        return self._source.status

    async def get(self) -> Embedder | None:
        """Waits for it; none when it cannot be had."""
        embedder = await self._source.get()
        if embedder is None:
            return None
        if self._embedder is None or self._embedder.id != embedder.id:
            self._embedder = _Remembering(embedder)
        return self._embedder


class _Remembering:
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._last: tuple[str, Question] | None = None

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    async def load(self) -> None:
        await self._embedder.load()

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        return await self._embedder.embed(texts)

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        return await self._embedder.passages(passages)

    async def question(self, text: str) -> Question:
        if self._last is None or self._last[0] != text:
            self._last = text, await self._embedder.question(text)
        return self._last[1]

    async def close(self) -> None:
        await self._embedder.close()
