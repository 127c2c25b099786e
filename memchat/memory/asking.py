"""Questions to a model that it answers with JSON: checked, and asked once more when the answer is no use."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.core.messages import Usage

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.parts import Completion

_log = logging.getLogger(__name__)

_SHOWN_CHARACTERS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model answered.

    Attributes:
        value: The JSON value; none when it was no use the second time either.
        usage: The tokens of all calls; none where the server does not count.
        calls: How many there were.
        problem: What was wrong with the last one, in a sentence; empty when nothing was.
    """

    value: Any
    usage: Usage | None
    calls: int
    problem: str = ""


async def ask(model: "ChatModel", request: ChatRequest, problem_with: Callable[[Any], str]) -> Answer:
    """Asks for JSON, and once more with what was wrong when the answer cannot be used.

    Args:
        model: Who is asked.
        request: With a schema.
        problem_with: Says in a sentence what is wrong with a value; empty when it can be used.

    Raises:
        ModelError: The call failed.
    """
    first = await model.complete(request)
    value, problem = _read(first, request, problem_with)
    if not problem:
        return Answer(value=value, usage=first.usage, calls=1)
    _log.info("%s answered with no use, and is asked again: %s", model.name, problem)
    again = (
        *request.messages,
        ChatMessage(role="assistant", content=first.text[:_SHOWN_CHARACTERS]),
        ChatMessage(role="user", content=f"That cannot be used: {problem} Answer again, with the JSON only."),
    )
    second = await model.complete(replace(request, messages=again))
    value, problem = _read(second, request, problem_with)
    usage = total(first.usage, second.usage)
    if problem:
        _log.warning("%s answered with no use twice: %s", model.name, problem)
        return Answer(value=None, usage=usage, calls=2, problem=problem)
    return Answer(value=value, usage=usage, calls=2)


def total(first: Usage | None, second: Usage | None) -> Usage | None:
    """The tokens of two calls together; none when neither was counted."""
    if first is None or second is None:
        return first or second
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        cached_tokens=first.cached_tokens + second.cached_tokens,
        cost=None if first.cost is None and second.cost is None else (first.cost or 0.0) + (second.cost or 0.0),
    )


def _read(completion: "Completion", request: ChatRequest, problem_with: Callable[[Any], str]) -> tuple[Any, str]:
    from memchat.providers.json_replies import read_json

    try:
        value = read_json(completion.text, request.schema)
    except ValueError:
        cut = completion.finish_reason == "length"
        return None, "It was cut off before its JSON was whole." if cut else "It is not JSON."
    return value, problem_with(value)
