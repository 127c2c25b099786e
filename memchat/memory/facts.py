"""Facts that the user asks to be kept."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.kinds import MemoryKind
from memchat.core.memories import Memory, MemoryStatus, Origin, Source
from memchat.memory.asked import LONGEST
from memchat.memory.attributes import attribute_of
from memchat.memory.claims import claims
from memchat.memory.dates import resolve, validity
from memchat.memory.extraction.phrasing import phrased
from memchat.memory.kinds import kind_of
from memchat.memory.queries import query_of, same_text
from memchat.memory.quoting import defused
from memchat.memory.screening import screen_if
from memchat.memory.zones import user_zone

if TYPE_CHECKING:
    from memchat.store import Store

_NEAR = 8


async def remember(
    store: "Store",
    text: str,
    *,
    session_id: str | None,
    message_id: str | None,
    origin: Origin = "user",
    actor: str = "user",
    kind: MemoryKind | None = None,
    quote: str | None = None,
    confidence: float = 1.0,
    status: MemoryStatus = "active",
    redact: bool = True,
    at: datetime | None = None,
) -> Memory:
    """Keeps a fact, with where it comes from.

    Args:
        store: Where to.
        text: The fact; the same one again makes the first one surer.
        session_id: Where it was said.
        message_id: The message that it rests on; none when it was set by hand.
        origin: Whose words it rests on.
        actor: Who keeps it: `user`, or a model's name.
        kind: None decides by its words.
        quote: The words that it rests on; none for the text itself.
        confidence: How sure, from 0 to 1.
        status: `pending` for what the user is to confirm.
        redact: Whether secrets in it are replaced first.
        at: When it was said in a conversation: then what it calls tomorrow or last week is told by its date. None keeps
            the words as they were written.

    Raises:
        MemchatError: There is nothing in it to keep, or it is too long.
    """
    cleaned = checked(text, redact=redact)
    told, begun, ended = cleaned, None, None
    if at is not None:
        zone = await user_zone(store)
        told = resolve(cleaned, at, zone)
        begun, ended, past = validity(cleaned, at, zone)
        if past:
            begun = ended = None
    said = screen_if(defused(quote).strip(), on=redact) if quote else cleaned
    known = await _known(store, told) if status == "active" else None
    return await store.memories.add(
        kind=known.kind if known else kind or kind_of(cleaned),
        text=known.text if known else told,
        confidence=confidence,
        origin=origin,
        sources=(Source(session_id=session_id, message_id=message_id, quote=said[:LONGEST]),),
        actor=actor,
        status=status,
        observed_at=at,
        valid_from=begun,
        valid_to=ended,
        attribute=attribute_of(cleaned),
    )


async def _known(store: "Store", text: str) -> Memory | None:
    """The active fact that says the same, whether of "me" or of "the user"; none when there is none."""
    # The first look at a language's words takes a while, in which the screen must not stand still.
    said = await asyncio.to_thread(_of_the_user, text)
    near = await store.memories.neighbours(None, query_of(text).terms, limit=_NEAR)
    return next((each for each in near if each.field is None and _of_the_user(each.text) == said), None)


def _of_the_user(text: str) -> str:
    """`text` as learning would word it, for comparing."""
    found = claims(text)
    return same_text(phrased(found[0]) if len(found) == 1 and same_text(found[0].quote) == same_text(text) else text)


async def edit(store: "Store", id: str, text: str, *, redact: bool = True) -> Memory:
    """Gives a fact the user's new words; the old ones stay in its history.

    Raises:
        NotFound: There is no such fact.
        MemchatError: There is nothing in it to keep, or it is too long.
    """
    return await store.memories.edit(id, checked(text, redact=redact))


def checked(text: str, *, redact: bool) -> str:
    """The words of a fact as they are stored.

    Raises:
        MemchatError: There is nothing in it to keep, or it is too long.
    """
    cleaned = defused(text).strip()
    if not any(character.isalnum() for character in cleaned):
        raise MemchatError("There is nothing to remember in that.", "Say it in words, such as: I prefer short answers.")
    if len(cleaned) > LONGEST:
        raise MemchatError(
            f"That is {len(cleaned):,} characters, and a fact has {LONGEST:,} at most.",
            "Save its gist; the whole text stays in the conversation and is searched there.",
        )
    return screen_if(cleaned, on=redact)
