"""One consolidation from its beginning to its end, in steps that survive a kill and are taken back as one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from memchat.core.events import Consolidated
from memchat.core.memories import Memory
from memchat.core.messages import Usage
from memchat.memory.consolidation.conflicting import contradict, may_contradict
from memchat.memory.consolidation.distilling import distilled, recurring
from memchat.memory.consolidation.merging import cluster_of, merged
from memchat.memory.consolidation.progress import Progress
from memchat.memory.consolidation.tools import Bench
from memchat.memory.rules import Statement, kept_out_by
from memchat.store.decisions import Hold, KeepOut

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

ACTOR = "consolidation"
"""Who stands in the history for it."""

_MOST_EPISODES = 40
_MOST_PAIRS = 3


async def consolidate(
    store: "Store",
    model: "ChatModel | None",
    embedder: "Embedder | None",
    *,
    charge: Callable[[Usage | None], Awaitable[None]],
) -> Consolidated:
    """Merges near-duplicates, lists contradictions, and proposes what recurs over conversations.

    It begins with what changed since the last consolidation, or goes on with one that was not ended. Each step is one
    transaction, after which its place is noted; a step that is made again finds nothing left to do. The run's id is
    the batch of all its changes.

    Args:
        store: What is remembered.
        model: Decides and phrases; without one, near-duplicates are merged by rule and the rest is left.
        embedder: For likeness; without one, little is found.
        charge: Told what each call cost.

    Raises:
        ModelError: The model failed; the next call goes on from there.
    """
    last = await store.consolidations.last_ended()
    run = await store.consolidations.begin()
    since = last.begun_at if last else datetime.fromtimestamp(0, UTC)
    bench = Bench(store=store, model=model, embedder=embedder, charge=charge)
    work = _Work(bench, run.id, Progress.read(run.progress), since)
    while work.progress.phase != "done":
        match work.progress.phase:
            case "merge":
                await work.merge()
            case "conflicts":
                await work.find_conflicts()
            case "distil":
                await work.distil()
        await work.note(work.progress.next_phase())
    await store.consolidations.end(run.id)
    return await work.told()


class _Work:
    """A run under way."""

    def __init__(self, bench: Bench, run_id: str, progress: Progress, since: datetime) -> None:
        self.progress = progress
        self._bench = bench
        self._store = bench.store
        self._run = run_id
        self._since = since

    async def note(self, progress: Progress) -> None:
        self.progress = progress
        await self._store.consolidations.progress(self._run, progress.written())

    async def merge(self) -> None:
        for memory in await self._changed():
            parts = await cluster_of(memory, self._bench) if await self._stands(memory) else ()
            decision = await merged(parts, self._bench) if len(parts) > 1 else None
            after = self.progress.beyond(memory.id)
            if decision is not None:
                applied = await self._store.memories.apply([decision], actor=ACTOR, batch=self._run)
                new = tuple(added.id for added in (*applied.added, *applied.changed, *applied.known))
                after = replace(after, merged=(*after.merged, *new))
            await self.note(after)

    async def find_conflicts(self) -> None:
        for memory in await self._changed():
            after = self.progress.beyond(memory.id)
            if await self._stands(memory):
                after = replace(after, conflicts=(*after.conflicts, *await self._conflicts_of(memory)))
            await self.note(after)

    async def distil(self) -> None:
        summaries = await self._store.summaries.made_since(self._since, limit=_MOST_EPISODES)
        seen: set[str] = set()
        for summary in sorted(summaries, key=lambda each: each.session_id):
            if summary.session_id <= self.progress.after or summary.session_id in seen:
                continue
            after = self.progress.beyond(summary.session_id)
            episodes = await recurring(summary, self._bench)
            seen.update(episode.session_id for episode in episodes)
            decision = await self._allowed(await distilled(episodes, self._bench) if episodes else None)
            if decision is not None:
                applied = await self._store.memories.apply([decision], actor=ACTOR, batch=self._run)
                after = replace(after, distilled=(*after.distilled, *(memory.id for memory in applied.pending)))
            await self.note(after)

    async def _allowed(self, found: Hold | None) -> Hold | KeepOut | None:
        """What was distilled, unless a rule of the user's keeps it out."""
        if found is None:
            return None
        rules = await self._store.rules.all()
        await self._bench.embed([found.new.text, *(rule.text for rule in rules if rule.text)])
        rule = await kept_out_by(rules, Statement(text=found.new.text, kind=found.new.kind), self._bench.alike)
        return found if rule is None else KeepOut(rule.id)

    async def told(self) -> Consolidated:
        """What the whole run did, the part before a kill too."""
        known = {conflict.id: conflict for conflict in await self._store.conflicts.open()}
        return Consolidated(
            run_id=self._run,
            merged=await self._memories(self.progress.merged),
            distilled=await self._memories(self.progress.distilled),
            conflicts=tuple(known[each] for each in self.progress.conflicts if each in known),
        )

    async def _conflicts_of(self, memory: Memory) -> list[str]:
        bench = self._bench
        others = [
            other
            for other in await bench.near(memory)
            if not self._seen(memory, other) and may_contradict(memory, other, bench.likeness(memory.text, other.text))
        ]
        found: list[str] = []
        for other in others[:_MOST_PAIRS]:
            why = await contradict(memory, other, bench)
            conflict = await self._store.conflicts.add(memory.id, other.id, why) if why else None
            if conflict is not None:
                found.append(conflict.id)
        return found

    def _seen(self, memory: Memory, other: Memory) -> bool:
        """Whether the pair came up already, when `other` was looked at."""
        return other.id < memory.id and other.updated_at >= self._since

    async def _changed(self) -> list[Memory]:
        """The active memories that changed since the last run and are still to be looked at, by their ids."""
        active = await self._store.memories.list(status="active")
        changed = [memory for memory in active if memory.updated_at >= self._since and memory.id > self.progress.after]
        return sorted(changed, key=lambda memory: memory.id)

    async def _stands(self, memory: Memory) -> bool:
        return any(found.status == "active" for found in await self._store.memories.by_ids([memory.id]))

    async def _memories(self, ids: Sequence[str]) -> tuple[Memory, ...]:
        return tuple(await self._store.memories.by_ids(ids))
