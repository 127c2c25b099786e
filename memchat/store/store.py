"""The store as the rest of the program sees it."""

from pathlib import Path

from memchat.core.overview import Overview
from memchat.core.times import Clock, now, to_unix
from memchat.store.browsing import Browsing
from memchat.store.by_hand import ByHand
from memchat.store.conflicts import Conflicts
from memchat.store.consolidations import Consolidations
from memchat.store.database import Database
from memchat.store.erasures import Erasures
from memchat.store.index import Index
from memchat.store.jobs import Jobs
from memchat.store.making import Making
from memchat.store.memories import Memories
from memchat.store.messages import Messages
from memchat.store.models import Models
from memchat.store.mutes import Mutes
from memchat.store.overview import overview
from memchat.store.prefixes import Prefixes
from memchat.store.profile import Profile
from memchat.store.recalls import Recalls
from memchat.store.requests import Requests
from memchat.store.rules import Rules
from memchat.store.sessions import Sessions
from memchat.store.summaries import Summaries
from memchat.store.transferring import Transferring
from memchat.store.usage import LearningUsage
from memchat.store.watching import Watching
from memchat.store.writing import cut_off, index_messages


class Store:
    """One database with all that memchat keeps; open it with `open`.

    Every method leaves the event loop free, and each that writes is one transaction. Any number of programs can use
    one file at the same time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.sessions = Sessions(database)
        self.messages = Messages(database)
        self.summaries = Summaries(database)
        self.profile = Profile(database)
        self.memories = Memories(database)
        self.transferring = Transferring(database)
        self.index = Index(database)
        self.making = Making(database)
        self.jobs = Jobs(database)
        self.recalls = Recalls(database)
        self.requests = Requests(database)
        self.models = Models(database)
        self.erasures = Erasures(database)
        self.prefixes = Prefixes(database)
        self.usage = LearningUsage(database)
        self.conflicts = Conflicts(database)
        self.browsing = Browsing(database)
        self.by_hand = ByHand(database)
        self.rules = Rules(database)
        self.mutes = Mutes(database)
        self.consolidations = Consolidations(database)
        self.watching = Watching(database)

    @classmethod
    async def open(cls, path: Path | None, *, clock: Clock = now) -> "Store":
        """Opens a database, makes it when it is not there, and brings it up to date.

        Args:
            path: Its file; none keeps everything in memory and leaves nothing behind.
            clock: Tells the present moment.

        Raises:
            StoreError: It cannot be opened or written, is no memchat database, or is newer than this memchat.
        """
        database = await Database.open(path, clock=clock)
        store = cls(database)
        try:
            await store.erasures.finish()
            await store.sessions.sweep()
            lost = await database.read(cut_off, to_unix(clock()))
            if lost:
                await database.write(index_messages, lost)
        except BaseException:
            await database.close()
            raise
        return store

    @property
    def path(self) -> Path | None:
        """The database's file; none when it is in memory."""
        return self._database.path

    async def close(self) -> None:
        """Closes the database once what it was given is done."""
        await self._database.close()

    async def overview(self, *, each: int, subjects: int, episodes: int) -> Overview:
        """What is remembered, at a glance.

        Args:
            each: How many memories of a kind about a subject are read at most.
            subjects: About how many others than the user memories are read at most.
            episodes: How many session summaries are read at most.
        """
        return await self._database.read(overview, to_unix(self._database.clock()), each, subjects, episodes)

    async def check(self) -> str:
        """`ok`, or what SQLite's integrity check found, a finding a line."""
        return await self._database.check()

    async def backup(self, target: Path) -> None:
        """Writes a whole, compact copy to `target`, readable by its owner only; what was there is replaced.

        Raises:
            StoreError: The copy cannot be written.
        """
        await self._database.backup(target)

    async def size(self) -> int:
        """What the database takes, in bytes."""
        return await self._database.size()
