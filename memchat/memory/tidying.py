"""Keeping the memory small: what is stale, past its time or beyond the cap goes out of use; nothing is lost by it.

What is archived is out of recall and still there, to be restored. Nothing is done against what the user just did: what
they imported, changed or brought back counts as said at that moment, and the cap lets it be for `SPARED_DAYS`. Only
sessions that the user wants to be kept for so long and no longer are erased, and that is off unless it is set.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory
from memchat.core.settings import LearningSettings
from memchat.memory.decay import value

if TYPE_CHECKING:
    from memchat.store import Store

ACTOR = "memchat"
"""Who archives, in the history."""

SPARED_DAYS = 30
"""For so many days the cap lets be what the user imported, changed or brought back."""

_SURE = 0.9
"""What is as sure as this is not stale, however long it was not used."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What was let go of.

    Attributes:
        archived: The facts; `undo` brings them back together.
        sessions: How many sessions were erased.
    """

    archived: tuple[Memory, ...] = ()
    sessions: int = 0


async def tidy(store: "Store", settings: LearningSettings, now: datetime) -> Tidied:
    """Lets go of what the settings do not keep.

    Args:
        store: Where it is.
        settings: How long what is kept.
        now: The present moment.

    Raises:
        MemchatError: An erasing is not finished, because another program reads the database; try again later.
    """
    sessions = 0
    if settings.keep_messages_days:
        sessions = await store.erasures.rested(now - timedelta(days=settings.keep_messages_days))
    facts = await _active(store)
    handled = await store.memories.handled()
    going = {
        each.id: each
        for each in facts
        if past_its_time(each, settings, now, handled.get(each.id)) or stale(each, settings, now, handled.get(each.id))
    }
    left = [each for each in facts if each.id not in going]
    spared = {each for each, moment in handled.items() if now - moment < timedelta(days=SPARED_DAYS)}
    going.update((each.id, each) for each in beyond(left, settings.most_facts, now, spared))
    if going:
        await store.memories.archive(list(going), actor=ACTOR)
    if not await store.erasures.finish():
        raise MemchatError("Another program reads the database, so that what was erased is still in its file.")
    return Tidied(archived=tuple(going.values()), sessions=sessions)


def past_its_time(memory: Memory, settings: LearningSettings, now: datetime, handled: datetime | None = None) -> bool:
    """Whether facts of its kind are kept for fewer days than have passed since it was last said.

    Args:
        memory: Which.
        settings: How long what is kept.
        now: The present moment.
        handled: When the user last did something with it; none for never.
    """
    days = settings.keep_days.get(memory.kind, 0)
    return days > 0 and not memory.pinned and now - _said(memory, handled) > timedelta(days=days)


def stale(memory: Memory, settings: LearningSettings, now: datetime, handled: datetime | None = None) -> bool:
    """Whether it was never used in all that time, is neither pinned nor sure, and was said but once.

    Standing instructions are in every request and so never stale. The arguments are those of `past_its_time`.
    """
    if not settings.stale_days or memory.pinned or memory.use_count or memory.kind == "instruction":
        return False
    unsure = memory.confidence < _SURE and memory.seen_count < 2
    return unsure and now - _said(memory, handled) > timedelta(days=settings.stale_days)


def beyond(memories: Iterable[Memory], most: int, now: datetime, spared: Collection[str] = ()) -> list[Memory]:
    """The least valuable of `memories` that are more than `most`; pinned ones count, and stay.

    Those whose ids are in `spared` stay and do not count, so that nothing else goes for their sake.
    """
    counted = (each for each in memories if each.pinned or each.id not in spared)
    everything = sorted(counted, key=lambda each: (value(each, now), each.observed_at, each.id))
    excess = max(0, len(everything) - most) if most else 0
    return [each for each in everything if not each.pinned][:excess]


def _said(memory: Memory, handled: datetime | None) -> datetime:
    said = memory.last_seen_at or memory.observed_at
    return said if handled is None else max(said, handled)


async def _active(store: "Store") -> list[Memory]:
    found: list[Memory] = []
    while more := await store.memories.list(status="active", limit=_AT_ONCE, offset=len(found)):
        found += more
    return found
