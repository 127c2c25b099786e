"""What the user said without the memory, or while learning was off, is marked: nothing is learned from it."""

import apsw

_SCHEMA = "ALTER TABLE messages ADD COLUMN off_record INTEGER NOT NULL DEFAULT 0"


def apply(db: apsw.Connection) -> None:
    """Makes the column; what was said before goes by how far its session was read."""
    db.execute(_SCHEMA)
