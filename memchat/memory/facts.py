"""Facts that the user asks to be kept."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory, MemoryKind, MemoryStatus, Origin, Source
from memchat.core.times import now
from memchat.memory.attributes import attribute_of
from memchat.memory.dates import resolve, validity
from memchat.memory.kinds import kind_of
from memchat.memory.languages import language_of
from memchat.memory.quoting import defused
from memchat.memory.screening import PLACEHOLDER, screen_if
from memchat.memory.sentences import own_text, sentences
from memchat.memory.zones import user_zone

if TYPE_CHECKING:
    from memchat.store import Store

LONGEST = 1_000
"""Characters of a fact at most; what is longer is a document, not a fact."""

_ASKED = re.compile(
    r"""
    ^(?:(?:hi|hey|hello|ok|okay|also|and|oh|so|btw|by\ the\ way|memchat)\b[,.!:]*\s+)*
    (?:please\s+)?(?P<polite>(?:can|could|would|will)\ you\s+)?(?:please\s+)?
    (?:remember(?:\s+this)?|(?:don['’]?t|do\ not|never)\s+forget|keep\ in\ mind|(?:make|take)\ a\ note|note)
    (?:\s*[:,]\s*|\s+that\s+
      |\s+(?=(?:I|I['’]\w+|(?:my|our)\b.*\b(?:is|are|was|were|has|have))\b(?!\ (?:told|said|asked))))
    (?P<english>\S.*)$
    |^(?:請|请)?你?(?:記住|记住|記得|记得|別忘了|别忘了)[：:，,\s]*(?P<chinese>\S.*)$
    |^(?:bitte\s+)?merke?\s+dir(?:\s+bitte)?\s*[:,]?\s*(?:dass\s+)?(?P<german>\S.*)$
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_MAY_ASK = re.compile(r"\b(?:remember|forget|keep in mind|note|merke?)\b|記住|记住|記得|记得|忘", re.IGNORECASE)
_OWN = re.compile(r"\b(?:I|I['’]\w+|my|our|we|us|me|ich|mein\w*|mir|mich|wir|unser\w*)\b|我", re.IGNORECASE)
_NOT_A_FACT = re.compile(r"^(?:time|day|when|how|what|where|who|song|movie|film)\b", re.IGNORECASE)


def asked_to_remember(text: str) -> str | None:
    """What the user asks to be remembered, else none.

    The whole text begins with the request, or a sentence of it does that tells something of the user: what was pasted
    below the user's own line may say "remember that …" too. A question ("do you remember that …?") is no request.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return None
    found = _asked(stripped)
    if found is not None or "\n" in stripped or not _MAY_ASK.search(stripped):
        return found
    own = own_text(stripped, language_of(stripped))
    wanted = (_asked(each.text + "?" * each.asks) for each in sentences(own))
    return next((what for what in wanted if what and _OWN.search(what)), None)


def _asked(text: str) -> str | None:
    match = _ASKED.match(text)
    if match is None:
        return None
    what = (match["english"] or match["chinese"] or match["german"]).strip()
    asks_back = what.endswith(("?", "？")) and not match["polite"]
    what = what.rstrip("?？").rstrip()
    return None if asks_back or not what or _NOT_A_FACT.match(what) or PLACEHOLDER.search(what) else what


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
    """Keeps a fact, with where it comes from; what it calls tomorrow or last week it tells by date.

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
        at: When it was said; none for now.

    Raises:
        MemchatError: There is nothing in it to keep, or it is too long.
    """
    cleaned = checked(text, redact=redact)
    said_at, zone = at or now(), await user_zone(store)
    told, holds = resolve(cleaned, said_at, zone), validity(cleaned, said_at, zone)
    said = screen_if(defused(quote).strip(), on=redact) if quote else cleaned
    return await store.memories.add(
        kind=kind or kind_of(cleaned),
        text=told,
        confidence=confidence,
        origin=origin,
        sources=(Source(session_id=session_id, message_id=message_id, quote=said[:LONGEST]),),
        actor=actor,
        status=status,
        observed_at=at,
        valid_from=None if holds.past else holds.valid_from,
        valid_to=None if holds.past else holds.valid_to,
        attribute=attribute_of(cleaned),
    )


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
        raise MemchatError("There is nothing to remember in that.", "Say what, as in /remember I prefer short answers.")
    if len(cleaned) > LONGEST:
        raise MemchatError(
            f"That is {len(cleaned):,} characters, and a fact has {LONGEST:,} at most.",
            "Save its gist; the whole text stays in the conversation and is searched there.",
        )
    return screen_if(cleaned, on=redact)
