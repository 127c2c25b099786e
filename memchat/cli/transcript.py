"""A whole session, to read or to hand to another program."""

import os
from pathlib import Path
from typing import Any

from memchat.assistant.transcript import Transcript, heading
from memchat.cli.output import local
from memchat.cli.text import one_line
from memchat.core.errors import MemchatError
from memchat.core.jsonable import message_json, rolling_summary_json, session_json, session_summary_json
from memchat.core.text import without_controls


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
    parts += [f"{heading(message)}\n{without_controls(message.text)}" for message in transcript.messages]
    return "\n\n".join(parts)


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
