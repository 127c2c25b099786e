"""Pairs of active memories that cannot both be true, for the user to settle. Nothing is changed by finding one."""

from typing import Any

from memchat.core.memories import Memory
from memchat.memory.comparing import MAYBE_SAME, gist
from memchat.memory.consolidation.tools import Bench, numbered

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"both_can_be_true": {"type": "boolean"}},
    "required": ["both_can_be_true"],
    "additionalProperties": False,
}


def may_contradict(first: Memory, second: Memory, likeness: float) -> bool:
    """Whether two memories are close enough to contradict each other, and differ in what would make them.

    Args:
        first: One of them.
        second: The other.
        likeness: The cosine of their texts.
    """
    if first.subject != second.subject or first.kind == "event" or second.kind == "event":
        return False
    if first.field and first.field == second.field:  # a field with several values may have them
        return False
    if _disjoint(first, second):
        return False
    one, other = gist(first.text), gist(second.text)
    if one.negative == other.negative and one.keys == other.keys and one.words == other.words:
        return False
    if first.attribute and first.attribute == second.attribute:
        return True
    return likeness >= MAYBE_SAME and (one.negative != other.negative or one.keys != other.keys)


async def contradict(first: Memory, second: Memory, bench: Bench) -> str | None:
    """Why two memories cannot both be true, in a sentence; none when they can, or there is no one to ask.

    Raises:
        ModelError: The model failed.
    """
    older, newer = sorted((first, second), key=lambda memory: memory.observed_at)
    answer = await bench.ask("contradict", numbered([older.text, newer.text]), _SCHEMA, _problem)
    if answer is None or answer["both_can_be_true"]:
        return None
    return f"“{newer.text}” does not go with “{older.text}”."


def _disjoint(first: Memory, second: Memory) -> bool:
    """Whether one had ended before the other began."""
    for one, other in ((first, second), (second, first)):
        if one.valid_to is not None and other.valid_from is not None and one.valid_to <= other.valid_from:
            return True
    return False


def _problem(value: Any) -> str:
    fine = isinstance(value, dict) and isinstance(value.get("both_can_be_true"), bool)
    return "" if fine else "`both_can_be_true` must be true or false."
