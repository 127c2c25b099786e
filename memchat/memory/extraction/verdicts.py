"""What a model says of the claims whose words do not tell enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.core.kinds import MemoryKind
from memchat.core.memories import HOLDS, Holds, Memory
from memchat.core.messages import Usage
from memchat.memory.asking import ask
from memchat.memory.claims import Claim
from memchat.memory.clipping import clip
from memchat.memory.prompts import prompt
from memchat.memory.quoting import one_line

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel

KINDS: tuple[MemoryKind, ...] = ("preference", "fact", "decision", "goal", "event")
"""What a model may find; that something is an instruction to the assistant is never left to it."""
STEP = "step"
MOMENT = "moment"
"""What is of no use later: a step of the task at hand, or what holds for a moment."""

_TOPIC_CHARACTERS = 40
_LINE_TOKENS = 70
_BEFORE_CHARACTERS = 160
_CANDIDATE_CHARACTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A claim that a model is asked about, and whether it is to put it in other words too."""

    claim: Claim
    rephrase: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the model says of one claim.

    Attributes:
        kind: None when it is not worth keeping.
        holds: How long it holds; none where it says nothing of that.
        topic: What the claim is about, in a word or two; empty where it says none.
        text: Its wording; empty where it was not asked for one.
        known: The candidate that it speaks of again.
    """

    kind: MemoryKind | None
    holds: Holds | None = None
    topic: str = ""
    text: str = ""
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """A call's outcome; `judged` is empty when the model's answer was no use."""

    judged: tuple[Judgement, ...]
    usage: Usage | None
    calls: int
    problem: str = ""


async def judge(
    model: "ChatModel", questions: Sequence[Question], *, before: str, candidates: Sequence[Memory]
) -> Judgements:
    """Asks a model about claims, in one call.

    Args:
        model: Who is asked.
        questions: At least one.
        before: What the assistant said before, for reference.
        candidates: Memories that the claims may speak of again.

    Raises:
        ModelError: The call failed.
    """
    schema = _schema(questions, len(candidates))
    messages = (
        ChatMessage(role="system", content=prompt("extract")),
        ChatMessage(role="user", content=_lines(questions, before, candidates)),
    )
    request = ChatRequest(
        messages=messages, schema=schema, max_tokens=32 + _LINE_TOKENS * len(questions), temperature=0.0
    )
    answer = await ask(model, request, lambda value: _problem(value, questions))
    if answer.problem:
        return Judgements(judged=(), usage=answer.usage, calls=answer.calls, problem=answer.problem)
    judged = tuple(_judgement(answer.value[str(number)], candidates) for number in range(1, len(questions) + 1))
    return Judgements(judged=judged, usage=answer.usage, calls=answer.calls)


def _lines(questions: Sequence[Question], before: str, candidates: Sequence[Memory]) -> str:
    parts: list[str] = []
    if before.strip():
        parts.append(f"Before them the assistant said: {clip(one_line(before), _BEFORE_CHARACTERS, len)[0]}\n")
    if candidates:
        parts.append("Known, for `known`:")
        parts += [f"{at}. {one_line(each.text)[:_CANDIDATE_CHARACTERS]}" for at, each in enumerate(candidates, 1)]
        parts.append("")
    parts.append("Lines:")
    parts += [f"{at}. {one_line(each.claim.text)}" for at, each in enumerate(questions, 1)]
    parts.append("Answer:")
    return "\n".join(parts)


def _schema(questions: Sequence[Question], candidates: int) -> Mapping[str, Any]:
    names = [str(number) for number in range(1, len(questions) + 1)]
    lines = {name: _line_schema(each, candidates) for name, each in zip(names, questions, strict=True)}
    return {"type": "object", "properties": lines, "required": names, "additionalProperties": False}


def _line_schema(question: Question, candidates: int) -> Mapping[str, Any]:
    fields: dict[str, Any] = {
        "topic": {"type": "string", "maxLength": _TOPIC_CHARACTERS},
        "kind": {"type": "string", "enum": [*KINDS, STEP]},
        "holds": {"type": "string", "enum": [*reversed(HOLDS), MOMENT]},
    }
    if question.rephrase:
        fields["text"] = {"type": "string", "maxLength": 300}
    if candidates:
        fields["known"] = {"type": "integer", "minimum": 0, "maximum": candidates}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _problem(value: Any, questions: Sequence[Question]) -> str:
    for number in range(1, len(questions) + 1):
        line = value.get(str(number)) if isinstance(value, dict) else None
        if not isinstance(line, dict):
            return f'There is no object for line "{number}".'
        if line.get("kind") not in (*KINDS, STEP):
            return f'The kind of line "{number}" is none of {", ".join((*KINDS, STEP))}.'
    return ""


def _judgement(line: Mapping[str, Any], candidates: Sequence[Memory]) -> Judgement:
    kind = next((each for each in KINDS if each == line["kind"]), None)
    holds = next((each for each in HOLDS if each == line.get("holds")), None)
    number = line.get("known")
    known = candidates[number - 1].id if isinstance(number, int) and 0 < number <= len(candidates) else None
    return Judgement(
        kind=None if line.get("holds") == MOMENT else kind,
        holds=holds,
        topic=_words(line.get("topic"))[:_TOPIC_CHARACTERS].casefold().strip(" ."),
        text=_words(line.get("text")),
        known=known,
    )


def _words(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""
