"""The client, over real sockets against a scripted server."""

import asyncio
import subprocess
import sys

import pytest

from memchat.core.chat import ChatMessage, ChatRequest, EndPart, RetryPart, TextPart, ToolCall
from memchat.core.errors import ModelError, NoModel
from memchat.core.messages import Usage
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.scripted import (
    CallTool,
    Disconnect,
    Empty,
    Garbage,
    Hang,
    Reply,
    Say,
    ScriptedServer,
    Status,
    StreamError,
)
from tests.providers.talking import HELLO, REMEMBER, parts_of, parts_until_failure, reasoning_of, talking, text_of

BRIEF = ModelSettings(silence_seconds=0.2, attempts=2)


async def test_a_reply_streams_and_ends_with_its_usage() -> None:
    async with ScriptedServer([Say("hello wide world", usage=(7, 3))]) as server, talking(server) as model:
        parts = await parts_of(model)
    assert parts == [
        TextPart("hello"),
        TextPart(" wide"),
        TextPart(" world"),
        EndPart(finish_reason="stop", usage=Usage(prompt_tokens=7, completion_tokens=3), model="scripted"),
    ]


async def test_the_request_carries_what_was_asked() -> None:
    call = ToolCall(id="c1", name="remember", arguments="{}")
    request = ChatRequest(
        messages=(
            ChatMessage(role="system", content="be kind"),
            ChatMessage(role="user", content="hi"),
            ChatMessage(role="assistant", content="", tool_calls=(call,)),
            ChatMessage(role="tool", content="done", tool_call_id="c1"),
        ),
        tools=(REMEMBER,),
        max_tokens=9,
        temperature=0.5,
    )
    async with ScriptedServer([Say("ok")], key="k-1") as server, talking(server, key="k-1") as model:
        await parts_of(model, request)
        body, headers = server.requests[0], server.chats[0].headers
    assert headers["authorization"] == "Bearer k-1"
    assert (body["max_tokens"], body["temperature"], body["stream_options"]) == (9, 0.5, {"include_usage": True})
    assert body["tools"][0]["function"]["name"] == "remember"
    assert body["messages"][2]["tool_calls"][0]["function"] == {"name": "remember", "arguments": "{}"}
    assert body["messages"][3] == {"role": "tool", "content": "done", "tool_call_id": "c1"}


async def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-somewhere-else")
    async with ScriptedServer([Say("ok")]) as server, talking(server) as model:
        await parts_of(model)
        await model.models()
    assert all("of-somewhere-else" not in str(request.headers) for request in server.recorded)
    assert all("authorization" not in request.headers for request in server.recorded)


async def test_a_proxy_of_the_environment_is_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with ScriptedServer([Say("ok")]) as server, talking(server) as model:
        assert text_of(await parts_of(model)) == "ok"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_of_the_deltas(field: str) -> None:
    reply = Say("42", reasoning="six times seven", reasoning_field=field)
    async with ScriptedServer([reply]) as server, talking(server) as model:
        parts = await parts_of(model)
    assert (reasoning_of(parts), text_of(parts)) == ("six times seven", "42")


async def test_reasoning_written_into_the_text() -> None:
    reply = Say("<think>six times seven</think>\n\n42 <think>", chunks=3)
    async with ScriptedServer([reply]) as server, talking(server) as model:
        parts = await parts_of(model)
    assert (reasoning_of(parts), text_of(parts)) == ("six times seven", "42 <think>")


async def test_tool_calls_are_put_together() -> None:
    reply = CallTool("remember", {"text": "likes tea"}, also=[CallTool("other", "{not json")], text="Noted.")
    async with ScriptedServer([reply]) as server, talking(server) as model:
        parts = await parts_of(model, ChatRequest(messages=HELLO.messages, tools=(REMEMBER,)))
        assert model.tools_supported is True
    end = parts[-1]
    assert isinstance(end, EndPart)
    assert end.finish_reason == "tool_calls"
    assert [(call.name, call.arguments) for call in end.tool_calls] == [
        ("remember", '{"text": "likes tea"}'),
        ("other", "{not json"),
    ]
    assert len({call.id for call in end.tool_calls}) == 2


async def test_an_empty_reply_is_an_end_without_text() -> None:
    async with ScriptedServer([Empty()]) as server, talking(server) as model:
        [end] = await parts_of(model)
    assert isinstance(end, EndPart)


@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503, 529])
async def test_a_busy_server_is_asked_again(code: int) -> None:
    async with ScriptedServer([Status(code), Say("at last")]) as server, talking(server) as model:
        parts = await parts_of(model)
    assert isinstance(parts[0], RetryPart)
    assert (parts[0].attempt, parts[0].attempts) == (2, 4)
    assert str(code) in parts[0].reason
    assert text_of(parts) == "at last"


async def test_the_wait_that_the_server_asks_for_is_announced() -> None:
    async with ScriptedServer([Status(429, retry_after=3), Say("ok")]) as server, talking(server) as model:
        stream = model.stream(HELLO)
        part = await anext(stream)
        await stream.aclose()
        assert isinstance(part, RetryPart)
        assert part.seconds == 3
        assert len(server.requests) == 1


async def test_a_wait_too_long_ends_it_and_says_how_long() -> None:
    async with ScriptedServer([Status(429, retry_after=3600)]) as server, talking(server) as model:
        with pytest.raises(ModelError, match="60 minutes") as caught:
            await parts_of(model)
    assert caught.value.retryable


async def test_attempts_come_to_an_end() -> None:
    async with ScriptedServer(Status(503, "overloaded")) as server, talking(server) as model:
        with pytest.raises(ModelError, match="overloaded") as caught:
            await parts_of(model)
        assert len(server.requests) == 4
    assert (caught.value.status, caught.value.retryable) == (503, True)


