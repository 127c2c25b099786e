"""Finds the model servers that run on this machine, by asking the usual ports; a dead port is no news."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from memchat.providers.endpoints import LOCAL_SERVERS, Endpoint
from memchat.providers.listing import ModelInfo, first_chat_model

_MOST_BYTES = 1_000_000


async def discover(timeout: float = 0.4, *, servers: Mapping[str, str] = LOCAL_SERVERS) -> list[Endpoint]:
    """The local servers that list models in the OpenAI way, each with the first chat model that it lists.

    Args:
        timeout: Seconds for all of them together; they are asked at once.
        servers: Base URL by name, on loopback.
    """
    found = await asyncio.gather(*(_ask(name, url, timeout) for name, url in servers.items()))
    return [endpoint for endpoint in found if endpoint is not None]


async def _ask(name: str, base_url: str, timeout: float) -> Endpoint | None:
    try:
        async with asyncio.timeout(timeout):
            content = await _get(base_url)
        entries = json.loads(content)["data"] or []  # Ollama without models says null
        infos = [ModelInfo(str(entry["id"])) for entry in entries]
    except (OSError, TimeoutError, ValueError, TypeError, LookupError, RecursionError):
        return None
    return Endpoint(name=name, base_url=base_url, model=first_chat_model(infos), local=True)


async def _get(base_url: str) -> bytes:
    """The body of the server's list of models.

    Raises:
        OSError: Nobody listens, or the connection broke.
        ValueError: The answer is not a page, or too long to be a list of models.
    """
    parts = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=_MOST_BYTES)
    try:
        # HTTP/1.0 keeps the answer free of chunks; the end of the connection is its end.
        head = f"GET {parts.path}/models HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        if " 200" not in lines[0]:
            raise ValueError("no such page")
        lengths = [line.partition(":")[2] for line in lines if line.startswith("content-length:")]
        size = int(lengths[0]) if lengths else _MOST_BYTES
        if size > _MOST_BYTES:
            raise ValueError("too long")
        return await reader.readexactly(size) if lengths else await _rest(reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ValueError("not a page") from error
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    taken = bytearray()
    while data := await reader.read(65536):
        taken += data
        if len(taken) > _MOST_BYTES:
            raise ValueError("too long")
    return bytes(taken)
