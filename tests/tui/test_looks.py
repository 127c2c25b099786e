"""One look for what is remembered: signs of one cell, colours of the theme, ages in words."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from rich.cells import cell_len

from memchat.core.browsing import ROW_KINDS
from memchat.core.memories import MEMORY_STATUSES, ORIGINS
from memchat.core.settings import Signs
from memchat.tui import looks
from memchat.tui.looks import Looks

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("ascii", [False, True])
def test_every_sign_is_one_cell_and_one_of_its_kind(ascii: bool) -> None:
    shown = Looks(ascii=ascii)
    signs = [shown.kind(kind) for kind in ROW_KINDS]
    assert len({sign for sign, _ in signs}) == len(ROW_KINDS)
    for sign, colour in [*signs, shown.dot(1), shown.dot(0.6), shown.dot(0), shown.pin(pinned=True)]:
        assert cell_len(sign) == 1
        assert sign.isascii() or not ascii
        assert colour.startswith("$"), "colours come from the theme"


def test_how_sure_in_three_steps() -> None:
    shown = Looks()
    assert [shown.dot(share)[0] for share in (0, 0.49, 0.5, 0.79, 0.8, 1)] == ["○", "○", "◐", "◐", "●", "●"]
    assert [looks.sure_in_words(share) for share in (0.2, 0.6, 1)] == ["unsure", "likely", "sure"]


def test_pinned_and_marked_take_the_same_room_as_not() -> None:
    shown = Looks()
    assert shown.pin(pinned=False)[0] == shown.mark(marked=False)[0] == " "
    assert shown.mark(marked=True)[0] == "▌"


@pytest.mark.parametrize("ascii", [False, True])
def test_a_bar_is_as_wide_as_it_is_asked_for(ascii: bool) -> None:
    shown = Looks(ascii=ascii)
    for tenth in range(-2, 13):
        assert cell_len(shown.bar(tenth / 10, 8)) == 8
    assert shown.bar(1, 4) == ("####" if ascii else "━━━━")
    assert shown.bar(0.13, 4).rstrip() == ("" if ascii else "╸")


def test_every_status_and_origin_has_a_name() -> None:
    assert set(looks.STATUS_NAMES) == set(looks.STATUS_COLOURS) == set(MEMORY_STATUSES)
    assert set(looks.ORIGIN_NAMES) == set(ORIGINS)


def test_ages_in_words() -> None:
    assert looks.age(None, NOW) == "-"
    assert looks.age(NOW - timedelta(days=3), NOW) == "3d"
    assert looks.age_in_words(NOW, NOW) == "just now"
    assert looks.age_in_words(NOW - timedelta(hours=1), NOW) == "1 hour ago"
    assert looks.age_in_words(NOW - timedelta(days=15), NOW) == "2 weeks ago"


def test_the_terminal_says_which_signs() -> None:
    assert set(get_args(Signs)) == {"auto", "unicode", "ascii"}
    assert not looks.chosen("auto", {"TERM": "xterm-256color"}, "UTF-8").ascii
    assert looks.chosen("auto", {"TERM": "linux"}, "utf-8").ascii
    assert looks.chosen("auto", {}, "latin-1").ascii
    assert looks.chosen("ascii", {}, "utf-8").ascii
    assert not looks.chosen("unicode", {"TERM": "linux"}, "latin-1").ascii
