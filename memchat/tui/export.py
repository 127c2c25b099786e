"""Where a session is exported to: a new file that only its owner can read."""

import os
import re
from pathlib import Path

from memchat.core.errors import MemchatError
from memchat.core.messages import Session


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
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                path = target.with_stem(f"{target.stem}-{number}")
                number += 1
            else:
                with os.fdopen(handle, "w", encoding="utf-8") as out:
                    out.write(text)
                return path
    except OSError as error:
        raise MemchatError(
            f"{path} could not be written: {error.strerror or error}.", "Name another file: /export FILE."
        ) from error
