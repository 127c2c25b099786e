"""Databases of synthetic talk, made once and kept under a folder.

Words, items and vectors are stored by the functions that the program uses. What would take hours at a million is made
in bulk: messages are not appended one by one, and their vectors come from some thousand real ones with noise added.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np
from talk import NOW, TOPICS, Said, Talk, talks

from memchat.core.ids import new_id
from memchat.core.times import to_unix
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.vectors import Passage
from memchat.store import Store
from memchat.store.connection import connect
from memchat.store.items import asks, put_episode, put_fact, put_item
from memchat.store.vectors import put_vectors

SIZES = (10_000, 100_000, 1_000_000)
_FORMAT = 1
_REAL = 4_000
_NOISE = 0.35
_FLIPPED = 0.08
_AT_ONCE = 20_000
_SEED = 7
_TOKENS_A_WORD = 1.2


@dataclass(frozen=True, slots=True)
class Real:
    """Vectors and token signs that the embedder made of real passages; of each topic the same number."""

    vectors: np.ndarray
    tokens: tuple[np.ndarray, ...]


def database(folder: Path, items: int) -> Path:
    """The file with so many items, which is made where it is missing."""
    path = folder / f"recall-{items}-v{_FORMAT}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        for each in folder.glob(f"{unfinished.name}*"):
            each.unlink()
        asyncio.run(_make(unfinished, items, real(folder)))
        unfinished.rename(path)
    return path


def real(folder: Path) -> Real:
    """Some thousand passages that were really embedded; a minute or two the first time."""
    path = folder / f"real-v{_FORMAT}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        vectors, tokens = asyncio.run(_embedded())
        np.savez(path, vectors=vectors, tokens=np.concatenate(tokens), lengths=[len(each) for each in tokens])
    with np.load(path) as kept:
        ends = np.cumsum(kept["lengths"])[:-1]
        return Real(kept["vectors"], tuple(np.split(kept["tokens"], ends)))


async def _embedded() -> tuple[np.ndarray, list[np.ndarray]]:
    print(f"embedding {_REAL} passages", flush=True)
    of_topic: dict[int, list[Passage]] = {topic: [] for topic in range(TOPICS)}
    wanted = _REAL // TOPICS
    for talk in talks(1 << 40, seed=_SEED):
        texts = [said.text for said in talk.messages]
        for place in range(2, len(texts) - 1):
            if len(of_topic[talk.topic]) < wanted:
                before = (texts[place - 2], texts[place - 1])
                of_topic[talk.topic].append(Passage(texts[place], before, (texts[place + 1],)))
        if all(len(passages) == wanted for passages in of_topic.values()):
            break
    embedder = BuiltinEmbedder()
    made = await embedder.passages([passage for passages in of_topic.values() for passage in passages])
    await embedder.close()
    size = embedder.dimensions
    vectors = np.stack([np.frombuffer(one.vector, "<f4") for one in made])
    return vectors, [np.frombuffer(one.tokens, np.uint8).reshape(-1, size // 8) for one in made]


async def _make(path: Path, items: int, known: Real) -> None:
    store = await Store.open(path)
    await store.close()
    db = connect(path)
    db.pragma("synchronous", 0)
    db.pragma("cache_size", -400_000)
    began = time.monotonic()
    for done in _filled(db, items, known):
        print(f"{path.stem}: {done:,} of {items:,} items ({time.monotonic() - began:.0f} s)", flush=True)
    db.pragma("wal_checkpoint", "TRUNCATE")
    db.close()


def _filled(db: apsw.Connection, items: int, known: Real) -> Iterator[int]:
    """Fills it, a transaction for some thousand items; tells how many there are."""
    chance = np.random.default_rng(_SEED)
    stored, topics_of, source = 0, {}, talks(items)
    while stored < items:
        with db:
            topics_of.clear()
            while stored < items and len(topics_of) < _AT_ONCE:
                talk = next(source)
                keys = _put_talk(db, talk, items - stored)
                topics_of |= dict.fromkeys(keys, talk.topic)
                stored += len(keys)
        with db:
            _put_vectors(db, topics_of, known, chance)
        yield stored


def _put_talk(db: apsw.Connection, talk: Talk, most: int) -> list[int]:
    """Stores a session as if it had been had; the keys of its items."""
    messages = talk.messages[: max(1, most - 1)]
    session_id, begins = new_id("session"), to_unix(messages[0].at)
    db.execute(
        "INSERT INTO sessions (id, title, title_by, created_at, updated_at, last_seq, message_count, summarised_to, "
        "learned_to, ended_at) VALUES (?, ?, 'model', ?, ?, ?, ?, ?, ?, ?)",
        (session_id, talk.summary[:40], begins, begins, *[len(messages)] * 4, to_unix(messages[-1].at)),
    )
    session = db.last_insert_rowid()
    first = next(db.execute("SELECT coalesce(max(key), 0) FROM items"))[0]
    parent = None
    for seq, said in enumerate(messages, 1):
        parent = _put_message(db, session, seq, messages, parent)
        if said.fact and len(messages) + 1 < most:
            _put_memory(db, said, session_id, parent)
    db.execute(
        "INSERT INTO session_summaries (session, text, to_seq, tokens, session_at, created_at) "
        "VALUES (?, ?, ?, 20, ?, ?)",
        (session, talk.summary, len(messages), begins, begins),
    )
    put_episode(db, session)
    return [key for (key,) in db.execute("SELECT key FROM items WHERE key > ? ORDER BY key LIMIT ?", (first, most))]


def _put_message(db: apsw.Connection, session: int, seq: int, messages: Sequence[Said], parent: str | None) -> str:
    said, message_id = messages[seq - 1], new_id("message")
    at = to_unix(said.at)
    db.execute(
        "INSERT INTO messages (id, session, seq, role, status, created_at, tokens, parent_id, text) "
        "VALUES (?, ?, ?, ?, 'complete', ?, ?, ?, ?)",
        (message_id, session, seq, said.role, at, len(said.text) // 5, parent, said.text),
    )
    around = [one.text[:300] for one in (*messages[max(0, seq - 3) : seq - 1], *messages[seq : seq + 2])]
    put_item(
        db,
        kind="message",
        ref=message_id,
        session=session,
        seq=seq,
        at=at,
        body=f"{said.text}\n{said.at:%d %B %Y}",
        context=" ".join(around),
        asks=asks(said.text),
    )
    return message_id


def _put_memory(db: apsw.Connection, said: Said, session_id: str, message_id: str) -> None:
    memory_id, at = new_id("memory"), to_unix(said.at)
    db.execute(
        "INSERT INTO memories (id, kind, text, normal_text, status, confidence, origin, observed_at, updated_at, "
        "last_seen_at, attribute) VALUES (?, 'preference', ?, ?, 'active', 0.8, 'user', ?, ?, ?, 'likes')",
        (memory_id, said.fact, said.fact.lower().rstrip("."), at, at, at),
    )
    db.execute(
        "INSERT INTO sources (target, session_id, message_id, quote) VALUES (?, ?, ?, ?)",
        (memory_id, session_id, message_id, said.text[:80]),
    )
    put_fact(db, memory_id)


def _put_vectors(db: apsw.Connection, topics_of: dict[int, int], known: Real, chance: np.random.Generator) -> None:
    keys = list(topics_of)
    each = len(known.vectors) // TOPICS
    bases = np.array([topics_of[key] * each for key in keys]) + chance.integers(each, size=len(keys))
    size = known.vectors.shape[1]
    vectors = known.vectors[bases] + (_NOISE / size**0.5) * chance.standard_normal((len(keys), size)).astype("f4")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths = {key: _tokens(text) for key, text in _texts(db, keys[0], keys[-1])}
    tokens = {key: _noisy(known.tokens[base], lengths[key], chance) for key, base in zip(keys, bases, strict=True)}
    pairs = [(key, vector.astype("<f4").tobytes()) for key, vector in zip(keys, vectors, strict=True)]
    put_vectors(db, BuiltinEmbedder.id, size, pairs, tokens, {})


def _texts(db: apsw.Connection, first: int, last: int) -> Iterator[tuple[int, str]]:
    return db.execute(
        "SELECT i.key, coalesce(m.text, f.text, e.text) FROM items AS i LEFT JOIN messages AS m ON m.id = i.ref "
        "LEFT JOIN memories AS f ON f.id = i.ref "
        "LEFT JOIN session_summaries AS e ON i.kind = 'episode' AND e.session = i.session WHERE i.key BETWEEN ? AND ?",
        (first, last),
    )


def _tokens(text: str) -> int:
    return max(3, int(_TOKENS_A_WORD * (text.count(" ") + 1)))


def _noisy(signs: np.ndarray, count: int, chance: np.random.Generator) -> bytes:
    """So many rows of signs, some of them turned."""
    rows = signs[chance.integers(len(signs), size=min(count, 250))]
    turned = np.packbits(chance.random((len(rows), rows.shape[1] * 8), dtype="f4") < _FLIPPED, axis=1)
    return (rows ^ turned).tobytes()


def age_of(path: Path) -> str:
    """When the file was made."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))


__all__ = ["NOW", "SIZES", "Real", "age_of", "database", "real"]
