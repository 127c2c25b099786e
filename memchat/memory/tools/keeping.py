"""The tools that keep something: it rests on the newest message of the user, or waits for them to confirm it."""

from memchat.core.events import ForgetAsked, Learned
from memchat.core.memories import MEMORY_KINDS, Memory, Source
from memchat.memory.facts import LONGEST, remember
from memchat.memory.grounding import Ground, ground
from memchat.memory.profile import field_named, set_field
from memchat.memory.quoting import one_line
from memchat.memory.tools.meaning import meant
from memchat.memory.tools.values import ToolContext, ToolResult


async def remember_fact(text: str, kind: object, context: ToolContext) -> ToolResult:
    """Saves a fact that the user's newest message says; what it does not say waits for them to confirm."""
    rests_on = _ground(text, context)
    if rests_on == "recalled":
        return ToolResult("Not saved: that was recalled and is known already. Save only what the user says now.")
    sure = rests_on == "said"
    memory = await remember(
        context.store,
        text,
        session_id=context.user.session_id,
        message_id=context.user.id,
        origin="user" if sure else "assistant",
        actor=context.model,
        kind=next((each for each in MEMORY_KINDS if each == kind), None),
        quote=context.user.text,
        confidence=0.9 if sure else 0.5,
        status="active" if sure else "pending",
        redact=context.settings.privacy.redact_secrets,
    )
    if memory.status == "pending":
        return ToolResult("Kept for the user to confirm: their message does not say it.", Learned(pending=(memory,)))
    return ToolResult(f"Saved: {memory.text}", Learned(added=(memory,)))


async def set_profile(name: str, value: str, context: ToolContext) -> ToolResult:
    """Sets a profile field to what the user's newest message says."""
    settings = context.settings.profile
    known = {item.field: item.value for item in await context.store.profile.list()}
    target = field_named(settings, name)
    if known.get(target, "").casefold() == value.casefold():
        return ToolResult(f"{target} is {value} already.")
    rests_on = _ground(value, context)
    if rests_on == "recalled":
        return ToolResult("Not set: that was recalled. Set only what the user says about themselves now.")
    sure = rests_on == "said"
    if not sure and target in known:
        return ToolResult(f"Not set: {target} is {known[target]}, and the user's message does not say otherwise.")
    changed = await set_field(
        context.store,
        settings,
        target,
        value,
        origin="user" if sure else "assistant",
        actor=context.model,
        confidence=0.9 if sure else 0.6,
        sources=(_source(context),),
        redact=context.settings.privacy.redact_secrets,
    )
    return ToolResult(f"{changed.field} is now {changed.value}.", Learned(profile=(changed,)))


async def forget(about: str, context: ToolContext) -> ToolResult:
    """Asks the user whether to forget what is meant; nothing is forgotten by a model."""
    found = await meant(about, context)
    if found.memory is None:
        return found.answer
    return ToolResult(f"The user is asked whether to forget: {_shown(found.memory)}", asked=ForgetAsked(found.memory))


def _ground(text: str, context: ToolContext) -> Ground:
    return ground(text, context.user.text, [item.text for item in context.recalled])


def _source(context: ToolContext) -> Source:
    return Source(session_id=context.user.session_id, message_id=context.user.id, quote=context.user.text[:LONGEST])


def _shown(memory: Memory) -> str:
    return one_line(memory.text)[:300]
