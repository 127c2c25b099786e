"""The scripted server itself, spoken to without the client."""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from memchat.providers.scripted import CallTool, Reply, Say, SaySlowly, ScriptedServer, Status
from memchat.providers.scripted.__main__ import long_markdown
from memchat.providers.scripted.embedding import embed
from memchat.providers.scripted.replies import pieces


async def post(url: str, body: dict[str, Any]) -> Any:
    def send() -> Any:
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    return await asyncio.to_thread(send)


def asking(text: str) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


async def test_it_answers_without_streaming_too() -> None:
    replies: list[Reply] = [Say("hello", reasoning="hm"), CallTool("f", {"a": 1})]
    async with ScriptedServer(replies) as server:
        first = await post(f"{server.base_url}/chat/completions", asking("one"))
        second = await post(f"{server.base_url}/chat/completions", asking("two"))
    assert first["choices"][0]["message"] == {"role": "assistant", "content": "hello", "reasoning_content": "hm"}
    assert second["choices"][0]["finish_reason"] == "tool_calls"
    assert [request.last_user for request in server.chats] == ["one", "two"]


async def test_rules_may_wait_and_see_the_request() -> None:
    async def rule(body: dict[str, Any]) -> Say:
        return Say(f"you said {body['messages'][-1]['content']}")

    async with ScriptedServer(rule) as server:
        answer = await post(f"{server.base_url}/chat/completions", asking("hm"))
    assert answer["choices"][0]["message"]["content"] == "you said hm"


async def test_the_end_of_the_script_is_loud() -> None:
    async with ScriptedServer() as server:
        server.add(Status(418))
        for code in (418, 400):
            with pytest.raises(urllib.error.HTTPError) as caught:
                await post(f"{server.base_url}/chat/completions", asking("?"))
            assert caught.value.code == code
            caught.value.close()


async def test_embeddings_share_words() -> None:
    async with ScriptedServer() as server:
        answer = await post(f"{server.base_url}/embeddings", {"input": ["green tea", "tea, green!", "tax law"]})
    one, same, other = (entry["embedding"] for entry in answer["data"])
    assert one == same
    assert sum(a * b for a, b in zip(one, other, strict=True)) < 0.9
    assert abs(sum(value * value for value in embed("x")) - 1) < 1e-9


def test_pieces_are_the_text() -> None:
    for text in ("", "one", " one  two\n", "\n\n", long_markdown(500)):
        for chunks in (None, 1, 7):
            assert "".join(pieces(text, chunks)) == text
    assert len(list(pieces(long_markdown(20_000), None))) == 20_000


async def test_a_slow_reply_keeps_its_rate() -> None:
    clock = asyncio.get_running_loop()
    async with ScriptedServer(SaySlowly("a b c d e f", 50)) as server:
        start = clock.time()
        reader, writer = await asyncio.open_connection(*server.root_url.removeprefix("http://").split(":"))
        body = json.dumps({**asking("x"), "stream": True}).encode()
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await reader.readuntil(b"[DONE]")
        writer.close()
        await writer.wait_closed()
    assert 0.1 <= clock.time() - start < 2


async def test_it_runs_as_a_program() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "memchat.providers.scripted", "--say", "hi there", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        base_url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        answer = await post(f"{base_url}/chat/completions", asking("x"))
        assert answer["choices"][0]["message"]["content"] == "hi there"
    finally:
        process.terminate()
        await process.communicate()
