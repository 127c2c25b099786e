"""All that is known of one memory, for the pane beside the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from memchat.core.browsing import MemoryRow, Use
from memchat.core.memories import ABOUT_USER, Change, Conflict, Memory, Source
from memchat.core.messages import RollingSummary, SessionSummary
from memchat.tui.changes import state
from memchat.tui.looks import ORIGIN_NAMES, STATUS_COLOURS, STATUS_NAMES, Looks, age_in_words, kind_of, sure_in_words
from memchat.tui.screens.browser import differences
from memchat.tui.text import Part, counted, level, one_line, plain
from memchat.tui.widgets.pane import HANG, JOIN

LONGEST = 4_000
"""Characters of a text that the pane shows."""

ROOMY = 12
"""Lines of a pane that has some to spare for blank ones."""

_NAME = 8
_USES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read about a memory.

    Attributes:
        history: Oldest first.
        uses: The newest first.
        instead: What took its place.
        before: What it took the place of, and what was merged into it.
        titles: Of the sessions that it is from, by id.
        lost: What became of those of them that cannot be gone to, by id.
        conflict: The contradiction that it stands in.
        settling: Whether keys settle it where it is shown.
    """

    memory: Memory
    history: tuple[Change, ...] = ()
    uses: tuple[Use, ...] = ()
    instead: Memory | None = None
    before: tuple[Memory, ...] = ()
    titles: Mapping[str, str]
    lost: Mapping[str, str] = field(default_factory=dict)
    conflict: Conflict | None = None
    settling: bool = False


def of_memory(
    known: Known, *, looks: Looks, present: datetime, width: int, keys: Mapping[str, str], roomy: bool = True
) -> list[Part]:
    """The pane of a fact or of a profile field's value.

    Args:
        known: What is told.
        looks: The signs.
        present: From when ages are counted.
        width: Of the pane, in cells.
        keys: How keys are written, by what they do.
        roomy: Whether the pane has lines to spare for blank ones.
    """
    memory, blank = known.memory, "\n" if roomy else ""
    parts: list[Part] = [
        (f"{level(plain(said(memory)))[:LONGEST]}\n{blank}", "$foreground"),
        *_kind(memory, looks),
        (blank, ""),
    ]
    parts += _told(known, keys)
    parts += _facts(known, present)
    if memory.status != "pending":
        line = differences.time_line(
            memory.valid_from, memory.valid_to, memory.observed_at, present, width - 1, looks=looks
        )
        parts += [("\n", ""), *line]
    parts += _sources(known, keys)
    parts += _others(known)
    parts += _uses(known.uses, looks, present)
    if known.history:
        parts += [("\nHistory\n", "$primary"), *differences.history(known.history, looks=looks)]
    parts.append((f"\n{memory.id}", "$dim"))
    return parts


def said(memory: Memory) -> str:
    """A memory's words: of a profile field its value."""
    return (memory.value or memory.text) if memory.field else memory.text


def link(action: str) -> str:
    """The style of words that do something when they are clicked."""
    return f"$primary underline @click={action}"


def _kind(memory: Memory, looks: Looks) -> list[Part]:
    sign, colour = looks.kind(kind_of(memory))
    kind = f"profile · {memory.field}" if memory.field else memory.kind
    dot, dot_colour = looks.dot(memory.confidence)
    parts: list[Part] = [
        (f"{sign} {one_line(kind, 60)}", colour),
        (" · ", "$dim"),
        (STATUS_NAMES[memory.status], STATUS_COLOURS[memory.status]),
        (" · ", "$dim"),
        (dot, dot_colour),
        (f"{JOIN}{sure_in_words(memory.confidence)}", "$dim"),
        (f"{JOIN}{memory.confidence:.0%}" if memory.confidence < 1 else "", "$dim"),
    ]
    if memory.pinned:
        parts += [(" · ", "$dim"), looks.pin(pinned=True), (f"{JOIN}pinned", "$accent")]
    return [*parts, ("\n", "")]


def _told(known: Known, keys: Mapping[str, str]) -> list[Part]:
    """What asks something of the user."""
    parts: list[Part] = []
    memory = known.memory
    if memory.status == "pending":
        parts.append((f"Waits for you: {one_line(memory.reason, 300) or 'it is not sure.'}\n", "$warning"))
        parts.append((f"{keys['accept']} accepts it, {keys['reject']} rejects it.\n\n", "$dim"))
    if known.conflict is not None:
        first, second = known.conflict.first, known.conflict.second
        other = second if first.id == memory.id else first
        parts.append((f"Contradicts “{one_line(said(other), 200)}”: {one_line(known.conflict.why, 300)}\n", "$warning"))
        told = (
            f"{keys['keep']} keeps this one, {keys['both']} keeps both." if known.settling else "See under conflicts."
        )
        parts.append((f"{told}\n\n", "$dim"))
    return parts


def _facts(known: Known, present: datetime) -> list[Part]:
    memory, seen = known.memory, ""
    if memory.seen_count > 1 and memory.last_seen_at:
        seen = f"{memory.seen_count:,} times, last {age_in_words(memory.last_seen_at, present)}"
    used = "never"
    if memory.use_count:
        last = f", last {age_in_words(memory.last_used_at, present)}" if memory.last_used_at else ""
        used = f"{counted(memory.use_count, 'time')}{last}"
    about = [memory.subject if memory.subject != ABOUT_USER else "", "" if memory.field else memory.attribute]
    about = list(dict.fromkeys(about))
    told = (
        ("about", " · ".join(filter(None, about))),
        ("said", f"{memory.observed_at.astimezone():%d %b %Y} · {age_in_words(memory.observed_at, present)}"),
        ("", seen),
        ("used", used),
        ("from", _from(known)),
        ("holds", f"for {memory.holds}" if memory.holds else ""),
    )
    parts: list[Part] = []
    for name, value in told:
        if value:
            parts += [(f"{name:<{_NAME}}", "$dim"), HANG, (f"{one_line(value, 200)}\n", "$foreground")]
    return parts


