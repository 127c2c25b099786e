"""Erasing for good: what is known of a thing, what would go with it, and doing it."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from memchat.core.erasure import Place
from memchat.core.memories import MemoryStatus
from memchat.core.times import to_unix
from memchat.store import erasing
from memchat.store.database import Database
from memchat.store.doom import Doom
from memchat.store.embedders import all_embedders, drop_tables
from memchat.store.erased import times_erased
from memchat.store.scrubbing import backups, note_unscrubbed, unscrubbed
from memchat.store.sources import own_sources, profile_target
from memchat.store.sql import rows, run, value
from memchat.store.telling import wordings_of
from memchat.store.traces import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A memory, as far as erasing looks at it.

    Attributes:
        ended: Whether it ceased to hold; what was merged into another did not.
    """

    id: str
    text: str
    value: str | None
    status: MemoryStatus
    subject: str
    field: str | None
    superseded_by: str | None
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """All that some memories said, and the messages that they rest on."""

    texts: frozenset[str]
    quotes: frozenset[str]
    messages: frozenset[str]


class _Seen(Exception):
    """Carries what was looked at out of a transaction that must not last."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places


class Erasures:
    """The erasing of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def times(self) -> int:
        """How often something was erased; what is made of what is read now is stored only as of this."""
        return await self._database.read(times_erased)

    async def known(self) -> list[Known]:
        """Every memory, whatever its status."""
        return await self._database.read(_known)

    async def lineage(self) -> list[tuple[str, str]]:
        """Which memory was made of which: the whole and a part, in pairs."""
        return await self._database.read(
            lambda db: [(whole, part) for whole, part in rows(db, "SELECT memory, part FROM lineage")]
        )

    async def resting_on(self, session_id: str) -> list[str]:
        """Ids of the memories that rest on messages of this session and on nothing else."""
        return await self._database.read(_resting_on, session_id)

    async def past(self, ids: Sequence[str], fields: Sequence[str] = ()) -> Past:
        """What these memories said in all of their history, and where it comes from.

        What one of them rests on because it was made of a memory that is not among them is that one's.

        Args:
            ids: The memories.
            fields: Profile fields with a history of their own, from before their values were memories.
        """
        return await self._database.read(_past, [*ids, *map(profile_target, fields)])

    async def mentions(
        self, found: Callable[[str], Collection[str]], carried: Callable[[str], bool], besides: Collection[str]
    ) -> Counter[str]:
        """In how many of the user's messages each word is found that do not tell what is to be erased.

        Args:
            found: The words in a text.
            carried: Whether a text tells it.
            besides: Ids of messages that do not count.
        """
        return await self._database.read(_mentions, found, carried, frozenset(besides))

    async def preview(
        self, doom: Doom, cut: Cut, *, count: Callable[[str], int], spared: Collection[str] = (), window: int = 0
    ) -> list[Place]:
        """The places that `erase` would take it from; changes nothing."""

        def look(db: apsw.Connection) -> None:
            raise _Seen(
                erasing.carry_out_doom(db, doom, cut, self._now, count=count, spared=spared, window=window),
            )

        try:
            await self._database.write(look)
        except _Seen as seen:
            return [*seen.places, *self._backups()]
        raise AssertionError

    async def erase(
        self, doom: Doom, cut: Cut, *, count: Callable[[str], int], spared: Collection[str] = (), window: int = 0
    ) -> tuple[list[Place], bool]:
        """Takes it away for good.

        A program that is killed meanwhile has either done nothing yet, or the next that opens the database finishes it.

        Args:
            doom: What goes.
            cut: Cuts the words out of a text; called off the event loop.
            count: Length of a text in o200k_base tokens; called off the event loop.
            spared: Ids of places that stay as they are.
            window: The chat model's, in tokens, for making summaries again; 0 makes none.

        Returns:
            The places that it was in, and whether the files are rid of it too.
        """
        kept = self._backups()
        places = await self._database.write(
            erasing.carry_out_doom, doom, cut, self._now, count=count, spared=spared, window=window
        )
        return [*places, *kept], await self._database.maintain(erasing.scrub, self._database.path)

    async def wipe(self) -> bool:
        """Takes away all that the database holds; whether the files are rid of it too."""
        await self._database.write(_wipe, self._now)
        return await self._database.maintain(erasing.scrub, self._database.path)

    async def in_use(self) -> bool:
        """Whether a live program has a session of this database open."""
        return bool(await self._database.read(value, "SELECT count(*) FROM claims WHERE until > ?", self._now))

    async def finish(self) -> bool:
        """Does what an erasing left undone in the files; whether nothing is left of it."""
        if not await self._database.read(unscrubbed):
            return True
        return await self._database.maintain(erasing.scrub, self._database.path)

    async def rested(self, before: datetime) -> int:
        """Erases the sessions in which nothing was said since `before`, and that nobody has open; how many."""
        count = await self._database.write(erasing.erase_rested, to_unix(before), self._now)
        if count:
            await self._database.maintain(erasing.scrub, self._database.path)
        return count

    def _backups(self) -> list[Place]:
        path = self._database.path
        return [
            Place(id=f"backup:{file.name}", kind="backup", fate="removed", text=file.name, ref=str(file))
            for file in (backups(path) if path else ())
        ]


def _known(db: apsw.Connection) -> list[Known]:
    return [
        Known(
            id=each[0],
            text=each[1],
            value=each[2],
            status=each[3],
            subject=each[4],
            field=each[5],
            superseded_by=each[6],
            ended=each[7] is not None,
        )
        for each in rows(
            db, "SELECT id, text, value, status, subject, field, superseded_by, valid_to FROM memories ORDER BY number"
        )
    ]


def _resting_on(db: apsw.Connection, session_id: str) -> list[str]:
    found = rows(
        db,
        "SELECT m.id FROM memories AS m WHERE EXISTS (SELECT 1 FROM sources WHERE target = m.id AND session_id = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM sources WHERE target = m.id AND session_id IS NOT ?1) ORDER BY m.number",
        session_id,
    )
    return [memory_id for (memory_id,) in found]


def _past(db: apsw.Connection, targets: Sequence[str]) -> Past:
    texts: set[str] = set()
    quotes: set[str] = set()
    messages: set[str] = set()
    for target in targets:
        texts.update(wordings_of(db, target))
        for text, short in rows(db, "SELECT text, value FROM memories WHERE id = ?", target):
            texts.update(filter(None, (text, short)))
        for _, _, message, quote in own_sources(db, target, targets):
            quotes.add(quote)
            messages.add(message)
    return Past(
        texts=frozenset(texts), quotes=frozenset(filter(None, quotes)), messages=frozenset(filter(None, messages))
    )


def _mentions(
    db: apsw.Connection,
    found: Callable[[str], Collection[str]],
    carried: Callable[[str], bool],
    besides: frozenset[str],
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for message_id, text in rows(db, "SELECT id, text FROM messages WHERE role = 'user'"):
        words = found(text)
        if words and message_id not in besides and not carried(text):
            counts.update(words)
    return counts


_KEPT_TABLES = ("migrations", "models", "learning_usage")


def _wipe(db: apsw.Connection, now: float) -> None:
    """Empties every table that holds what was said or learned."""
    run(db, "INSERT INTO item_words (item_words) VALUES ('delete-all')")
    for embedder in all_embedders(db):
        drop_tables(db, embedder)
    names = rows(
        db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
        "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'item\\_words\\_%' ESCAPE '\\'",
    )
    for (name,) in list(names):
        if name not in _KEPT_TABLES:
            run(db, f"DELETE FROM {name}")
    note_unscrubbed(db, now)
