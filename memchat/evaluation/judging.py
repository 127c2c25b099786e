"""Says of each memory whether it is worth its place, from what was written down beforehand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from memchat.core.memories import Memory
from memchat.evaluation.cases import Conversation, Fact, Trap, normalised

Verdict = Literal["good", "redundant", "outdated", "trap", "junk"]
"""`redundant` tells only what others tell; `outdated` tells as present what was replaced; `junk` nothing planted."""

_PAST = re.compile(
    r"\b(?:used to|formerly|former|previous(?:ly)?|no longer|not any ?more|until|was|were|lived|worked|had|drove|sold"
    r"|früher|ehemal\w*|bis|war|avant|ancien\w*|antes|anterior\w*|vivía)\b|以前|之前|曾|原本|だった|昔|예전|이전",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A memory that counts as true at present.

    Attributes:
        facts: The keys of the facts that it tells.
        trap: The trap that it fell for.
    """

    memory: Memory
    verdict: Verdict
    facts: frozenset[str]
    trap: Trap | None = None


def text_of(memory: Memory) -> str:
    """All that a memory says."""
    value = memory.value or ""
    return memory.text if value in memory.text else f"{memory.text} {value}"


def is_current(memory: Memory, at: datetime) -> bool:
    """Whether a memory counts as true at that moment."""
    return memory.status == "active" and (memory.valid_to is None or memory.valid_to > at)


def tells(memory: Memory, fact: Fact) -> bool:
    """Whether a memory tells a fact, and is of the kind that it must be."""
    fits = not fact.kind or memory.kind == fact.kind or memory.field is not None
    return fits and fact.says(text_of(memory))


def judge(conversation: Conversation, memories: Sequence[Memory], at: datetime) -> tuple[Judged, ...]:
    """Judges what counts as true at that moment.

    Of memories that tell the same, the one that tells most is good; of those that tell as much, the first.
    """
    current = [memory for memory in memories if is_current(memory, at)]
    first = [_alone(conversation, memory) for memory in current]
    told: set[str] = set()
    redundant: set[str] = set()
    for each in sorted(first, key=lambda each: -len(each.facts)):
        if each.verdict != "good":
            continue
        if each.facts <= told:
            redundant.add(each.memory.id)
        told |= each.facts
    return tuple(
        Judged(memory=each.memory, verdict="redundant", facts=each.facts) if each.memory.id in redundant else each
        for each in first
    )


def _alone(conversation: Conversation, memory: Memory) -> Judged:
    text = text_of(memory)
    facts = frozenset(fact.key for fact in conversation.facts if fact.says(text))
    trap = next((trap for trap in conversation.traps if trap.says(text)), None)
    verdict: Verdict
    if trap is not None:
        verdict = "trap"
    elif not facts:
        verdict = "junk"
    elif _is_outdated(conversation, facts, text):
        verdict = "outdated"
    else:
        verdict = "good"
    return Judged(memory=memory, verdict=verdict, facts=facts, trap=trap)


def _is_outdated(conversation: Conversation, facts: frozenset[str], text: str) -> bool:
    """Whether it tells what was replaced, without what replaced it and without a word that puts it into the past."""
    successors = {fact.replaces: fact.key for fact in conversation.facts if fact.replaces}
    replaced = facts & successors.keys()
    return any(successors[key] not in facts for key in replaced) and not _PAST.search(normalised(text))
