"""The stable part of a session's requests: what is known about the user as it stood when the session began.

Frozen, it stays the same, byte for byte, until the session is folded or the user changes something by hand, so that a
prompt cache holds although other sessions end and learning goes on. What learning changed meanwhile rides at the end
of the newest message, as news.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from memchat.core.memories import Memory, ProfileField
from memchat.core.messages import SessionSummary
from memchat.core.settings import MemorySettings
from memchat.memory.layout import Entry, profile_entries, session_entries
from memchat.memory.quoting import one_line

_LAYERS = ("instructions", "profile", "sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The lines of the layers that stay the same.

    Attributes:
        instructions: The user's standing instructions, oldest first.
        profile: Profile fields, then pinned facts.
        sessions: The summaries of the last sessions, oldest first.
    """

    instructions: tuple[Entry, ...] = ()
    profile: tuple[Entry, ...] = ()
    sessions: tuple[Entry, ...] = ()

    @property
    def refs(self) -> frozenset[str]:
        """The memories and sessions that it shows."""
        return frozenset(entry.ref for entry in (*self.instructions, *self.profile, *self.sessions) if entry.ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about the user at this moment.

    Attributes:
        instructions: The standing instructions that go into each request, oldest first.
        pinned: Facts that are always in context, beside the profile.
        summaries: Of the last sessions, oldest first.
    """

    instructions: Sequence[Memory] = ()
    profile: Sequence[ProfileField] = ()
    pinned: Sequence[Memory] = ()
    summaries: Sequence[SessionSummary] = ()

    def frozen(self, now: datetime, zone: tzinfo | None) -> Frozen:
        """It as lines; what has ended is not among them.

        Args:
            now: The present moment.
            zone: For the dates.
        """
        shown = {memory.id for memory in self.instructions}
        pinned = [m for m in self.pinned if m.id not in shown and m.field is None and not _over(m, now)]
        return Frozen(
            instructions=tuple(Entry(f"- {one_line(memory.text)}", memory.id) for memory in self.instructions),
            profile=tuple(profile_entries(self.profile, pinned, zone)),
            sessions=tuple(session_entries(self.summaries, zone)),
        )


def _over(memory: Memory, now: datetime) -> bool:
    return memory.valid_to is not None and memory.valid_to <= now


def news(frozen: Frozen, present: Frozen) -> tuple[Entry, ...]:
    """What became known about the user after `frozen`, and what ceased to hold; session summaries are no news."""
    return (
        *_changes(frozen.profile, present.profile, ""),
        *_changes(frozen.instructions, present.instructions, "standing instruction: "),
    )


def _changes(before: Sequence[Entry], after: Sequence[Entry], what: str) -> list[Entry]:
    old, new = {entry.text for entry in before}, {entry.text for entry in after}
    gone = [Entry(f"- no longer: {what}{entry.text[2:]}", entry.ref) for entry in before if entry.text not in new]
    come = [Entry(f"- {what}{entry.text[2:]}", entry.ref) for entry in after if entry.text not in old]
    return [*gone, *come]


def to_json(frozen: Frozen, settings: MemorySettings) -> dict[str, Any]:
    """`frozen` as it is stored, with the settings that it was made by."""
    content: dict[str, Any] = {"settings": _made_by(settings)}
    for layer in _LAYERS:
        content[layer] = [[entry.text, entry.ref] for entry in getattr(frozen, layer)]
    return content


def from_json(content: Mapping[str, Any], settings: MemorySettings) -> Frozen | None:
    """What was stored; none when it cannot be read, or other settings made it."""
    try:
        if content["settings"] != _made_by(settings):
            return None
        layers = {layer: tuple(_entry(*pair) for pair in content[layer]) for layer in _LAYERS}
    except (KeyError, TypeError, ValueError):
        return None
    return Frozen(**layers)


def _entry(text: object, ref: object) -> Entry:
    if not isinstance(text, str) or not isinstance(ref, str | None):
        raise TypeError
    return Entry(text, ref)


def _made_by(settings: MemorySettings) -> list[int]:
    return [settings.session_summaries, settings.instructions]
