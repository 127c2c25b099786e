"""What holds for any request."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.core.context import ContextPlan
from memchat.core.errors import MessageTooLong
from memchat.core.messages import Message
from memchat.core.settings import MemorySettings
from memchat.memory.context import ContextInputs, assemble, wire
from memchat.memory.layout import Entry
from tests.memory.making import fact, field, inputs, message, past, recall, recalled, rolling, words

_ALPHABET = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from("abc 中文優先日本語カタカナ한국어😀👩‍👩‍👧\n\t.。<>|/\u202e\x1b"),
)
TEXT = st.one_of(
    st.text(_ALPHABET, max_size=60),
    st.builds(lambda piece, times: piece * times, st.text(_ALPHABET, min_size=1, max_size=12), st.integers(1, 600)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    roles = draw(st.lists(st.sampled_from(["user", "assistant"]), max_size=14))
    states = st.sampled_from(["complete", "partial", "stopped", "failed"])
    first = draw(st.integers(1, 50))
    return [
        message(first + index, draw(TEXT), role=role, status=draw(states))  # type: ignore[arg-type]
        for index, role in enumerate(roles)
    ]


@st.composite
def requests(draw: st.DrawFn) -> ContextInputs:
    values: dict[str, Any] = {
        "window": draw(st.one_of(st.integers(0, 600), st.sampled_from([2048, 4096, 8192, 32768]))),
        "reserve": draw(st.sampled_from([0, 64, 1024, 4096])),
        "mode": draw(st.sampled_from(["buffer", "window", "summary", "hybrid"])),
        "settings": MemorySettings(window_messages=draw(st.integers(0, 9)), recall_tokens=draw(st.integers(0, 900))),
        "system": draw(TEXT),
        "instructions": [fact(value, f"i{n}") for n, value in enumerate(draw(st.lists(TEXT, max_size=3)))],
        "profile": [field(f"field_{n}", value) for n, value in enumerate(draw(st.lists(TEXT, max_size=4)))],
        "pinned": [fact(value, f"f{n}") for n, value in enumerate(draw(st.lists(TEXT, max_size=3)))],
        "session_summaries": [past(n, value) for n, value in enumerate(draw(st.lists(TEXT, max_size=3)))],
        "news": [Entry(f"- {value}", None) for value in draw(st.lists(TEXT, max_size=2))],
        "rolling_summary": rolling(value, to_seq=1) if (value := draw(TEXT)) else None,
        "buffer": draw(histories()),
        "recall": recall([recalled(value, f"m{900 + n}") for n, value in enumerate(draw(st.lists(TEXT, max_size=4)))]),
        "user_text": draw(TEXT),
        "memory_on": draw(st.booleans()),
        "token_scale": draw(st.sampled_from([0.5, 1.0, 1.37, 3.0])),
        "tool_tokens": draw(st.sampled_from([0, 300])),
    }
    return inputs(**values)


@settings(max_examples=150)
@given(requests())
def test_a_request_fits_is_valid_and_loses_nothing_silently(request: ContextInputs) -> None:
    plan = planned(request, words)
    if plan is not None:
        check_request(request, plan)


def planned(request: ContextInputs, count: Callable[[str], int]) -> ContextPlan | None:
    """The plan of a request; nothing of one that is refused, and then it really is too long."""
    try:
        return assemble(request, count)
    except MessageTooLong as caught:
        refused = caught
    assert refused.tokens > refused.available
    return None


def check_request(request: ContextInputs, plan: ContextPlan) -> None:
    if request.user_text.strip():
        assert plan.tokens + plan.reserve + request.tool_tokens <= request.window
    user = [block for block in plan.blocks if block.layer == "user"]
    assert [block.content for block in user] == ([request.user_text] if request.user_text.strip() else [])

    roles = [item.role for item in wire(plan)]
    assert all(item.content.strip() for item in wire(plan))
    assert all(before != after for before, after in pairwise(roles))
    assert roles[:1] != ["assistant"]
    assert roles[:2] != ["system", "assistant"]

    shown = {block.ref for block in plan.blocks} | {item.id for item in plan.recalled}
    left = {item.ref for item in plan.left_out}
    expected = {item.id for item in request.buffer if item.text.strip()}
    if request.memory_on:
        expected |= {item.ref or "" for item in request.frozen.sessions if plan.layers["sessions"] == 0}
        if request.user_text.strip() and request.recall:
            expected |= {item.id for item in request.recall.items}
    assert expected <= shown | left
    assert all(item.reason for item in plan.left_out)


@settings(max_examples=150)
@given(requests(), TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_each_request_is_the_beginning_of_the_next(
    request: ContextInputs, answer: str, question: str, found: list[str]
) -> None:
    if not request.user_text.strip() or not question.strip():
        return
    mode = "hybrid" if request.mode == "window" else request.mode
    seq = request.buffer[-1].seq + 1 if request.buffer else 1
    now = message(seq, request.user_text, role="user")
    first = _with(request, mode=mode, user_ref=now.id)
    later = [*request.buffer, now, message(seq + 1, answer, role="assistant")]
    items = recall([recalled(text, f"m{950 + n}") for n, text in enumerate(found)])
    second = _with(first, buffer=later, user_text=question, user_ref="m99", recall=items)
    try:
        plans = assemble(first, words), assemble(second, words)
    except MessageTooLong:
        return
    if any(item.layer != "recalled" for plan in plans for item in plan.left_out):
        return
    before, after = ([[item.role, item.content] for item in wire(plan)] for plan in plans)
    sent = json.dumps(before, ensure_ascii=False)
    recalled_text = next((block.content for block in plans[0].blocks if block.layer == "recalled"), None)
    if recalled_text is not None:
        sent = sent[: sent.rindex(json.dumps("\n\n" + recalled_text, ensure_ascii=False)[1:-1])]
    else:
        sent = sent.removesuffix('"]]')
    assert json.dumps(after, ensure_ascii=False).startswith(sent)


def _with(request: ContextInputs, **changes: Any) -> ContextInputs:
    return inputs(**{name: getattr(request, name) for name in ContextInputs.__slots__} | changes)
