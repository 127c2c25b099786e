"""How the assistant is told to be: its system prompt, the user's personas, and their standing instructions.

The system prompt of a request is the session's own, else its persona's, else the one in the config, else the built-in
one. Standing instructions follow it. They come from the user's own words alone: what a reply, a tool or a file says
never tells the assistant what to do.
"""

import difflib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Memory
from memchat.core.messages import Session
from memchat.core.settings import PersonaSettings
from memchat.memory.prompts import system_prompt
from memchat.memory.quoting import defused, one_line

LONGEST = 20_000
"""Characters of a system prompt at most; it is in every request."""


def personas(folder: Path) -> list[str]:
    """The names of the personas in `folder`, sorted: its files that end in `.md`, those that can be written."""
    try:
        found = [file.stem for file in folder.iterdir() if file.suffix == ".md" and file.is_file()]
    except OSError:
        return []
    return sorted((name for name in found if name.isprintable() and not name.startswith(".")), key=str.casefold)


def persona(folder: Path, name: str) -> str:
    """The system prompt of a persona: the whole of its file.

    Raises:
        NotFound: There is no such persona; the sentence lists those that there are.
        MemchatError: Its file cannot be read, is empty or is too long.
    """
    known = personas(folder)
    shown = one_line(name)[:40]
    file = next((each for each in known if each.casefold() == name.strip().casefold()), None)
    if file is None:
        near = difflib.get_close_matches(name.strip(), known, n=1, cutoff=0.6)
        hint = f" Did you mean {near[0]}?" if near else ""
        there = f"There are {', '.join(known)}." if known else "There are none yet."
        raise NotFound(
            f"There is no persona {shown!r}.{hint}", f"{there} A persona is a file {folder / 'NAME.md'} with its words."
        )
    path = folder / f"{file}.md"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or "cannot be read"
        raise MemchatError(f"The persona {shown!r} cannot be used: {path} {why}.", "Mend the file.") from error
    return checked(text, f"The persona {shown!r} in {path}")


def checked(text: str, what: str = "The system prompt") -> str:
    """A system prompt that can be used.

    Args:
        text: As the user wrote it.
        what: Names it in the sentence about what is wrong with it.

    Raises:
        MemchatError: It is empty or too long.
    """
    cleaned = defused(text).strip()
    if not cleaned:
        raise MemchatError(f"{what} is empty.", "Write what the assistant is to be told.")
    if len(cleaned) > LONGEST:
        raise MemchatError(f"{what} has {len(cleaned):,} characters.", f"Shorten it to {LONGEST:,} at most.")
    return cleaned


def system_text(session: Session | None, settings: PersonaSettings, folder: Path) -> str:
    """What the assistant is told first.

    Args:
        session: Whose request it is; none for one that is yet to begin, which will have the persona of new sessions.
        settings: The persona of new sessions, and the configured system prompt.
        folder: Where the personas are.

    Raises:
        NotFound: There is no such persona.
        MemchatError: Its file cannot be used.
    """
    if session is not None and session.system_prompt:
        return session.system_prompt
    name = session.persona if session is not None else settings.use
    if name:
        return persona(folder, name)
    return settings.system_prompt or system_prompt()


def standing(instructions: Sequence[Memory], now: datetime, limit: int) -> tuple[list[Memory], list[Memory]]:
    """The standing instructions that go into each request, and those for which there is no room.

    Args:
        instructions: Active memories of the kind instruction.
        now: The present moment; what has ended does not count.
        limit: How many go in, the pinned and the newest first.

    Returns:
        Both oldest first, so that a new one stands at the end.
    """
    holding = [
        memory
        for memory in instructions
        if memory.kind == "instruction"
        and memory.status == "active"
        and "user" in (memory.origin, memory.actor)
        and (memory.valid_to is None or memory.valid_to > now)
        and (memory.valid_from is None or memory.valid_from <= now)
    ]
    first = sorted(holding, key=lambda memory: (memory.pinned, memory.observed_at, memory.id), reverse=True)
    chosen = {memory.id for memory in first[: max(0, limit)]}
    oldest_first = sorted(holding, key=lambda memory: (memory.observed_at, memory.id))
    return [m for m in oldest_first if m.id in chosen], [m for m in oldest_first if m.id not in chosen]
