"""Tool calls that a model writes out as text, which small ones do instead of calling."""

import re
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing
from itertools import product

from memchat.core.chat import EndPart, ReasoningPart, TextPart

Part = TextPart | ReasoningPart | EndPart

_BEFORE = ("", "[", "```", "```[", "```json", "```json[", "```tool_call", "<tool_call>", "<function_call>", "<tools>")
_KEYS = ("name", "function", "tool", "tool_name")
_SPACE = re.compile(r"\s+")


class CallWritten(Exception):
    """The reply is a tool call written out as text; nothing of it was yielded."""


async def without_written_calls(
    parts: AsyncGenerator[Part, None], tools: Collection[str]
) -> AsyncGenerator[Part, None]:
    """`parts`, with the text's beginning held back for as long as it may be a written call of one of `tools`.

    Raises:
        CallWritten: It is one.
    """
    beginning = Beginning(tools)
    async with aclosing(parts):
        try:
            async for part in parts:
                if isinstance(part, TextPart):
                    for shown in beginning.feed(part):
                        yield shown
                    continue
                if isinstance(part, EndPart):
                    if beginning.is_call and not part.tool_calls:
                        raise CallWritten
                    for shown in beginning.release():
                        yield shown
                yield part
        except CallWritten:
            raise
        except Exception:
            for shown in beginning.release():
                yield shown
            raise


class Beginning:
    """The beginning of a reply's text, until it is certain whether it is a written call."""

    def __init__(self, tools: Collection[str]) -> None:
        self._calls = tuple(f'{before}{{"{key}":"{tool}"' for before, key, tool in product(_BEFORE, _KEYS, tools))
        self._held = ""
        self._certain = not tools

    @property
    def is_call(self) -> bool:
        """Whether what is held back is a written call."""
        return not self._certain and _SPACE.sub("", self._held).startswith(self._calls)

    def feed(self, part: TextPart) -> Iterator[TextPart]:
        """What of the text can be shown now."""
        if self._certain:
            yield part
            return
        self._held += part.text
        squeezed = _SPACE.sub("", self._held)
        if not self.is_call and not any(call.startswith(squeezed) for call in self._calls):
            yield from self.release()

    def release(self) -> Iterator[TextPart]:
        """All that is held back; from now on nothing is."""
        held, self._held, self._certain = self._held, "", True
        if held:
            yield TextPart(held)
