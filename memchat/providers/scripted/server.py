"""The scripted server itself."""

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from memchat.providers.scripted.embedding import embeddings_json
from memchat.providers.scripted.http import Closed, Connection
from memchat.providers.scripted.recorded import Json, Recorded
from memchat.providers.scripted.replies import Reply, Rule, Status
from memchat.providers.scripted.speaking import answer_json, speak

Embeddings = Json | str | Status

_WAIT_SECONDS = 20.0
_CHAT = "/v1/chat/completions"


class ScriptedServer:
    """An OpenAI-compatible server on loopback that gives the replies that it was told to.

    `async with ScriptedServer([Say("hello"), Status(429, retry_after=0)]) as server:` answers the first two chat
    requests so, and any further one with a 400 that says that the script is over.

    Args:
        replies: A list of replies (or rules), one a request, in order; or one reply, or one rule, for all requests.
        models: What /v1/models lists; a mapping gives further fields of each entry, such as `max_model_len`.
        key: The API key that requests must carry; none accepts all.
        pages: JSON of further GET paths, such as `/props`.
        embeddings: Answers the body of an embedding request, with JSON, with text, or with a failure.
        port: None picks a free one.
    """

    def __init__(
        self,
        replies: Iterable[Reply | Rule] | Reply | Rule = (),
        *,
        models: Sequence[str] | Mapping[str, Json] = ("scripted",),
        key: str = "",
        pages: Mapping[str, Any] | None = None,
        embeddings: Callable[[Json], "Embeddings | Awaitable[Embeddings]"] = embeddings_json,
        port: int | None = None,
    ) -> None:
        self._script: deque[Reply | Rule] = deque()
        self._always: Reply | Rule | None = None
        if isinstance(replies, Iterable):
            self._script.extend(replies)
        else:
            self._always = replies
        self._models = dict(models) if isinstance(models, Mapping) else {name: {} for name in models}
        self._key = key
        self._pages = dict(pages or {})
        self._embeddings = embeddings
        self._port = port or 0
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()
        self.recorded: list[Recorded] = []
        """Every request of any path, with headers."""

    @property
    def base_url(self) -> str:
        """What to configure: scheme, address, port and `/v1`."""
        return f"{self.root_url}/v1"

    @property
    def root_url(self) -> str:
        """`base_url` without `/v1`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def chats(self) -> list[Recorded]:
        """The chat requests, in order."""
        return [request for request in self.recorded if request.path == _CHAT]

    @property
    def requests(self) -> list[Json]:
        """The JSON bodies of the chat requests, in order."""
        return [request.body for request in self.chats]

    def add(self, *replies: Reply | Rule) -> None:
        """Appends to the script."""
        self._script.extend(replies)

    async def request_arrived(self, number: int = 1, *, seconds: float = _WAIT_SECONDS) -> Recorded:
        """Waits until that many chat requests have arrived since the start, and returns that one.

        Raises:
            TimeoutError: It did not come within `seconds`.
        """
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.chats) >= number)
        return self.chats[number - 1]

    async def disconnected(self, number: int = 1, *, seconds: float = _WAIT_SECONDS) -> Recorded:
        """Waits until the client of that chat request went away before its reply was over.

        Raises:
            TimeoutError: It did not within `seconds`.
        """
        request = await self.request_arrived(number, seconds=seconds)
        async with asyncio.timeout(seconds):
            await request.disconnected.wait()
        return request

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Ends the server and cuts its connections; a second call does nothing."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for client in list(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._serve(Connection(reader, writer)))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            with suppress(Closed):
                while True:
                    request = await connection.request()
                    await self._record(request)
                    await self._answer(connection, request)
        finally:
            await connection.close()

    async def _record(self, request: Recorded) -> None:
        async with self._arrived:
            self.recorded.append(request)
            self._arrived.notify_all()

    async def _answer(self, connection: Connection, request: Recorded) -> None:
        watch = asyncio.create_task(self._watch(connection, request))
        try:
            await self._route(connection, request)
            if not connection.closed.is_set():
                request.answered.set()
        finally:
            if connection.closed.is_set() and not request.answered.is_set():
                request.disconnected.set()
            watch.cancel()

    @staticmethod
    async def _watch(connection: Connection, request: Recorded) -> None:
        await connection.closed.wait()
        if not request.answered.is_set():
            request.disconnected.set()

    async def _route(self, connection: Connection, request: Recorded) -> None:
        if self._key and request.headers.get("authorization") != f"Bearer {self._key}":
            await speak(connection, request, Status(401, "Incorrect API key provided", kind="invalid_api_key"))
            return
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                await speak(connection, request, await self._choose(request))
            case "POST", "/v1/embeddings":
                made = self._embeddings(request.body)
                answer = await made if inspect.isawaitable(made) else made
                if isinstance(answer, Status):
                    await speak(connection, request, answer)
                else:
                    await answer_json(connection, answer)
            case "GET", "/v1/models":
                entries = [{"id": name, "object": "model", **more} for name, more in self._models.items()]
                await answer_json(connection, {"object": "list", "data": entries})
            case "GET", path if path in self._pages:
                await answer_json(connection, self._pages[path])
            case "GET", "/health":
                await answer_json(connection, {"status": "ok"})
            case _:
                await speak(connection, request, Status(404, f"no page {request.path}"))

    async def _choose(self, request: Recorded) -> Reply:
        chosen = self._script.popleft() if self._script else self._always
        if chosen is None:
            return Status(400, "the script has no more replies")
        if callable(chosen):
            made = chosen(request.body)
            return await made if inspect.isawaitable(made) else made
        return chosen
