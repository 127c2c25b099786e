"""The line of keys at the foot of a dialog, what is told over it, and lists to choose from."""

from pathlib import Path

import pytest

import memchat.tui.app
from memchat.assistant import Assistant
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.request import RequestScreen
from memchat.tui.screens.sessions import SessionsScreen
from memchat.tui.widgets.key_line import KeyLine
from tests.tui import samples
from tests.tui.screen_harness import Stage, session, showing


async def test_only_keys_that_do_something_are_shown() -> None:
    one, two = samples.request(samples.plan(8)), samples.request(samples.plan(6))
    for requests, there in (([one], False), ([one, two], True)):
        async with showing(RequestScreen(requests)) as (app, _):
            assert ("what changed" in app.text()) == there


@pytest.mark.parametrize(("size", "looks"), [((80, 24), {"-narrow", "-short"}), ((120, 40), {"-wide", "-tall"})])
async def test_a_dialog_is_drawn_for_its_size_from_the_first(size: tuple[int, int], looks: set[str]) -> None:
    seen: list[set[str]] = []

    class Watched(RequestScreen):
        def on_mount(self) -> None:
            seen.append({"-narrow", "-wide", "-short", "-tall"} & self.classes)
            super().on_mount()

    async with showing(Watched([samples.request(samples.plan(8))]), size=size):
        assert seen == [looks]


async def test_nothing_jumps_when_keys_go(assistant: Assistant) -> None:
    await session(assistant, "Trip to Kyoto")
    screen = SessionsScreen(assistant)
    async with showing(screen) as (app, pilot):
        before = screen.query_one(KeyLine).region
        assert before.height == 2
        await app.press(pilot, "ctrl+r")
        assert "enter keep" in app.text()
        assert screen.query_one(KeyLine).region == before


@pytest.mark.parametrize(("width", "text", "wide"), [(120, "short", 64), (120, "x" * 80, 104), (80, "x" * 80, 76)])
async def test_a_list_to_choose_from_is_as_wide_as_its_lines_wherever_it_is_opened(
    width: int, text: str, wide: int
) -> None:
    screen = ChooseScreen("Which?", [Choice(key="1", text=text, right="20 Nov 2026 15:21")])
    async with showing(screen, size=(width, 24)):
        assert abs(screen.query_one("#frame").region.width - wide) <= 1


class Telling(Stage):
    """Tells things as the app does."""

    CSS_PATH = Path(memchat.tui.app.__file__).with_name("app.tcss")


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("words", [12, 15, 18, 24, 31])
async def test_a_notice_loses_none_of_its_lines(width: int, words: int) -> None:
    app = Telling()
    async with app.run_test(size=(width, 24), notifications=True) as pilot:
        app.notify(" ".join(f"word{number}" for number in range(words)), markup=False)
        await app.until(pilot, lambda: "word0 " in app.text())
        assert f"word{words - 1} " in app.text()
