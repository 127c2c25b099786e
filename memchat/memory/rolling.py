"""The rolling summary: the oldest messages of a session, folded into notes that go on in each call.

Notes on the newly folded messages are added to those that are there, so that nothing is lost by rewriting. Only when
they grow past their limit, they are condensed to two thirds of it. The messages themselves stay in the database.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memchat.core.events import SummaryUpdated
from memchat.core.messages import Message, RollingSummary
from memchat.core.settings import MemorySettings
from memchat.memory.clipping import clip
from memchat.memory.summarising import InventedSummary, Summariser, UnusableSummary, own_words, passes
from memchat.memory.working import due, fold_count, most_unfolded, summarises

if TYPE_CHECKING:
    from memchat.store import Store

_LEAST_NOTES = 48
_KEY = re.compile(r"\d[\d.,:/-]*\w*|\b[A-Z]\w*[A-Z0-9]\w*|\b[A-Z][a-z]\w+|\w+[_./]\w+")
_NO_NAMES = frozenset(("The", "They", "User", "Assistant"))


async def fold_due(store: "Store", session_id: str, settings: MemorySettings, chat_window: int) -> bool:
    """Whether a session's buffer is to be folded.

    What the user has unfolded counts only once it would crowd out the rest of the request.

    Args:
        store: Where the session is.
        session_id: Which session.
        settings: The working mode and its numbers.
        chat_window: The window of the model that the conversation is with.
    """
    summary = await store.summaries.latest(session_id)
    after = summary.to_seq if summary else 0
    unfolded_to = (await store.sessions.get(session_id)).unfolded_to
    if due(await store.messages.span(session_id, max(after, unfolded_to)), settings, chat_window):
        return True
    if unfolded_to <= after or not summarises(settings.mode):
        return False
    return (await store.messages.span(session_id, after)).tokens > most_unfolded(chat_window)


async def fold(
    store: "Store",
    summariser: Summariser,
    session_id: str,
    settings: MemorySettings,
    chat_window: int,
    *,
    now: bool = False,
) -> SummaryUpdated | None:
    """Folds the oldest half of a session's buffer, when that is due.

    What the user took out of the context is not read, and is folded with what stands around it.

    A long backlog is folded in several passes, each stored as soon as it is done, so that what is done is not lost when
    a later one fails or the program ends.

    Args:
        store: Where the session is.
        summariser: Who writes the notes.
        session_id: Which session.
        settings: The working mode and its numbers.
        chat_window: The window of the model that the conversation is with; what is due depends on it.
        now: Whether it is folded although it is not due.

    Returns:
        The summary before and after; none when nothing was due, or another process folded meanwhile.

    Raises:
        ModelError: The model failed, or wrote nothing usable; the messages stay in the buffer.
    """
    old = await store.summaries.latest(session_id)
    after = old.to_seq if old else 0
    last = await store.messages.last(session_id)
    if last is None or not (now or await fold_due(store, session_id, settings, chat_window)):
        return None
    said = await store.messages.range(session_id, after + 1, last.seq)
    messages = [message for message in said if not message.kept_out]
    folded = messages[: fold_count(messages, settings, chat_window)]
    if not folded:
        return None
    limit = max(_LEAST_NOTES, min(settings.summary_tokens, chat_window // 6))
    new: RollingSummary | None = None
    latest = old
    room = summariser.room("fold", _notes_limit(limit, summariser))
    for group, texts in passes(folded, room, summariser.count):
        notes = latest.text if latest else ""
        for text in texts:
            notes = await with_notes_on(text, group, notes, limit, summariser)
        new = await store.summaries.add(
            session_id=session_id,
            text=notes,
            from_seq=old.from_seq if old else folded[0].seq,
            to_seq=group[-1].seq,
            tokens=summariser.count(notes),
            model=summariser.model.name,
            previous_id=latest.id if latest else None,
            as_of=summariser.as_of,
        )
        if new is None:
            return None
        latest = new
    return SummaryUpdated(old=old, new=new) if new else None


def _notes_limit(limit: int, summariser: Summariser) -> int:
    """How long the notes on one pass may be: half of all notes, and little of a small window."""
    return max(_LEAST_NOTES, min(limit // 2, int(summariser.window / 8 / summariser.scale)))


async def with_notes_on(text: str, messages: Sequence[Message], notes: str, limit: int, summariser: Summariser) -> str:
    """`notes` with those on `text` added, within `limit` tokens; when the model only invents, the user's own words."""
    conversation = f"<conversation>\n{text}\n</conversation>\n\nNotes:"
    most = _notes_limit(limit, summariser)
    try:
        added = await summariser.write("fold", conversation, limit=most, source=f"{text}\n{notes}")
    except InventedSummary:
        added = "\n".join(f"- {line}" for line in own_words(messages, most, summariser.count))
    return await condensed(joined(notes, added), limit, summariser)


def joined(notes: str, added: str) -> str:
    """Both, without lines of `added` that `notes` has already."""
    known = {line.strip().casefold() for line in notes.split("\n")}
    fresh = [line for line in added.split("\n") if line.strip() and line.strip().casefold() not in known]
    return "\n".join(filter(None, [notes.strip(), *fresh]))


async def condensed(notes: str, limit: int, summariser: Summariser) -> str:
    """`notes` within `limit` tokens; they are shortened by the model only when they are longer.

    The model is asked twice at most, for two thirds of the limit. Lines whose names or numbers it dropped are put back
    as far as there is room. When it loses most of them, or cannot be had, the oldest lines are dropped instead.
    """
    if summariser.count(notes) <= limit:
        return notes
    source = _newest_lines(notes, summariser.room("condense", limit), summariser)
    best, kept = "", 0.0
    for _ in range(2):
        try:
            shorter = await summariser.write(
                "condense",
                f"<notes>\n{source}\n</notes>\n\nShortened:",
                limit=limit,
                aim=max(32, limit * 2 // 3),
                source=source,
            )
        except UnusableSummary:
            break
        share = _kept(source, shorter)
        if share > kept:
            best, kept = shorter, share
        if share >= 0.6:
            break
    if kept < 0.4:
        return _newest_lines(notes, limit, summariser)
    return _with_lost_lines(best, source, limit, summariser)


def _keys(text: str) -> set[str]:
    """The names, numbers and file names in `text`."""
    return set(_KEY.findall(text)) - _NO_NAMES


def _kept(source: str, shorter: str) -> float:
    """The share of the names, numbers and file names of `source` that are still in `shorter`."""
    keys = _keys(source)
    return sum(key in shorter for key in keys) / len(keys) if keys else 1.0


def _with_lost_lines(shorter: str, source: str, limit: int, summariser: Summariser) -> str:
    for line in reversed(source.split("\n")):
        whole = f"{shorter}\n{line}"
        if any(key not in shorter for key in _keys(line)) and summariser.count(whole) <= limit:
            shorter = whole
    return shorter


def _newest_lines(notes: str, limit: int, summariser: Summariser) -> str:
    lines: list[str] = []
    for line in reversed(notes.split("\n")):
        if lines and summariser.count("\n".join([line, *lines])) > limit:
            break
        lines.insert(0, line)
    return clip("\n".join(lines), limit, summariser.count)[0].strip()
