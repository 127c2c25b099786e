"""As much HTTP/1.1 as a scripted server needs."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from memchat.providers.scripted.recorded import Recorded

_PHRASES: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus}


class Closed(Exception):
    """The client went away."""


class Connection:
    """One client. Its reads go on while a reply is written, so that a disconnect is seen at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._buffer = bytearray()
        self._more = asyncio.Event()
        self.closed = asyncio.Event()
        self._chunked = False
        self._pump = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        with suppress(OSError):
            while data := await self._reader.read(65536):
                self._buffer += data
                self._more.set()
        self.closed.set()
        self._more.set()

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._wait_for_more()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    async def _take_head(self) -> str:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            await self._wait_for_more()
        return (await self._take(end + 4)).decode("latin-1")

    async def _wait_for_more(self) -> None:
        if self.closed.is_set():
            raise Closed
        self._more.clear()
        await self._more.wait()

    async def request(self) -> Recorded:
        """The next request.

        Raises:
            Closed: There is none.
        """
        line, *rest = (await self._take_head()).rstrip("\r\n").split("\r\n")
        method, path, _ = line.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (item.partition(":") for item in rest)}
        content = await self._take(int(headers.get("content-length", "0")))
        return Recorded(
            method=method,
            path=path.partition("?")[0],
            headers=headers,
            body=json.loads(content) if content else {},
            raw=content,
        )

    async def answer(
        self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """A whole reply with a known length."""
        await self._head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})})
        await self._send(body)

    async def begin(self, content_type: str) -> None:
        """The head of a reply that comes in chunks."""
        await self._head(
            200, {"Content-Type": content_type, "Transfer-Encoding": "chunked", "Cache-Control": "no-store"}
        )

    async def chunk(self, data: bytes) -> None:
        await self._send(b"%x\r\n%b\r\n" % (len(data), data))

    async def event(self, value: Any) -> None:
        """One server-sent event; a string goes out as it is, anything else as JSON."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        await self.chunk(f"data: {text}\n\n".encode())

    async def end(self) -> None:
        """The last chunk."""
        await self._send(b"0\r\n\r\n")

    def cut(self) -> None:
        """Drops the connection without a goodbye."""
        self._writer.transport.abort()

    async def close(self) -> None:
        self._pump.cancel()
        self._writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await self._writer.wait_closed()

    async def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [
            f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        await self._send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def _send(self, data: bytes) -> None:
        if self.closed.is_set():
            raise Closed
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise Closed from error
