"""One SQLite file: a lane that writes, lanes that read, and what concerns the file as a whole."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import apsw

from memchat.core.errors import StoreError
from memchat.core.times import Clock
from memchat.store import migrations
from memchat.store.failures import BUSY_MILLISECONDS
from memchat.store.lane import Lane
from memchat.store.migrations import Migration
from memchat.store.sql import rows, value

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 2
_PAUSE_SECONDS = 0.02


class Database:
    """The lanes to one database; open it with `open`."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._writer = Lane(path)
        # A database in memory belongs to its one connection.
        self._readers = [self._writer] if path is None else [Lane(path, reader=True) for _ in range(_READERS)]

    @classmethod
    async def open(cls, path: Path | None, *, clock: Clock, known: Sequence[Migration] | None = None) -> "Database":
        """Opens the file, makes it when it is not there, and brings it up to date.

        Args:
            path: The file; none keeps everything in memory.
            clock: Tells when a migration was made.
            known: The migrations that there are; none for memchat's own.

        Raises:
            StoreError: It cannot be opened or written, is no memchat database, or is newer than this memchat.
        """
        if path is not None:
            make_private(path)
        database = cls(path, clock)
        try:
            await database._writer.run(_prepare, path)
            await database._writer.run(migrations.migrate, path, clock, known)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(
        self, function: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `function` in the least busy reading lane, on one state of the database."""
        lane = min(self._readers, key=lambda each: each.waiting)
        return await lane.run(_in_transaction, "DEFERRED", lambda db: function(db, *args, **kwargs))

    async def write(
        self, function: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `function` in the writing lane as one transaction: done as a whole, or not at all."""
        return await self._writer.run(_in_transaction, "IMMEDIATE", lambda db: function(db, *args, **kwargs))

    async def maintain(
        self, function: Callable[Concatenate[apsw.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `function` in the writing lane outside of a transaction."""
        return await self._writer.run(function, *args, **kwargs)

    async def check(self) -> str:
        """`ok`, or what SQLite's integrity check found, a finding a line."""
        return await self.maintain(lambda db: "\n".join(str(line) for (line,) in rows(db, "PRAGMA integrity_check")))

    async def backup(self, target: Path) -> None:
        """Writes a whole, compact copy to `target`, readable by its owner only; what was there is replaced.

        Raises:
            StoreError: The copy cannot be written.
        """
        await self.maintain(migrations.copy_to, target)

    async def size(self) -> int:
        """What the database takes, in bytes, with what is not yet folded into its file."""
        if self.path is None:
            return int(await self.read(lambda db: value(db, "PRAGMA page_count") * value(db, "PRAGMA page_size")))
        total = 0
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                total += self.path.with_name(f"{self.path.name}{suffix}").stat().st_size
        return total

    async def close(self) -> None:
        """Ends all lanes once what they have been given is done."""
        for lane in dict.fromkeys((*self._readers, self._writer)):
            await lane.close()


def make_private(path: Path) -> None:
    """Makes `path` as an empty file where there is none, mode 0600, and its missing folders, mode 0700.

    Raises:
        StoreError: That is not allowed, or something else stands there.
    """
    try:
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be opened: {error.strerror or error}.",
            "Make it writable for you, or set MEMCHAT_HOME to another folder.",
        ) from error


def _prepare(db: apsw.Connection, path: Path | None) -> None:
    if path is not None and _journal_mode(db) != "wal":
        raise StoreError(f"The database {path} does not allow two programs at a time.", "Keep it on a local disk.")


def _journal_mode(db: apsw.Connection) -> str:
    """The mode after asking for a write-ahead log.

    SQLite does not wait for others that ask for it in the same moment, as programs do that open a new file together.
    """
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            return str(db.pragma("journal_mode", "wal"))
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)


def _in_transaction(db: apsw.Connection, mode: str, function: Callable[[apsw.Connection], T]) -> T:
    db.execute(f"BEGIN {mode}")
    try:
        result = function(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return result
