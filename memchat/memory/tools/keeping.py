"""The tools that keep something: it rests on the newest message of the user, or waits for them to confirm it."""

import asyncio
from dataclasses import replace

from memchat.core.events import ForgetAsked
from memchat.core.kinds import MEMORY_KINDS, MemoryKind
from memchat.core.memories import Memory
from memchat.memory.attributes import attribute_of
from memchat.memory.comparing import gist, mentions
from memchat.memory.dates import resolve, validity
from memchat.memory.extraction.values import Proposal
from memchat.memory.facts import checked
from memchat.memory.kinds import kind_of
from memchat.memory.profile import checked_value, field_named
from memchat.memory.queries import query_of, same_text
from memchat.memory.reconciling import Known, Verdict, settled
from memchat.memory.tools.meaning import meant
from memchat.memory.tools.values import ToolContext, ToolResult
from memchat.memory.tools.weighing import Weighed, weigh
from memchat.memory.tools.writing import proposal, shown, write
from memchat.memory.zones import user_zone

_NEIGHBOURS = 8
_FEW_WORDS = 2


async def remember_fact(text: str, kind: object, context: ToolContext) -> ToolResult:
    """Saves a fact that the user's newest message states; what it does not state waits for them to confirm it."""
    text = checked(text, redact=context.settings.privacy.redact_secrets)
    weighed = await asyncio.to_thread(weigh, text, context)
    if weighed.refusal:
        return ToolResult(weighed.refusal)
    if (known := await _kept_from_this(text, context)) is not None:
        return ToolResult(f"Saved already: {shown(known)}")
    chosen = _kind(kind, text, weighed)
    if chosen is None:
        return ToolResult("Not saved: the user's message gives no such standing instruction.")
    told = weighed.told
    if told.field in context.settings.profile.fields and _says_only(text, told.value):
        assert told.field is not None
        return await set_profile(told.field, told.value, context)
    new = replace(
        await _dated(text, chosen, weighed, context),
        subject=told.subject,
        attribute=told.attribute or attribute_of(text),
        holds=told.holds,
        several=told.several,
    )
    near = await context.store.memories.neighbours(None, query_of(text).terms, subject=new.subject, limit=_NEIGHBOURS)
    compared = [Known(memory=memory) for memory in near]
    return await write(new, compared, settled(new, compared, {}), weighed, context)


async def update_memory(about: str, text: str, context: ToolContext) -> ToolResult:
    """Puts what the user's newest message states in the place of a saved fact, which stays in history."""
    text = checked(text, redact=context.settings.privacy.redact_secrets)
    weighed = await asyncio.to_thread(weigh, text, context)
    if weighed.refusal:
        return ToolResult(weighed.refusal)
    found = await meant(about, context)
    old = found.memory
    if old is None:
        return found.answer
    if old.field is not None:
        return ToolResult(f"That is the profile field {old.field}. Call set_profile with its new value.")
    if not gist(text).words & gist(f"{old.text} {old.attribute}").words:
        return ToolResult(f"Not changed: that says nothing about “{shown(old)}”. Save it with remember.")
    new = replace(
        await _dated(text, old.kind, weighed, context), subject=old.subject, attribute=old.attribute, holds=old.holds
    )
    verdict: Verdict = "same" if same_text(text) == same_text(old.text) else "replaces"
    return await write(new, [Known(memory=old)], {old.id: verdict}, weighed, context, named=True)


async def set_profile(name: str, value: str, context: ToolContext) -> ToolResult:
    """Sets a profile field to what the user's newest message states."""
    settings = context.settings.profile
    field = field_named(settings, name)
    value = checked_value(field, value, redact=context.settings.privacy.redact_secrets)
    present = [item for item in await context.store.profile.list() if item.field == field]
    if any(item.value.casefold() == value.casefold() for item in present):
        return ToolResult(f"{field} is {value} already.")
    weighed = await asyncio.to_thread(weigh, value, context)
    if weighed.refusal:
        return ToolResult(weighed.refusal)
    if weighed.origin != "user" and present and field not in settings.several:
        return ToolResult(f"Not set: {field} is {present[0].value}, and the user's message does not say otherwise.")
    new = replace(
        proposal(f"{field.replace('_', ' ')}: {value}", "fact", weighed, context),
        attribute=field,
        field=field,
        value=value,
        several=field in settings.several,
    )
    olds = [] if new.several else await context.store.memories.by_ids([item.memory_id for item in present])
    known = [Known(memory=memory) for memory in olds]
    return await write(new, known, {each.memory.id: "replaces" for each in known}, weighed, context)


async def forget(about: str, context: ToolContext) -> ToolResult:
    """Asks the user whether to forget what is meant; nothing is forgotten by a model."""
    found = await meant(about, context)
    if found.memory is None:
        return found.answer
    return ToolResult(f"The user is asked whether to forget: {shown(found.memory)}", asked=ForgetAsked(found.memory))


async def _dated(text: str, kind: MemoryKind, weighed: Weighed, context: ToolContext) -> Proposal:
    """What is to be kept, with dates for what it calls tomorrow or last week, and until when it holds."""
    at, zone = context.user.created_at, await user_zone(context.store)
    holds = validity(text, at, zone)
    new = proposal(resolve(text, at, zone), kind, weighed, context)
    return new if holds.past else replace(new, valid_from=holds.valid_from, valid_to=holds.valid_to)


async def _kept_from_this(text: str, context: ToolContext) -> Memory | None:
    """What was kept from the user's newest message already, where it says what `text` does."""
    said = gist(text)
    for memory in await context.store.memories.of_message(context.user.id):
        kept = gist(memory.text)
        smaller = min(len(said.words), len(kept.words))
        if smaller and len(said.words & kept.words) >= 0.6 * smaller and memory.status in ("active", "pending"):
            return memory
    return None


def _says_only(text: str, value: str) -> bool:
    """Whether a fact says a profile value and little else, so that it belongs into the profile."""
    rest = gist(text).words - gist(value).words
    return bool(value) and mentions(text, value) and len(rest) <= _FEW_WORDS


def _kind(given: object, text: str, weighed: Weighed) -> MemoryKind | None:
    """The kind of a fact; none for a standing instruction that the user did not give."""
    kind = next((each for each in MEMORY_KINDS if each == given), None) or kind_of(text)
    if kind != "instruction" or weighed.standing or (weighed.asked and weighed.origin == "user"):
        return kind
    return weighed.told.kind or "fact" if weighed.told.attribute else None
