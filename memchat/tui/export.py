"""A session as Markdown with front matter."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from memchat.core.errors import MemchatError
from memchat.core.messages import Message, Session
from memchat.core.times import iso


def markdown(session: Session, messages: Iterable[Message], *, assistant_name: str) -> str:
    """The session with its title, dates and model in front, and a heading over each message."""
    lines = [
        "---",
        f"title: {json.dumps(session.title or 'Untitled', ensure_ascii=False)}",
        f"session: {session.id}",
        f"created: {iso(session.created_at)}",
        f"updated: {iso(session.updated_at)}",
    ]
    if session.model:
        lines.append(f"model: {json.dumps(session.model)}")
    lines += ["---", ""]
    for message in messages:
        who = "You" if message.role == "user" else assistant_name
        state = "" if message.status == "complete" else f" ({message.status})"
        lines += [f"## {who} · {iso(message.created_at)}{state}", "", message.text.rstrip(), ""]
    return "\n".join(lines)


def file_name(session: Session) -> str:
    """A name for the file, made of the title and the session's date."""
    words = re.sub(r"[^\w]+", "-", session.title.lower()).strip("-")[:60] or session.id
    return f"{session.created_at.astimezone():%Y-%m-%d}-{words}.md"


def write(target: Path, text: str) -> Path:
    """Writes `text`; a file that is there is not replaced, the new one gets a number.

    Raises:
        MemchatError: It cannot be written.
    """
    path = target = target.expanduser().absolute()
    number = 2
    try:
        while True:
            try:
                with path.open("x", encoding="utf-8") as stream:
                    stream.write(text)
            except FileExistsError:
                path = target.with_stem(f"{target.stem}-{number}")
                number += 1
            else:
                return path
    except OSError as error:
        raise MemchatError(
            f"{path} could not be written: {error.strerror or error}.", "Name another file: /export FILE."
        ) from error
