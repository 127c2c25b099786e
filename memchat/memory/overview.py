"""What is remembered, as a page to read: from the store alone, no model has a word in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from memchat.core.memories import ABOUT_USER, FAIRLY_SURE, SURE, Memory
from memchat.core.overview import Group, Overview
from memchat.core.rules import LearningRule
from memchat.core.settings import Settings
from memchat.core.times import last_moment
from memchat.memory.languages import languages
from memchat.memory.quoting import one_line

_LONGEST_QUESTION = 160
_LONGEST_LINE = 400
_MARKUP = re.compile(r"[\\`*_\[\]<>|~]|&(?=[#\w])|:(?=//)|^[#+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
"""What Markdown would read; what it reads only at a line's start is left alone elsewhere."""

_KIND_TITLES = {
    "preference": "What you like and dislike",
    "fact": "Facts",
    "decision": "Decisions",
    "goal": "Goals",
    "event": "Events",
    "instruction": "How you want to be answered",
}
_LEARNING = {
    "auto": "Learning is on: what you tell me of yourself is kept, and a line under the answer says so.",
    "review": "Learning waits for you: what you tell me of yourself is used once you have accepted it.",
    "off": "Learning is off: I keep only what you ask me to remember.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is remembered, and in words how sure it is, since when, and from where."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What is told of the memory."""

    title: str
    sections: tuple[Section, ...]


def asks_what_is_known(text: str) -> bool:
    """Whether `text` asks what is remembered about the user, and nothing else; in any language that is known."""
    if len(text) > _LONGEST_QUESTION:
        return False
    asked = one_line(text).replace("’", "'").strip(" ?？¿!！.。…~")
    return bool(asked) and any(language.asks_memory.fullmatch(asked) for language in languages().values())


def page(
    found: Overview,
    settings: Settings,
    rules: Sequence[LearningRule],
    *,
    present: datetime,
    zone: tzinfo | None,
    unable: str = "",
) -> Page:
    """The page.

    Args:
        found: What is remembered.
        settings: What is kept, and what is not.
        rules: What is never learned.
        present: The present moment.
        zone: Where the user's days begin and end.
        unable: Why nothing is learned from ordinary talk, in a sentence; empty when it is.
    """
    teller = _Teller(found, present.astimezone(zone))
    sections = [Section("Your profile", tuple(teller.field(memory) for memory in found.profile))]
    sections += [teller.group(group) for group in found.groups]
    hidden = found.subjects - len({group.subject for group in found.groups if group.subject != ABOUT_USER})
    if hidden:
        sections.append(Section("And more", (Line(f"There is something about {hidden:,} others too."),)))
    sections.append(Section("Our conversations", teller.conversations()))
    sections.append(Section("Not in use", teller.unused()))
    sections.append(Section("What I do not keep", _not_kept(settings, rules, unable)))
    shown = tuple(section for section in sections if section.lines)
    if not (found.profile or found.groups):
        nothing = Section("", (Line("Nothing yet. Tell me something of yourself, or begin with “Remember that …”."),))
        shown = (nothing, *shown)
    return Page("What I remember about you", shown)


def closed_page(reason: str) -> Page:
    """The page where the memory is not read, and why."""
    return Page("What I remember about you", (Section("", (Line(reason),)),))


def as_text(told: Page) -> str:
    """For a terminal: headings and lines, no markup."""
    parts = [told.title]
    for section in told.sections:
        lines = [f"- {line.text}{f'  ({line.note})' if line.note else ''}" for line in section.lines]
        if not section.title:
            lines = [line.text for line in section.lines]
        parts.append("\n".join(filter(None, [section.title, *lines])))
    return "\n\n".join(parts)


def as_markdown(told: Page) -> str:
    """As Markdown in which what is remembered is text, whatever it says."""
    parts = [f"## {told.title}"]
    for section in told.sections:
        lines = [f"- {_plain(line.text)}{f' · *{_plain(line.note)}*' if line.note else ''}" for line in section.lines]
        if not section.title:
            lines = [_plain(line.text) for line in section.lines]
        parts.append("\n".join(lines) if not section.title else f"### {_plain(section.title)}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


class _Teller:
    """Puts memories into words.

    Args:
        found: What is remembered.
        present: The present moment, where the user is.
    """

    def __init__(self, found: Overview, present: datetime) -> None:
        self._found = found
        self._present = present

    def field(self, memory: Memory) -> Line:
        name = (memory.field or "").replace("_", " ")
        return Line(_short(f"{name}: {memory.value or memory.text}"), self._note(memory))

    def group(self, group: Group) -> Section:
        title = _KIND_TITLES[group.kind]
        if group.subject != ABOUT_USER:
            title = f"{_short(group.subject)}: {title[0].lower()}{title[1:]}" if group.kind != "fact" else group.subject
        lines = [Line(_short(memory.text), self._note(memory)) for memory in group.memories]
        if more := group.count - len(group.memories):
            lines.append(Line(f"and {more:,} more"))
        return Section(one_line(title), tuple(lines))

    def conversations(self) -> tuple[Line, ...]:
        found = self._found
        if not found.sessions:
            return ()
        lines = [
            Line(_short(f"{one_line(each.title)}: {one_line(each.text)}"), self._day(each.session_at))
            for each in found.episodes
        ]
        talks = "one conversation" if found.sessions == 1 else f"{found.sessions:,} conversations"
        said = "1 message" if found.messages == 1 else f"{found.messages:,} messages"
        lines.append(Line(f"I keep {talks} with {said} word for word, and find them when they help."))
        return tuple(lines)

    def unused(self) -> tuple[Line, ...]:
        found = self._found
        counted = (
            (found.pending, "waits for your review", "wait for your review"),
            (found.conflicts, "pair contradicts each other", "pairs contradict each other"),
            (found.past, "is no longer so", "are no longer so"),
            (found.archived, "is archived", "are archived"),
            (found.forgotten, "was forgotten, and can be brought back", "were forgotten, and can be brought back"),
        )
        return tuple(Line(f"{count:,} {one if count == 1 else many}.") for count, one, many in counted if count)

    def _note(self, memory: Memory) -> str:
        sure = "sure" if memory.confidence >= SURE else "likely" if memory.confidence >= FAIRLY_SURE else "not sure"
        parts = ["pinned"] if memory.pinned else []
        parts.append(f"{sure}, {self._from(memory)}")
        if memory.valid_from is not None and memory.valid_from.date() != memory.observed_at.date():
            parts.append(f"since {self._day(memory.valid_from)}")
        if memory.valid_to is not None:
            parts.append(f"until {self._day(last_moment(memory.valid_to))}")
        return " · ".join(parts)

    def _from(self, memory: Memory) -> str:
        """Who said it, when and where."""
        day = self._day(memory.observed_at)
        source = next(iter(memory.sources), None)
        session = self._found.where.get(source.session_id or "") if source is not None else None
        where = f" in “{_short(session.title, 60)}”" if session is not None and session.title else ""
        match memory.origin:
            case "user":
                how = "you said it on" if source is not None and source.message_id else "you set it on"
            case "assistant":
                how = "from an answer on"
            case "tool":
                how = "from a tool on"
            case "import":
                how = "imported, first said on"
            case "file":
                how = "from a file on"
        return f"{how} {day}{where}"

    def _day(self, moment: datetime) -> str:
        local = moment.astimezone(self._present.tzinfo)
        return f"{local.day} {local:%B %Y}"


def _not_kept(settings: Settings, rules: Sequence[LearningRule], unable: str) -> tuple[Line, ...]:
    secrets = "Passwords, keys and card numbers: they are replaced before anything is stored."
    if not settings.privacy.redact_secrets:
        secrets = "Nothing is left out by itself: the setting privacy.redact_secrets is off, so secrets are stored too."
    lines = [
        Line(secrets),
        Line("What you say in an incognito session, or without the memory."),
        Line("Questions, suppositions, play, quotations and pasted text are not learned from."),
        Line(unable if unable and settings.learning.mode != "off" else _LEARNING[settings.learning.mode]),
    ]
    lines += [Line(_short(rule.says), "your rule") for rule in rules]
    return tuple(lines)


def _short(text: str, limit: int = _LONGEST_LINE) -> str:
    line = one_line(text)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _plain(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    return _MARKUP.sub(lambda match: f"\\{match.group()}", text)
