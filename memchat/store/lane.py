"""One connection and the thread that owns it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import apsw

from memchat.core.errors import StoreError
from memchat.store.connection import connect
from memchat.store.failures import store_error

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """Runs plain functions with a SQLite connection, one after the other, off the event loop.

    Args:
        path: The database's file; none for one in memory.
        reader: Whether writing through it is refused.
    """

    def __init__(self, path: Path | None, *, reader: bool = False) -> None:
        self._path = path
        self._reader = reader
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="memchat-reader" if reader else "memchat-writer")
        self._connection: apsw.Connection | None = None
        self.waiting = 0

    async def run(self, function: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns, given the connection and the arguments.

        Once handed over it runs to its end even when the caller is cancelled, so that no write is lost half-way.

        Raises:
            StoreError: SQLite failed, or the store is closed.
        """

        def call() -> T:
            try:
                if self._connection is None:
                    self._connection = connect(self._path, reader=self._reader)
                return function(self._connection, *args, **kwargs)
            except apsw.Error as error:
                raise store_error(error, self._path) from error

        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, call)
        except RuntimeError as error:
            raise StoreError("The database is closed.", "Start memchat again.") from error
        self.waiting += 1
        future.add_done_callback(self._finished)
        return await asyncio.shield(future)

    def _finished(self, _: object) -> None:
        self.waiting -= 1

    async def close(self) -> None:
        """Closes the connection once what was handed over is done."""

        def close() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, close)
        except RuntimeError:
            return
        self._executor.shutdown(wait=False)
