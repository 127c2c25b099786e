"""Making one memory of several, as the user words it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from memchat.core.errors import MemchatError
from memchat.core.memories import ORIGINS, Memory
from memchat.core.times import to_unix
from memchat.store import memory_reading as reading
from memchat.store.decisions import NewMemory
from memchat.store.memory_writing import Pen, admitted, change, field_text, insert
from memchat.store.words import folded


def merge(pen: Pen, parts: Sequence[Memory], text: str) -> Memory:
    """One memory in the place of `parts`: their sources, uses and pin go to it, and they stay as its parts.

    It takes kind, subject and attribute of the first part where the others differ, and holds as long as all of them.

    Raises:
        MemchatError: There are fewer than two parts, one is out of use, they are values of different profile fields,
            or the text is empty.
    """
    _check(parts)
    first, field = parts[0], parts[0].field
    new = NewMemory(
        kind=first.kind,
        text=text if field is None else field_text(field, _value(field, text)),
        confidence=1.0,
        # The words are the user's now, but what they rest on is not more trusted by that.
        origin=max((part.origin for part in parts), key=ORIGINS.index),
        valid_from=min((part.valid_from for part in parts if part.valid_from is not None), default=None),
        valid_to=_end(parts),
        subject=first.subject,
        attribute=_common([part.attribute for part in parts]),
        field=field,
        value=None if field is None else _value(field, text),
        holds=first.holds,
    )
    kept = admitted(pen, new)
    assert kept is not None  # only what others would bring back is refused
    said = [each for each in reading.same(pen.db, kept.text, field) if each.status == "active"]
    parts = [*parts, *(each for each in said if each.id not in {part.id for part in parts})]
    used = [part.last_used_at for part in parts if part.last_used_at is not None]
    merged = insert(
        pen,
        replace(kept, derived_from=tuple(part.id for part in parts)),
        action="merge",
        more={
            "observed_at": to_unix(min(part.observed_at for part in parts)),
            "last_seen_at": to_unix(max(part.last_seen_at or part.observed_at for part in parts)),
            "seen_count": sum(part.seen_count for part in parts),
            "use_count": sum(part.use_count for part in parts),
            "last_used_at": to_unix(max(used)) if used else None,
            "pinned": int(any(part.pinned for part in parts)),
        },
        sources=[source for part in parts for source in part.sources],
    )
    for part in parts:
        change(
            pen, part.id, "merge", {"status": "superseded", "superseded_by": merged.id, "reason": "", "replaces": ""}
        )
    return reading.get(pen.db, merged.id)


def _check(parts: Sequence[Memory]) -> None:
    if len(parts) < 2:
        raise MemchatError("Merging needs two memories or more.", "Name another one.")
    for part in parts:
        if part.status not in ("active", "pending"):
            raise MemchatError(f"The memory {part.id} is {part.status}, so it is not merged.", "Restore it first.")
    if len({part.field for part in parts}) > 1:
        raise MemchatError(
            "A profile value is merged only with another one of its field.", "Edit the field, and forget the other."
        )


def _value(field: str, text: str) -> str:
    heading = field_text(field, "").strip()
    bare = text.strip()
    return bare[len(heading) :].strip() if folded(bare).startswith(folded(heading)) else bare


def _common(names: Sequence[str]) -> str:
    return names[0] if len({folded(name).strip() for name in names}) == 1 else ""


def _end(parts: Sequence[Memory]) -> datetime | None:
    ends = [part.valid_to for part in parts]
    return None if None in ends else max(end for end in ends if end is not None)
