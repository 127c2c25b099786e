"""A model that writes its tool calls out is asked again without tools, and nobody sees the call."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.chat import ChatMessage, ChatRequest, EndPart, TextPart, Tool
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint
from memchat.providers.scripted import Say, ScriptedServer
from memchat.providers.written_calls import Beginning

REMEMBER = Tool(name="remember", description="Save a fact.", parameters={"type": "object", "properties": {}})
ASKED = ChatRequest(messages=(ChatMessage(role="user", content="Hi."),), tools=(REMEMBER,))

CALLS = [
    '{"name": "remember", "arguments": {"text": "x"}}',
    '```json\n{\n  "name": "remember",\n  "arguments": {"text": "x"}\n}\n```',
    '<tool_call>\n{"name": "remember", "arguments": {}}\n</tool_call>',
    '[{"function": "remember"}]',
]
TEXTS = [
    '```json\n{"name": "Alex"}\n```',
    "{not a call}",
    "```python\nprint()\n```",
    "remember",
    "<b>",
    "{",
    "",
    '{"name"',
]


def shown(text: str, cuts: list[int]) -> tuple[str, bool]:
    """What is shown of `text` in pieces, and whether it is a call."""
    beginning = Beginning(["remember", "search_memory"])
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    parts = [text[start:end] for start, end in itertools.pairwise(places)]
    said = "".join(part.text for piece in parts for part in beginning.feed(TextPart(piece)))
    if beginning.is_call:
        return said, True
    return said + "".join(part.text for part in beginning.release()), False


@pytest.mark.parametrize("call", CALLS)
@given(cuts=st.lists(st.integers(0, 200), max_size=8))
def test_a_written_call_is_found_however_it_is_chunked(call: str, cuts: list[int]) -> None:
    assert shown(call, cuts) == ("", True)


@given(text=st.sampled_from(TEXTS) | st.text(), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_all_other_text_is_shown_as_it_is(text: str, cuts: list[int]) -> None:
    assert shown(text, cuts) == (text, False)


@pytest.mark.parametrize("call", CALLS)
async def test_the_model_is_asked_again_without_tools_and_that_is_remembered(call: str) -> None:
    async with ScriptedServer([Say(call), Say("Hello."), Say("Again.")]) as server:
        model = ChatModel(Endpoint(name="test", base_url=server.base_url, local=True), "scripted", ModelSettings())
        try:
            parts = [part async for part in model.stream(ASKED)]
            assert "".join(part.text for part in parts if isinstance(part, TextPart)) == "Hello."
            assert isinstance(parts[-1], EndPart)
            assert model.tools_supported is False
            assert ["tools" in body for body in server.requests] == [True, False]
            assert (await model.complete(ASKED)).text == "Again."
            assert "tools" not in server.requests[-1]
        finally:
            await model.close()
