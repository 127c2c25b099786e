"""The index over messages, facts, profile and episodes, and the record of what was recalled from it."""

import apsw

_SCHEMA = """
-- What can be found; keys are never used twice, so that a vector that comes late cannot land on another item.
CREATE TABLE items (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    session INTEGER,
    seq INTEGER,
    at REAL NOT NULL,
    embedded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, ref)
) STRICT;
CREATE INDEX items_in ON items (session, seq) WHERE session IS NOT NULL;
CREATE INDEX items_pending ON items (key) WHERE embedded = 0;

-- The words alone: the texts stand where they belong.
CREATE VIRTUAL TABLE item_words USING fts5 (
    body, context, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Whose vectors `item_vectors` holds; that table is made when the first embedder is known.
CREATE TABLE embedder (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    dimensions INTEGER NOT NULL
) STRICT;

CREATE TABLE recalls (
    message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    considered INTEGER NOT NULL,
    milliseconds REAL NOT NULL,
    words_only TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A recalled message's text is not written twice; other texts can change, and are kept as they were.
CREATE TABLE recalled_items (
    message_id TEXT NOT NULL REFERENCES recalls (message_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    in_plan INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    text TEXT,
    score REAL NOT NULL,
    parts TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    source_session TEXT,
    source_title TEXT NOT NULL,
    source_message TEXT,
    source_role TEXT,
    source_at REAL NOT NULL,
    PRIMARY KEY (message_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX recalled_items_of ON recalled_items (source_session) WHERE source_session IS NOT NULL;
CREATE INDEX recalled_items_ref ON recalled_items (ref);
"""

_FILL = """
INSERT INTO items (kind, ref, session, seq, at)
    SELECT 'message', m.id, m.session, m.seq, m.created_at FROM messages AS m
        JOIN sessions AS s ON s.number = m.session
        WHERE m.active AND m.status != 'failed' AND trim(m.text) != '' AND s.deleted_at IS NULL
        ORDER BY m.number;
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(substr(m.text, 1, 200000)), spaced(coalesce(substr(p.text, 1, 300), '')) FROM items AS i
        JOIN messages AS m ON m.id = i.ref
        LEFT JOIN messages AS p ON p.id = m.parent_id;

INSERT INTO items (kind, ref, session, at)
    SELECT 'episode', s.id, s.number, e.session_at FROM session_summaries AS e
        JOIN sessions AS s ON s.number = e.session WHERE s.deleted_at IS NULL;
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(e.text), spaced(s.title) FROM items AS i
        JOIN sessions AS s ON s.id = i.ref
        JOIN session_summaries AS e ON e.session = s.number
        WHERE i.kind = 'episode';

INSERT INTO items (kind, ref, at)
    SELECT 'fact', id, observed_at FROM memories WHERE status = 'active' ORDER BY number;
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(f.text), spaced(coalesce(
            (SELECT group_concat(quote, ' ') FROM sources WHERE target = f.id AND live), '')) FROM items AS i
        JOIN memories AS f ON f.id = i.ref
        WHERE i.kind = 'fact';

INSERT INTO items (kind, ref, at)
    SELECT 'profile', field, updated_at FROM profile;
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(p.value), replace(p.field, '_', ' ') FROM items AS i
        JOIN profile AS p ON p.field = i.ref
        WHERE i.kind = 'profile';
"""


def apply(db: apsw.Connection) -> None:
    """Makes the tables, and indexes the words of what is there; vectors come by learning."""
    db.execute(_SCHEMA)
    db.execute(_FILL)
