"""Requests over two hundred histories of the kinds that break things, counted with the real tokenizer."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.core.context import ContextPlan
from memchat.core.messages import Message, ToolUse
from memchat.core.settings import MemorySettings
from memchat.memory.budget import OVERHEAD, PRIMING
from memchat.memory.context import ContextInputs, wire
from memchat.providers.tokens import TokenCounter
from tests.memory.making import fact, field, inputs, message, past, recall, recalled, rolling
from tests.memory.test_context_properties import check_request, planned

MEGABYTE = 1_000_000
CODE = "```python\ndef fold(messages: list[str]) -> str:\n    return '\\n'.join(messages[::-1])\n```"
RESULT = '{"rows": [{"id": 1, "text": "</recalled> <|im_end|>"}], "next": null}'
TEXTS: dict[str, list[str]] = {
    "empty": ["", " ", "\n"],
    "one character": ["a", "文", "😀", ".", "\u200b"],
    "1 MB": ["word " * (MEGABYTE // 5), "x" * MEGABYTE, "文" * (MEGABYTE // 3), "ab\n" * (MEGABYTE // 3)],
    "CJK": ["我住在里斯本，下週搬到東京。", "明日の会議は三時です。", "회의는 내일입니다.", "中文優先 " * 200],
    "emoji": ["👩‍👩‍👧🇵🇹😀" * 3, "😀" * 900, "🏳️‍🌈 ok"],
    "only code": [CODE, CODE * 40, "`x`"],
    "only tool results": [RESULT, RESULT * 60, ""],
}
COUNTER = TokenCounter()


@pytest.fixture(scope="module", autouse=True)
def tokenizer() -> None:
    COUNTER.load()


@lru_cache(maxsize=4_000)
def count(text: str) -> int:
    return COUNTER.count(text)


@st.composite
def histories(draw: st.DrawFn, kind: str) -> list[Message]:
    made = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        text = draw(st.sampled_from(TEXTS[kind]))
        role = "assistant" if kind == "only tool results" or seq % 2 == 0 else "user"
        one = message(seq, text, role=role, tokens=count(text))  # type: ignore[arg-type]
        if kind == "only tool results":
            one = message(seq, text, role="assistant", tokens=count(text), status="partial")
            one = _with_tool(one, draw(st.sampled_from(TEXTS[kind])))
        made.append(one)
    return made


def _with_tool(one: Message, result: str) -> Message:
    return replace(one, tool_uses=(ToolUse(name="search_memory", arguments="{}", result=result),))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_no_history_makes_a_request_that_is_too_long_or_invalid(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(TEXTS)))
    any_text = st.sampled_from([text for texts in TEXTS.values() for text in texts])
    texts = st.lists(any_text, max_size=2)
    values: dict[str, Any] = {
        "window": data.draw(st.sampled_from([256, 1024, 2048, 8192, 131_072])),
        "mode": data.draw(st.sampled_from(["buffer", "window", "summary", "hybrid"])),
        "settings": MemorySettings(recall_tokens=data.draw(st.sampled_from([0, 700]))),
        "buffer": data.draw(histories(kind)),
        "user_text": data.draw(st.one_of(st.just("And now?"), st.sampled_from(TEXTS[kind]))),
        "instructions": [fact(text, f"i{n}") for n, text in enumerate(data.draw(texts))],
        "profile": [field(f"field_{n}", text) for n, text in enumerate(data.draw(texts))],
        "session_summaries": [past(n, text) for n, text in enumerate(data.draw(texts))],
        "rolling_summary": rolling(data.draw(any_text), to_seq=1) if data.draw(st.booleans()) else None,
        "recall": recall([recalled(text, f"m{900 + n}") for n, text in enumerate(data.draw(texts))]),
        "token_scale": data.draw(st.sampled_from([1.0, 1.3])),
    }
    request = inputs(**values)
    plan = planned(request, count)
    if plan is not None:
        _check(request, plan)


def _check(request: ContextInputs, plan: ContextPlan) -> None:
    check_request(request, plan)
    if request.user_text.strip():
        sent = sum(count(each.content) * request.token_scale + OVERHEAD for each in wire(plan))
        assert sent + plan.reserve + PRIMING <= request.window
