"""A model's word on pairs of statements that no rule decides."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.core.messages import Usage
from memchat.memory.asking import ask
from memchat.memory.prompts import prompt
from memchat.memory.quoting import defused, one_line
from memchat.memory.reconciling import VERDICTS, Verdict

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel

MOST_PAIRS = 4
"""How many pairs one call decides; the rest stay unrelated, for consolidation to find."""

_LONGEST = 300
_TOKENS_A_PAIR = 12


async def judge(model: "ChatModel", pairs: Sequence[tuple[str, str]]) -> tuple[list[Verdict], Usage | None]:
    """What `model` says of each pair of an earlier and a new statement, in one short call.

    Args:
        model: Who is asked.
        pairs: The texts; those beyond `MOST_PAIRS` are not asked about.

    Returns:
        A verdict a pair, `unrelated` for what was not asked, or answered with no use; and what it cost.

    Raises:
        ModelError: The call failed.
    """
    asked = pairs[:MOST_PAIRS]
    if not asked:
        return [], None
    lines = [f"{n}. Earlier: {_shown(old)} New: {_shown(new)}" for n, (old, new) in enumerate(asked, start=1)]
    request = ChatRequest(
        messages=(
            ChatMessage(role="system", content=prompt("reconcile")),
            ChatMessage(role="user", content="\n".join(lines)),
        ),
        schema=_schema(len(asked)),
        max_tokens=16 + _TOKENS_A_PAIR * len(asked),
        temperature=0.0,
    )
    answer = await ask(model, request, lambda value: _problem(value, len(asked)))
    found: Mapping[str, Any] = answer.value if isinstance(answer.value, dict) else {}
    said = [found.get(str(n), "unrelated") for n in range(1, len(asked) + 1)]
    return [*said, *(["unrelated"] * (len(pairs) - len(asked)))], answer.usage


def _schema(count: int) -> Mapping[str, Any]:
    names = [str(n) for n in range(1, count + 1)]
    return {
        "type": "object",
        "properties": {name: {"type": "string", "enum": list(VERDICTS)} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _problem(value: object, count: int) -> str:
    if not isinstance(value, dict):
        return "It is not a JSON object."
    wrong = [str(n) for n in range(1, count + 1) if value.get(str(n)) not in VERDICTS]
    return f"Pair {', '.join(wrong)} has none of the words {', '.join(VERDICTS)}." if wrong else ""


def _shown(text: str) -> str:
    return one_line(defused(text))[:_LONGEST]
