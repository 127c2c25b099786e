"""Questions that a model answers with JSON: checked, asked once more, then given up; never a guess."""

from typing import Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.memory.asking import ask
from memchat.providers.client import ChatModel
from memchat.providers.scripted import Say, ScriptedServer

SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
REQUEST = ChatRequest(messages=(ChatMessage(role="user", content="name it"),), schema=SCHEMA)


def problem_with(value: Any) -> str:
    return "" if value.get("title") else "The title is empty."


async def test_a_good_answer_is_taken(model: ChatModel, server: ScriptedServer) -> None:
    server.add(Say('{"title": "Tea"}', usage=(20, 5)))
    answer = await ask(model, REQUEST, problem_with)
    assert (answer.value, answer.calls, answer.problem) == ({"title": "Tea"}, 1, "")


async def test_a_bad_one_is_asked_for_once_more_with_what_was_wrong(model: ChatModel, server: ScriptedServer) -> None:
    server.add(Say("Well, tea.", usage=(20, 5)), Say('{"title": "Tea"}', usage=(40, 6)))
    answer = await ask(model, REQUEST, problem_with)
    assert (answer.value, answer.calls) == ({"title": "Tea"}, 2)
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (60, 11)
    said = [message["content"] for message in server.requests[1]["messages"]]
    assert said[:2] == ["name it", "Well, tea."]
    assert "It is not JSON." in said[2]


async def test_a_second_bad_one_is_given_up(model: ChatModel, server: ScriptedServer) -> None:
    server.add(Say('{"title": ""}'), Say('{"title": "T', finish_reason="length"))
    answer = await ask(model, REQUEST, problem_with)
    assert (answer.value, answer.calls) == (None, 2)
    assert answer.problem == "It was cut off before its JSON was whole."
    assert "The title is empty." in server.requests[1]["messages"][-1]["content"]
