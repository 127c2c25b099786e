"""What learning needs: memories with subject, attribute and lineage, changes in batches, and books of its own."""

import apsw

from memchat.core.ids import new_id

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
-- What a pending memory supersedes once it is accepted, as a JSON array of ids.
ALTER TABLE memories ADD COLUMN replaces TEXT NOT NULL DEFAULT '';
CREATE INDEX memories_about ON memories (subject, attribute);
DROP INDEX memories_same;
CREATE INDEX memories_same ON memories (normal_text);
CREATE INDEX memories_field ON memories (field) WHERE field IS NOT NULL;
CREATE INDEX memories_superseded ON memories (superseded_by) WHERE superseded_by IS NOT NULL;

-- From which memories one was merged or distilled.
CREATE TABLE lineage (
    memory TEXT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (memory, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_said ON sources (message_id) WHERE message_id IS NOT NULL;

-- When a memory ceases to hold; 0 when it was superseded.
ALTER TABLE items ADD COLUMN past_at REAL;
CREATE INDEX items_past ON items (past_at) WHERE past_at IS NOT NULL;
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


_FILL = """
UPDATE memories SET last_seen_at = observed_at, actor = coalesce((SELECT actor FROM changes WHERE target = memories.id
    AND undone_at IS NULL AND action IN ('add', 'edit') ORDER BY number DESC LIMIT 1), 'user');
UPDATE items SET past_at = (SELECT valid_to FROM memories WHERE id = ref) WHERE kind = 'fact';
"""


def apply(db: apsw.Connection) -> None:
    """Makes the columns and tables, and a memory of each profile value."""
    db.execute(_SCHEMA)
    db.execute(_FILL)
    for field, value, confidence, origin, at in list(db.execute("SELECT * FROM profile ORDER BY field")):
        _move(db, field, value, confidence, origin, at)
    db.execute("DROP TABLE profile")


def _move(db: apsw.Connection, field: str, value: str, confidence: float, origin: str, at: float) -> None:
    target = f"profile:{field}"
    memory_id = new_id("memory")
    text = f"{field.replace('_', ' ')}: {value}"
    last = list(
        db.execute(
            "SELECT actor FROM changes WHERE target = ? AND undone_at IS NULL ORDER BY number DESC LIMIT 1", (target,)
        )
    )
    db.execute(
        "INSERT INTO memories (id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at, "
        "last_seen_at, attribute, field, value, actor) VALUES (?, 'fact', ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            memory_id,
            text,
            " ".join(text.casefold().split()).rstrip(".!。"),
            confidence,
            origin,
            at,
            at,
            at,
            field,
            field,
            value,
            last[0][0] if last else "user",
        ),
    )
    db.execute("UPDATE sources SET target = ? WHERE target = ?", (memory_id, target))
    db.execute("UPDATE items SET ref = ? WHERE kind = 'profile' AND ref = ?", (memory_id, field))
    db.execute("UPDATE recalled_items SET ref = ? WHERE kind = 'profile' AND ref = ?", (memory_id, field))
