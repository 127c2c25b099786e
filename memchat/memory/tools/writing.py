"""Storing what a tool keeps, and telling the model what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from memchat.core.kinds import MemoryKind
from memchat.core.memories import Memory, Origin
from memchat.memory.deciding import Terms, decide
from memchat.memory.extraction.values import Proposal
from memchat.memory.quoting import one_line
from memchat.memory.reconciling import Known, Verdict
from memchat.memory.rules import kept_out_by, statement_of
from memchat.memory.tools.values import ToolContext, ToolResult
from memchat.memory.tools.weighing import Weighed
from memchat.store.decisions import Applied, Decision, Hold, Replace


def proposal(text: str, kind: MemoryKind, weighed: Weighed, context: ToolContext) -> Proposal:
    """What is to be kept, as learning proposes it."""
    return Proposal(
        kind=kind,
        text=text,
        quote=weighed.quote,
        message_id=context.user.id,
        said_at=context.user.created_at,
        confidence=weighed.confidence,
        reason=weighed.reason,
    )


async def write(
    new: Proposal,
    known: Sequence[Known],
    verdicts: Mapping[str, Verdict],
    weighed: Weighed,
    context: ToolContext,
    *,
    named: bool = False,
) -> ToolResult:
    """Stores what follows from the verdicts, by the same rules as what is learned from ordinary talk.

    Args:
        new: What is to be kept.
        known: What it is compared with.
        verdicts: What it does to each of them.
        weighed: Whose words it rests on.
        context: The turn.
        named: Whether the user spoke of what is replaced.
    """
    rule = None if weighed.asked else await kept_out_by(await context.store.rules.all(), statement_of(new))
    if rule is not None:
        await context.store.rules.count(rule.id)
        return ToolResult("Not saved: the user does not want such things remembered, unless they ask for it.")
    settings, session_id = context.settings, context.user.session_id
    terms = Terms(
        mode="auto",
        confidence=settings.learning.confidence,
        by_hand=settings.profile.by_hand,
        several=settings.profile.several,
        session_id=session_id,
    )
    decisions = [_owned(each, weighed.origin, named=named) for each in decide(new, known, verdicts, terms)]
    applied = await context.store.memories.apply(decisions, actor=context.model)
    return ToolResult(_told(applied), None if applied.empty else applied.learned(session_id, new.message_id))


def _owned(decision: Decision, origin: Origin, *, named: bool) -> Decision:
    match decision:
        case Hold(new, replaces):
            return Hold(replace(new, origin=origin), replaces)
        case Replace():
            return replace(decision, named=named)
        case _:
            return decision


def _told(applied: Applied) -> str:
    """What was done, for the model."""
    if applied.pending:
        return f"Kept for the user to confirm. {applied.pending[0].reason}".replace("You ", "They ").strip()
    over = f" It takes the place of: {shown(applied.superseded[0])}" if applied.superseded else ""
    if applied.profile:
        return f"{applied.profile[0].field} is now {applied.profile[0].value}.{over}"
    if applied.added:
        return f"Saved: {shown(applied.added[0])}{over}"
    if applied.known or applied.changed:
        return "Known already."
    return "Not saved: it is known, or the user does not want it kept."


def shown(memory: Memory) -> str:
    """A memory's text as a model is told of it."""
    return one_line(memory.text)[:300]
