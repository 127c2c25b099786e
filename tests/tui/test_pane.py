"""The text beside a list: how its lines are wrapped."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from memchat.tui.screens import why_parts
from memchat.tui.text import Part, shown
from memchat.tui.widgets.pane import HANG, JOIN, Pane
from tests.tui.samples import item


def lines(width: int, *parts: Part) -> list[str]:
    pane = Pane()
    pane.set_reactive(Pane.parts, parts)
    return [line.plain for line in pane.folded(width)]


def test_a_wrapped_line_goes_on_under_its_beginning() -> None:
    found = lines(16, ("used    ", "$dim"), HANG, ("once, a long while ago\n", ""), ("next", ""))
    assert found == ["used    once, a", "        long", "        while", "        ago", "next"]


def test_without_a_mark_it_goes_on_at_the_left() -> None:
    assert lines(10, ("one two three four", "")) == ["one two", "three four"]


def test_what_is_joined_is_not_torn_apart() -> None:
    told = f"meaning{JOIN}0.22 · kind{JOIN}0.05"
    assert [line.replace(JOIN, " ") for line in lines(20, ("  ", ""), HANG, (told, ""))] == [
        "  meaning 0.22 ·",
        "  kind 0.05",
    ]


@given(st.text(max_size=200), st.integers(0, 30), st.integers(4, 60))
def test_no_line_is_wider_than_the_pane_and_no_word_is_lost(text: str, hang: int, width: int) -> None:
    found = lines(width, (" " * hang, ""), HANG, (text, ""))
    assert all(cell_len(line.rstrip()) <= max(4, width) for line in found)  # a character of two cells needs its room
    assert "".join("".join(found).split()) == "".join(shown(text).split())


@pytest.mark.parametrize("names", [(), ("meaning", "words"), ("recency and more",)])
def test_all_bars_begin_in_one_column(names: tuple[str, ...]) -> None:
    told_of = replace(item("fact", "Likes tea", 0.5), parts=dict.fromkeys(names, 0.2))
    told = "".join(text for text, _ in why_parts.score_parts(told_of)).splitlines()
    assert len({line.index("━") for line in told}) == 1
