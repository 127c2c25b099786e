"""How often something was erased, so that nothing that was made of it before is written after it."""

import apsw

from memchat.core.errors import ErasedMeanwhile
from memchat.store.sql import run, value


def times_erased(db: apsw.Connection) -> int:
    """How often something was erased from this database."""
    return int(value(db, "PRAGMA user_version"))


def count_erasing(db: apsw.Connection) -> None:
    """Counts one more, in the transaction that erases."""
    run(db, f"PRAGMA user_version = {times_erased(db) + 1}")


def check_as_of(db: apsw.Connection, as_of: int | None) -> None:
    """Lets nothing be written that was made before something was erased.

    Args:
        db: A connection in the transaction that writes.
        as_of: How often something had been erased when it was read; none asks for nothing.

    Raises:
        ErasedMeanwhile: That was before the last time.
    """
    if as_of is not None and as_of != times_erased(db):
        raise ErasedMeanwhile("Something was erased meanwhile.", "It is made again without that.")
