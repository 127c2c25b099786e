"""Recall as most people would write it: numpy over all vectors, FTS5 alone, sqlite-vec over float vectors.

Each is given a question and finds the keys of the 100 best, which are all it does: it loads no texts, ranks nothing,
fuses nothing, and knows no time, floor or duplicates.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from memchat.providers.embedder import BuiltinEmbedder
from memchat.store.connection import connect

BEST = 100
_AT_ONCE = 10_000
_WORD = re.compile(r"\w+")
_TEXTS = (
    "SELECT i.key, coalesce(m.text, f.text, e.text) FROM items AS i LEFT JOIN messages AS m ON m.id = i.ref "
    "LEFT JOIN memories AS f ON f.id = i.ref "
    "LEFT JOIN session_summaries AS e ON i.kind = 'episode' AND e.session = i.session ORDER BY i.key"
)


class Numpy:
    """Every vector as float32 in memory, one product with all of them, all processors."""

    name = "numpy, float32 in memory"

    def __init__(self, database: Path) -> None:
        self._embedder = BuiltinEmbedder()
        db = connect(database, reader=True)
        count = next(db.execute("SELECT count(*) FROM vectors_1"))[0]
        self._keys = np.empty(count, np.int64)
        self._vectors = np.empty((count, self._embedder.dimensions), np.float32)
        for place, (key, half) in enumerate(db.execute("SELECT key, vector FROM vectors_1 ORDER BY key")):
            self._keys[place] = key
            self._vectors[place] = np.frombuffer(half, "<f2")
        db.close()

    async def open(self) -> None:
        await self._embedder.load()

    async def find(self, question: str) -> list[int]:
        (asked,) = await self._embedder.embed([question])
        cosines = self._vectors @ np.frombuffer(asked, "<f4")
        best = np.argpartition(-cosines, BEST)[:BEST]
        return [int(key) for key in self._keys[best[np.argsort(-cosines[best])]]]

    async def close(self) -> None:
        await self._embedder.close()

    @property
    def disk(self) -> int:
        return self._vectors.nbytes


class Fts5:
    """FTS5 with its own copy of the texts and its usual tokenizer, any word of the question."""

    name = "FTS5 alone"

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"fts5-{database.stem}.db")
        if not self._path.exists():
            _copied(self._path, "CREATE VIRTUAL TABLE found USING fts5 (text)", _texts(database))
        self._db = connect(self._path, reader=True)

    async def open(self) -> None:
        """Nothing to be loaded."""

    async def find(self, question: str) -> list[int]:
        words = " OR ".join(f'"{word}"' for word in _WORD.findall(question))
        query = f"SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank LIMIT {BEST}"
        return [key for (key,) in self._db.execute(query, (words,))]

    async def close(self) -> None:
        self._db.close()

    @property
    def disk(self) -> int:
        return self._path.stat().st_size


class SqliteVec:
    """sqlite-vec over float vectors, all of them looked at."""

    name = "sqlite-vec, float32"

    def __init__(self, database: Path) -> None:
        self._embedder = BuiltinEmbedder()
        self._path = database.with_name(f"vec-{database.stem}.db")
        if not self._path.exists():
            size = self._embedder.dimensions
            columns = f"key INTEGER PRIMARY KEY, v float[{size}] distance_metric=cosine"
            _copied(self._path, f"CREATE VIRTUAL TABLE found USING vec0 ({columns})", _vectors(database))
        self._db = connect(self._path, reader=True)
        self._db.pragma("mmap_size", 1 << 40)

    async def open(self) -> None:
        await self._embedder.load()

    async def find(self, question: str) -> list[int]:
        (asked,) = await self._embedder.embed([question])
        return [key for (key,) in self._db.execute("SELECT key FROM found WHERE v MATCH ? AND k = ?", (asked, BEST))]

    async def close(self) -> None:
        self._db.close()
        await self._embedder.close()

    @property
    def disk(self) -> int:
        return self._path.stat().st_size


def _texts(database: Path) -> Iterator[tuple[int, str]]:
    db = connect(database, reader=True)
    yield from db.execute(_TEXTS)
    db.close()


def _vectors(database: Path) -> Iterator[tuple[int, bytes]]:
    db = connect(database, reader=True)
    for key, half in db.execute("SELECT key, vector FROM vectors_1 ORDER BY key"):
        yield key, np.frombuffer(half, "<f2").astype("<f4").tobytes()
    db.close()


def _copied(path: Path, table: str, rows: Iterator[tuple[int, str | bytes]]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch()
    db = connect(unfinished)
    db.pragma("synchronous", 0)
    db.execute(table)
    column = "rowid, text" if "fts5" in table else "key, v"
    with db:
        db.executemany(f"INSERT INTO found ({column}) VALUES (?, ?)", rows)
    if "fts5" in table:
        db.execute("INSERT INTO found (found) VALUES ('optimize')")
    db.close()
    unfinished.rename(path)
