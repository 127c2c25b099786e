"""What recall needs: signs of vectors for a first look, signs of every token, and what is said around a message.

The vectors that there are stay in use; each is made again in the background, with the tokens.
"""

from array import array
from struct import pack

import apsw

_SCHEMA = """
-- Whether a message asks something, so that the next one may answer it.
ALTER TABLE items ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;

-- Whose vectors there are. Each embedder has tables of its own, made when it is known how long its vectors are:
-- `signs_N`, `vectors_N` and `tokens_N`, by its number.
DROP INDEX items_pending;
DROP TABLE embedder;
CREATE TABLE embedders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    state TEXT NOT NULL,
    stopped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX embedders_one ON embedders (state) WHERE state != 'going';

-- What waits for a vector. `stale`: it has one, made before something changed. `bulk`: it waits because all does.
CREATE TABLE unembedded (
    embedder INTEGER NOT NULL REFERENCES embedders (number) ON DELETE CASCADE,
    key INTEGER NOT NULL,
    stale INTEGER NOT NULL DEFAULT 0,
    bulk INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (embedder, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX unembedded_new ON unembedded (embedder, key) WHERE bulk = 0;
CREATE INDEX unembedded_missing ON unembedded (embedder, key) WHERE stale = 0;
"""

_ASKS = """
UPDATE items SET asks = 1 WHERE kind = 'message' AND EXISTS (SELECT 1 FROM messages AS m WHERE m.id = ref
    AND (instr(substr(m.text, length(m.text) / 2 + 1), '?') OR instr(substr(m.text, length(m.text) / 2 + 1), '？')
    OR instr(substr(m.text, length(m.text) / 2 + 1), '؟')))
"""

_VECTORS = """
CREATE TABLE signs_1 (block INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, items BLOB NOT NULL) STRICT;
CREATE TABLE vectors_1 (key INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
CREATE TABLE tokens_1 (key INTEGER PRIMARY KEY, signs BLOB NOT NULL) STRICT;
"""

_BLOCK = 2_048
_KINDS = ("", "message", "fact", "profile", "episode", "past message", "past fact", "past profile", "past episode")

_MONTHS = "January February March April May June July August September October November December"
_NAME_OF_MONTH = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(_MONTHS.split(), 1))
_DAY = (
    f"strftime('%d ', i.at, 'unixepoch') || CASE CAST(strftime('%m', i.at, 'unixepoch') AS INTEGER) {_NAME_OF_MONTH} "
    "END || strftime(' %Y', i.at, 'unixepoch')"
)
_AROUND = """coalesce((SELECT group_concat(part, ' ') FROM (SELECT substr(n.text, 1, 300) AS part
    FROM items AS j JOIN messages AS n ON n.id = j.ref
    WHERE j.session = i.session AND j.kind = 'message' AND j.seq {} i.seq ORDER BY j.seq {} LIMIT 2)), '')"""
_WORDS = f"""
-- `spaced` has done what depends on the language; the marks of many scripts are vowels.
DROP TABLE item_words;
CREATE VIRTUAL TABLE item_words USING fts5 (
    body, context, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(substr(m.text, 1, 200000) || char(10) || {_DAY}),
        spaced({_AROUND.format("<", "DESC")} || ' ' || {_AROUND.format(">", "ASC")})
    FROM items AS i JOIN messages AS m ON m.id = i.ref WHERE i.kind = 'message';
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(e.text || char(10) || {_DAY}), spaced(s.title)
    FROM items AS i JOIN sessions AS s ON s.id = i.ref JOIN session_summaries AS e ON e.session = s.number
    WHERE i.kind = 'episode';
INSERT INTO item_words (rowid, body, context)
    SELECT i.key, spaced(coalesce(f.value, f.text)), spaced(replace(coalesce(f.field, f.attribute), '_', ' ') || ' ' ||
        coalesce((SELECT group_concat(quote, ' ') FROM sources WHERE target = f.id AND live), ''))
    FROM items AS i JOIN memories AS f ON f.id = i.ref WHERE i.kind IN ('fact', 'profile');
"""


def apply(db: apsw.Connection) -> None:
    """Makes the tables, moves the vectors, and indexes all words anew, those of messages with those around them."""
    old = list(db.execute("SELECT id, dimensions FROM embedder"))
    if old:
        db.execute(
            "CREATE TABLE kept AS SELECT v.key, v.kind, v.session, v.seq, v.at, v.embedding FROM item_vectors AS v "
            "JOIN items AS i ON i.key = v.key;"
            "DROP TABLE item_vectors"
        )
    db.execute(_SCHEMA)
    db.execute(_ASKS)
    if old:
        _move(db, *old[0])
    db.execute("ALTER TABLE items DROP COLUMN embedded")
    db.execute(_WORDS)


def _move(db: apsw.Connection, embedder_id: str, dimensions: int) -> None:
    db.execute(
        "INSERT INTO embedders (number, id, dimensions, state) VALUES (1, ?, ?, 'current')", (embedder_id, dimensions)
    )
    db.execute(_VECTORS)
    blocks: dict[int, bytearray] = {}
    for key, kind, session, seq, at, vector in db.execute("SELECT * FROM kept ORDER BY key"):
        numbers = array("f", vector)
        db.execute("INSERT INTO vectors_1 (key, vector) VALUES (?, ?)", (key, pack(f"<{len(numbers)}e", *numbers)))
        filed = pack("<Biid", _KINDS.index(kind), session, seq, at) + _signs(numbers)
        block = blocks.setdefault(key // _BLOCK, bytearray(_BLOCK * len(filed)))
        block[key % _BLOCK * len(filed) : (key % _BLOCK + 1) * len(filed)] = filed
    for number, items in blocks.items():
        db.execute("INSERT INTO signs_1 (block, stamp, items) VALUES (?, random(), ?)", (number, bytes(items)))
    db.execute("DROP TABLE kept")
    db.execute("INSERT INTO unembedded (embedder, key, stale, bulk) SELECT 1, key, embedded, embedded FROM items")


def _signs(numbers: "array[float]") -> bytes:
    bits = "".join("1" if number > 0 else "0" for number in numbers)
    bits += "0" * (-len(bits) % 64)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
