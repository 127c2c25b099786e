"""Counting tokens, from package data alone."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.providers.tokens import TokenCounter, estimate


@pytest.fixture(scope="module")
def counter() -> TokenCounter:
    made = TokenCounter()
    made.load()
    made.load()
    return made


ANY = st.text(st.characters())  # lone surrogates too


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("hello world", 2), ("Hello, world!", 4), ("tiktoken is great!", 6), ("お誕生日おめでとう", 8)],
)
def test_known_counts(counter: TokenCounter, text: str, tokens: int) -> None:
    assert counter.count(text) == tokens


def test_special_tokens_count_as_text(counter: TokenCounter) -> None:
    assert counter.count("<|endoftext|>") > 1


@given(text=ANY)
def test_any_text_is_counted(counter: TokenCounter, text: str) -> None:
    count = counter.count(text)
    assert (count == 0) == (text == "")
    assert count <= len(text.encode("utf-8", "surrogatepass"))


@given(first=ANY, second=ANY)
def test_lines_count_together_about_as_much_as_each_for_itself(counter: TokenCounter, first: str, second: str) -> None:
    each = counter.count(first.strip()), counter.count(second.strip())
    both = counter.count(f"{first.strip()}\n{second.strip()}")
    assert max(each) - 6 <= both <= sum(each) + 2


@pytest.mark.parametrize("unit", ["a", "ab", " ", "\n", "!", "7", "漢字", "é", "word ", "🎋", "\u200d"])
@pytest.mark.timeout(30)
def test_a_megabyte_on_one_line_does_not_run_away(counter: TokenCounter, unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert counter.count(text) > 0


def test_a_text_counted_in_pieces_loses_little(counter: TokenCounter) -> None:
    line = "A sentence of some words, and then another one.\n"
    assert abs(counter.count(line * 4000) - 4000 * counter.count(line)) <= 8


def test_before_loading_it_estimates() -> None:
    fresh = TokenCounter()
    assert not fresh.ready
    assert (fresh.count(""), fresh.count("abcd"), fresh.count("漢")) == (0, 2, 1)


@given(ANY)
def test_estimates_never_fail(text: str) -> None:
    assert estimate(text) >= 0


def test_nothing_is_asked_of_the_network() -> None:
    code = """
import socket, sys
def refuse(*args, **more): raise SystemExit("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
from memchat.providers.tokens import TokenCounter
assert "tiktoken" not in sys.modules
counter = TokenCounter()
counter.load()
assert counter.count("hello world") == 2
"""
    environ = {"TIKTOKEN_CACHE_DIR": "/nonexistent"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
