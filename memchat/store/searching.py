"""Searching by words, in bounded time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from memchat.core.context import ItemKind
from memchat.core.searching import SearchOrder, Speaker
from memchat.store.sql import marks, rows, value
from memchat.store.stems import FOREIGN
from memchat.store.values import BufferSpan, Hit
from memchat.store.words import in_language, phrase, phrases

_BODY_WEIGHT, _CONTEXT_WEIGHT = 1.0, 0.3

_YOUNG = 100
"""A young index is weighed as if it held this many items: in two of them every word is common."""

_CHUNK = 500

RANKED_AT_MOST = 6_000
"""How many entries of the word index one search ranks, which takes about 0.5 µs each."""

_HELD_AT_MOST = 20_000
"""How many of the newest items with certain words a search for these words looks at."""

_SAID_BY = """ AND CASE i.kind WHEN 'message' THEN (SELECT role FROM messages WHERE id = i.ref) = ?
    WHEN 'episode' THEN 0 ELSE (SELECT origin FROM memories WHERE id = i.ref) = ? END"""
_HOLDS = """ AND i.key IN
    (SELECT rowid FROM item_words WHERE item_words MATCH ? ORDER BY rowid DESC LIMIT ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items are wanted; moments in seconds since 1970, none for no bound.

    Attributes:
        past: Also what was superseded, and what had ceased to hold at `now`.
        speaker: Only what they said, and what was learned from their words.
        exact: Only what holds all of these, as FTS5 strings.
    """

    outside: BufferSpan | None = None
    kinds: frozenset[ItemKind] | None = None
    since: float | None = None
    until: float | None = None
    session: str | None = None
    past: bool = False
    now: float = 0.0
    speaker: Speaker | None = None
    exact: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether it leaves so little that all of it can be ranked."""
        return self.session is not None or bool(self.exact) or (self.kinds is not None and "message" not in self.kinds)


def by_words(
    db: apsw.Connection,
    terms: Sequence[str],
    limit: int,
    wanted: Filter,
    *,
    prefix: bool,
    unfinished: str = "",
    around: bool = True,
    counted: dict[str, int] | None = None,
) -> list[Hit]:
    """Items that hold any of the terms, or what must be there, best first.

    Args:
        db: A connection.
        terms: Plain words.
        limit: How many at most.
        wanted: Which items.
        prefix: Whether every term also stands for words that begin with it.
        unfinished: A word that may go on.
        around: Whether the words around a thing count too.
        counted: How many items hold a term, as far as that is known of this state of the database; added to.
    """
    counted = {} if counted is None else counted
    languages = _languages(db, counted)
    quoted = [*phrases(terms, prefix=prefix, languages=languages), *wanted.exact]
    quoted += [text for text in [phrase(unfinished, prefix=True, languages=languages)] if text]
    if not quoted or limit <= 0:
        return []
    floor = 0
    if not wanted.narrow:
        quoted, floor = _bounded(db, quoted, counted)
        if not quoted:
            return []
    query = " OR ".join(quoted)
    condition, values = where(db, wanted)
    weights = f"{_BODY_WEIGHT}, {_CONTEXT_WEIGHT if around else 0.0}"
    found = rows(
        db,
        f"SELECT i.key, i.kind, i.ref, -bm25(item_words, {weights}) AS score "
        "FROM item_words JOIN items AS i ON i.key = item_words.rowid "
        f"WHERE item_words MATCH ? AND item_words.rowid >= ?{condition} ORDER BY score DESC, i.key DESC LIMIT ?",
        query,
        floor,
        *values,
        limit,
    )
    return [Hit(*each) for each in found if each[3] > 0]


def rarity(db: apsw.Connection, terms: Sequence[str], stored: int, counted: dict[str, int]) -> dict[str, float]:
    """How much each term weighs, as bm25 has it: the more, the fewer items hold it; most where none does.

    One that more than `RANKED_AT_MOST` items hold is weighed as if those were all. The formula is Lucene's for BM25.

    Args:
        db: A connection.
        terms: Plain words.
        stored: How many items there are.
        counted: As in `by_words`.
    """
    items = max(stored, _YOUNG)
    weights: dict[str, float] = {}
    languages = _languages(db, counted)
    for term in terms:
        if quoted := phrase(term, languages=languages):
            held = _held(db, quoted, counted)
            weights[term] = math.log(1 + (max(items - held, 0) + 0.5) / (held + 0.5))
    return weights


def held(db: apsw.Connection, terms: Sequence[str], counted: dict[str, int]) -> frozenset[str]:
    """Those of the terms that some item holds.

    Args:
        db: A connection.
        terms: Plain words.
        counted: As in `by_words`.
    """
    languages = _languages(db, counted)
    quoted = {term: phrase(term, languages=languages) for term in terms}
    return frozenset(term for term, text in quoted.items() if text and _held(db, text, counted))


def answers(db: apsw.Connection, keys: Sequence[int], wanted: Filter) -> dict[int, int]:
    """Which messages follow one of these that asks something, each with that one."""
    condition, values = where(db, wanted)
    found: dict[int, int] = {}
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        found.update(
            rows(
                db,
                "SELECT i.key, q.key FROM items AS q JOIN items AS i ON i.key = (SELECT n.key FROM items AS n "
                "WHERE n.session = q.session AND n.seq > q.seq AND n.kind = 'message' ORDER BY n.seq LIMIT 1) "
                f"WHERE q.key IN ({marks(len(part))}) AND q.asks{condition}",
                *part,
                *values,
            )
        )
    return found


def within(db: apsw.Connection, limit: int, wanted: Filter) -> list[int]:
    """Keys of what the filter leaves, episodes first, the newest of each first."""
    condition, values = where(db, wanted)
    query = f"SELECT i.key FROM items AS i WHERE 1{condition} ORDER BY i.kind = 'episode' DESC, i.at DESC, i.key DESC"
    return [key for (key,) in rows(db, f"{query} LIMIT ?", *values, limit)]


def where(db: apsw.Connection, wanted: Filter) -> tuple[str, list[str | int | float]]:
    """The filter as conditions on `items AS i`, each beginning with AND, and their values."""
    condition = ""
    values: list[str | int | float] = []
    if wanted.outside is not None:
        condition += " AND NOT (i.session IS ? AND i.seq IS NOT NULL AND i.seq >= ?)"
        values += [session_number(db, wanted.outside.session_id), wanted.outside.from_seq]
    if wanted.kinds is not None:
        # Most items are messages: going through all of them is quicker than looking up each by the index of kinds.
        kind = "+i.kind" if "message" in wanted.kinds else "i.kind"
        condition += f" AND {kind} IN ({marks(len(wanted.kinds))})"
        values += sorted(wanted.kinds)
    if wanted.since is not None:
        condition += " AND i.at >= ?"
        values.append(wanted.since)
    if wanted.until is not None:
        condition += " AND i.at < ?"
        values.append(wanted.until)
    if wanted.session is not None:
        condition += " AND i.session = ?"
        values.append(session_number(db, wanted.session))
    if wanted.speaker is not None:
        condition += _SAID_BY
        values += [wanted.speaker] * 2
    for text in wanted.exact:
        condition += _HOLDS
        values += [text, _HELD_AT_MOST]
    if not wanted.past:
        condition += " AND (i.past_at IS NULL OR i.past_at > ?)"
        values.append(wanted.now)
    return condition, values


def session_number(db: apsw.Connection, session_id: str) -> int:
    """A session's number; one that no session has when there is none."""
    return int(value(db, "SELECT number FROM sessions WHERE id = ?", session_id) or -1)


def _bounded(db: apsw.Connection, quoted: Sequence[str], known: dict[str, int]) -> tuple[list[str], int]:
    """The rarest terms that can be ranked in time, and the key to begin at when even one is too common.

    A word that a large part of all items hold says little about any of them, and bm25 gives it almost nothing.
    """
    counted = sorted((_held(db, term, known), place) for place, term in enumerate(quoted))
    chosen: list[str] = []
    total = 0
    for count, place in counted:
        if not count:
            continue
        if chosen and total + count > RANKED_AT_MOST:
            break
        chosen.append(quoted[place])
        total += count
    if total <= RANKED_AT_MOST:
        return chosen, 0
    newest = value(
        db,
        "SELECT rowid FROM item_words WHERE item_words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
        chosen[0],
        RANKED_AT_MOST,
    )
    return chosen, int(newest or 0)


def _languages(db: apsw.Connection, known: dict[str, int]) -> list[str]:
    """The languages that some item's words are marked as."""
    for code in FOREIGN:
        sign = in_language(code)
        if sign not in known:
            query = "SELECT 1 FROM item_words WHERE item_words MATCH ? LIMIT 1"
            known[sign] = int(value(db, query, f'"{sign}"') or 0)
    return [code for code in FOREIGN if known[in_language(code)]]


def _held(db: apsw.Connection, quoted: str, known: dict[str, int]) -> int:
    """How many items hold a term, counted no further than can be ranked, and once for all that is looked up."""
    if quoted in known:
        return known[quoted]
    query = "SELECT count(*) FROM (SELECT 1 FROM item_words WHERE item_words MATCH ? LIMIT ?)"
    known[quoted] = int(value(db, query, quoted, RANKED_AT_MOST + 1))
    return known[quoted]


def kept(db: apsw.Connection, keys: Sequence[int], wanted: Filter) -> set[int]:
    """Those of the items that the filter leaves."""
    condition, values = where(db, wanted)
    found: set[int] = set()
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        query = f"SELECT i.key FROM items AS i WHERE i.key IN ({marks(len(part))}){condition}"
        found.update(key for (key,) in rows(db, query, *part, *values))
    return found


def listed(
    db: apsw.Connection, order: SearchOrder, limit: int, offset: int, wanted: Filter
) -> tuple[list[int], dict[ItemKind, int]]:
    """Keys of some of what the filter leaves, by age, and how many there are of each kind."""
    condition, values = where(db, wanted)
    counts: dict[ItemKind, int] = dict(
        rows(db, f"SELECT i.kind, count(*) FROM items AS i WHERE 1{condition} GROUP BY +i.kind", *values)
    )
    up = "" if order == "oldest" else " DESC"
    query = f"SELECT i.key FROM items AS i WHERE 1{condition} ORDER BY i.at{up}, i.key{up} LIMIT ? OFFSET ?"
    return [key for (key,) in rows(db, query, *values, limit, offset)], counts
