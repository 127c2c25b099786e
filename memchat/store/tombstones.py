"""Keyed hashes of what was erased, so that learning does not bring it back from old messages.

Nobody can read from a hash what was erased: the key is random, and stands in this database only to compare.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

import apsw

from memchat.store.sql import run, value
from memchat.store.words import folded


def entomb(db: apsw.Connection, *, messages: Iterable[str], texts: Iterable[str], now: float) -> None:
    """Notes that nothing is to be learned from these messages again, nor these texts from any that is there by now.

    Args:
        db: A connection in a transaction.
        messages: Their ids.
        texts: What was erased, in all its wordings.
        now: In seconds since 1970.
    """
    key = _key(db) or _make_key(db)
    hashes = [_hash(key, "message", each) for each in messages] + [_hash(key, "text", _normal(each)) for each in texts]
    for each in hashes:
        run(db, "INSERT INTO tombstones (hash, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at", each, now)


def entombed(db: apsw.Connection, message_id: str | None, text: str) -> bool:
    """Whether learning `text` from that message would bring back what was erased.

    What the user says anew, after the erasing, can be learned.
    """
    key = _key(db)
    if key is None:
        return False
    if message_id is not None and _at(db, _hash(key, "message", message_id)) is not None:
        return True
    erased_at = _at(db, _hash(key, "text", _normal(text)))
    if erased_at is None:
        return False
    said_at = value(db, "SELECT created_at FROM messages WHERE id = ?", message_id)
    return said_at is None or float(said_at) <= erased_at


def _at(db: apsw.Connection, hash: bytes) -> float | None:
    found = value(db, "SELECT at FROM tombstones WHERE hash = ?", hash)
    return None if found is None else float(found)


def _key(db: apsw.Connection) -> bytes | None:
    found = value(db, "SELECT key FROM tombstone_key WHERE one = 1")
    return None if found is None else bytes(found)


def _make_key(db: apsw.Connection) -> bytes:
    key = secrets.token_bytes(32)
    run(db, "INSERT INTO tombstone_key (one, key) VALUES (1, ?)", key)
    return key


def _hash(key: bytes, kind: str, text: str) -> bytes:
    return hmac.new(key, f"{kind}\0{text}".encode(), hashlib.sha256).digest()


def _normal(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in folded(text)).split())
