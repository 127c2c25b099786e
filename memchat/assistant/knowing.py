"""What is known about the user, as a session's requests show it: frozen, with what changed since as news."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from memchat.core.memories import Memory
from memchat.core.messages import RollingSummary, Session, SessionSummary
from memchat.core.settings import MemorySettings
from memchat.core.times import Clock
from memchat.memory.layout import Entry
from memchat.memory.prefix import Frozen, Known, from_json, news, to_json
from memchat.memory.procedural import standing
from memchat.memory.quoting import one_line
from memchat.memory.zones import MACHINE, zone_of
from memchat.store import Store

_MOST_PINNED = 20
_MOST_LEFT = 20
"""How many standing instructions beyond the limit are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stable:
    """What a request shows of what is known.

    Attributes:
        frozen: What stands before the conversation.
        news: What became known since it was frozen.
        left: Standing instructions beyond the limit.
        zone: Where the user's days begin and end.
    """

    frozen: Frozen = field(default_factory=Frozen)
    news: tuple[Entry, ...] = ()
    left: tuple[Entry, ...] = ()
    zone: tzinfo = MACHINE

    @property
    def refs(self) -> frozenset[str]:
        """The memories and sessions that it shows, which need not be recalled."""
        return self.frozen.refs | {entry.ref for entry in self.news if entry.ref}

    def without(self, refs: Collection[str]) -> "Stable":
        """It without some memories or session summaries."""
        if not refs:
            return self
        instructions, profile, sessions, fresh = (
            tuple(entry for entry in entries if entry.ref not in refs)
            for entries in (self.frozen.instructions, self.frozen.profile, self.frozen.sessions, self.news)
        )
        kept = Frozen(instructions=instructions, profile=profile, sessions=sessions)
        return replace(self, frozen=kept, news=fresh)


class Knowing:
    """Reads profile, pinned facts, standing instructions and session summaries.

    Args:
        store: Where the sessions live, and the frozen parts of their requests.
        knowledge: Where what is remembered lives.
    """

    def __init__(self, store: Store, knowledge: Store, settings: MemorySettings, clock: Clock) -> None:
        self._store = store
        self._knowledge = knowledge
        self._settings = settings
        self._clock = clock

    async def of(self, session: Session | None, summary: RollingSummary | None, *, freeze: bool) -> Stable:
        """What the session's next request shows; none is a session that is yet to begin.

        An incognito session has nothing frozen: what the user takes back must not stay in it.

        Args:
            session: Whose request it is.
            summary: Its rolling summary; with another one the stable part is made anew.
            freeze: Whether what is made anew is kept for the requests to come.
        """
        if session is None or self._store is not self._knowledge:
            return await self._now(session)
        summary_id = summary.id if summary else None
        kept = await self._store.prefixes.get(session.id)
        frozen = from_json(kept.content, self._settings) if kept and kept.summary_id == summary_id else None
        if frozen is not None:
            now = await self._now(session)
            return replace(now, frozen=frozen, news=news(frozen, now.frozen))
        if not freeze:
            return await self._now(session)
        # What the user erases while this is read must not be kept.
        ticket = await self._store.prefixes.begin(session.id)
        now = await self._now(session)
        await self._store.prefixes.put(session.id, summary_id, to_json(now.frozen, self._settings), ticket=ticket)
        return now

    async def _now(self, session: Session | None) -> Stable:
        """What is known at this moment."""
        present = self._clock()
        chosen, left = await self._instructions()
        profile = await self._knowledge.profile.list()
        zone = zone_of(profile)
        known = Known(
            instructions=chosen,
            profile=profile,
            pinned=await self._pinned(),
            summaries=await self._summaries(session),
        )
        beyond = tuple(Entry(one_line(memory.text), memory.id) for memory in left)
        return Stable(frozen=known.frozen(present, zone), left=beyond, zone=zone)

    async def _instructions(self) -> tuple[list[Memory], list[Memory]]:
        limit = self._settings.instructions
        listed = await self._knowledge.memories.list(kind="instruction", status="active", limit=limit + _MOST_LEFT)
        return standing(listed, self._clock(), limit)

    async def _pinned(self) -> list[Memory]:
        listed = await self._knowledge.memories.list(status="active", limit=_MOST_PINNED)
        return [memory for memory in listed if memory.pinned]

    async def _summaries(self, session: Session | None) -> list[SessionSummary]:
        limit = self._settings.session_summaries
        if not limit:
            return []
        present = self._clock()
        unborn = Session(id="", title="", created_at=present, updated_at=present)
        return await self._knowledge.summaries.recent(before=session or unborn, limit=limit)
