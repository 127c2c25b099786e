"""Erasing for good, with a preview: a memory, a profile field, a session, a space."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import assert_never

from memchat.assistant.homes import Homes
from memchat.assistant.texts import Texts
from memchat.core.erasure import Erased, Erasure, ErasureKind, Place
from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent, Learned
from memchat.core.settings import Settings
from memchat.core.times import Clock
from memchat.memory import logs
from memchat.memory.erasing import Plan, Together, plan_field, plan_memories, plan_session
from memchat.paths import PERSONAL, Paths
from memchat.store import Store

_LATER = (
    "Another program still reads the database. What was erased is out of use, and its last traces leave the file "
    "when that program ends, or at the next start."
)


class Eraser:
    """Tells what would go, and takes it away.

    Args:
        homes: Where the sessions live.
        paths: Where the files are.
        texts: Counts words, and knows how rare they are.
        busy: Whether a reply is under way; it could write again what is erased.
        window: The chat model's window, in tokens, for folding anew.
        publish: Told what changed.
    """

    def __init__(
        self,
        homes: Homes,
        settings: Settings,
        paths: Paths,
        texts: Texts,
        *,
        busy: Callable[[], bool],
        window: Callable[[], int],
        publish: Callable[[BackgroundEvent], None],
        clock: Clock,
    ) -> None:
        self._homes = homes
        self._store = homes.main.store
        self._settings = settings
        self._paths = paths
        self._texts = texts
        self._busy = busy
        self._window = window
        self._publish = publish
        self._clock = clock

    async def preview(
        self, kind: ErasureKind, target: str | Sequence[str], *, keep: bool = False, spared: Collection[str] = ()
    ) -> Erasure:
        """What `erase` with the same arguments would take away; changes nothing.

        Raises:
            NotFound: There is no such thing.
        """
        targets = _each(target)
        if kind == "space":
            return await self._preview_space(targets[0])
        plan = await self._plan(kind, targets, keep=keep, spared=spared)
        places = await self._store.erasures.preview(
            plan.doom, plan.cut, count=self._texts.count, spared=spared, window=self._summaries_window()
        )
        return plan.told([*places, *await self._logged(plan, spared)])

    async def erase(
        self, kind: ErasureKind, target: str | Sequence[str], *, keep: bool = False, spared: Collection[str] = ()
    ) -> Erased:
        """Takes something away for good; that cannot be undone.

        Args:
            kind: What it is.
            target: The memory's or session's id, or the beginning of it; the profile field's or the space's name;
                of memories several, which go as one.
            keep: Of a memory or a field: leave the conversations as they are. Of a session: leave the memories that
                rest on it.
            spared: Ids of places in the preview that stay as they are.

        Raises:
            NotFound: There is no such thing.
            MemchatError: A reply is under way, or another program has the space open.
        """
        if self._busy():
            raise MemchatError("A reply is still coming.", "Stop it with esc or wait, then erase.")
        targets = _each(target)
        if kind == "space":
            return await self._erase_space(targets[0])
        with self._homes.quiet():
            plan = await self._plan(kind, targets, keep=keep, spared=spared)
            logged = await self._logged(plan, spared)
            # Before the database: whoever is killed in between still has the words by which to do it again.
            await self._clean_logs(plan, spared)
            places, complete = await self._store.erasures.erase(
                plan.doom, plan.cut, count=self._texts.count, spared=spared, window=self._summaries_window()
            )
            await self._clean_logs(plan, spared)
        self._publish(Learned())
        self._homes.main.learning.wake()
        return Erased(erasure=plan.told([*places, *logged]), complete=complete, note="" if complete else _LATER)

    async def finish(self) -> bool:
        """Drives out of the files what an earlier erasing left there; whether nothing is left."""
        return await self._store.erasures.finish()

    async def _plan(
        self, kind: ErasureKind, targets: Sequence[str], *, keep: bool, spared: Collection[str]
    ) -> Plan | Together:
        await self._texts.load()
        match kind:
            case "memory":
                return await plan_memories(self._store, targets, self._texts.rank, keep_messages=keep, spared=spared)
            case "profile":
                return await plan_field(self._store, targets[0], self._texts.rank, keep_messages=keep, spared=spared)
            case "session":
                return await plan_session(self._store, targets[0], keep_memories=keep, spared=spared)
            case "space":
                raise ValueError(kind)
            case _:
                assert_never(kind)

    async def _logged(self, plan: Plan | Together, spared: Collection[str]) -> list[Place]:
        return await asyncio.to_thread(logs.places, self._paths.log_file, lambda line: plan.cut(line, ""), spared)

    async def _clean_logs(self, plan: Plan | Together, spared: Collection[str]) -> None:
        await asyncio.to_thread(logs.clean, self._paths.log_file, lambda line: plan.cut(line, ""), spared)

    def _summaries_window(self) -> int:
        return self._window() if self._settings.memory.enabled else 0

    # spaces

    async def _preview_space(self, name: str) -> Erasure:
        file = self._file_of(name)
        store, opened = await self._open(name, file)
        try:
            sessions = await store.sessions.list()
            memories = await store.memories.list(fields=True)
        finally:
            if opened:
                await store.close()
        places = [
            Place(
                id=f"sessions:{each.id}",
                kind="session",
                fate="removed",
                text=each.title,
                where=f"{each.message_count} messages",
                ref=each.id,
            )
            for each in sessions
        ]
        places += [
            Place(
                id=f"memories:{each.id}", kind="memory", fate="removed", text=each.text, where=each.status, ref=each.id
            )
            for each in memories
        ]
        places += [
            Place(id=f"log:{each.name}", kind="log", fate="removed", text=each.name, ref=str(each))
            for each in logs.logs(self._paths.log_file)
        ]
        return Erasure(kind="space", target=name, title=name, words=(), places=tuple(places))

    async def _erase_space(self, name: str) -> Erased:
        erasure = await self._preview_space(name)
        file = self._file_of(name)
        store, opened = await self._open(name, file)
        try:
            if opened and await store.erasures.in_use():
                raise MemchatError(f"Another memchat has the space {name!r} open.", "Close it first.")
            with self._homes.quiet():
                complete = await store.erasures.wipe()
                await asyncio.to_thread(logs.empty, self._paths.log_file)
        finally:
            if opened:
                await store.close()
        if opened and name != PERSONAL:
            for each in (file, *file.parent.glob(f"{file.name}-*"), *file.parent.glob(f"{file.name}.*")):
                each.unlink(missing_ok=True)
        if not opened:
            self._publish(Learned())
        return Erased(erasure=erasure, complete=complete, note="" if complete else _LATER)

    def _file_of(self, name: str) -> Path:
        file = self._paths.database_of(name)
        if not file.exists():
            raise MemchatError(
                f"There is no space called {name!r}.",
                "`memchat spaces` lists those that there are.",
                on_screen="/space lists those that there are.",
            )
        return file

    async def _open(self, name: str, file: Path) -> tuple[Store, bool]:
        """The space's store, and whether it was opened for this."""
        if name == self._settings.memory.space:
            return self._store, False
        return await Store.open(file, clock=self._clock), True


def _each(target: str | Sequence[str]) -> Sequence[str]:
    """One thing or several, as several."""
    return [target] if isinstance(target, str) else target
