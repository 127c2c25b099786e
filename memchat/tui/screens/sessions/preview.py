"""What is shown beside the list of a session: when, how it may be found, what it was about, what was learned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory
from memchat.core.messages import Message, Session
from memchat.core.searching import BadFilter, SearchHit
from memchat.tui.looks import STATUS_NAMES, Looks, age_in_words, kind_of
from memchat.tui.screens.search_hit import marked
from memchat.tui.text import counted, one_line, plain
from memchat.tui.unmarked import unmarked
from memchat.tui.widgets.pane import HANG
from memchat.tui.widgets.panels.lines import Part

if TYPE_CHECKING:
    from memchat.assistant import Assistant

UNTITLED = "Untitled"
_SEEN = 48
"""Characters of a title that are seen in the list, however narrow the screen is."""

_END: Part = ("\n", "")

_FACTS, _FOUND, _NEWEST = 12, 3, 4
"""Memories, messages with the words, and last messages at most that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was read of a session."""

    summary: str = ""
    learned: Sequence[Memory] = ()
    found: Sequence[SearchHit] = ()
    newest: Sequence[Message] = ()
    origin: str = ""
    """The title of the session that it was forked from."""


async def look(assistant: "Assistant", session: Session, words: Sequence[str]) -> Looked:
    """Reads what is shown of a session.

    Args:
        assistant: Of its space.
        session: Which.
        words: What is looked for; the messages with it are shown.

    Raises:
        MemchatError: It cannot be read.
    """
    store = assistant.store
    whole = await store.summaries.of_session(session.id)
    rolling = await store.summaries.latest(session.id) if whole is None else None
    return Looked(
        summary=whole.text if whole else rolling.text if rolling else "",
        learned=await assistant.sessions.learned(session.id),
        found=await _found(assistant, session.id, words) if words else (),
        newest=await store.messages.page(session.id, before_seq=None, limit=_NEWEST),
        origin=await _origin(assistant, session),
    )


async def _found(assistant: "Assistant", session_id: str, words: Sequence[str]) -> list[SearchHit]:
    typed = " ".join(words)
    try:
        query = await assistant.searches.parsed(typed, typing_at=len(typed))
        query = replace(query, session=session_id, narrowed=replace(query.narrowed, kinds=("message",)))
        page = await assistant.searches.search(query, limit=_FOUND, wait=False, quickly=True)
    except BadFilter:
        return []  # what looks like a filter of the search is a word here
    return [hit for hit in page.hits if hit.snippet.marks]


async def _origin(assistant: "Assistant", session: Session) -> str:
    if session.forked_from is None:
        return ""
    try:
        return (await assistant.session(session.forked_from)).title or UNTITLED
    except MemchatError:
        return "a session that is gone"


def parts(session: Session, looked: Looked, present: datetime, looks: Looks, *, roomy: bool) -> tuple[Part, ...]:
    """The text beside the list.

    Args:
        session: Which.
        looked: What was read of it.
        present: Now.
        looks: The signs.
        roomy: Whether there is room for its title, and for blank lines between.
    """
    sections = [_head(session, looked, present, titled=roomy or len(session.title) > _SEEN)]
    if looked.found:
        hits = (
            part
            for hit in looked.found
            for part in (_who(hit.item.source.role), HANG, *marked(hit.snippet.text, hit.snippet.marks), _END)
        )
        sections.append([("Found\n", "$primary"), *hits])
    if looked.summary:
        sections.append([("Summary\n", "$primary"), (f"{plain(looked.summary).strip()}\n", "")])
    if looked.learned:
        sections.append([("Learned\n", "$primary"), *_learned(looked.learned, looks)])
    if session.draft.strip():
        sections.append([("Draft\n", "$primary"), (f"{one_line(session.draft, 300)}\n", "italic")])
    if looked.newest:
        said = (
            part
            for message in looked.newest
            for part in (_who(message.role), HANG, (f"{one_line(_said(message), 300)}\n", ""))
        )
        sections.append([("Last said\n", "$primary"), *said])
    between = [_END] if roomy else []
    return tuple(part for section in sections for part in (*section, *between))


def _head(session: Session, looked: Looked, present: datetime, *, titled: bool) -> list[Part]:
    began = session.created_at.astimezone()
    facts = [f"{began.day} {began:%b %Y, %H:%M}", counted(session.message_count, "message")]
    if session.model:
        facts.append(one_line(session.model, 60))
    told: list[Part] = []
    if titled:
        told.append((f"{one_line(session.title, 200) or UNTITLED}\n", "bold $foreground"))
    told.append((" · ".join(facts) + "\n", "$dim"))
    if session.tags:
        told.append((" ".join(f"#{one_line(tag, 60)}" for tag in session.tags) + "\n", "$accent"))
    if looked.origin:
        told.append((f"forked from {one_line(looked.origin, 120)}\n", "$dim"))
    if session.archived_at is not None:
        told.append((f"archived {age_in_words(session.archived_at, present)}\n", "$warning"))
    return told


def _learned(memories: Sequence[Memory], looks: Looks) -> list[Part]:
    told: list[Part] = []
    for memory in memories[:_FACTS]:
        aside = "" if memory.status == "active" else f" · {STATUS_NAMES[memory.status]}"
        told += [line_sign(memory, looks), HANG, (one_line(memory.text, 300), ""), (f"{aside}\n", "$warning")]
    if len(memories) > _FACTS:
        told.append((f"and {len(memories) - _FACTS:,} more\n", "$dim"))
    return told


def line_sign(memory: Memory, looks: Looks) -> Part:
    """The sign of a memory's kind, with a blank behind it."""
    sign, colour = looks.kind(kind_of(memory))
    return f"{sign} ", colour


def _said(message: Message) -> str:
    return message.text if message.role == "user" else unmarked(message.text)


def _who(role: str | None) -> Part:
    return ("you ", "bold $user-message") if role == "user" else ("ai  ", "bold $assistant-message")
