"""Memories in a file: memchat's own lines, lists of sentences, and what ChatGPT exports."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from memchat.core.errors import MemchatError
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import ABOUT_USER, HOLDS, MEMORY_STATUSES, ORIGINS, Memory, Source
from memchat.memory.asked import LONGEST
from memchat.memory.attributes import attribute_of
from memchat.memory.kinds import kind_of
from memchat.memory.quoting import one_line
from memchat.transfer.values import BadLine, Candidate, Contents
from memchat.transfer.writing import HEADER, MOMENTS, VERSION

MOST_BYTES = 64 * 1024 * 1024

_LEAST_LETTERS = 2
_MOST_NAMES = 80
_SHOWN = 120
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,4}[.)])\s+")
_DATED = re.compile(r"^\[(?P<day>\d{4}-\d\d-\d\d)\][.:]?\s*[-–—]?\s*")
_NOTE = re.compile(r"\s+·\s+\*(?:[^*\\]|\\.)*\*$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|[=\-_*~`]{3,}\s*$|>)")


def read_memories(text: str, present: datetime) -> Contents:
    """The memories in a file's text.

    Args:
        text: All of it.
        present: When what has no date counts as said.

    Raises:
        MemchatError: It is a file of a newer memchat, or one that has no memories.
    """
    begins = text.lstrip("\ufeff \t\r\n")[:1]
    if begins == "[":
        return _from_list(text.lstrip("\ufeff"), present)
    if begins == "{":
        return _from_lines(text.lstrip("\ufeff"), present)
    return _from_text(text.lstrip("\ufeff"), present)


def _from_lines(text: str, present: datetime) -> Contents:
    candidates: list[Candidate] = []
    bad: list[BadLine] = []
    kind = "JSON lines"
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            bad.append(_bad(number, line, "It is not a line of JSON."))
            continue
        if isinstance(value, dict) and value.get("type") == HEADER:
            if value.get("version") != VERSION:
                raise MemchatError("This file was written by a newer memchat.", "Update memchat.")
            kind = "memchat's memory"
            continue
        _take(number, line, value, present, candidates, bad)
    return Contents(kind=kind, candidates=tuple(candidates), bad=tuple(bad))


def _from_list(text: str, present: datetime) -> Contents:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:2].strip() == "[" and _DATED.match(text.lstrip()):
            return _from_text(text, present)
        raise MemchatError("This file begins like JSON and is not.", "Export it again.") from None
    if any(isinstance(each, dict) and "mapping" in each for each in values):
        return _from_conversations(values, present)
    candidates: list[Candidate] = []
    bad: list[BadLine] = []
    for number, value in enumerate(values, 1):
        _take(number, json.dumps(value, ensure_ascii=False), value, present, candidates, bad)
    return Contents(kind="a list of memories", candidates=tuple(candidates), bad=tuple(bad))


def _take(
    number: int, line: str, value: Any, present: datetime, candidates: list[Candidate], bad: list[BadLine]
) -> None:
    if isinstance(value, str):
        value = {"text": value}
    try:
        memory = _memory(value, present)
    except (ValueError, TypeError, OverflowError) as error:
        bad.append(_bad(number, line, str(error) or "It is not a memory."))
        return
    candidates.append(Candidate(line=number, memory=memory))


def _memory(value: Any, present: datetime) -> Memory:
    """A memory of a line's JSON.

    Raises:
        ValueError, TypeError: Something in it cannot be; says what, in a sentence.
    """
    if not isinstance(value, dict) or not isinstance(value.get("text", value.get("memory")), str):
        raise TypeError("It has no text.")
    if value.get("type", "memory") != "memory":
        raise ValueError("It is not a memory.")
    text = _checked(value.get("text", value.get("memory")))
    moments = {name: _moment(value.get(name)) for name in MOMENTS}
    begun, ended = moments["valid_from"], moments["valid_to"]
    if begun is not None and ended is not None and ended < begun:
        raise ValueError("It ceases to hold before it begins to.")
    field = _name(value, "field") or None
    return Memory(
        id=_name(value, "id"),
        kind=_one_of(value, "kind", MEMORY_KINDS, kind_of(text)),
        text=text,
        status=_one_of(value, "status", MEMORY_STATUSES, "active"),
        confidence=_number(value.get("confidence", 1.0)),
        origin=_one_of(value, "origin", ORIGINS, "import"),
        observed_at=moments["observed_at"] or present,
        updated_at=moments["updated_at"] or present,
        valid_from=begun,
        valid_to=ended,
        superseded_by=_name(value, "superseded_by") or None,
        pinned=value.get("pinned") is True,
        use_count=_count(value.get("use_count", 0)),
        last_used_at=moments["last_used_at"],
        subject=_name(value, "subject") or ABOUT_USER,
        attribute=_name(value, "attribute") or ("" if "attribute" in value else attribute_of(text)),
        field=field,
        value=_checked(str(value.get("value") or text)) if field else None,
        holds=_one_of(value, "holds", (*HOLDS, None), None),
        seen_count=max(1, _count(value.get("seen_count", 1))),
        last_seen_at=moments["last_seen_at"],
        actor=_name(value, "actor") or "import",
        reason=str(value.get("reason") or "")[:LONGEST],
        derived_from=tuple(str(each)[:_MOST_NAMES] for each in _listed(value, "derived_from")),
        sources=tuple(_source(each) for each in _listed(value, "sources")),
    )


def _from_conversations(values: list[Any], present: datetime) -> Contents:
    """What ChatGPT noted down for itself in its exported conversations; the talk itself is not taken in."""
    candidates: list[Candidate] = []
    bad: list[BadLine] = []
    for number, value in enumerate(values, 1):
        for text, at in _noted(value):
            for line in filter(str.strip, text.split("\n")):
                _take(number, line, {"text": line, "observed_at": at, "origin": "import"}, present, candidates, bad)
    return Contents(
        kind="ChatGPT's conversations",
        candidates=tuple(candidates),
        bad=tuple(bad),
        skipped=f"The {len(values):,} conversations themselves are not taken in, only what was noted down in them.",
    )


def _noted(conversation: Any) -> Iterator[tuple[str, str | None]]:
    nodes = conversation.get("mapping") if isinstance(conversation, dict) else None
    for node in nodes.values() if isinstance(nodes, dict) else ():
        message = node.get("message") if isinstance(node, dict) else None
        if not isinstance(message, dict) or message.get("recipient") != "bio":
            continue
        content = message.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        at = message.get("create_time")
        moment = datetime.fromtimestamp(at, UTC).isoformat() if isinstance(at, (int, float)) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, str):
                yield part, moment


def _from_text(text: str, present: datetime) -> Contents:
    """A sentence a line, as a list or not; headings and rules are passed over."""
    candidates: list[Candidate] = []
    bad: list[BadLine] = []
    listed = any(_BULLET.match(line) for line in text.split("\n"))
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or _HEADING.match(line) or (listed and not _BULLET.match(line)):
            continue
        words = _ESCAPED.sub(r"\1", _NOTE.sub("", _BULLET.sub("", line)).strip())
        dated = _DATED.match(words)
        at = f"{dated['day']}T00:00:00+00:00" if dated else None
        value = {"text": words[dated.end() :] if dated else words, "observed_at": at}
        _take(number, line, value, present, candidates, bad)
    return Contents(kind="a list of sentences", candidates=tuple(candidates), bad=tuple(bad))


def _checked(text: Any) -> str:
    kept = str(text).strip()
    if sum(character.isalnum() for character in kept) < _LEAST_LETTERS:
        raise ValueError("There is nothing in it to keep.")
    if len(kept) > LONGEST:
        raise ValueError(f"It is longer than {LONGEST:,} characters.")
    return kept


def _moment(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError("It has a time that is none.")
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        moment.timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError("It has a time that is none.") from None
    return moment


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError("Its confidence is not from 0 to 1.")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise ValueError("It has a number that is none.")
    return value


def _one_of(value: dict[str, Any], name: str, allowed: tuple[Any, ...], default: Any) -> Any:
    found = value.get(name, default)
    if found not in allowed:
        raise ValueError(f"Its {name} is none that there is.")
    return found


def _name(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > _MOST_NAMES:
        raise ValueError(f"Its {name} is none that there is.")
    return one_line(found)


def _listed(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name) or []
    if not isinstance(found, list) or len(found) > 1_000:
        raise ValueError(f"Its {name} is no list.")
    return found


def _source(value: Any) -> Source:
    if not isinstance(value, dict):
        raise TypeError("One of its sources is none.")
    session, message = _name(value, "session") or None, _name(value, "message") or None
    return Source(session_id=session, message_id=message, quote=str(value.get("quote") or "")[:LONGEST])


def _bad(number: int, line: str, why: str) -> BadLine:
    return BadLine(line=number, text=one_line(line[: 4 * _SHOWN])[:_SHOWN], why=why)