@pytest.mark.parametrize("broken", [Disconnect("half a"), Disconnect("half a", clean=True), StreamError("half a")])
async def test_a_reply_cut_off_keeps_what_came(broken: Reply) -> None:
    async with ScriptedServer([broken, Say("never asked for")]) as server, talking(server) as model:
        parts, failure = await parts_until_failure(model)
        assert len(server.requests) == 1
    assert text_of(parts) == "half a"
    assert failure is not None
    assert failure.retryable


async def test_a_cut_inside_a_thinking_tag_loses_nothing() -> None:
    async with ScriptedServer([Disconnect("<thin")]) as server, talking(server, settings=BRIEF) as model:
        parts, failure = await parts_until_failure(model)
    assert text_of(parts) == "<thin"
    assert failure is not None


async def test_a_cut_before_any_text_is_tried_again() -> None:
    async with ScriptedServer([Disconnect(), Say("ok")]) as server, talking(server) as model:
        parts = await parts_of(model)
    assert isinstance(parts[0], RetryPart)
    assert text_of(parts) == "ok"


async def test_a_whole_completion_is_tried_again_after_a_cut() -> None:
    async with ScriptedServer([Disconnect("half a"), Say("whole")]) as server, talking(server) as model:
        assert (await model.complete(HELLO)).text == "whole"


@pytest.mark.parametrize("text", ["", "some text"])
async def test_silence_is_an_error_that_says_so(text: str) -> None:
    async with ScriptedServer(Hang(text)) as server, talking(server, settings=BRIEF) as model:
        with pytest.raises(ModelError, match="said nothing for") as caught:
            await parts_of(model)
        await server.disconnected()
    assert caught.value.retryable
    assert "silence_seconds" in caught.value.next_step


async def test_closing_the_stream_closes_the_connection() -> None:
    async with ScriptedServer([Hang("first words")]) as server, talking(server) as model:
        stream = model.stream(HELLO)
        assert await anext(stream) == TextPart("first")
        await stream.aclose()
        await server.disconnected()


@pytest.mark.parametrize("text", ["", "some text"])
async def test_cancelling_the_reader_closes_the_connection(text: str) -> None:
    async with ScriptedServer([Hang(text)]) as server, talking(server) as model:
        task = asyncio.create_task(model.complete(HELLO))
        await server.request_arrived()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.disconnected()


async def test_a_held_stream_goes_on_when_the_gate_opens() -> None:
    gate = asyncio.Event()
    async with ScriptedServer([Say("one two three", gate=gate)]) as server, talking(server) as model:
        stream = model.stream(HELLO)
        assert await anext(stream) == TextPart("one")
        gate.set()
        assert text_of([part async for part in stream]) == " two three"
        assert server.chats[0].answered.is_set()


async def test_a_server_that_does_not_stream_is_read_too() -> None:
    body = '{"model": "m", "choices": [{"message": {"content": "plain"}}], "usage": {"prompt_tokens": 4}}'
    async with ScriptedServer([Garbage(body, "application/json; charset=utf-8")]) as server, talking(server) as model:
        completion = await model.complete(HELLO)
    assert (completion.text, completion.model, completion.finish_reason) == ("plain", "m", "stop")
    assert completion.usage == Usage(prompt_tokens=4, completion_tokens=0)


@pytest.mark.parametrize(
    "garbage",
    [
        Garbage(),
        Garbage("data: not json\n\n", "text/event-stream"),
        Garbage('data: [1, "a"]\n\n', "text/event-stream"),
        Garbage("", "text/event-stream"),
        Garbage("\x00\x01\x02", "application/octet-stream"),
        Garbage("[" * 100_000, "application/json"),
        Garbage('{"hello": "world"}', "application/json"),
    ],
    ids=["page", "not json", "a list", "nothing", "noise", "nested", "other json"],
)
async def test_garbage_is_told_as_such(garbage: Garbage) -> None:
    async with ScriptedServer(garbage) as server, talking(server) as model:
        with pytest.raises(ModelError, match="answered with") as caught:
            await parts_of(model)
        assert len(server.requests) == 1
    assert "base URL" in caught.value.next_step


async def test_no_name_takes_the_first_chat_model() -> None:
    models = ["text-embedding-x", "talker", "other"]
    async with ScriptedServer([Say("ok")], models=models) as server, talking(server, name="") as model:
        await parts_of(model)
        assert server.requests[0]["model"] == model.name == "talker"


async def test_a_server_without_models_says_so() -> None:
    async with ScriptedServer([], models=[]) as server, talking(server, name="") as model:
        with pytest.raises(NoModel, match="no model"):
            await parts_of(model)


async def test_warming_leaves_the_event_loop_free() -> None:
    """In a fresh process, so that the client library is not yet imported."""
    code = """
import asyncio, time
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint
import sys
assert not {"openai", "httpx2", "textual"} & set(sys.modules), "imported too early"

async def main():
    model = ChatModel(Endpoint(name="x", base_url="http://127.0.0.1:1/v1"), "m", ModelSettings())
    turns = 0
    task = asyncio.create_task(model.warm())
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    await task
    await model.close()
    assert "openai" in sys.modules
    assert turns > 10, turns

asyncio.run(main())
"""
    run = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


async def test_its_repr_does_not_hold_the_key() -> None:
    async with talking("http://127.0.0.1:1/v1", key="sk-verysecret") as model:
        assert isinstance(model, ChatModel)
        assert "verysecret" not in f"{model!r} {model.endpoint!r}"
