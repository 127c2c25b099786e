"""All that is known of a memory, for the pane beside the list."""

from collections.abc import Sequence
from datetime import datetime

from memchat.core.memories import ABOUT_USER, Change, Conflict, Memory, Source
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.panels.lines import Part


def details(memory: Memory, history: Sequence[Change], conflict: Conflict | None = None) -> tuple[Part, ...]:
    """A memory with its sources and its history.

    Args:
        memory: What is shown.
        history: Oldest first.
        conflict: The contradiction that it stands in.
    """
    parts: list[Part] = [(f"{plain(_said(memory))}\n\n", "$foreground")]
    if memory.reason and memory.status == "pending":
        parts.append((f"Waits for you: {plain(memory.reason)}\n\n", "$warning"))
    if conflict is not None:
        parts.append((f"Contradicts: {plain(conflict.why)}\n\n", "$warning"))
    for name, value in _facts(memory):
        if value:
            parts += [(f"{name:<9} ", "$dim"), (f"{plain(value)}\n", "")]
    parts += _sources(memory.sources)
    if history:
        parts.append(("\nHistory\n", "$primary"))
    for change in history:
        undone = " (taken back)" if change.undone_at else ""
        parts.append(
            (f"{change.at.astimezone():%d %b %H:%M}  {change.action} by {plain(change.actor)}{undone}\n", "$dim")
        )
    return tuple(parts)


def _said(memory: Memory) -> str:
    return (memory.value or memory.text) if memory.field else memory.text


def _facts(memory: Memory) -> list[tuple[str, str]]:
    kind = "profile" if memory.field else memory.kind
    said = f"{memory.seen_count:,} times, last {_moment(memory.last_seen_at)}" if memory.seen_count > 1 else ""
    return [
        ("kind", kind + (" · pinned" if memory.pinned else "")),
        ("field", memory.field or ""),
        ("about", memory.subject if memory.subject != ABOUT_USER else ""),
        ("id", memory.id),
        ("status", memory.status),
        ("said", _moment(memory.observed_at)),
        ("", said),
        ("since", _moment(memory.valid_from)),
        ("until", _moment(memory.valid_to)),
        ("used", counted(memory.use_count, "time")),
        ("from", {"user": "you"}.get(memory.origin, memory.origin)),
        ("by", "" if memory.actor == "user" else memory.actor),
        ("sure", f"{memory.confidence:.0%}"),
        ("holds", f"for {memory.holds}" if memory.holds else ""),
        ("merged", f"from {counted(len(memory.derived_from), 'memory', 'memories')}" if memory.derived_from else ""),
    ]


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%d %b %Y, %H:%M}" if moment is not None else ""


def _sources(sources: Sequence[Source]) -> list[Part]:
    parts: list[Part] = [("\nSources\n", "$primary")] if sources else []
    for source in sources:
        parts.append((f"“{one_line(source.quote, 300)}”\n" if source.quote else "set by hand\n", "italic"))
        if source.session_id:
            parts.append((f"  {source.session_id} {source.message_id or ''}\n", "$dim"))
    return parts
