"""Writes a message in the user's own editor."""

import asyncio
import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path

from memchat.core.errors import MemchatError


async def edit_text(text: str, environ: Mapping[str, str]) -> str:
    """`text` as the editor of VISUAL or EDITOR left it.

    The terminal must be free for the editor meanwhile.

    Raises:
        MemchatError: No editor could be run, or it failed.
    """
    command = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or _default_editor())
    handle, name = tempfile.mkstemp(prefix="memchat-", suffix=".md")
    file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        try:
            process = await asyncio.create_subprocess_exec(*command, name)
            code = await process.wait()
        except OSError as error:
            raise MemchatError(
                f"The editor {command[0]} could not be started: {error.strerror or error}.",
                "Set EDITOR to one that is installed.",
            ) from error
        if code != 0:
            raise MemchatError(f"The editor {command[0]} ended with code {code}.", "The message is as it was.")
        return await asyncio.to_thread(file.read_text, encoding="utf-8", errors="replace")
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)


def _default_editor() -> str:
    return "notepad" if os.name == "nt" else "vi"
