"""A whole session, gathered to be read or kept, and as Markdown."""

import json
from dataclasses import dataclass

from memchat.core.messages import Message, RollingSummary, Session, SessionSummary
from memchat.core.text import without_controls
from memchat.core.times import iso
from memchat.store import Store

_PAGE = 500
_ENDINGS = {"partial": "cut off", "stopped": "stopped", "failed": "never answered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A session with everything that was said, oldest first."""

    session: Session
    messages: tuple[Message, ...]
    summary: RollingSummary | None
    session_summary: SessionSummary | None


async def read(store: Store, id: str) -> Transcript:
    """Gathers a session.

    Args:
        store: Where it is.
        id: Its id, or the beginning of one that is unique.

    Raises:
        NotFound: There is none.
    """
    session = await store.sessions.get(id)
    messages = await store.messages.page(session.id, before_seq=None, limit=_PAGE)
    while messages and messages[0].seq > 1:
        earlier = await store.messages.page(session.id, before_seq=messages[0].seq, limit=_PAGE)
        if not earlier:
            break
        messages = [*earlier, *messages]
    return Transcript(
        session=session,
        messages=tuple(messages),
        summary=await store.summaries.latest(session.id),
        session_summary=await store.summaries.of_session(session.id),
    )


def as_markdown(transcript: Transcript, *, assistant_name: str = "memchat") -> str:
    """Markdown with YAML front matter; a JSON string is a YAML string too."""
    session = transcript.session
    front: dict[str, str | int] = {
        "title": session.title,
        "id": session.id,
        "created": iso(session.created_at),
        "updated": iso(session.updated_at),
        "model": session.model or "",
        "messages": len(transcript.messages),
    }
    lines = ["---", *(f"{name}: {_yaml(value)}" for name, value in front.items()), "---", ""]
    lines += [f"# {_one_line(session.title)}", ""]
    if transcript.session_summary:
        quoted = without_controls(transcript.session_summary.text).strip().replace("\n", "\n> ")
        lines += [f"> {quoted}", ""]
    for message in transcript.messages:
        lines += [f"## {heading(message, assistant_name)}", "", without_controls(message.text).strip(), ""]
    return "\n".join(lines)


def heading(message: Message, assistant_name: str = "memchat") -> str:
    """Who said it, when, and what became of it."""
    parts = ["You" if message.role == "user" else assistant_name]
    parts.append(message.created_at.astimezone().strftime("%Y-%m-%d %H:%M"))
    if message.role == "assistant" and message.model:
        parts.append(_one_line(message.model))
    if message.status in _ENDINGS:
        parts.append(_ENDINGS[message.status])
    return " · ".join(parts)


def _one_line(text: str) -> str:
    return without_controls(" ".join(text.split()))


def _yaml(value: str | int) -> str:
    return json.dumps(without_controls(value), ensure_ascii=False) if isinstance(value, str) else str(value)
