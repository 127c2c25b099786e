"""Sessions and what is said in them, what is known about the user, and the work that waits."""

import apsw

_SCHEMA = """
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    title_by TEXT NOT NULL DEFAULT 'default',
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0,
    message_count INTEGER NOT NULL DEFAULT 0,
    summarised_to INTEGER NOT NULL DEFAULT 0,
    model TEXT,
    draft TEXT NOT NULL DEFAULT '',
    persona TEXT,
    incognito INTEGER NOT NULL DEFAULT 0,
    ended_at REAL,
    deleted_at REAL
) STRICT;
CREATE INDEX sessions_newest ON sessions (updated_at) WHERE deleted_at IS NULL AND last_seq > 0;
CREATE INDEX sessions_unfinished ON sessions (updated_at)
    WHERE deleted_at IS NULL AND message_count >= 2 AND last_seq > summarised_to;
CREATE INDEX sessions_empty ON sessions (created_at) WHERE last_seq = 0;
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;

-- Which live programs have a session open.
CREATE TABLE claims (
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (session, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    created_at REAL NOT NULL,
    tokens INTEGER NOT NULL,
    parent_id TEXT,
    model TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cached_tokens INTEGER,
    cost REAL,
    finish_reason TEXT,
    error TEXT,
    tool_uses TEXT,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    UNIQUE (session, seq)
) STRICT;
CREATE INDEX messages_active ON messages (session, seq, tokens) WHERE active;
CREATE INDEX messages_partial ON messages (session) WHERE status = 'partial';

CREATE TABLE rolling_summaries (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    text TEXT NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    created_at REAL NOT NULL,
    model TEXT,
    previous_id TEXT
) STRICT;
CREATE INDEX rolling_summaries_of ON rolling_summaries (session, number);

CREATE TABLE session_summaries (
    session INTEGER PRIMARY KEY REFERENCES sessions (number) ON DELETE CASCADE,
    text TEXT NOT NULL,
    to_seq INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    session_at REAL NOT NULL,
    created_at REAL NOT NULL,
    model TEXT
) STRICT;
CREATE INDEX session_summaries_newest ON session_summaries (session_at);

CREATE TABLE profile (
    field TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin TEXT NOT NULL,
    updated_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memories (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    normal_text TEXT NOT NULL,
    status TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin TEXT NOT NULL,
    observed_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    valid_from REAL,
    valid_to REAL,
    superseded_by TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    use_count INTEGER NOT NULL DEFAULT 0,
    last_used_at REAL
) STRICT;
CREATE INDEX memories_same ON memories (normal_text) WHERE status = 'active';
CREATE INDEX memories_newest ON memories (status, pinned, updated_at);

-- What memories and profile fields (`profile:FIELD`) rest on; a source that is no longer live belongs to an
-- earlier value and comes back with it.
CREATE TABLE sources (
    number INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    session_id TEXT,
    message_id TEXT,
    quote TEXT NOT NULL,
    live INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX sources_of ON sources (target);
CREATE INDEX sources_in ON sources (session_id) WHERE session_id IS NOT NULL;

CREATE TABLE changes (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    target TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    at REAL NOT NULL,
    before TEXT,
    after TEXT,
    undone_at REAL
) STRICT;
CREATE INDEX changes_of ON changes (target, number);
CREATE INDEX changes_standing ON changes (number) WHERE undone_at IS NULL;

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    session_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_after REAL NOT NULL,
    owner TEXT,
    leased_until REAL,
    error TEXT,
    failed_at REAL,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (run_after) WHERE failed_at IS NULL;
CREATE INDEX jobs_same ON jobs (key);

CREATE TABLE models (
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    token_scale REAL NOT NULL DEFAULT 1.0,
    samples INTEGER NOT NULL DEFAULT 0,
    tools INTEGER,
    schema INTEGER,
    window INTEGER,
    PRIMARY KEY (endpoint, model)
) STRICT, WITHOUT ROWID;
"""


def apply(db: apsw.Connection) -> None:
    """Makes the tables."""
    db.execute(_SCHEMA)
