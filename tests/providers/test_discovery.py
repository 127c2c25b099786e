"""Finding local servers, what they list, and what models read at most."""

import asyncio
from typing import Any

import pytest

from memchat.core.errors import ModelError
from memchat.providers.discovery import discover
from memchat.providers.listing import ModelInfo, is_chat_model
from memchat.providers.scripted import ScriptedServer
from memchat.providers.windows import window_of
from tests.providers.talking import talking


async def test_live_servers_are_found_and_dead_ports_are_no_news() -> None:
    async with ScriptedServer() as gone:
        dead = gone.base_url
    async with (
        ScriptedServer(models=["nomic-embed-text", "qwen3"]) as first,
        ScriptedServer(models=[]) as second,
    ):
        servers = {"ollama": first.base_url, "vllm": second.base_url, "lmstudio": dead}
        found = await discover(2, servers=servers)
        assert [(one.name, one.base_url, one.model, one.local) for one in found] == [
            ("ollama", first.base_url, "qwen3", True),
            ("vllm", second.base_url, "", True),
        ]
        assert [request.path for request in first.recorded] == ["/v1/models"]


async def test_a_server_that_hangs_costs_no_more_than_the_time_limit() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(10):
        found = await discover(0.1, servers={"a": f"http://127.0.0.1:{port}/v1", "b": f"http://127.0.0.1:{port}/v1"})
    assert found == []
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n<html>a web server of somebody's own</html>",
        b"HTTP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
        b'HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{"data"',
        b'HTTP/1.0 200 OK\r\n\r\n{"data": ["a", 3]}',
        b"HTTP/1.0 404 Not Found\r\n\r\n",
        b"\x00\xff" * 600_000,
        b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 2_000_000,
        b"",
    ],
    ids=["page", "huge", "cut short", "not models", "missing", "noise", "nested", "nothing"],
)
async def test_other_services_on_those_ports_are_passed_over(answer: bytes) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await discover(2, servers={"llamacpp": f"http://127.0.0.1:{port}/v1"}) == []
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("entry", "pages", "window"),
    [
        ({}, {}, None),
        ({"max_model_len": 4096}, {}, 4096),
        ({"context_length": 200_000}, {}, 200_000),
        ({"meta": {"n_ctx_train": 32_768}}, {}, 32_768),
        ({"meta": {"n_ctx_train": 32_768, "n_ctx": 8192}}, {}, 8192),
        (
            {"owned_by": "llamacpp", "meta": {"n_ctx_train": 32_768}},
            {"/props": {"default_generation_settings": {"n_ctx": 2048}}},
            2048,
        ),
        ({"owned_by": "llamacpp", "meta": {"n_ctx_train": 32_768}}, {}, 32_768),
        ({"owned_by": "library"}, {}, 4096),
        ({"owned_by": "library"}, {"/api/ps": {"models": [{"name": "m", "context_length": 16_384}]}}, 16_384),
        (
            {"owned_by": "organization_owner"},
            {"/api/v0/models": {"data": [{"id": "m", "loaded_context_length": 5000, "max_context_length": 9000}]}},
            5000,
        ),
        ({"max_model_len": "many"}, {}, None),
    ],
)
async def test_windows_that_servers_tell(entry: dict[str, Any], pages: dict[str, Any], window: int | None) -> None:
    async with ScriptedServer(models={"m": entry}, pages=pages) as server, talking(server, name="m") as model:
        assert await model.models() == [ModelInfo("m", window)]
        assert await model.window() == (window or 8192)


async def test_a_window_is_known_though_the_server_does_not_answer() -> None:
    async with talking("http://127.0.0.1:1/v1", name="gpt-4o-mini") as model:
        assert await model.window() == 128_000
        with pytest.raises(ModelError):
            await model.models()


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("gpt-4o-mini", 128_000),
        ("gpt-4.1", 1_047_576),
        ("gpt-4", 8192),
        ("o3-mini", 200_000),
        ("llama3.1:8b", 131_072),
        ("Meta-Llama-3-8B-Instruct", 8192),
        ("qwen2.5-coder-1.5b", 32_768),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", 8192),
        ("claude-3-5-sonnet", 200_000),
        ("something-new", 8192),
        ("", 8192),
    ],
)
def test_windows_by_family(name: str, window: int) -> None:
    assert window_of(name) == window


def test_which_names_may_chat() -> None:
    assert is_chat_model("qwen3:8b")
    assert not is_chat_model("text-embedding-3-small")
