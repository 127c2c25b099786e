"""The profile's fields: which there are, and what may stand in them."""

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Origin, ProfileField, Source
from memchat.core.settings import ProfileSettings
from memchat.memory.quoting import one_line
from memchat.memory.screening import screen_if

if TYPE_CHECKING:
    from memchat.store import Store

LONGEST = 300
"""Characters of a value at most: the profile is in every request."""


def field_named(settings: ProfileSettings, name: str) -> str:
    """The configured field that `name` means: case, spaces and hyphens do not matter.

    Raises:
        NotFound: There is no such field; the sentence lists them.
    """
    wanted = re.sub(r"[\s\-]+", "_", name.strip().lower())
    by_key = {re.sub(r"[\s\-]+", "_", field.lower()): field for field in settings.fields}
    if wanted in by_key:
        return by_key[wanted]
    short = {"language": "preferred_language", "job": "occupation", "style": "communication_style"}.get(wanted)
    if short in by_key:
        return by_key[short]
    near = difflib.get_close_matches(wanted, by_key, n=1, cutoff=0.7)
    hint = f" Did you mean {by_key[near[0]]}?" if near else ""
    raise NotFound(
        f"The profile has no field {one_line(name)[:40]!r}.{hint}",
        f"Its fields are {', '.join(settings.fields)}; add your own under [profile.fields] in the config.",
    )


async def set_field(
    store: "Store",
    settings: ProfileSettings,
    field: str,
    value: str,
    *,
    origin: Origin = "user",
    actor: str = "user",
    confidence: float = 1.0,
    sources: Sequence[Source] = (),
    redact: bool = True,
    only: bool = False,
) -> ProfileField:
    """Sets a field; the value before it stays in the history. A field of several values gets one more.

    Args:
        store: Where to.
        settings: Which fields there are.
        field: Its name, as the user or a model writes it.
        value: One line.
        origin: Whose words it rests on.
        actor: Who sets it: `user`, or a model's name.
        confidence: How sure, from 0 to 1.
        sources: The messages that it rests on.
        redact: Whether secrets in it are replaced first.
        only: Whether it takes the place of all that a field of several values has.

    Raises:
        MemchatError: There is no such field, or the value is empty or too long.
    """
    name = field_named(settings, field)
    cleaned = checked_value(name, value, redact=redact)
    several = name in settings.several and not only
    return await store.profile.set(
        name, cleaned, origin=origin, confidence=confidence, sources=sources, actor=actor, several=several
    )


def checked_value(name: str, value: str, *, redact: bool) -> str:
    """A value as it is stored.

    Args:
        name: The field's.
        value: As the user or a model writes it.
        redact: Whether secrets in it are replaced.

    Raises:
        MemchatError: It is empty or too long.
    """
    cleaned = one_line(value)
    if not cleaned:
        raise MemchatError(
            f"There is no value for {name}.", f"To empty it: memchat profile unset {name}.", on_screen="f4 empties it."
        )
    if len(cleaned) > LONGEST:
        raise MemchatError(
            f"That is {len(cleaned):,} characters, and a profile field has {LONGEST} at most.",
            "Keep it short; what needs more words can be remembered as a fact.",
        )
    return screen_if(cleaned, on=redact)


async def unset_field(
    store: "Store", settings: ProfileSettings, field: str, *, value: str | None = None, actor: str = "user"
) -> str:
    """Empties a field, and returns its name; one that is set but no longer configured can be emptied too.

    Args:
        store: Where it is.
        settings: Which fields there are.
        field: Its name, as the user writes it.
        value: The only one of its values to take away, or the beginning of it; none for all.
        actor: Who empties it: `user`, or a model's name.

    Raises:
        NotFound: There is no such field, it is empty, or none or several of its values begin so.
    """
    held = await store.profile.list()
    name = field if any(item.field == field for item in held) else field_named(settings, field)
    values = [item.value for item in held if item.field == name]
    await store.profile.unset(name, value=None if value is None else _value_meant(name, values, value), actor=actor)
    return name


def _value_meant(name: str, values: Sequence[str], given: str) -> str:
    wanted = one_line(given).casefold()
    exact = [value for value in values if value.casefold() == wanted]
    found = exact or [value for value in values if wanted and value.casefold().startswith(wanted)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(found or values) or "nothing"
    raise NotFound(
        f"{'Several values' if found else 'No value'} of {name} {'begin' if found else 'begins'} so. It has: {listed}.",
        "Give more of the one that is meant.",
    )
