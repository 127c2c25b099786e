"""Keeping the memory small: what is stale, past its time or beyond the cap goes out of use; nothing is lost by it.

What is archived is out of recall and still there, to be restored. Only sessions that the user wants to be kept for so
long and no longer are erased, and that is off unless it is set.
"""

from collections.abc import Iterable
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
    going = {each.id: each for each in facts if past_its_time(each, settings, now) or stale(each, settings, now)}
    left = [each for each in facts if each.id not in going]
    going.update((each.id, each) for each in beyond(left, settings.most_facts, now))
    if going:
        await store.memories.archive(list(going), actor=ACTOR)
    if not await store.erasures.finish():
        raise MemchatError("Another program reads the database, so that what was erased is still in its file.")
    return Tidied(archived=tuple(going.values()), sessions=sessions)


def past_its_time(memory: Memory, settings: LearningSettings, now: datetime) -> bool:
    """Whether facts of its kind are kept for fewer days than have passed since it was last said."""
    days = settings.keep_days.get(memory.kind, 0)
    return days > 0 and not memory.pinned and now - _said(memory) > timedelta(days=days)


def stale(memory: Memory, settings: LearningSettings, now: datetime) -> bool:
    """Whether it was never used in all that time, is neither pinned nor sure, and was said but once.

    Standing instructions are in every request and so never stale.
    """
    if not settings.stale_days or memory.pinned or memory.use_count or memory.kind == "instruction":
        return False
    unsure = memory.confidence < _SURE and memory.seen_count < 2
    return unsure and now - _said(memory) > timedelta(days=settings.stale_days)


def beyond(memories: Iterable[Memory], most: int, now: datetime) -> list[Memory]:
    """The least valuable of `memories` that are more than `most`; pinned ones count, and stay."""
    everything = sorted(memories, key=lambda each: (value(each, now), each.observed_at, each.id))
    excess = max(0, len(everything) - most) if most else 0
    return [each for each in everything if not each.pinned][:excess]


def _said(memory: Memory) -> datetime:
    return memory.last_seen_at or memory.observed_at


async def _active(store: "Store") -> list[Memory]:
    found: list[Memory] = []
    while more := await store.memories.list(status="active", limit=_AT_ONCE, offset=len(found)):
        found += more
    return found
