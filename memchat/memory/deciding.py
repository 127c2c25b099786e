"""From verdicts about pairs to what is written: the decisions that the store carries out in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memchat.core.memories import Memory, Source
from memchat.core.settings import LearningMode
from memchat.memory.extraction.values import Proposal
from memchat.memory.reconciling import Known, Verdict, ends, is_older
from memchat.store.decisions import Add, Decision, Expire, Hold, NewMemory, Reinforce, Replace, Revise

IN_REVIEW = "Everything learned waits for you while learning is in review mode."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms decisions are taken.

    Attributes:
        mode: In `review` nothing becomes active by itself.
        confidence: What is less sure than this waits for the user.
        by_hand: The profile fields that only the user sets.
        several: The profile fields that can have several values.
        session_id: Where it was said.
    """

    mode: LearningMode
    confidence: float
    by_hand: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    session_id: str


def normalised(new: Proposal) -> Proposal:
    """`new` with its past told apart: what ended is past and has an end, and is no value of the present profile."""
    over = new.past or (new.valid_to is not None and new.valid_to <= new.said_at)
    if not over:
        passing = new.field is not None and new.valid_to is not None
        return replace(new, field=None, attribute=new.attribute or new.field or "", text=_told(new)) if passing else new
    ended = min(new.valid_to, new.said_at) if new.valid_to is not None else new.said_at
    past = replace(new, past=True, valid_to=ended, attribute=new.attribute or new.field or "")
    return replace(past, text=_told(past), field=None)


def decide(new: Proposal, known: Sequence[Known], verdicts: Mapping[str, Verdict], terms: Terms) -> list[Decision]:
    """What is to be written for one proposal; nothing, where nothing is to be.

    Args:
        new: What the user said, normalised.
        known: What it was compared with; for a profile value, the field's values among them.
        verdicts: By memory id, all of them settled.
        terms: The mode, and what is needed.
    """
    source = Source(session_id=terms.session_id, message_id=new.message_id, quote=new.quote)
    said = [each for each in known if verdicts.get(each.memory.id) == "same"]
    if said:
        return [] if new.reason else [_again(new, max(said, key=lambda each: each.similarity), source)]
    replaced = [each for each in known if verdicts.get(each.memory.id) == "replaces"]
    refined = [each for each in known if verdicts.get(each.memory.id) == "refines"]
    if reason := _to_wait(new, [*replaced, *refined], terms):
        waiting = memory_of(new, source, reason=reason)
        return [Hold(waiting, replaces=tuple(each.memory.id for each in [*refined, *replaced]))]
    if ended := [each for each in known if ends(new, each)]:
        assert new.valid_to is not None
        again = [_again(new, each, source) for each in ended]
        return [*again, *(Expire(id=each.memory.id, valid_to=new.valid_to) for each in ended)]
    if refined:
        best = max(refined, key=lambda each: each.similarity)
        if is_older(new, best.memory):
            return [_again(new, best, source)]
        return [Revise(id=best.memory.id, new=memory_of(new, source, like=best.memory))]
    if replaced:
        later = [each for each in replaced if is_older(new, each.memory)]
        if later:
            return _as_past(new, later, source)
        at = new.valid_from if new.valid_from is not None and new.valid_from <= new.said_at else new.said_at
        return _in_place_of([each.memory for each in replaced], new, source, at)
    return [Add(memory_of(new, source))]


def memory_of(new: Proposal, source: Source, *, like: Memory | None = None, reason: str = "") -> NewMemory:
    """The memory that a proposal becomes.

    Args:
        new: What the user said.
        source: Where.
        like: Whose names of subject and attribute it takes; none for its own.
        reason: Why it waits for the user; empty when it does not.
    """
    return NewMemory(
        kind=new.kind,
        text=new.text,
        confidence=new.confidence,
        origin="user",
        sources=(source,),
        observed_at=new.said_at,
        status="pending" if reason else "active",
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        subject=like.subject if like is not None else new.subject,
        attribute=like.attribute if like is not None else new.attribute or new.field or "",
        field=new.field,
        value=new.value,
        holds=new.holds,
        reason=reason,
    )


def _to_wait(new: Proposal, changed: Sequence[Known], terms: Terms) -> str:
    """Why a proposal waits for the user; empty when it does not."""
    if new.reason:
        return new.reason
    if new.field is not None and new.field in terms.by_hand:
        return f"Only you set {new.field.replace('_', ' ')}."
    by_user = [each.memory for each in changed if each.memory.field is not None and each.memory.actor == "user"]
    if by_user:
        return f"You set {(by_user[0].field or '').replace('_', ' ')} to {by_user[0].value} yourself."
    if new.confidence < terms.confidence:
        return "It is not sure enough to be kept by itself."
    return IN_REVIEW if terms.mode == "review" else ""


def _in_place_of(old: Sequence[Memory], new: Proposal, source: Source, at: datetime) -> list[Decision]:
    """`new` instead of all of these: what has another name for the attribute is replaced by itself."""
    groups: dict[tuple[str, str], list[Memory]] = {}
    for memory in old:
        groups.setdefault((memory.subject, memory.attribute), []).append(memory)
    return [
        Replace(
            old_ids=tuple(each.id for each in group),
            new=memory_of(new, source, like=group[0]),
            at=at,
            named=not group[0].attribute,
        )
        for group in groups.values()
    ]


def _again(new: Proposal, known: Known, source: Source) -> Decision:
    return Reinforce(id=known.memory.id, sources=(source,), confidence=new.confidence, seen_at=new.said_at)


def _as_past(new: Proposal, later: Sequence[Known], source: Source) -> list[Decision]:
    """What was said before the thing that holds now: it ended when that began."""
    began = min(each.memory.valid_from or each.memory.observed_at for each in later)
    if new.valid_from is not None and began <= new.valid_from:
        return []
    past = replace(new, past=True, valid_to=began, attribute=later[0].memory.attribute)
    return [Add(memory_of(replace(past, text=_told(past), field=None), source))]


def _told(new: Proposal) -> str:
    """A profile value as a sentence of its own, since it is no part of the profile."""
    if new.field is None:
        return new.text
    return f"The user's {new.field.replace('_', ' ')} {'was' if new.past else 'is'} {new.value}."
