"""A whole session, to read or to hand to another program."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memchat.assistant.transcript import Transcript, heading
from memchat.cli.output import local
from memchat.cli.text import clean, one_line
from memchat.core.errors import MemchatError, NotFound
from memchat.core.jsonable import message_json, rolling_summary_json, session_json, session_summary_json
from memchat.core.messages import Message

_BEFORE, _AFTER = 4, 6
"""How many messages are shown around the one that is asked for."""


@dataclass(frozen=True, slots=True)
class Around:
    """The messages around one of a session.

    Attributes:
        at: The id of that one.
        earlier: How many come before them.
        messages: These, oldest first.
        later: How many come after them.
    """

    at: str
    earlier: int
    messages: tuple[Message, ...]
    later: int


def around(transcript: Transcript, message_id: str) -> Around:
    """The messages around one.

    Args:
        transcript: The session.
        message_id: Its id, or the beginning of one that no other message of the session has.

    Raises:
        NotFound: There is no such message in the session.
    """
    places = [place for place, message in enumerate(transcript.messages) if message.id.startswith(message_id)]
    if len(places) != 1:
        raise NotFound(
            f"{'Several messages have' if places else 'No message of this session has'} an id like {message_id}.",
            "`memchat search` prints the ids of messages.",
        )
    first, last = max(0, places[0] - _BEFORE), places[0] + _AFTER + 1
    shown = transcript.messages[first:last]
    return Around(transcript.messages[places[0]].id, first, shown, len(transcript.messages) - first - len(shown))


def around_json(transcript: Transcript, some: Around) -> dict[str, Any]:
    """The session, the messages around one, and which that is."""
    return {
        "session": session_json(transcript.session),
        "at": some.at,
        "messages": [message_json(message) for message in some.messages],
    }


def around_text(transcript: Transcript, some: Around) -> str:
    """The messages around one for reading in a terminal, that one marked."""
    parts = [_head(transcript)]
    if some.earlier:
        parts.append(f"… {_counted(some.earlier, 'earlier')}")
    parts += [
        f"{'▶ ' if message.id == some.at else ''}{one_line(heading(message))}\n{clean(message.text)}"
        for message in some.messages
    ]
    if some.later:
        parts.append(f"… {_counted(some.later, 'later')}")
    return "\n\n".join(parts)


def _counted(count: int, which: str) -> str:
    return f"{count:,} {which} message{'' if count == 1 else 's'}"


def _head(transcript: Transcript) -> str:
    session = transcript.session
    return (
        f"{one_line(session.title)}\n{session.id} · {local(session.created_at)} · {len(transcript.messages)} messages"
    )


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
    parts = [_head(transcript)]
    if transcript.session_summary:
        parts.append(f"Session summary\n{clean(transcript.session_summary.text)}")
    if transcript.summary:
        parts.append(
            f"Rolling summary of messages {transcript.summary.from_seq} to {transcript.summary.to_seq}\n"
            f"{clean(transcript.summary.text)}"
        )
    parts += [f"{one_line(heading(message))}\n{clean(message.text)}" for message in transcript.messages]
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
