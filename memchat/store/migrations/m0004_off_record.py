"""What the user said without the memory, or while learning was off, is marked: nothing is learned from it.

And standing instructions, which every request reads, are found without a look at all that is known.
"""

import apsw

_SCHEMA = """
ALTER TABLE messages ADD COLUMN off_record INTEGER NOT NULL DEFAULT 0;
CREATE INDEX memories_of_kind ON memories (kind, status, pinned, updated_at);
"""


def apply(db: apsw.Connection) -> None:
    """Makes the column and the index; what was said before goes by how far its session was read."""
    db.execute(_SCHEMA)
