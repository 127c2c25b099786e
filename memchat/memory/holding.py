"""What of the items that were found still holds, and what is known of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from memchat.core.context import ItemKind, RecalledItem
from memchat.core.memories import Memory
from memchat.memory.dates import TimeSpan, spans
from memchat.memory.ranking import Ranked
from memchat.memory.times_asked import TimesAsked
from memchat.store.look import Look
from memchat.store.values import IndexedItem

_MEMORIES: tuple[ItemKind, ...] = ("fact", "profile")
_BEST = 6
"""How many of the best surely have room."""

_READ = 600
"""How many characters of an item are read for the times that it tells of."""

_SHORT = 200
"""A message of so many characters says little besides what was learned from it."""


class Holding:
    """Tells what still holds, by what one state of a store knows.

    Args:
        look: At that state.
    """

    def __init__(self, look: Look) -> None:
        self._look = look

    def current(self, ranked: Sequence[Ranked], asked: TimesAsked, now: datetime, limit: int) -> list[Ranked]:
        """The best `limit` of what holds, without the messages that said no more than what has ceased to hold.

        A message goes as well when a memory that says the same, and was learned from it, is among the best. A short
        reply goes with the message that it echoes.
        """
        kept: list[Ranked] = []
        lasting = holding(ranked, asked, now)
        best = [one.item for one in lasting[:_BEST] if one.item.kind in _MEMORIES and one.item.message_id]
        said = {item.message_id: len(item.text) for item in best}
        for one in lasting:
            if len(kept) == limit:
                break
            item = one.item
            if item.kind == "message" and item.role == "user" and len(item.text) <= _SHORT:
                if len(item.text) <= 2 * said.get(item.ref, 0):
                    continue
                if not (asked.past or asked.spans) and self._outdated(item.ref):
                    continue
            short_reply = item.kind == "message" and item.role == "assistant" and len(item.text) <= _SHORT
            if short_reply and self._echoes(item.ref, said):
                continue
            kept.append(one)
        return kept

    def told(self, items: Sequence[RecalledItem]) -> list[RecalledItem]:
        """`items` with what is known of the memories among them: until when they held, what came then, how sure."""
        refs = [item.id for item in items if item.kind in _MEMORIES]
        known = {memory.id: memory for memory in self._look.memories(refs)} if refs else {}
        later = [memory.superseded_by for memory in known.values() if memory.superseded_by]
        successors = {memory.id: memory for memory in self._look.memories(later)} if later else {}
        return [_told(item, known.get(item.id), successors) for item in items]

    def _outdated(self, message_id: str) -> bool:
        """Whether all that was learned from a message has ceased to hold."""
        learned = self._look.learned_from(message_id)
        return bool(learned) and all(memory.status == "superseded" and memory.valid_to for memory in learned)

    def _echoes(self, reply_id: str, said: Collection[str | None]) -> bool:
        """Whether a reply answers a message of which a memory is among the best, or one that is outdated."""
        parent = self._look.parent_of(reply_id)
        return parent is not None and (parent in said or self._outdated(parent))


def holding(ranked: Sequence[Ranked], asked: TimesAsked, now: datetime) -> list[Ranked]:
    """`ranked` without what no longer holds, unless it is asked for."""
    return [one for one in ranked if asked.past or not over(one.item, now) or _touched(one.item, asked.spans)]


def over(item: IndexedItem, now: datetime) -> bool:
    """Whether an item has ceased to hold."""
    return item.status != "active" or (item.valid_to is not None and item.valid_to <= now)


def in_time(item: IndexedItem, asked: Sequence[TimeSpan], zone: tzinfo | None, *, read: bool = True) -> bool:
    """Whether an item was said in one of the times, holds in it, or tells of it.

    Args:
        item: What was found.
        asked: The times.
        zone: The user's time zone; none is this machine's.
        read: Whether its text is read, which takes a while; else it tells of no time.
    """
    if any(span.holds(item.at) for span in asked) or _touched(item, asked):
        return True
    if not read:
        return False
    named = spans(item.text[:_READ], item.at, zone)
    return any(span.touches(one.start, one.end) for one in named for span in asked)


def times_of(item: IndexedItem, zone: tzinfo | None) -> list[TimeSpan]:
    """The times that an item tells of: those in its text, else when it holds, else the day on which it was said."""
    if named := [span for span in spans(item.text[:_READ], item.at, zone) if span.start or span.end]:
        return named
    if item.valid_from or item.valid_to:
        return [TimeSpan(item.valid_from, item.valid_to, "", "range")]
    return [TimeSpan(item.at, item.at + timedelta(days=1), "", "day")] if item.kind != "profile" else []


def _touched(item: IndexedItem, asked: Sequence[TimeSpan]) -> bool:
    """Whether an item that has a beginning or an end holds in one of the times."""
    if item.valid_from is None and item.valid_to is None:
        return False
    return any(span.touches(item.valid_from or item.at, item.valid_to) for span in asked)


def _told(item: RecalledItem, memory: Memory | None, successors: Mapping[str, Memory]) -> RecalledItem:
    if memory is None:
        return item
    successor = successors.get(memory.superseded_by or "")
    return replace(
        item,
        valid_from=memory.valid_from,
        valid_to=memory.valid_to,
        since_then=successor.text if successor is not None else "",
        said=memory.sources[-1].quote if memory.field and memory.valid_to and memory.sources else "",
        origin=memory.origin,
        confidence=memory.confidence,
    )
