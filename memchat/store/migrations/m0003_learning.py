"""What learning needs: memories with subject, attribute and lineage, changes in batches, and books of its own."""

import apsw

_SCHEMA = """
ALTER TABLE memories ADD COLUMN subject TEXT NOT NULL DEFAULT 'user';
ALTER TABLE memories ADD COLUMN attribute TEXT NOT NULL DEFAULT '';
ALTER TABLE memories ADD COLUMN field TEXT;
ALTER TABLE memories ADD COLUMN value TEXT;
ALTER TABLE memories ADD COLUMN holds TEXT;
ALTER TABLE memories ADD COLUMN seen_count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE memories ADD COLUMN last_seen_at REAL;
ALTER TABLE memories ADD COLUMN actor TEXT NOT NULL DEFAULT 'user';
ALTER TABLE memories ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX memories_about ON memories (subject, attribute) WHERE status = 'active';
CREATE INDEX memories_field ON memories (field) WHERE field IS NOT NULL;
CREATE INDEX memories_superseded ON memories (superseded_by) WHERE superseded_by IS NOT NULL;

-- From which memories one was merged or distilled.
CREATE TABLE lineage (
    memory TEXT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (memory, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_parts ON lineage (part);

ALTER TABLE changes ADD COLUMN batch TEXT;
CREATE INDEX changes_batch ON changes (batch) WHERE batch IS NOT NULL;

-- Up to which message of a session facts were extracted, and its own system prompt.
ALTER TABLE sessions ADD COLUMN learned_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN system_prompt TEXT;
UPDATE sessions SET learned_to = last_seq;

-- The part of a session's request that stays the same from one fold to the next.
CREATE TABLE prefixes (
    session INTEGER PRIMARY KEY REFERENCES sessions (number) ON DELETE CASCADE,
    summary_id TEXT,
    content TEXT NOT NULL,
    made_at REAL NOT NULL
) STRICT;

-- Keyed hashes of what was erased, so that no message brings it back; the key is made with the first of them.
CREATE TABLE tombstones (
    hash BLOB PRIMARY KEY,
    at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstone_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;

-- What learning cost, apart from what chat cost.
CREATE TABLE learning_usage (
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (day, model, kind)
) STRICT, WITHOUT ROWID;

-- Active memories that contradict each other; `first` < `second`.
CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    why TEXT NOT NULL,
    found_at REAL NOT NULL,
    resolved_at REAL,
    UNIQUE (first, second)
) STRICT, WITHOUT ROWID;

-- Consolidations: how far each came, as JSON, so that one that was killed goes on.
CREATE TABLE consolidations (
    id TEXT PRIMARY KEY,
    begun_at REAL NOT NULL,
    ended_at REAL,
    undone_at REAL,
    progress TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

-- Jobs of one session wait for one another.
CREATE INDEX jobs_in ON jobs (session_id) WHERE session_id IS NOT NULL;

-- Whether a model can extract facts, as the probe found; null is not known.
ALTER TABLE models ADD COLUMN extracts INTEGER;
"""


def apply(db: apsw.Connection) -> None:
    """Makes the columns and tables."""
    db.execute(_SCHEMA)
