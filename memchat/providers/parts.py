"""From the protocol's stream of deltas to the parts of a reply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from memchat.core.chat import EndPart, ReasoningPart, TextPart, ToolCall
from memchat.core.messages import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A whole reply.

    Attributes:
        finish_reason: As the server says it: `stop`, `length`, `tool_calls`, …
        usage: None where the server does not count.
        model: The name that the server gave.
    """

    text: str
    usage: Usage | None
    finish_reason: str
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""


_OPENERS = ("<think>", "<thinking>", "<reasoning>")
_LONGEST = max(map(len, _OPENERS))


class ThinkSplitter:
    """Takes a `<think>…</think>` at the reply's start out of the text, however it was chunked."""

    def __init__(self) -> None:
        self._held = ""
        self._closer = ""
        self._state = "start"

    def feed(self, text: str) -> Iterator[TextPart | ReasoningPart]:
        """The parts that `text` makes certain."""
        if self._state == "text":
            if text:
                yield TextPart(text)
            return
        self._held += text
        if self._state == "start":
            yield from self._open()
        if self._state == "thinking":
            yield from self._think()
        if self._state == "after":
            yield from self._answer()

    def end(self) -> Iterator[TextPart | ReasoningPart]:
        """What was held back when the stream ended."""
        held, self._held = self._held, ""
        if held and self._state in {"start", "text"}:
            yield TextPart(held)
        elif held and self._state == "thinking":
            yield ReasoningPart(held)
        self._state = "text"

    def _open(self) -> Iterator[TextPart]:
        seen = self._held.lstrip()
        opener = next((opener for opener in _OPENERS if seen.startswith(opener)), None)
        if opener:
            self._held = seen[len(opener) :]
            self._closer = opener.replace("<", "</")
            self._state = "thinking"
        elif seen and not any(opener.startswith(seen[:_LONGEST]) for opener in _OPENERS):
            text, self._held = self._held, ""
            self._state = "text"
            yield TextPart(text)

    def _think(self) -> Iterator[ReasoningPart]:
        thought, closed, rest = self._held.partition(self._closer)
        if closed:
            self._held = rest
            self._state = "after"
        else:
            keep = _overlap(thought, self._closer)
            thought, self._held = thought[: len(thought) - keep], thought[len(thought) - keep :]
        if thought:
            yield ReasoningPart(thought)

    def _answer(self) -> Iterator[TextPart]:
        text, self._held = self._held.lstrip(), ""
        if text:
            self._state = "text"
            yield TextPart(text)


def _overlap(text: str, closer: str) -> int:
    """How many characters at the end of `text` may be the start of `closer`."""
    sizes = range(min(len(text), len(closer) - 1), 0, -1)
    return next((size for size in sizes if text.endswith(closer[:size])), 0)


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCalls:
    """Puts tool calls together from their deltas."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}

    def feed(self, deltas: Any) -> None:
        """Takes the `tool_calls` of one delta; what is not of the protocol is left out."""
        for delta in deltas if isinstance(deltas, list) else ():
            if not isinstance(delta, Mapping):
                continue
            function = delta.get("function")
            function = function if isinstance(function, Mapping) else {}
            call = self._of(delta, _text(function.get("name")))
            call.id = call.id or _text(delta.get("id"))
            call.name = call.name or _text(function.get("name"))
            call.arguments.append(_text(function.get("arguments")))

    def _of(self, delta: Mapping[str, Any], name: str) -> _Call:
        """The call that a delta goes on; servers that give every call the index 0 tell them apart by id."""
        index = delta.get("index")
        index = index if isinstance(index, int) else (0 if not name else len(self._calls))
        known = self._by_index.get(index)
        identifier = _text(delta.get("id"))
        if known is None or (name and identifier and known.id and identifier != known.id):
            known = self._by_index[index] = _Call()
            self._calls.append(known)
        return known

    def done(self) -> tuple[ToolCall, ...]:
        """The calls that have a name, in order, each with an id."""
        return tuple(
            ToolCall(id=call.id or f"call_{number}", name=call.name, arguments="".join(call.arguments))
            for number, call in enumerate(self._calls)
            if call.name
        )


class Assembler:
    """Reads the stream's JSON objects and says what each adds to the reply."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._usage: Usage | None = None
        self._splitter = ThinkSplitter()
        self._calls = ToolCalls()
        self.finish_reason = ""

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[TextPart | ReasoningPart]:
        """The parts of one chunk, or of a whole completion from a server that does not stream."""
        self._model = _text(chunk.get("model")) or self._model
        self._usage = read_usage(chunk.get("usage")) or self._usage
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
            return
        choice = choices[0]
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, Mapping):
            thought = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
            if thought:
                yield ReasoningPart(thought)
            yield from self._splitter.feed(_text(delta.get("content")) or _text(delta.get("refusal")))
            self._calls.feed(delta.get("tool_calls"))
        self.finish_reason = _text(choice.get("finish_reason")) or self.finish_reason

    def held(self) -> Iterator[TextPart | ReasoningPart]:
        """What was held back when the stream ended or broke."""
        yield from self._splitter.end()

    def end(self) -> EndPart:
        """The reply's end."""
        calls = self._calls.done()
        reason = self.finish_reason or ("tool_calls" if calls else "stop")
        return EndPart(finish_reason=reason, usage=self._usage, model=self._model, tool_calls=calls)

    @property
    def called(self) -> bool:
        """Whether the model called a tool."""
        return bool(self._calls.done())


def read_usage(value: Any) -> Usage | None:
    """The usage object of the protocol; none where it is missing or not one."""
    if not isinstance(value, Mapping) or not isinstance(value.get("prompt_tokens"), int):
        return None
    details = value.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    cost = value.get("cost")
    completion = value.get("completion_tokens")
    return Usage(
        prompt_tokens=value["prompt_tokens"],
        completion_tokens=completion if isinstance(completion, int) else 0,
        cached_tokens=cached if isinstance(cached, int) else 0,
        cost=float(cost) if isinstance(cost, int | float) else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
