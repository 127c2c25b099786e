"""What a finished session came to, in at most 200 tokens, for the sessions after it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memchat.core.events import EpisodeClosed
from memchat.core.messages import Message
from memchat.memory.clipping import clip
from memchat.memory.rolling import condensed, with_notes_on
from memchat.memory.summarising import InventedSummary, Summariser, own_words, passes

if TYPE_CHECKING:
    from memchat.store import Store

LIMIT = 200
"""Tokens at most, of o200k_base."""

_NAMES = ("topic", "wanted", "resolved", "decided", "pending")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in _NAMES},
    "required": list(_NAMES),
    "additionalProperties": False,
}
"""What the model fills in; the summary has a line for each."""

_ASK = "Now write the record of this conversation as JSON: topic, wanted, resolved, decided, pending."
_NOTES = 300

_SHORT = 120
"""Tokens of a session of one exchange that needs no notes."""


async def summarise_session(store: "Store", summariser: Summariser, session_id: str) -> EpisodeClosed | None:
    """Writes a session's summary, from its rolling summary and what came after that.

    Of a session of one short exchange, the user's own words are the summary.

    Args:
        store: Where the session is.
        summariser: Who writes it.
        session_id: Which session.

    Returns:
        The summary; none when it is there already or there is nothing to summarise.

    Raises:
        ModelError: The model failed, or wrote nothing usable.
    """
    last = await store.messages.last(session_id)
    known = await store.summaries.of_session(session_id)
    if last is None or (known is not None and known.to_seq >= last.seq):
        return None
    rolling = await store.summaries.latest(session_id)
    messages = await store.messages.range(session_id, (rolling.to_seq if rolling else 0) + 1, last.seq)
    notes = rolling.text if rolling else ""
    if not notes and not any(_answers(message) for message in messages):
        return None
    if not notes and _is_short(messages, summariser):
        text = "\n".join(own_words(messages, LIMIT, summariser.count))
    else:
        text = await _written(notes, messages, summariser)
    summary = await store.summaries.put_session(
        session_id=session_id,
        text=text,
        to_seq=last.seq,
        tokens=summariser.count(text),
        model=summariser.model.name,
        as_of=summariser.as_of,
    )
    return EpisodeClosed(summary)


def _answers(message: Message) -> bool:
    return message.role == "assistant" and not message.told and bool(message.text.strip())


def _is_short(messages: Sequence[Message], summariser: Summariser) -> bool:
    """Whether the session is one short exchange: its own words say it best, and notes on it only blur them."""
    asked = [message for message in messages if message.role == "user"]
    return len(asked) == 1 and sum(summariser.count(message.text) for message in messages) <= _SHORT


async def _written(notes: str, messages: Sequence[Message], summariser: Summariser) -> str:
    """What the model writes of the notes on a session's beginning and of the messages after it."""
    began = notes
    room = min(summariser.room("session_summary", LIMIT), summariser.room("fold", _NOTES // 2))
    most_notes = min(_NOTES, room // 2)
    # The last group is read verbatim beside the notes on everything before it.
    groups = passes(messages, max(32, room - most_notes), summariser.count)
    texts = [(group, text) for group, read in groups for text in read]
    for group, text in texts[:-1]:
        notes = await with_notes_on(text, group, notes, most_notes, summariser)
    notes = await condensed(notes, most_notes, summariser) if notes else ""
    parts = [f"<notes>\n{notes}\n</notes>"] if notes else []
    parts += [f"<conversation>\n{text}\n</conversation>" for _, text in texts[-1:]]
    said = "\n".join([began, *(message.text for message in messages)])
    try:
        return await summariser.write(
            "session_summary", "\n\n".join([*parts, _ASK]), limit=LIMIT, schema=SCHEMA, source=said
        )
    except InventedSummary:
        own = "\n".join(own_words(messages, LIMIT, summariser.count))
        return own or clip(notes, LIMIT, summariser.count)[0].strip()
