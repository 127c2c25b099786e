"""Working memory: modes and what is folded when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.settings import MemorySettings
from memchat.memory.working import due, exchange_starts, fold_count, tail_request
from memchat.store.values import Span
from tests.memory.making import message, rolling, talk

SIX = MemorySettings(fold_messages=6)


def test_six_messages_fold_the_oldest_half_up_to_the_next_question() -> None:
    assert due(Span(6, 100), SIX, 8192)
    assert not due(Span(5, 100), SIX, 8192)
    assert fold_count(talk(6), SIX, 8192) == 4


def test_six_turns_with_folds_between_leave_the_second_message_behind() -> None:
    folded = 0
    for turn in range(1, 6):
        messages = talk(turn * 2)[folded:]
        if due(Span(len(messages), 10), SIX, 8192):
            folded += fold_count(messages, SIX, 8192)
    assert folded >= 4


def test_tokens_alone_make_a_fold_due_and_decide_how_far_it_goes() -> None:
    messages = [message(seq, tokens=1000) for seq in range(1, 9)]
    assert due(Span(8, 8000), MemorySettings(), 8192)
    count = fold_count(messages, MemorySettings(), 8192)
    assert count == 6, "half would leave more than half of the limit"
    assert due(Span(1, 500), MemorySettings(fold_tokens=500), 8192)


def test_buffer_and_window_never_fold() -> None:
    for mode in ("buffer", "window"):
        assert not due(Span(900, 90_000), MemorySettings(mode=mode), 8192)


def test_summary_mode_keeps_only_the_newest_exchange() -> None:
    eager = MemorySettings(mode="summary")
    assert not due(Span(2, 10), eager, 8192)
    assert due(Span(4, 10), eager, 8192)
    assert fold_count(talk(10), eager, 8192) == 8


def test_a_waiting_question_and_the_exchange_before_it_stay() -> None:
    assert fold_count(talk(7), MemorySettings(mode="summary"), 8192) == 4


def test_one_exchange_is_never_folded() -> None:
    assert fold_count(talk(2), SIX, 8192) == 0
    assert fold_count([], SIX, 8192) == 0
    assert fold_count([message(seq, role="user") for seq in range(1, 9)], SIX, 8192) == 0


@given(st.lists(st.sampled_from(["user", "assistant"]), max_size=30), st.sampled_from(["summary", "hybrid"]))
def test_a_fold_ends_before_a_question_and_leaves_an_exchange(roles: list[str], mode: str) -> None:
    messages = [message(seq, role=role) for seq, role in enumerate(roles, 1)]  # type: ignore[arg-type]
    count = fold_count(messages, MemorySettings(mode=mode), 8192)  # type: ignore[arg-type]
    assert count == 0 or count in exchange_starts(messages)
    assert count < max(1, len(messages))


@pytest.mark.parametrize(("mode", "after"), [("buffer", 0), ("window", 0), ("summary", 8), ("hybrid", 8)])
def test_only_summarising_modes_begin_after_the_summary(mode: str, after: int) -> None:
    asked = tail_request(MemorySettings(mode=mode), rolling("Old.", to_seq=8), 8192, 1.0)  # type: ignore[arg-type]
    assert asked.after_seq == after
    assert asked.max_messages == (21 if mode == "window" else 4000)
    assert asked.max_tokens == 8192
