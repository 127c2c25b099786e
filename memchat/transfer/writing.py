"""Memories as JSON lines, to keep and to read in again, and as Markdown, to read."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from memchat.core.memories import Memory, MemoryStatus
from memchat.core.text import is_control
from memchat.memory.overview import Line, Page, Section, as_markdown
from memchat.memory.quoting import one_line

HEADER = "memchat memory"
VERSION = 1

MOMENTS = ("observed_at", "updated_at", "valid_from", "valid_to", "last_used_at", "last_seen_at")
PLAIN = (
    "id",
    "kind",
    "text",
    "status",
    "confidence",
    "origin",
    "superseded_by",
    "pinned",
    "use_count",
    "subject",
    "attribute",
    "field",
    "value",
    "holds",
    "seen_count",
    "actor",
    "reason",
)

_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0x10000) if is_control(chr(code))}
_STATUSES: tuple[tuple[MemoryStatus, str], ...] = (
    ("pending", "Waits for review"),
    ("superseded", "No longer so"),
    ("archived", "Archived"),
    ("forgotten", "Forgotten"),
)


def as_jsonl(memories: Iterable[Memory], at: datetime) -> str:
    """A line that says what follows, and a line for each memory with all that is known of it."""
    head = {"type": HEADER, "version": VERSION, "at": at.isoformat()}
    return "".join(f"{_json(line)}\n" for line in (head, *map(_line, memories)))


def as_page(told: Page, memories: Sequence[Memory]) -> str:
    """The page of what is remembered, and after it what is not in use."""
    sections = []
    for status, title in _STATUSES:
        lines = tuple(
            Line(one_line(memory.text), f"{memory.observed_at:%Y-%m-%d}")
            for memory in memories
            if memory.status == status
        )
        sections.append(Section(title, lines))
    kept = (*told.sections, *(section for section in sections if section.lines))
    return as_markdown(Page(told.title, kept)) + "\n"


def _line(memory: Memory) -> dict[str, Any]:
    moments = {name: getattr(memory, name) for name in MOMENTS}
    return {
        "type": "memory",
        **{name: getattr(memory, name) for name in PLAIN},
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "derived_from": list(memory.derived_from),
        "sources": [
            {"session": source.session_id, "message": source.message_id, "quote": source.quote}
            for source in memory.sources
        ],
    }


def _json(document: Any) -> str:
    """On one line, and nothing in it means something to a terminal."""
    return json.dumps(document, ensure_ascii=False).translate(_ESCAPED)
