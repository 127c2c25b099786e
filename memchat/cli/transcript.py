"""A whole session, to read, to keep as Markdown, or to hand to another program."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memchat.cli.output import local
from memchat.cli.text import one_line
from memchat.core.errors import MemchatError
from memchat.core.jsonable import message_json, rolling_summary_json, session_json, session_summary_json
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary
from memchat.core.text import without_controls
from memchat.core.times import iso

_NAMES = {"user": "You", "assistant": "memchat"}
_ENDINGS = {"partial": "cut off", "stopped": "stopped", "failed": "never answered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A session with everything that was said, oldest first."""

    session: Session
    messages: tuple[Message, ...]
    summary: RollingSummary | None
    session_summary: SessionSummary | None


def as_json(transcript: Transcript) -> dict[str, Any]:
    """The session, its messages and both its summaries."""
    return {
        "session": session_json(transcript.session),
        "messages": [message_json(message) for message in transcript.messages],
        "summary": rolling_summary_json(transcript.summary) if transcript.summary else None,
        "session_summary": session_summary_json(transcript.session_summary) if transcript.session_summary else None,
    }


def as_text(transcript: Transcript) -> str:
    """For reading in a terminal."""
    session = transcript.session
    parts = [
        f"{one_line(session.title)}\n{session.id} · {local(session.created_at)} · {len(transcript.messages)} messages"
    ]
    if transcript.session_summary:
        parts.append(f"Session summary\n{without_controls(transcript.session_summary.text)}")
    if transcript.summary:
        parts.append(
            f"Rolling summary of messages {transcript.summary.from_seq} to {transcript.summary.to_seq}\n"
            f"{without_controls(transcript.summary.text)}"
        )
    parts += [f"{_heading(message)}\n{without_controls(message.text)}" for message in transcript.messages]
    return "\n\n".join(parts)


def as_markdown(transcript: Transcript) -> str:
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
    lines += [f"# {one_line(session.title)}", ""]
    if transcript.session_summary:
        quoted = without_controls(transcript.session_summary.text).strip().replace("\n", "\n> ")
        lines += [f"> {quoted}", ""]
    for message in transcript.messages:
        lines += [f"## {_heading(message)}", "", without_controls(message.text).strip(), ""]
    return "\n".join(lines)


def write(text: str, target: str) -> None:
    """Writes `text` to a new file that only its owner can read.

    Raises:
        MemchatError: The file exists, or cannot be written.
    """
    path = Path(target).expanduser()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise MemchatError(f"The file {path} is there already.", "Choose another name, or remove it.") from None
    except OSError as error:
        raise MemchatError(f"The file {path} cannot be written: {error.strerror or error}.") from error


def _heading(message: Message) -> str:
    parts = [_NAMES[message.role], local(message.created_at)]
    if message.role == "assistant" and message.model:
        parts.append(one_line(message.model))
    if message.status in _ENDINGS:
        parts.append(_ENDINGS[message.status])
    return " · ".join(parts)


def _yaml(value: str | int) -> str:
    return json.dumps(without_controls(value), ensure_ascii=False) if isinstance(value, str) else str(value)
