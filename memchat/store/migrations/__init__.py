"""The database's shape, as numbered steps from an empty file to the present one.

A step is a module with an `apply`; it uses none of the rest of the store, because that goes on changing. Steps that
have been released are never altered: a new one is added.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import apsw

import memchat
from memchat.core.errors import StoreError
from memchat.core.times import Clock, to_unix
from memchat.store.sql import rows, run, value

NAMES = (
    "m0001_conversations",
    "m0002_index",
    "m0003_learning",
    "m0004_off_record",
    "m0005_recall",
    "m0006_changing",
)
"""In order; the version of a database is how many of them it has had."""

LATEST = len(NAMES)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; `apply` brings a database of the version before to this one, inside a transaction."""

    version: int
    name: str
    apply: Callable[[apsw.Connection], None]


def all_migrations() -> tuple[Migration, ...]:
    """Memchat's own steps, in order."""
    return tuple(
        Migration(number, name, import_module(f"{__name__}.{name}").apply) for number, name in enumerate(NAMES, 1)
    )


def version_of(db: apsw.Connection) -> int:
    """How many steps the database has had; 0 when it is empty.

    Raises:
        StoreError: It belongs to another program.
    """
    # In one statement: another memchat may be making the tables at this moment.
    names = {name for (name,) in rows(db, "SELECT name FROM sqlite_schema")}
    if "migrations" in names:
        return int(value(db, "SELECT coalesce(max(version), 0) FROM migrations"))
    if names:
        raise StoreError(
            f"The database {db.filename} belongs to another program.",
            "Move that file away, or set MEMCHAT_HOME to another folder.",
        )
    return 0


def migrate(db: apsw.Connection, path: Path | None, clock: Clock, known: Sequence[Migration] | None = None) -> None:
    """Brings the database up to date, after a backup beside it when it holds anything.

    Args:
        db: Its connection, in no transaction.
        path: Its file; none when it is in memory.
        clock: Tells when a step was made.
        known: The steps that there are; none for memchat's own.

    Raises:
        StoreError: It is newer than this memchat, or belongs to another program.
    """
    latest = LATEST if known is None else len(known)
    version = version_of(db)
    if version > latest:
        raise StoreError(
            f"The database {path or 'in memory'} was written by a newer memchat (its version is {version}, this one "
            f"knows {latest}).",
            "Update memchat.",
        )
    if version == latest:
        return
    if version and path is not None:
        # Another memchat may have migrated before the copy was made; then that one made the backup.
        _copy(db, path.with_name(f"{path.name}.v{version}.bak"), lambda: version_of(db) == version)
    for migration in all_migrations() if known is None else known:
        _apply(db, migration, clock)


def copy_to(db: apsw.Connection, target: Path) -> None:
    """Writes a compact copy of the database to `target`, mode 0600; what was there is replaced.

    Raises:
        StoreError: `target` cannot be made.
    """
    _copy(db, target, lambda: True)


def _copy(db: apsw.Connection, target: Path, wanted: Callable[[], bool]) -> None:
    from tempfile import mkstemp

    try:
        descriptor, name = mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
        os.close(descriptor)
        unfinished = Path(name)
        try:
            db.execute("VACUUM INTO ?", (name,))
            if wanted():
                unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"The backup {target} cannot be written: {error.strerror or error}.", "Choose another folder."
        ) from error


def _apply(db: apsw.Connection, migration: Migration, clock: Clock) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another memchat may have made the step while this one waited for the lock.
        if version_of(db) < migration.version:
            run(
                db,
                "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                "applied_at REAL NOT NULL, program TEXT NOT NULL) STRICT",
            )
            migration.apply(db)
            run(
                db,
                "INSERT INTO migrations (version, name, applied_at, program) VALUES (?, ?, ?, ?)",
                migration.version,
                migration.name,
                to_unix(clock()),
                memchat.__version__,
            )
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
