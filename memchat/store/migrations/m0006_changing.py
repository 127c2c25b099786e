"""What the user changes by hand: undone changes that can be made again, rules of learning, what a session mutes;
sessions that are filed away, tagged, forked, folded and unfolded; and the requests as they were sent."""

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

_SESSIONS = """
-- Filed away: out of lists, and still recalled from.
ALTER TABLE sessions ADD COLUMN archived_at REAL;
-- A JSON array; empty for none.
ALTER TABLE sessions ADD COLUMN tags TEXT NOT NULL DEFAULT '';
-- The session that its first messages are copies from.
ALTER TABLE sessions ADD COLUMN forked_from_id TEXT;
-- The version of the rolling summary that holds; none where nothing is folded.
ALTER TABLE sessions ADD COLUMN summary_id TEXT;
-- Messages up to here were unfolded by the user, and are not what makes the next fold due.
ALTER TABLE sessions ADD COLUMN unfolded_to INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET summary_id = (SELECT id FROM rolling_summaries WHERE session = sessions.number
    ORDER BY number DESC LIMIT 1);

-- Whether recall never finds it, and the message that it is a copy of.
ALTER TABLE messages ADD COLUMN unfound INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN copy_of_id TEXT;
CREATE INDEX messages_copies ON messages (copy_of_id) WHERE copy_of_id IS NOT NULL;

-- What the user took out of the requests of its session.
CREATE TABLE kept_out (
    message TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    at REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""

_REQUESTS = """
-- Why something was found and not recalled; none for what was.
ALTER TABLE recalled_items ADD COLUMN missed TEXT;

-- What went to the model. `body` is what was sent, and `plan` the JSON of how it was laid out; both are deflated.
CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    at REAL NOT NULL,
    url TEXT NOT NULL,
    keyed INTEGER NOT NULL,
    body BLOB NOT NULL,
    plan BLOB NOT NULL
) STRICT;
CREATE INDEX requests_of_session ON requests (session, number);
CREATE INDEX requests_of_message ON requests (message_id);
"""


def apply(db: apsw.Connection) -> None:
    """Makes the columns and tables; what was undone before stays so, and each newest rolling summary holds."""
    db.execute(_SCHEMA)
    db.execute(_SESSIONS)
    db.execute(_REQUESTS)
