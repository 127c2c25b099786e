"""How a hit of the search looks: as a line of the list, and whole beside it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from memchat.core.context import RecalledItem
from memchat.core.searching import SearchHit
from memchat.core.times import ago, now
from memchat.tui.looks import age_in_words
from memchat.tui.screens.why_parts import score_parts
from memchat.tui.text import one_line, shown
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row

_LABELS: dict[str, tuple[str, str]] = {
    "fact": ("fact", "$layer-recalled"),
    "profile": ("profile", "$layer-profile"),
    "episode": ("session", "$layer-sessions"),
}
MARKED = "bold $accent"
"""How what was looked for looks."""

_LONGEST, _BEFORE = 2_400, 400
"""Characters of a long text that are shown whole, and how many of them stand before the first mark."""


def key_of(hit: SearchHit) -> str:
    """What tells a hit from others, in whichever space it is."""
    return f"{hit.space}/{hit.item.id}"


def row_of(hit: SearchHit, present: datetime) -> Row:
    """Who or what, the line with its marks, and how old it is; the space too, where several are searched."""
    name, colour = label(hit.item)
    age = f"{ago(hit.item.source.at, present):>3}"
    return Row(
        key=key_of(hit),
        left=((f"{name:<8}", colour), *marked(hit.snippet.text, hit.snippet.marks)),
        right=((f"{one_line(hit.space, 12)} {age}" if hit.space else age, "$dim"),),
    )


def label(item: RecalledItem) -> tuple[str, str]:
    """What a hit is, in a word, and its colour."""
    if item.kind == "message":
        return ("you", "$user-message") if item.source.role == "user" else ("ai", "$assistant-message")
    return _LABELS[item.kind]


def marked(text: str, marks: Sequence[tuple[int, int]], style: str = "$foreground") -> tuple[Part, ...]:
    """`text` with its marks.

    Args:
        text: Cleaned of what a terminal acts on.
        marks: Beginnings and ends, in order.
        style: How the rest of it looks.
    """
    return tuple(part for part in _parts(text, marks, style) if part[0])


def _parts(text: str, marks: Sequence[tuple[int, int]], style: str) -> Iterator[Part]:
    at = 0
    for start, end in marks:
        yield shown(text[at:start]), style
        yield shown(text[start:end]), MARKED
        at = end
    yield shown(text[at:]), style


def whole(hit: SearchHit) -> tuple[Part, ...]:
    """The session, who and when, the text with its marks, and what the score is made of."""
    item, source = hit.item, hit.item.source
    name, colour = label(item)
    title = one_line(source.session_title, 120) or ("Untitled" if source.session_id else "Set by hand")
    at = source.at.astimezone()
    parts: list[Part] = [
        (f"{title}\n", "bold $foreground"),
        (name, colour),
        (f" · {at.day} {at:%b %Y, %H:%M} · {age_in_words(source.at, now())}", "$dim"),
        (f" · {one_line(hit.space, 40)}\n\n" if hit.space else "\n\n", "$dim"),
        *_around(hit),
        ("\n", ""),
    ]
    if item.valid_to is not None:
        parts.append((f"\nuntil {item.valid_to.astimezone():%d %b %Y}", "$warning"))
        parts.append((f", then: {one_line(item.since_then, 200)}\n" if item.since_then else "\n", "$warning"))
    return (*parts, ("\n", ""), *score_parts(item)) if item.parts else tuple(parts)


def _around(hit: SearchHit) -> tuple[Part, ...]:
    """The text; of a long one, the part where the first mark stands."""
    text = hit.text.rstrip()
    if len(text) <= _LONGEST:
        return marked(text, hit.marks)
    start = max(0, min(hit.marks[0][0] - _BEFORE, len(text) - _LONGEST)) if hit.marks else 0
    end = start + _LONGEST
    shown = [(first - start, last - start) for first, last in hit.marks if start <= first and last <= end]
    before: tuple[Part, ...] = (("… ", "$dim"),) if start else ()
    after: tuple[Part, ...] = ((f" … {len(text):,} characters in all", "$dim"),) if end < len(text) else ()
    return (*before, *marked(text[start:end], shown), *after)
