"""The HTTP connection to an endpoint, made when it is first needed and off the event loop."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from memchat.core.settings import ModelSettings
from memchat.providers.endpoints import Endpoint
from memchat.providers.failures import from_network, from_status, not_the_protocol, silent

if TYPE_CHECKING:
    import httpx2
    import openai

Sent = Callable[[bytes], None]
"""Is told the body of a request, byte for byte, as it is about to be sent."""

_WATCHING: ContextVar[Sent | None] = ContextVar("_WATCHING", default=None)

_PAGE_SECONDS = 15.0


@contextmanager
def watching(sent: Sent | None) -> Iterator[None]:
    """Has `sent` told what this task sends meanwhile."""
    token = _WATCHING.set(sent)
    try:
        yield
    finally:
        _WATCHING.reset(token)


async def _tell(request: "httpx2.Request") -> None:
    sent = _WATCHING.get()
    if sent is not None:
        sent(await request.aread())


class Wire:
    """The client library, set up for one endpoint; importing it takes most of a second, so a thread does."""

    def __init__(self, endpoint: Endpoint, settings: ModelSettings) -> None:
        self.endpoint = endpoint
        self._settings = settings
        self._client: openai.AsyncOpenAI | None = None
        self._lock = asyncio.Lock()

    async def client(self) -> "openai.AsyncOpenAI":
        """The client, made on the first call."""
        if self._client is None:
            async with self._lock:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._make)
        return self._client

    def _make(self) -> "openai.AsyncOpenAI":
        import openai

        endpoint = self.endpoint
        # A loopback server is never behind a proxy, whatever the environment says of others.
        http = openai.DefaultAsyncHttpxClient(
            trust_env=not endpoint.local, event_hooks={"request": [_tell], "response": []}
        )
        return openai.AsyncOpenAI(
            api_key=endpoint.api_key or "none",
            base_url=endpoint.base_url,
            max_retries=0,
            http_client=http,
        )

    def headers(self) -> dict[str, Any]:
        """What each request must add: without a key nothing is sent in its place, and organisations stay at home."""
        import openai

        headers: dict[str, Any] = {} if self.endpoint.api_key else {"Authorization": openai.Omit()}
        if urlsplit(self.endpoint.base_url).hostname != "api.openai.com":
            headers |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        return headers

    async def get_json(self, path: str, *, seconds: float = _PAGE_SECONDS) -> Any:
        """The JSON of a page of the server, asked once.

        Args:
            path: Under the base URL; with `//` before it under the server's root.
            seconds: How long it may take in all.

        Raises:
            CallFailed: It cannot be had.
        """
        client = await self.client()
        import httpx2
        import openai

        url = path
        if path.startswith("//"):
            parts = urlsplit(self.endpoint.base_url)
            url = f"{parts.scheme}://{parts.netloc}{path[1:]}"
        timeout = httpx2.Timeout(seconds, connect=min(seconds, self._settings.connect_seconds))
        kind = ""
        try:
            async with asyncio.timeout(seconds):
                options = {"timeout": timeout, "headers": self.headers()}
                response = await client.get(url, cast_to=httpx2.Response, options=cast("Any", options))
            kind = response.headers.get("content-type", "")
            return json.loads(response.content)
        except openai.APIStatusError as error:
            raise from_status(self.endpoint, "", error.status_code, error.body, error.response.headers) from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            raise from_network(self.endpoint, error) from None
        except TimeoutError:
            raise silent(self.endpoint, seconds) from None
        except (ValueError, RecursionError):
            raise not_the_protocol(self.endpoint, kind) from None

    async def close(self) -> None:
        """Closes the connections; a second call does nothing."""
        async with self._lock:
            client, self._client = self._client, None
        if client is not None:
            await client.close()
