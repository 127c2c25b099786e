"""Calls the model, and again as long as it calls tools."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from memchat.assistant.reply import Reply
from memchat.core.chat import (
    ChatMessage,
    ChatRequest,
    EndPart,
    ReasoningPart,
    RetryPart,
    TextPart,
    Tool,
    ToolCall,
)
from memchat.core.context import ContextPlan
from memchat.core.events import Delta, Reasoning, Retrying, ToolCalled, TurnEvent
from memchat.core.messages import ToolUse
from memchat.memory.context import wire
from memchat.memory.exchanges import Exchange, Measure, within
from memchat.memory.tools import ToolContext, run_tool
from memchat.providers.client import ChatModel

_MOST_CALLS = 4
"""How often the model may call tools before it must answer."""


def call_of(
    plan: ContextPlan, tools: Sequence[Tool], temperature: float | None, called: Sequence[ChatMessage] = ()
) -> ChatRequest:
    """What the model is asked.

    Args:
        plan: The request.
        tools: Those that it may call.
        temperature: As the user set it.
        called: The calls of tools so far, with what came of them.
    """
    return ChatRequest(
        messages=(*wire(plan), *called), tools=tuple(tools), max_tokens=plan.reserve, temperature=temperature
    )


@dataclass(kw_only=True)
class Rounds:
    """The calls of one turn.

    Attributes:
        plan: The request that answers the user.
        reply: Takes what comes.
        tools: What its tools work on, and which there are.
        room: How many tokens calls and their results may take.
        measure: Length of a text in the model's tokens.
        end: The end of the answer, once it is there.
        sent: The bodies that went out and were not kept yet, each with how often tools had been called before.
    """

    client: ChatModel
    plan: ContextPlan
    reply: Reply
    tools: ToolContext
    room: int
    measure: Measure
    temperature: float | None
    end: EndPart | None = None
    sent: dict[int, bytes] = field(default_factory=dict)

    async def events(self) -> AsyncGenerator[TurnEvent, None]:
        """What comes of sending the plan."""
        exchanges: list[Exchange] = []
        for number in range(_MOST_CALLS + 1):
            called = within(exchanges, self.room, self.measure) if exchanges else []
            # Where the calls alone are too long, the model answers without them.
            offered = self.tools.offered if number < _MOST_CALLS and called is not None else ()
            request = call_of(self.plan, offered, self.temperature, called or ())
            before = len(self.reply.text)
            end: EndPart | None = None
            async with aclosing(self.client.stream(request, sent=partial(self.sent.__setitem__, number))) as parts:
                async for part in parts:
                    if isinstance(part, EndPart):
                        end = part
                        continue
                    for event in await self._take(part, apart=len(self.reply.text) == before > 0):
                        yield event
            if end is None or not end.tool_calls or not offered:
                self.end = end
                return
            said = self.reply.text[before:]
            results: list[ChatMessage] = []
            for call in end.tool_calls:
                async with aclosing(self._call(call, results)) as events:
                    async for event in events:
                        yield event
            asked = ChatMessage(role="assistant", content=said, tool_calls=end.tool_calls)
            exchanges.append(Exchange(asked, tuple(results)))

    async def _call(self, call: ToolCall, results: list[ChatMessage]) -> AsyncGenerator[TurnEvent, None]:
        result = await run_tool(call, self.tools)
        results.append(ChatMessage(role="tool", content=result.text, tool_call_id=call.id))
        self.reply.tool_uses.append(ToolUse(name=call.name, arguments=call.arguments, result=result.text))
        yield ToolCalled(name=call.name, arguments=call.arguments, result=result.text)
        if result.learned is not None:
            yield result.learned
        if result.asked is not None:
            yield result.asked

    async def _take(self, part: TextPart | ReasoningPart | RetryPart, *, apart: bool) -> list[TurnEvent]:
        """Puts a part of the stream into the reply, and says what to show of it.

        Args:
            part: What came.
            apart: Whether text begins a paragraph, after what was said before a tool call.
        """
        match part:
            case TextPart(text):
                text = f"\n\n{text.lstrip()}" if apart and text.strip() else text
                await self.reply.add(text)
                return [Delta(text)]
            case ReasoningPart(text):
                self.reply.reasoning += text
                return [Reasoning(text)]
            case RetryPart():
                return [
                    Retrying(attempt=part.attempt, attempts=part.attempts, seconds=part.seconds, reason=part.reason)
                ]
            case _:
                assert_never(part)
