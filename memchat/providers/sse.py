"""Server-sent events out of bytes."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator


class EventReader:
    """Cuts a byte stream into the data of its events, however the network chunked it.

    Lines end at CR, LF or CRLF only: unlike `str.splitlines`, JSON that holds a raw U+2028 stays whole.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The data of every event that `chunk` completes."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk.endswith(b"\r"):
            self._after_cr = True
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for part in lines:
            self._line += part
            line = bytes(self._line)
            self._line.clear()
            yield from self._end_line(line)
        self._line += rest

    def end(self) -> Iterator[str]:
        """What was not ended by a blank line; some servers forget it after the last event."""
        line = bytes(self._line)
        self._line.clear()
        if line:
            yield from self._end_line(line)
        yield from self._end_line(b"")

    def _end_line(self, line: bytes) -> Iterator[str]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            data = b"\n".join(self._data)
            self._data = []
            yield data.decode("utf-8", "replace")


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """The data of every event in `chunks`."""
    reader = EventReader()
    async for chunk in chunks:
        for data in reader.feed(chunk):
            yield data
    for data in reader.end():
        yield data
