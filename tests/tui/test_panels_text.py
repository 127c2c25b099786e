"""Text from outside is made safe and short before it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.tui.text import brief, counted, one_line, plain, short_number, size_of


@given(st.text())
def test_plain_leaves_nothing_that_steers_the_terminal(text: str) -> None:
    kept = plain(text)
    assert not any(ord(char) < 32 and char != "\n" for char in kept)
    assert not any(0x7F <= ord(char) <= 0x9F or 0x202A <= ord(char) <= 0x202E for char in kept)
    assert plain(kept) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]52;c;aGk=\x1b\\shown", "shown"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("tab\there", "tab    here"),
        ("日本語 [bold]", "日本語 [bold]"),
        ("abc\u202edcba", "abcdcba"),
    ],
)
def test_plain(text: str, kept: str) -> None:
    assert plain(text) == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The user likes small gardens.", "likes small gardens."),
        ("The user's sister is called Mei.", "sister is called Mei."),
        ("the user’s dog", "dog"),
        ("The user and Mei are married.", "The user and Mei are married."),
        ("The users of the house", "The users of the house"),
        ("The user", "The user"),
        ("The user [link=x]", "The user [link=x]"),
        ("Mei likes the user.", "Mei likes the user."),
    ],
)
def test_a_line_leaves_out_that_it_is_about_the_user(text: str, said: str) -> None:
    assert brief(text) == said


def test_one_line() -> None:
    assert one_line("  two\n\nlines  ") == "two lines"
    assert one_line("x" * 1_000_000, 10) == "x" * 9 + "…"


def test_numbers() -> None:
    shown = [short_number(number) for number in (0, 999, 1000, 2100, 9_960, 16_384, 999_499, 999_500, 2_000_000)]
    assert shown == ["0", "999", "1k", "2.1k", "10k", "16k", "999k", "1M", "2M"]
    assert [size_of(number) for number in (5, 98_000_000, 1_117_000_000)] == ["5 B", "98 MB", "1.1 GB"]
    assert (counted(1, "message"), counted(1200, "message")) == ("1 message", "1,200 messages")
