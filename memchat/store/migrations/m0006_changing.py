"""What the user changes by hand: undone changes that can be made again, rules of learning, and what a session mutes."""

import apsw

_SCHEMA = """
-- `undoing` counts the times that something was taken back: what went together comes back together. `undone_after` is
-- the newest change of that moment; `again` is 1 for what was made again.
ALTER TABLE changes ADD COLUMN undoing INTEGER;
ALTER TABLE changes ADD COLUMN undone_after INTEGER;
ALTER TABLE changes ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
CREATE INDEX changes_undone ON changes (undoing) WHERE undoing IS NOT NULL;

-- What is never learned, and how often that kept something out.
CREATE TABLE learning_rules (
    id TEXT PRIMARY KEY,
    basis TEXT NOT NULL,
    kind TEXT,
    subject TEXT NOT NULL DEFAULT '',
    attribute TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    made_at REAL NOT NULL,
    kept_out INTEGER NOT NULL DEFAULT 0,
    last_at REAL
) STRICT, WITHOUT ROWID;

-- What a session does not recall: a memory, a message, an episode.
CREATE TABLE mutes (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (session, ref)
) STRICT, WITHOUT ROWID;
"""


def apply(db: apsw.Connection) -> None:
    """Makes the columns and tables; what was undone before stays so."""
    db.execute(_SCHEMA)
