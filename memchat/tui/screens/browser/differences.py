"""A memory's history as a list of differences, and when it holds on a small time line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from memchat.core.memories import Change
from memchat.core.times import last_moment
from memchat.tui.changes import did, state, who
from memchat.tui.looks import STATUS_NAMES, Looks
from memchat.tui.text import Part, level, one_line, plain
from memchat.tui.widgets.pane import HANG

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LONG = 2_000
"""Characters of a text that are compared word by word; what is longer is shown as a whole."""

_TOLD = ("text", "value", "status", "kind", "pinned", "valid_from", "valid_to", "subject", "attribute", "confidence")
"""What of a memory's state is told when it changed."""


def history(changes: Sequence[Change], *, looks: Looks) -> list[Part]:
    """The changes, the newest first.

    Args:
        changes: Oldest first.
        looks: The signs.
    """
    parts: list[Part] = []
    for change in reversed(changes):
        gone = change.undone_at is not None
        parts += [(f"{change.at.astimezone():%d %b %Y %H:%M}  ", "$dim"), HANG]
        parts.append((f"{did(change)} by {who(change)}", "$dim" if gone else "$foreground"))
        parts.append((" · taken back\n" if gone else "\n", "$warning" if gone else ""))
        for told in _differences(change, looks):
            parts += [("  ", ""), HANG, *told, ("\n", "")]
    return parts


def made(change: Change) -> str:
    """What it made different, on one line without looks."""
    return one_line(
        " · ".join("".join(part for part, _ in told) for told in _differences(change, Looks(ascii=True))), 160
    )


def _differences(change: Change, looks: Looks) -> Iterator[list[Part]]:
    before, after = state(change.before), state(change.after)
    if not before:
        if said := after.get("value") if after.get("field") else after.get("text"):
            yield [(one_line(str(said), 200), "$dim")]
        yield from _file(after)
        return
    if not after:
        return
    if before.get("field") and before.get("text") == after.get("text"):
        yield [(one_line(str(before.get("value") or before.get("text")), 200), "$dim")]
    arrow = "->" if looks.ascii else "→"
    for name in _TOLD:
        old, new = before.get(name), after.get(name)
        if old == new or (name == "value" and before.get("text") != after.get("text")):
            continue
        if name in ("text", "value"):
            yield words(str(old or ""), str(new or ""), looks=looks)
        elif name == "pinned":
            yield [("pinned" if new else "no longer pinned", "$accent")]
        else:
            yield [(f"{name.replace('_', ' ')}: {_said(name, old)} {arrow} {_said(name, new)}", "$dim")]
    yield from _file(after)


def _file(after: Mapping[str, Any]) -> Iterator[list[Part]]:
    if file := after.get("file"):
        yield [(f"from {one_line(str(file), 80)}", "$dim")]


def words(before: str, after: str, *, looks: Looks) -> list[Part]:
    """What became of a text, word by word: what went is struck through, what came stands out."""
    old, new = level(plain(before))[:_LONG], level(plain(after))[:_LONG]
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    parts: list[Part] = []
    for change, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, come = "".join(left[start:end]), "".join(right[begin:stop])
        if change == "equal":
            parts.append((come, "$dim"))
            continue
        if gone:
            parts.append((f"[-{gone}-]" if looks.ascii else gone, "$error strike"))
        if gone and come and not looks.ascii:
            parts.append((" ", ""))
        if come:
            parts.append((f"[+{come}+]" if looks.ascii else come, "$success underline"))
    return parts


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return "open" if name.startswith("valid") else "none"
    if name.startswith("valid") and isinstance(value, int | float):
        moment = datetime.fromtimestamp(value).astimezone()
        return f"{last_moment(moment) if name == 'valid_to' else moment:%d %b %Y}"
    if name == "confidence" and isinstance(value, int | float):
        return f"{value:.0%}"
    if name == "status":
        return next((shown for status, shown in STATUS_NAMES.items() if status == value), str(value))
    return one_line(str(value), 60)


def time_line(
    begin: datetime | None, end: datetime | None, said: datetime, present: datetime, width: int, *, looks: Looks
) -> list[Part]:
    """When something holds: a bar from its beginning to its end, with today on it, and their dates under it.

    Args:
        begin: When it began to hold; none where that is not known.
        end: When it ceases to hold; none for never.
        said: When it was first said; the bar begins there where nothing else is known.
        present: Today.
        width: In cells.
        looks: The signs.
    """
    first = begin or said
    last = end or present
    low, high = min(first, last, present), max(first, last, present)
    span = (high - low).total_seconds() or 1.0
    room = max(10, min(width, 60)) - 1

    def at(moment: datetime) -> int:
        return round((moment - low).total_seconds() / span * room)

    full, rest, now_sign = ("=", "-", "|") if looks.ascii else ("━", "─", "┃")
    open_end = ">" if looks.ascii else "▸"
    cells: list[Part] = []
    start, stop, today = at(first), at(last), at(present)
    for cell in range(room + 1):
        inside = start <= cell <= stop
        if cell == today:
            shown: Part = (open_end, "$success") if end is None else (now_sign, "$accent")
        elif inside:
            shown = (full, "$success" if end is None or end > present else "$dim")
        else:
            shown = (rest, "$rule")
        cells.append(shown)
    return [*cells, ("\n", ""), *_dates(first, end, begin, present, start, stop, room)]


def _dates(
    first: datetime, end: datetime | None, begin: datetime | None, present: datetime, start: int, stop: int, room: int
) -> list[Part]:
    """The dates under the bar, each near its place, none over another."""
    left = f"{first.astimezone():%d %b %Y}" if begin else f"said {first.astimezone():%d %b %Y}"
    last = "" if end is None else f"{last_moment(end).astimezone():%d %b %Y}"
    right = "holds now" if end is None else f"{'until' if end > present else 'ended'} {last}"
    left_at = min(start, max(0, room + 1 - len(left)))
    right_at = min(max(stop - len(right) + 1, 0), room + 1 - len(right))
    right_at = max(right_at, left_at + len(left) + 2)
    if right_at + len(right) > room + 1:
        return [(f"{left}  {right}\n", "$dim")]
    line = " " * left_at + left + " " * (right_at - left_at - len(left)) + right
    return [(f"{line}\n", "$dim")]
