"""Embedding at an endpoint."""

from collections.abc import Sequence

from memchat.core.errors import ModelError
from memchat.core.settings import ModelSettings
from memchat.providers.endpoints import Endpoint
from memchat.providers.vectors import Embedded, Passage, Question, readable, unit
from memchat.providers.wire import Wire


class EndpointEmbedder:
    """An endpoint's `/v1/embeddings`.

    Args:
        endpoint: Where to ask.
        model: The embedding model's name there.
        seconds: How long to wait for an answer.
    """

    _BATCH = 64

    def __init__(self, endpoint: Endpoint, model: str, *, seconds: float = 30.0) -> None:
        self.id = f"{model}@{endpoint.base_url.rstrip('/')}"
        self._endpoint = endpoint
        self._model = model
        self._seconds = seconds
        self._dimensions = 0
        self._wire = Wire(endpoint, ModelSettings())

    @property
    def dimensions(self) -> int:
        """Floats in a vector; 0 before `load` returned."""
        return self._dimensions

    async def load(self) -> None:
        """Asks for one vector, to see that it answers and how long its vectors are."""
        await self.embed(["memchat"])

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, 64 texts a request."""
        vectors: list[bytes] = []
        for start in range(0, len(texts), self._BATCH):
            vectors += await self._request(texts[start : start + self._BATCH])
        return vectors

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        """The vector of each text alone: an endpoint tells no tokens."""
        return [Embedded(vector) for vector in await self.embed([passage.text for passage in passages])]

    async def question(self, text: str) -> Question:
        """The vector of the text."""
        return Question((await self.embed([text]))[0])

    async def close(self) -> None:
        """Closes its connections."""
        await self._wire.close()

    async def _request(self, texts: Sequence[str]) -> list[bytes]:
        client = await self._wire.client()
        import openai

        name = f"The embedding endpoint {self._endpoint.name}"
        # An empty input is a 400 at most servers, and no text must hold the whole batch up.
        inputs = [readable(text) or "." for text in texts]
        try:
            answer = await client.with_options(max_retries=2, timeout=self._seconds).embeddings.create(
                model=self._model, input=inputs, encoding_format="float", extra_headers=self._wire.headers()
            )
        except openai.APIStatusError as error:
            raise ModelError(
                f"{name} refused {self._model} ({error.status_code}).",
                "Check memory.embedding_model; until then recall finds by words alone.",
                status=error.status_code,
                retryable=error.status_code == 429 or error.status_code >= 500,
            ) from error
        except openai.OpenAIError as error:
            raise ModelError(
                f"{name} does not answer at {self._endpoint.base_url}.",
                "Start it, or set memory.embedder to builtin.",
                retryable=True,
            ) from error
        rows = sorted(answer.data or [], key=lambda row: row.index)
        lengths = {len(row.embedding) for row in rows}
        if len(rows) != len(texts) or len(lengths) != 1 or 0 in lengths or self._dimensions not in {0, *lengths}:
            raise ModelError(
                f"{name} sent vectors that do not fit the texts.", "Set memory.embedding_model to an embedding model."
            )
        self._dimensions = lengths.pop()
        return [unit(row.embedding) for row in rows]
