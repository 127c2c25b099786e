"""Embedding at an endpoint."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from memchat.core.errors import ModelError
from memchat.core.settings import ModelSettings
from memchat.providers.embedding_models import instructions
from memchat.providers.endpoints import Endpoint
from memchat.providers.failures import CallFailed, from_network, from_status, is_about_context
from memchat.providers.retry import Backoff
from memchat.providers.vectors import Embedded, Passage, Question, readable, unit
from memchat.providers.wire import Wire

_BATCH = 64
_ATTEMPTS = 3
_QUICK = 0.2
"""An answer that took less than this share of the time there is lets the next request hold twice as many texts."""

_SHORTEST = 100
"""Characters below which no text can be too long for an embedding model."""

_SILENT = "it said nothing"
_WORDS_MEANWHILE = "Until then recall finds by words alone."


class EndpointEmbedder:
    """An endpoint's `/v1/embeddings`.

    A text that the server finds too long is cut in half until it is not: one long message must not keep all others
    from being embedded. A server that is too slow for a request is asked for fewer texts at a time.

    Args:
        endpoint: Where to ask.
        model: The embedding model's name there.
        seconds: How long to wait for an answer.
    """

    def __init__(self, endpoint: Endpoint, model: str, *, seconds: float = 30.0) -> None:
        self.id = f"{model}@{endpoint.base_url.rstrip('/')}"
        self._endpoint = endpoint
        self._model = model
        self._told = instructions(model)
        self._seconds = seconds
        self._batch = _BATCH
        self._backoff = Backoff(patience=seconds)
        self._dimensions = 0
        self._wire = Wire(endpoint, ModelSettings())

    @property
    def dimensions(self) -> int:
        """Floats in a vector; 0 before `load` returned."""
        return self._dimensions

    async def load(self) -> None:
        """Asks for one vector, to see that it answers and how long its vectors are."""
        if not self._model:
            raise ModelError(
                f"The endpoint {self._endpoint.name} is to embed, and no model of it is named.",
                "Name one, as in `memchat config set memory.embedding_model bge-m3`.",
            )
        await self.embed(["memchat"])

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, at most 64 texts a request."""
        return await self._all([self._told.passage + readable(text) for text in texts])

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        """The vector of each text alone: an endpoint tells no tokens."""
        return [Embedded(vector) for vector in await self.embed([passage.text for passage in passages])]

    async def question(self, text: str) -> Question:
        """The vector of the text."""
        (vector,) = await self._all([self._told.question + readable(text)])
        return Question(vector, embedder_id=self.id)

    async def close(self) -> None:
        """Closes its connections."""
        await self._wire.close()

    async def _all(self, texts: Sequence[str]) -> list[bytes]:
        vectors: list[bytes] = []
        while len(vectors) < len(texts):
            vectors += await self._fitting(texts[len(vectors) : len(vectors) + self._batch])
        return vectors

    async def _fitting(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of some of `texts`, the first ones; of their beginnings where they are too long."""
        try:
            return await self._patiently(texts)
        except CallFailed as error:
            if _too_slow(error) and len(texts) > 1:
                self._batch = len(texts) // 2
                return await self._fitting(texts[: self._batch])
            if not _too_long(error) or (len(texts) == 1 and len(texts[0]) < 2 * _SHORTEST):
                raise self._told_plainly(error) from error
        if len(texts) > 1:
            return await self._fitting(texts[: len(texts) // 2])
        return await self._fitting([texts[0][: len(texts[0]) // 2]])

    async def _patiently(self, texts: Sequence[str]) -> list[bytes]:
        """Asks, and again where the server is busy for a moment."""
        for attempt in range(1, _ATTEMPTS + 1):
            began = time.monotonic()
            try:
                vectors = await self._request(texts)
            except CallFailed as error:
                again = error.again and not (_too_slow(error) or _too_long(error)) and attempt < _ATTEMPTS
                wait = self._backoff.wait(attempt, error.retry_after) if again else None
                if wait is None:
                    raise
                await asyncio.sleep(wait)
                continue
            if len(texts) == self._batch < _BATCH and time.monotonic() - began < _QUICK * self._seconds:
                self._batch *= 2
            return vectors
        raise AssertionError("the last attempt returns or raises")

    async def _request(self, texts: Sequence[str]) -> list[bytes]:
        client = await self._wire.client()
        import openai

        # An empty input is a 400 at most servers, and no text must hold the whole batch up.
        inputs = [text.strip() or "." for text in texts]
        try:
            answer: Any = await client.with_options(timeout=self._seconds).embeddings.create(
                model=self._model, input=inputs, encoding_format="float", extra_headers=self._wire.headers()
            )
        except openai.APIStatusError as error:
            raise from_status(
                self._endpoint, self._model, error.status_code, error.body, error.response.headers
            ) from error
        except openai.APITimeoutError as error:
            raise CallFailed(
                f"The embedding endpoint {self._endpoint.name} said nothing for {self._seconds:.3g} seconds.",
                reason=_SILENT,
                again=True,
            ) from error
        except openai.APIConnectionError as error:
            raise from_network(self._endpoint, error) from error
        except (openai.OpenAIError, ValueError) as error:
            raise self._unfit("something that is no list of vectors") from error
        return self._read(getattr(answer, "data", None), len(texts))

    def _read(self, data: Any, wanted: int) -> list[bytes]:
        """The vectors in an answer, in the order of the texts."""
        try:
            rows = sorted(data, key=lambda row: row.index)
            vectors = [unit(row.embedding) for row in rows]
        except (TypeError, ValueError, AttributeError):
            raise self._unfit("something that is no list of vectors") from None
        if len(vectors) != wanted:
            raise self._unfit(f"{len(vectors)} vectors for {wanted} texts")
        lengths = sorted({len(vector) // 4 for vector in vectors})
        if len(lengths) != 1 or lengths[0] == 0:
            raise self._unfit(f"vectors of {' and '.join(map(str, lengths))} numbers")
        if self._dimensions not in {0, lengths[0]}:
            raise ModelError(
                f"The embedding endpoint {self._endpoint.name} sends vectors of {lengths[0]} numbers now, and sent "
                f"{self._dimensions} before.",
                "Start memchat again to have everything embedded anew.",
            )
        self._dimensions = lengths[0]
        return vectors

    def _unfit(self, sent: str) -> ModelError:
        return ModelError(
            f"The embedding endpoint {self._endpoint.name} sent {sent}.",
            f"Set memory.embedding_model to an embedding model; {self._model} may be none.",
        )

    def _told_plainly(self, failure: CallFailed) -> ModelError:
        """A failure in the words of one who set up an embedder."""
        name, status = f"The embedding endpoint {self._endpoint.name}", failure.status
        if status in {401, 403}:
            sentence = f"{name} refused the key ({status})."
            step = f"Correct {self._endpoint.key_source or 'its key'}. {_WORDS_MEANWHILE}"
        elif status in {404, 400, 422, 501} and not failure.retryable:
            said = f": {failure.detail}" if failure.detail else ""
            sentence = f"{name} does not embed with {self._model} ({status}){said}."
            step = f"Pull the model there, or set memory.embedding_model to one that it serves. {_WORDS_MEANWHILE}"
        elif status == 429:
            wait = f" It asks to wait {failure.retry_after:.0f} s." if failure.retry_after else ""
            sentence, step = f"{name} is busy (429).{wait}", "It is tried again by itself."
        elif status is None and failure.reason.startswith("nothing answers"):
            sentence = f"{name} does not answer at {self._endpoint.base_url}."
            step = "Start it, or set memory.embedder to builtin; it is tried again by itself."
        elif _too_slow(failure):
            sentence = failure.sentence
            step = "It may be too slow for this machine; it is tried again by itself."
        else:
            sentence, step = f"{name} failed: {failure.sentence}", "It is tried again by itself."
        return ModelError(sentence, step, status=status, retryable=failure.retryable)


def _too_slow(failure: CallFailed) -> bool:
    return failure.reason == _SILENT


def _too_long(failure: CallFailed) -> bool:
    """Whether a server refused a text for its length."""
    said = failure.detail.lower()
    about = is_about_context(said) or "too large to process" in said or "maximum input length" in said
    return failure.status == 413 or (failure.status in {400, 422, 500} and about)