def _from(known: Known) -> str:
    memory = known.memory
    by = f", read by {memory.actor}" if memory.actor not in (ABOUT_USER, "import") else ""
    brought = next((each for each in reversed(known.history) if each.action == "import"), None)
    if brought is None:
        return f"{ORIGIN_NAMES[memory.origin]}{by}"
    file = one_line(str(state(brought.after).get("file") or ""), 60) or "a file"
    return f"{file}, imported {brought.at.astimezone():%d %b %Y}{by}"


def _sources(known: Known, keys: Mapping[str, str]) -> list[Part]:
    sources = known.memory.sources
    if not sources:
        return []
    parts: list[Part] = [("\nSource" if len(sources) == 1 else "\nSources", "$primary")]
    if any(source.session_id and source.session_id not in known.lost for source in sources):
        parts.append((f"  {keys['source']} goes there", "$dim"))
    parts.append(("\n", ""))
    for number, source in enumerate(sources):
        lost = known.lost.get(source.session_id or "")
        set_by_hand = "what was said is gone\n" if lost else "set by hand\n"
        parts.append((f"“{one_line(source.quote, 300)}”\n" if source.quote else set_by_hand, "italic"))
        if lost:
            parts += [("  ", ""), HANG, (f"{named(source, known)}, which was {lost}\n", "$dim")]
        elif source.session_id:
            parts += [
                ("  ", ""),
                HANG,
                (title_of(source, known.titles), link(f"screen.jump('source', {number})")),
                ("\n", ""),
            ]
    return parts


def named(source: Source, known: Known) -> str:
    """The conversation that a source is from."""
    title = one_line(known.titles.get(source.session_id or "", ""), 60)
    return f"“{title}”" if title else "a conversation"


def title_of(source: Source, titles: Mapping[str, str]) -> str:
    """What the session of a source is called."""
    return one_line(titles.get(source.session_id or "", ""), 60) or "the message"


def _others(known: Known) -> list[Part]:
    parts: list[Part] = []
    if known.instead is not None:
        verb = "Merged into" if known.memory.id in known.instead.derived_from else "No longer, instead"
        parts += [
            (f"\n{verb}\n", "$primary"),
            (f"{one_line(said(known.instead), 300)}\n", link("screen.show('instead', 0)")),
        ]
    if known.before:
        title = "Merged from" if known.memory.derived_from else "Took the place of"
        parts.append((f"\n{title}\n", "$primary"))
        for number, memory in enumerate(known.before):
            parts.append((f"{one_line(said(memory), 300)}\n", link(f"screen.show('before', {number})")))
    return parts


def _uses(uses: Sequence[Use], looks: Looks, present: datetime) -> list[Part]:
    if not uses:
        return []
    parts: list[Part] = [("\nRecalled for\n", "$primary")]
    for number, use in enumerate(uses[:_USES]):
        parts += [
            (f"{use.score:.2f} ", "$accent"),
            (f"{looks.bar(use.score, 6)} ", "$accent"),
            HANG,
            (one_line(use.said, 80) or "a message", link(f"screen.jump('use', {number})")),
            (f" · {_joined(age_in_words(use.at, present))}\n", "$dim"),
        ]
        made = (_joined(f"{one_line(name, 20)} {value:.2f}") for name, value in use.parts.items() if value)
        if told := f"{JOIN}· ".join(made):
            parts += [("     ", ""), HANG, (f"{told}\n", "$dim")]
    if len(uses) > _USES:
        parts.append((f"     and {counted(len(uses) - _USES, 'turn')} more\n", "$dim"))
    return parts


def _joined(text: str) -> str:
    """`text` as what is not torn apart."""
    return text.replace(" ", JOIN)


def of_session(
    row: MemoryRow,
    found: RollingSummary | SessionSummary | None,
    *,
    looks: Looks,
    present: datetime,
    keys: Mapping[str, str],
    roomy: bool = True,
) -> list[Part]:
    """The pane of what was made of a session: its rolling summary, or its summary as something that can be found."""
    text = found.text if found is not None else row.text
    sign, colour = looks.kind(row.kind)
    what = "rolling summary" if row.kind == "summary" else "past session"
    blank = "\n" if roomy else ""
    parts: list[Part] = [
        (f"{level(plain(text))[:LONGEST]}\n{blank}", "$foreground"),
        (f"{sign} {what}\n{blank}", colour),
    ]
    told = [
        ("session", one_line(row.title, 80) or "untitled"),
        ("made" if row.kind == "summary" else "began", age_in_words(row.observed_at, present)),
        ("by", "you" if row.origin == "user" else (found.model if found else "") or "a model"),
        ("recalled", counted(row.use_count, "time") if row.use_count else ""),
    ]
    if isinstance(found, RollingSummary):
        told.append(("covers", f"{counted(found.covers, 'message')}, {counted(found.tokens, 'token')}"))
    for name, value in told:
        if value:
            parts += [(f"{name:<10}", "$dim"), HANG, (f"{one_line(value, 100)}\n", "$foreground")]
    parts += [("\nGo to the session", link("screen.jump('session', 0)")), (f"  {keys['source']}", "$dim")]
    return parts
