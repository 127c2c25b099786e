"""Turns a scripted reply into the bytes of the OpenAI protocol."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, assert_never

from memchat.providers.scripted.http import Connection
from memchat.providers.scripted.recorded import Json, Recorded
from memchat.providers.scripted.replies import (
    CallTool,
    Disconnect,
    Empty,
    Garbage,
    Hang,
    Reply,
    Say,
    SaySlowly,
    Status,
    StreamError,
    pieces,
)


async def speak(connection: Connection, request: Recorded, reply: Reply) -> None:
    """Gives `reply` to a chat request, streamed when it asked so."""
    match reply:
        case Status():
            error = {"message": reply.message, "type": reply.kind, "code": reply.kind or None}
            extra = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
            await answer_json(connection, {"error": error}, reply.code, extra)
        case Garbage():
            await connection.answer(200, reply.body.encode(), reply.content_type)
        case Hang(text="") | Disconnect(text="", clean=False) if not request.body.get("stream"):
            await _leave(connection, reply)
        case Hang(text=""):
            await connection.closed.wait()
        case _ if request.body.get("stream"):
            await _stream(connection, request, reply)
        case _:
            await _whole(connection, request, reply)


async def answer_json(
    connection: Connection, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    """A JSON reply."""
    await connection.answer(status, json.dumps(value).encode(), "application/json", headers)


async def _leave(connection: Connection, reply: Hang | Disconnect) -> None:
    if isinstance(reply, Disconnect):
        connection.cut()
    else:
        await connection.closed.wait()


async def _stream(connection: Connection, request: Recorded, reply: Reply) -> None:
    if isinstance(reply, Say) and reply.gate and reply.gate_after == 0:
        await _held(connection, reply.gate)
    await connection.begin("text/event-stream")
    await connection.event(_chunk(request, {"role": "assistant", "content": ""}))
    async for delta in _deltas(connection, reply):
        await connection.event(_chunk(request, delta))
    if isinstance(reply, StreamError):
        await connection.event({"error": {"message": reply.message, "code": reply.code}})
    elif isinstance(reply, Hang) or (isinstance(reply, Disconnect) and not reply.clean):
        await _leave(connection, reply)
        return
    elif not isinstance(reply, Disconnect):
        await connection.event(_chunk(request, {}, finish_reason(reply)))
        if request.body.get("stream_options", {}).get("include_usage"):
            await connection.event({**_chunk(request, {}), "choices": [], "usage": _usage(request, reply)})
        await connection.event("[DONE]")
    await connection.end()


async def _deltas(connection: Connection, reply: Reply) -> AsyncIterator[Json]:
    match reply:
        case Say():
            for piece in pieces(reply.reasoning, None):
                yield {reply.reasoning_field: piece}
            for number, piece in enumerate(pieces(reply.text, reply.chunks)):
                if reply.gate and number == reply.gate_after > 0:
                    await _held(connection, reply.gate)
                if reply.delay:
                    await asyncio.sleep(reply.delay)
                yield {"content": piece}
        case SaySlowly():
            clock = asyncio.get_running_loop()
            start = clock.time()
            for number, piece in enumerate(pieces(reply.text, None)):
                await asyncio.sleep(max(0.0, start + number / reply.rate - clock.time()))
                yield {"content": piece}
        case CallTool():
            for piece in pieces(reply.text, None):
                yield {"content": piece}
            for index, call in enumerate((reply, *reply.also)):
                whole = _call(call, index)
                text = whole["function"]["arguments"]
                yield {"tool_calls": [{**whole, "index": index, "function": {"name": call.name, "arguments": ""}}]}
                for start_at in range(0, len(text), 7):
                    piece = text[start_at : start_at + 7]
                    yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
        case Hang() | Disconnect() | StreamError():
            for piece in pieces(reply.text, None):
                yield {"content": piece}
        case Empty() | Status() | Garbage():
            return
        case _:
            assert_never(reply)


async def _held(connection: Connection, gate: asyncio.Event) -> None:
    """Waits for the gate, or for the client to go away; writing then tells."""
    waits = [asyncio.create_task(gate.wait()), asyncio.create_task(connection.closed.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _whole(connection: Connection, request: Recorded, reply: Reply) -> None:
    message: Json = {"role": "assistant", "content": getattr(reply, "text", "")}
    if isinstance(reply, Say) and reply.gate:
        await _held(connection, reply.gate)
    if isinstance(reply, Say) and reply.reasoning:
        message[reply.reasoning_field] = reply.reasoning
    if isinstance(reply, CallTool):
        message["tool_calls"] = [_call(call, index) for index, call in enumerate((reply, *reply.also))]
    choice = {"index": 0, "message": message, "finish_reason": finish_reason(reply)}
    whole = {**_chunk(request, {}), "object": "chat.completion", "choices": [choice]}
    await answer_json(connection, {**whole, "usage": _usage(request, reply)})


def finish_reason(reply: Reply) -> str:
    """What the reply ends with, as the protocol says it."""
    if isinstance(reply, CallTool):
        return "tool_calls"
    return reply.finish_reason if isinstance(reply, Say | Empty) else "stop"


def _call(call: CallTool, index: int) -> Json:
    arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments))
    identifier = call.id or f"call_{index}"
    return {"id": identifier, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _chunk(request: Recorded, delta: Json, finish: str | None = None) -> Json:
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": request.body.get("model", "scripted"),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _usage(request: Recorded, reply: Reply) -> Json:
    if isinstance(reply, Say) and reply.usage:
        prompt, completion = reply.usage
    else:
        prompt = sum(len(str(message.get("content") or "").split()) for message in request.messages)
        completion = len(str(getattr(reply, "text", "")).split())
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
