"""The built-in engine: llama.cpp's server in a child process that lives no longer than this one."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memchat.core.errors import ModelError, NotFound
from memchat.providers import machine
from memchat.providers.catalog import MINIMUM_CONTEXT, SLOTS, CatalogModel

if TYPE_CHECKING:
    from memchat.providers.endpoints import Endpoint
    from memchat.providers.weights import Weights

_log = logging.getLogger(__name__)

_SMALLER = "Close other programs, or pick a smaller model."


class Engine:
    """Starts and ends the child process; one model at a time.

    Args:
        weights: Where the models' files are.
        memory: Tells how many bytes of memory are free; 0 is not known.
        seconds: How long a start may take; large weights on a slow disk take a while.
    """

    def __init__(
        self, weights: "Weights", *, memory: Callable[[], int] = machine.available_memory, seconds: float = 300.0
    ) -> None:
        self._weights = weights
        self._memory = memory
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._process: Process | None = None
        self._drain: asyncio.Task[None] | None = None
        self._endpoint: Endpoint | None = None
        self._errors: deque[str] = deque(maxlen=20)

    @property
    def running(self) -> str | None:
        """Name of the model that is served now."""
        alive = self._process is not None and self._process.returncode is None
        return self._endpoint.model if alive and self._endpoint is not None else None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self, name: str) -> "Endpoint":
        """Serves the model `name`, unless it is served already; another one is ended first.

        Raises:
            ModelError: It is not pulled, does not fit the memory, or its file cannot be used.
        """
        async with self._lock:
            try:
                model = self._weights.find(name)
            except NotFound as error:
                raise ModelError(error.sentence, error.next_step) from error
            if self.running == model.name and self._endpoint is not None:
                return self._endpoint
            await self._end()
            path = await asyncio.to_thread(self._weights.path, model.name)
            if path is None:
                raise ModelError(
                    f"The model {model.name} is not on this machine yet.",
                    f"Run memchat models pull {model.name}.",
                    on_screen="Pull it with /model.",
                )
            context = self._context(model)
            try:
                self._endpoint = await self._launch(model, path, context)
            except BaseException:
                await self._end()
                raise
            return self._endpoint

    async def stop(self) -> None:
        """Ends the child, if there is one, and waits until it is gone; a start that is under way fails."""
        if self._lock.locked() and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        async with self._lock:
            await self._end()

    def _context(self, model: CatalogModel) -> int:
        """The window that fits the free memory: the catalog's, or a half or a quarter of it."""
        free = self._memory()
        context = model.context
        if not free:
            return context
        while context > MINIMUM_CONTEXT and model.memory_for(context) > 0.8 * free:
            context = max(MINIMUM_CONTEXT, context // 2)
        if model.memory_for(context) > free:
            raise ModelError(
                f"The model {model.name} needs about {_gigabytes(model.memory_bytes)} of memory, "
                f"and {_gigabytes(free)} are free.",
                _SMALLER,
            )
        return context

    async def _launch(self, model: CatalogModel, path: Path, context: int) -> "Endpoint":
        from memchat.providers.endpoints import Endpoint

        key = secrets.token_urlsafe(32)
        order = {
            "name": model.name,
            "path": str(path),
            "context": context,
            "slots": SLOTS,
            "put_by_mib": max(1, model.kv_bytes * context // 2**20),
            "threads": await asyncio.to_thread(machine.physical_cores),
            "key": key,
            "parent": os.getpid(),
        }
        self._errors.clear()
        process = self._process = await self._spawn()
        self._drain = asyncio.create_task(self._log_errors(process))
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(process, order)
        except TimeoutError as error:
            raise ModelError(
                f"The built-in engine did not get {model.name} ready within {self._seconds:.0f} s.", _SMALLER
            ) from error
        if "url" not in answer:
            raise self._failure(model, answer, await self._gone(process))
        _log.info("engine %s serves %s with %s tokens", process.pid, model.name, answer["window"])
        return Endpoint(
            name="builtin",
            base_url=str(answer["url"]),
            api_key=key,
            model=model.name,
            window=int(answer["window"]),
            local=True,
            builtin=True,
        )

    async def _spawn(self) -> Process:
        # A group of its own: ctrl+c in the terminal is for this program, which ends the child itself.
        # -P: a file called xllamacpp.py in the folder where memchat was started must not be run.
        options: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "memchat.providers.engine_child",
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                **options,
            )
        except OSError as error:
            raise ModelError(f"The built-in engine cannot be started: {error.strerror or error}.") from error

    async def _ask(self, process: Process, order: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
        line = await process.stdout.readline()
        try:
            return dict(json.loads(line))
        except ValueError:
            return {}

    async def _gone(self, process: Process) -> int:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.wait()
                if self._drain is not None:
                    await self._drain
        return process.returncode or 0

    def _failure(self, model: CatalogModel, answer: dict[str, Any], code: int) -> ModelError:
        said = "\n".join(self._errors)
        _log.error("engine failed with %s: %s %s", model.name, answer.get("error", code), said)
        if "No module named" in said or "No module named" in str(answer.get("error")):
            return ModelError("The built-in engine is not installed (xllamacpp).", "Install memchat again.")
        if "allocate" in said or "bad_alloc" in said or code == -getattr(signal, "SIGKILL", 9):
            return ModelError(f"There is not enough memory to run {model.name}.", _SMALLER)
        if "failed to load model" in said:
            return ModelError(
                f"The weights of {model.name} cannot be used; the file may be damaged.",
                f"Run memchat models remove {model.name}, then memchat models pull {model.name}.",
                on_screen="Pick another with /model, or remove this one with `memchat models remove` and pull it anew.",
            )
        reason = str(answer.get("error") or f"it ended with code {code}").rstrip(".")
        return ModelError(f"The built-in engine could not start {model.name}: {reason}.", "The log file has the rest.")

    async def _log_errors(self, process: Process) -> None:
        assert process.stderr is not None
        rest = ""
        while piece := await process.stderr.read(8192):
            *lines, rest = (rest + piece.decode("utf-8", "replace")).split("\n")
            for line in lines:
                self._errors.append(line)
                _log.warning("engine: %s", line)
            rest = rest[-8192:]

    async def _end(self) -> None:
        process, self._process, self._endpoint = self._process, None, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()  # the child ends when its stdin does
        try:
            async with asyncio.timeout(2):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        await process.wait()
        if self._drain is not None:
            await self._drain
            self._drain = None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
