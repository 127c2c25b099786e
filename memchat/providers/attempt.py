"""One attempt of a chat completion: the request, the stream of its answer, and its ways to fail."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any

from memchat.core.chat import EndPart, ReasoningPart, TextPart
from memchat.core.settings import ModelSettings
from memchat.providers.endpoints import Endpoint
from memchat.providers.failures import CallFailed, cut_off, from_network, from_status, not_the_protocol, silent
from memchat.providers.parts import Assembler
from memchat.providers.sse import events
from memchat.providers.wire import Sent, Wire, watching

if TYPE_CHECKING:
    from openai import AsyncAPIResponse

_LOCAL_CHARACTERS_A_SECOND = 80.0
"""How fast the slowest machine reads a prompt: before its first token, a local server is silent that long."""

_AFTER_THE_END_SECONDS = 5.0
"""How long a stream may stay open after its finish reason, for the usage."""


async def attempt(
    wire: Wire, settings: ModelSettings, body: Mapping[str, Any], sent: Sent | None = None
) -> AsyncGenerator[TextPart | ReasoningPart | EndPart]:
    """Sends `body` once; the parts of the reply as they come, `EndPart` last.

    Args:
        wire: Where to.
        settings: Time-outs.
        body: The JSON of a chat completion.
        sent: Is told what goes out.

    Raises:
        CallFailed: There is no reply, or it was cut off after what was yielded.
    """
    assembler = Assembler(body["model"])
    try:
        async with AsyncExitStack() as stack:
            response = await _open(wire, settings, body, stack, sent)
            answer = _Answer(wire.endpoint, settings.silence_seconds, assembler)
            chunks = await stack.enter_async_context(aclosing(answer.chunks(response)))
            async for chunk in chunks:
                if chunk.get("error"):
                    raise _told(wire.endpoint, body["model"], chunk["error"])
                for part in assembler.feed(chunk):
                    yield part
    except CallFailed:
        for part in assembler.held():
            yield part
        if not assembler.finish_reason:
            raise
    for part in assembler.held():
        yield part
    yield assembler.end()


async def _open(
    wire: Wire, settings: ModelSettings, body: Mapping[str, Any], stack: AsyncExitStack, sent: Sent | None
) -> "AsyncAPIResponse[Any]":
    """Sends the request and waits for the head of the answer."""
    client = await wire.client()
    import httpx2
    import openai

    patience = _patience(wire.endpoint, settings, body)
    timeout = httpx2.Timeout(patience, connect=settings.connect_seconds, pool=settings.connect_seconds)
    create: Any = client.chat.completions.with_streaming_response.create
    try:
        call = create(**body, timeout=timeout, extra_headers=wire.headers())
        with watching(sent):
            response: AsyncAPIResponse[Any] = await stack.enter_async_context(call)
    except openai.APIStatusError as error:
        raise from_status(wire.endpoint, body["model"], error.status_code, error.body, error.response.headers) from None
    except (openai.APIConnectionError, httpx2.HTTPError) as error:
        if isinstance(error.__cause__ or error, httpx2.ReadTimeout | httpx2.WriteTimeout):
            raise silent(wire.endpoint, patience) from None
        raise from_network(wire.endpoint, error) from None
    return response


def _patience(endpoint: Endpoint, settings: ModelSettings, body: Mapping[str, Any]) -> float:
    """Seconds that may pass before the first byte of the answer."""
    if not endpoint.local:
        return settings.silence_seconds
    length = sum(len(message["content"]) for message in body["messages"])
    return settings.silence_seconds + length / _LOCAL_CHARACTERS_A_SECOND


class _Answer:
    """Reads the body of an answer.

    Args:
        silence: Seconds that may pass between two chunks.
        assembler: Knows whether the reply has ended.
    """

    def __init__(self, endpoint: Endpoint, silence: float, assembler: Assembler) -> None:
        self._endpoint = endpoint
        self._silence = silence
        self._assembler = assembler

    async def chunks(self, response: "AsyncAPIResponse[Any]") -> AsyncGenerator[Mapping[str, Any]]:
        """The JSON objects of the answer, streamed or not."""
        import httpx2

        kind = response.headers.get("content-type", "").lower()
        if "html" in kind:
            raise not_the_protocol(self._endpoint, kind)
        try:
            if "json" in kind:
                yield self._read(await response.text(), kind)
                self._assembler.finish_reason = self._assembler.finish_reason or "stop"
                return
            async with aclosing(self._streamed(response, kind)) as stream:
                async for chunk in stream:
                    yield chunk
        except (TimeoutError, httpx2.TimeoutException):
            raise silent(self._endpoint, self._silence) from None
        except httpx2.HTTPError:
            raise cut_off(self._endpoint) from None

    async def _streamed(self, response: "AsyncAPIResponse[Any]", kind: str) -> AsyncGenerator[Mapping[str, Any]]:
        seconds: float | None = None  # until the first chunk, the connection's own time-out is the limit
        async with aclosing(events(response.iter_bytes())) as stream:
            while True:
                async with asyncio.timeout(seconds):
                    data = await anext(stream, None)
                if data is None:
                    break
                if data.startswith("[DONE]"):
                    return
                yield self._read(data, kind)
                ended = bool(self._assembler.finish_reason)
                seconds = min(self._silence, _AFTER_THE_END_SECONDS) if ended else self._silence
        if not self._assembler.finish_reason:
            raise cut_off(self._endpoint) if seconds is not None else not_the_protocol(self._endpoint, kind)

    def _read(self, data: str, kind: str) -> Mapping[str, Any]:
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            raise not_the_protocol(self._endpoint, kind) from None
        if not isinstance(chunk, Mapping) or not ({"choices", "error"} & set(chunk)):
            raise not_the_protocol(self._endpoint, kind)
        return chunk


def _told(endpoint: Endpoint, model: str, error: Any) -> CallFailed:
    """The failure of an error object in place of a chunk."""
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) and 400 <= code <= 599 else 500
    return from_status(endpoint, model, status, error)
