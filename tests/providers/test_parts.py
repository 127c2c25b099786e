"""Taking the stream apart: events, thinking, tool calls, JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.chat import ReasoningPart, TextPart
from memchat.providers.json_replies import read_json
from memchat.providers.parts import Assembler, ThinkSplitter, ToolCalls, read_usage
from memchat.providers.sse import EventReader

TAGGED = st.lists(
    st.sampled_from(["<think>", "</think>", "<thinking>", "</thinking>", "<", "</", "think", ">", " ", "\n", "a", "六"])
).map("".join)


def cut(text: str, marks: list[int]) -> list[str]:
    places = sorted({mark % (len(text) + 1) for mark in marks})
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    parts = [part for piece in pieces for part in splitter.feed(piece)]
    parts.extend(splitter.end())
    assert all(part.text for part in parts)
    thought = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
    return thought, "".join(part.text for part in parts if isinstance(part, TextPart))


@given(TAGGED, st.lists(st.integers(min_value=0), max_size=12))
def test_thinking_is_split_alike_however_it_was_chunked(text: str, marks: list[int]) -> None:
    assert split(cut(text, marks)) == split([text])


@given(st.text(), st.lists(st.integers(min_value=0), max_size=12))
def test_text_without_thinking_comes_whole(text: str, marks: list[int]) -> None:
    if not text.lstrip().startswith(("<think", "<reason")):
        assert split(cut(text, marks)) == ("", text)


@pytest.mark.parametrize(
    ("text", "thought", "rest"),
    [
        ("<think>why</think>because", "why", "because"),
        ("\n <think>\nwhy\n</think>\n\nbecause", "\nwhy\n", "because"),
        ("<think></think>because", "", "because"),
        ("<thinking>a</think>b</thinking>c", "a</think>b", "c"),
        ("<think>never closed", "never closed", ""),
        ("<think>a</thi", "a</thi", ""),
        ("say <think>x</think>", "", "say <think>x</think>"),
        ("<thin", "", "<thin"),
    ],
)
def test_thinking(text: str, thought: str, rest: str) -> None:
    assert split(list(text)) == (thought, rest)


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(min_value=0), max_size=20),
)
def test_events_come_whole_however_they_were_chunked(datas: list[str], newline: str, marks: list[int]) -> None:
    content = "".join(f": ping{newline}event: x{newline}data: {data}{newline}{newline}" for data in datas).encode()
    places = sorted({mark % (len(content) + 1) for mark in marks})
    reader = EventReader()
    got: list[str] = []
    for start, end in zip([0, *places], [*places, len(content)], strict=True):
        got.extend(reader.feed(content[start:end]))
    got.extend(reader.end())
    assert got == datas


def test_an_event_of_several_lines_and_one_never_ended() -> None:
    reader = EventReader()
    assert list(reader.feed("data: a\u2028b\ndata:c\n\ndata: last".encode())) == ["a\u2028b\nc"]
    assert list(reader.end()) == ["last"]


def calls(*deltas: Any) -> list[tuple[str, str, str]]:
    assembled = ToolCalls()
    for delta in deltas:
        assembled.feed(delta)
    return [(call.id, call.name, call.arguments) for call in assembled.done()]


def test_tool_calls_of_servers_that_keep_to_the_protocol_loosely() -> None:
    whole = {"function": {"name": "a", "arguments": "{}"}}
    assert calls([whole, whole]) == [("call_0", "a", "{}"), ("call_1", "a", "{}")]
    same = [{"index": 0, "id": name, "function": {"name": name, "arguments": "{}"}} for name in "xy"]
    assert calls([same[0]], [same[1]]) == [("x", "x", "{}"), ("y", "y", "{}")]
    assert calls(None, "junk", [None, 3, {"function": None}, {"index": "0"}]) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_no_chunk_breaks_the_assembler(chunk: dict[str, Any]) -> None:
    assembler = Assembler("m")
    list(assembler.feed(chunk))
    list(assembler.feed({"choices": [{"delta": chunk}]}))
    list(assembler.feed({"choices": [chunk], "usage": chunk}))
    assembler.end()


def test_usage_with_its_details() -> None:
    told = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}, "cost": 0.5}
    usage = read_usage(told)
    assert usage is not None
    assert (usage.cached_tokens, usage.cost) == (4, 0.5)
    assert read_usage({"prompt_tokens": None}) is None


@given(st.dictionaries(st.text(), JSON), st.text(st.characters(exclude_characters="{[`")), st.text())
def test_json_is_found_within_talk(value: dict[str, Any], before: str, after: str) -> None:
    text = json.dumps(value)
    for wrapped in (text, f"{before}\n```json\n{text}\n```", f"{before}{text}{after}"):
        assert read_json(wrapped, {"type": "object"}) == value


def test_deep_nesting_is_refused_not_fatal() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        read_json("[" * 200_000, None)


@pytest.mark.parametrize("text", ["I would rather not.", "", "{broken", "[1, 2]", '"Tea"', '{"title": "T'])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        read_json(text, {"type": "object"})
