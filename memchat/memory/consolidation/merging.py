"""Near-duplicates become one statement, which keeps the sources of all; the parts stay in history."""

from collections.abc import Sequence
from typing import Any

from memchat.core.memories import HOLDS, ORIGINS, Memory
from memchat.memory.comparing import agree, covers, differs, gist
from memchat.memory.consolidation.tools import Bench, numbered
from memchat.memory.quoting import defused
from memchat.store.decisions import Merge, NewMemory

ALIKE = 0.86
"""Two statements are near-duplicates from this cosine on, if names, numbers and polarity agree too."""

ALIKE_OF_ONE_ATTRIBUTE = 0.75
"""The same for statements that tell one attribute of one subject."""

MOST_PARTS = 8
_LONGEST = 300

_KEPT = 0.5
"""The share of each part's words that are in the statement at least."""

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"same": {"type": "boolean"}, "statement": {"type": "string"}},
    "required": ["same", "statement"],
    "additionalProperties": False,
}


async def cluster_of(memory: Memory, bench: Bench) -> tuple[Memory, ...]:
    """`memory` with its near-duplicates, itself first; alone when it has none."""
    members = [memory]
    for other in await bench.near(memory):
        if len(members) < MOST_PARTS and all(near_duplicates(member, other, bench) for member in members):
            members.append(other)
    return tuple(members)


def near_duplicates(first: Memory, second: Memory, bench: Bench) -> bool:
    """Whether two memories say the same in other words, as far as code can tell.

    Values of profile fields, instructions beside facts, and statements about different times are never duplicates.
    """
    if first.field or second.field or first.subject != second.subject:
        return False
    if (first.kind == "instruction") != (second.kind == "instruction"):
        return False
    if (first.valid_from, first.valid_to) != (second.valid_from, second.valid_to):
        return False
    if first.attribute and second.attribute and first.attribute != second.attribute:
        return False
    one_says, other_says = gist(first.text), gist(second.text)
    if not agree(one_says, other_says) or differs(one_says, other_says):
        return False
    one = bool(first.attribute) and first.attribute == second.attribute
    return bench.likeness(first.text, second.text) >= (ALIKE_OF_ONE_ATTRIBUTE if one else ALIKE)


async def merged(parts: Sequence[Memory], bench: Bench) -> Merge | None:
    """How `parts` become one memory; none when the model says that they do not say the same.

    The model's words are used only when nothing in them is missing from the parts; else the fullest part's are.

    Raises:
        ModelError: The model failed.
    """

    def problem(value: Any) -> str:
        return _problem(value, parts)

    answer = await bench.ask("merge", numbered(part.text for part in parts), _SCHEMA, problem)
    if answer is not None and not answer["same"]:
        return None
    text = defused(answer["statement"]).strip() if answer is not None else fullest(parts).text
    return Merge(part_ids=tuple(part.id for part in parts), new=_one(parts, text))


def fullest(parts: Sequence[Memory]) -> Memory:
    """The part that says the most; among equals the surest, then the newest."""
    return max(parts, key=lambda part: (len(gist(part.text).words), part.confidence, part.updated_at, part.id))


def _one(parts: Sequence[Memory], text: str) -> NewMemory:
    best = fullest(parts)
    holding = [part.holds for part in parts if part.holds]
    return NewMemory(
        kind=best.kind,
        text=text,
        confidence=max(part.confidence for part in parts),
        origin=max((part.origin for part in parts), key=ORIGINS.index),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        observed_at=min(part.observed_at for part in parts),
        valid_from=best.valid_from,
        valid_to=best.valid_to,
        subject=best.subject,
        attribute=next((part.attribute for part in parts if part.attribute), ""),
        value=best.value,
        holds=max(holding, key=HOLDS.index, default=None),
        derived_from=tuple(part.id for part in parts),
    )


def _problem(value: Any, parts: Sequence[Memory]) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("same"), bool):
        return "`same` must be true or false."
    if not value["same"]:
        return ""
    statement = value.get("statement")
    if not isinstance(statement, str) or not 0 < len(statement.strip()) <= _LONGEST:
        return "`statement` must be one short sentence."
    said, made = [gist(part.text) for part in parts], gist(statement)
    if not made.words <= frozenset().union(*(each.words for each in said)):
        return "The statement says something that none of the statements says."
    if not all(agree(made, each) for each in said):
        return "The statement must keep every name and number."
    if any(covers(made, each) < _KEPT or not each.characters <= made.characters for each in said):
        return "The statement leaves out what one of the statements says."
    return ""
