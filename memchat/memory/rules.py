"""Never learn things like this: which rule keeps a statement out, and which rules could be made of a memory."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.rules import LearningRule
from memchat.memory.attributes import attribute_of, same_attribute
from memchat.memory.comparing import gist, mentions
from memchat.memory.extraction.values import Proposal
from memchat.memory.queries import folded

LIKE = 0.75
"""From this strength of likeness on a statement is like what a rule names; see `Similarities.strength`."""

Likeness = Callable[[str, str], Awaitable[float]]
"""How alike two texts are in meaning, from 0 to 1; 0 where there is no embedder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What may be learned, as far as a rule looks at it."""

    text: str
    kind: MemoryKind
    subject: str = ABOUT_USER
    attribute: str = ""


def statement_of(new: Proposal) -> Statement:
    """What learning proposes, as a rule looks at it."""
    return Statement(text=new.text, kind=new.kind, subject=new.subject, attribute=new.field or new.attribute)


async def unlike(first: str, second: str) -> float:  # noqa: ARG001 - a Likeness
    """The likeness of any two texts where there is no embedder."""
    return 0.0


async def kept_out_by(
    rules: Sequence[LearningRule], statement: Statement, likeness: Likeness = unlike
) -> LearningRule | None:
    """The first of `rules` that keeps a statement out; none when it may be learned."""
    for rule in rules:
        if await _covers(rule, statement, likeness):
            return rule
    return None


async def _covers(rule: LearningRule, statement: Statement, likeness: Likeness) -> bool:
    match rule.basis:
        case "kind":
            return rule.kind == statement.kind
        case "attribute":
            return _same_subject(rule.subject, statement.subject) and any(
                same_attribute(rule.attribute, told)
                for told in (statement.attribute, attribute_of(statement.text))
                if told
            )
        case "subject":
            return _same_subject(rule.subject, statement.subject) or mentions(statement.text, rule.subject)
        case "like":
            words = gist(rule.text).words
            if words and words <= gist(statement.text).words:
                return True
            return bool(rule.text) and await likeness(rule.text, statement.text) >= LIKE


def _same_subject(one: str, other: str) -> bool:
    return folded(one or ABOUT_USER).strip() == folded(other or ABOUT_USER).strip()


def rules_of(memory: Memory, now: datetime) -> list[LearningRule]:
    """The rules that keep out things like a memory, the one that is meant most likely first.

    That is the narrowest which can be told in a few words: by what of whom it tells, by whom it is about, by what it
    says; all of its kind comes last.
    """
    attribute = memory.field or memory.attribute or attribute_of(memory.text)
    found: list[LearningRule] = []
    if attribute:
        found.append(LearningRule(basis="attribute", subject=memory.subject, attribute=attribute, made_at=now))
    if memory.subject != ABOUT_USER:
        found.append(LearningRule(basis="subject", subject=memory.subject, made_at=now))
    found.append(LearningRule(basis="like", text=memory.text, made_at=now))
    found.append(LearningRule(basis="kind", kind=memory.kind, made_at=now))
    return found
