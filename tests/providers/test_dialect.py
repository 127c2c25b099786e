"""What a server does not take is left out, and remembered."""

from collections.abc import Callable
from typing import Any

import pytest

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.providers.client import ChatModel
from memchat.providers.dialect import is_strict
from memchat.providers.json_replies import read_json
from memchat.providers.scripted import Reply, Say, ScriptedServer, Status
from tests.providers.talking import HELLO, REMEMBER, parts_of, talking, text_of

FULL = ChatRequest(messages=HELLO.messages, tools=(REMEMBER,), max_tokens=5, temperature=0.1)
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
AS_JSON = ChatRequest(messages=(ChatMessage(role="user", content="name it"),), schema=SCHEMA)


async def json_of(model: ChatModel) -> Any:
    return read_json((await model.complete(AS_JSON)).text, SCHEMA)


def refusing(field: str, said: str, code: int = 400) -> Callable[[dict[str, Any]], Reply]:
    return lambda body: Status(code, said) if field in body else Say("ok")


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        ("stream_options", "Unknown parameter: 'stream_options'", 400),
        ("stream_options", "extra fields not permitted: stream_options", 422),
        ("tools", "registry.ollama.ai/library/x does not support tools", 400),
        ("tools", "tools param requires --jinja flag", 500),
        ("tools", "No endpoints found that support tool use", 404),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", 400),
        ("temperature", "Unsupported value: 'temperature' does not support 0.1 with this model", 400),
    ],
)
async def test_a_refused_field_is_left_out_from_then_on(field: str, said: str, code: int) -> None:
    async with ScriptedServer(refusing(field, said, code)) as server, talking(server) as model:
        assert text_of(await parts_of(model, FULL)) == "ok"
        assert text_of(await parts_of(model, FULL)) == "ok"
        assert [field in body for body in server.requests] == [True, False, False]
        assert (model.tools_supported is False) == (field == "tools")
        if field == "max_tokens":
            assert server.requests[-1]["max_completion_tokens"] == 5


async def test_several_refusals_in_a_row() -> None:
    def picky(body: dict[str, Any]) -> Reply:
        for field in ("tools", "stream_options", "temperature"):
            if field in body:
                return Status(400, f"unsupported: {field}")
        return Say("ok")

    async with ScriptedServer(picky) as server, talking(server) as model:
        assert text_of(await parts_of(model, FULL)) == "ok"


async def test_what_was_noted_before_is_heeded() -> None:
    async with ScriptedServer(Say('{"title": "x"}')) as server, talking(server) as model:
        model.tools_supported = False
        model.schema_supported = False
        await parts_of(model, FULL)
        await model.complete(AS_JSON)
        assert "tools" not in server.requests[0]
        assert server.requests[1]["response_format"] == {"type": "json_object"}


async def test_json_by_schema() -> None:
    async with ScriptedServer(Say('{"title": "Tea"}')) as server, talking(server) as model:
        assert await json_of(model) == {"title": "Tea"}
        assert server.requests[0]["response_format"]["json_schema"]["schema"] == SCHEMA
        assert server.requests[0]["response_format"]["json_schema"]["strict"] is True
        assert model.schema_supported is True


async def test_json_falls_back_to_objects_then_to_words_and_remembers() -> None:
    def old(body: dict[str, Any]) -> Reply:
        if "response_format" in body:
            return Status(400, f"response_format {body['response_format']['type']} is not supported")
        return Say('Here you are:\n```json\n{"title": "Tea"}\n```\nAnything else?')

    async with ScriptedServer(old) as server, talking(server) as model:
        assert await json_of(model) == {"title": "Tea"}
        assert await json_of(model) == {"title": "Tea"}
        kinds = [body.get("response_format", {}).get("type") for body in server.requests]
        assert kinds == ["json_schema", "json_object", None, None]
        last = server.requests[-1]["messages"][-1]["content"]
        assert last.startswith("name it")
        assert '"title"' in last
        assert model.schema_supported is False


def test_strict_schemas() -> None:
    assert is_strict(SCHEMA)
    assert not is_strict({"type": "object", "properties": {"a": {}}})
    assert not is_strict({**SCHEMA, "properties": {"title": {"type": "object", "properties": {"a": {}}}}})
    assert is_strict({"type": "array", "items": SCHEMA})
    assert not is_strict({"type": "array", "items": {"type": "object", "properties": {"a": {}}}})
