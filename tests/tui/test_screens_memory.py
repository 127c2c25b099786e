"""Search, the memory's browser, the exact request, the why, help, the editor."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.binding import Binding

from memchat.assistant import Assistant
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.help import HelpScreen
from memchat.tui.screens.request import RequestScreen
from memchat.tui.screens.search import SearchScreen
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.screens.why import WhyScreen
from memchat.tui.slash import COMMANDS
from memchat.tui.widgets.key_line import KeyLine
from memchat.tui.widgets.panels.lines import Prose
from tests.tui import samples
from tests.tui.screen_harness import Stage, session

THEMES = ["memchat-dark", "memchat-light", "memchat-contrast", "memchat-ansi"]


@pytest.fixture
async def assistant(paths: Paths) -> AsyncIterator[Assistant]:
    settings = Settings()
    settings = replace(settings, memory=replace(settings.memory, embedder="off"))
    opened = await Assistant.open(settings, paths, environ={})
    yield opened
    await opened.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_exact_request_block_by_block(size: tuple[int, int]) -> None:
    app = Stage()
    plan = samples.plan(4, left_out=samples.left_out())
    async with app.run_test(size=size) as pilot:
        await app.open(RequestScreen([samples.request(plan)]))
        await app.idle(pilot)
        assert len([row for row in app.rows.rows if row.key]) == len(plan.blocks) + 2 + len(plan.recalled) + 2
        assert app.beside == "system · system · 212 tokens\n\nYou are memchat.\nYou remember."
        await pilot.press("end")
        await pilot.pause()
        assert "Over the recall limit." in app.beside
        await pilot.press("up", "up")
        await pilot.pause()
        assert "score" in app.beside
        await pilot.press("home", "ctrl+y")
        await app.idle(pilot)
        assert app.clipboard == "You are memchat.\nYou remember."
        assert "Context ~" in app.text()
        await pilot.press("tab")
        await app.idle(pilot)
        assert isinstance(app.focused, Prose)
        await pilot.press("escape")
        await app.idle(pilot)
        assert app.result is None


async def test_an_empty_request_has_its_settings_and_tools() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(RequestScreen([samples.request(replace(samples.plan(0), blocks=(), recalled=()))]))
        await pilot.pause()
        assert [row.key for row in app.rows.rows] == ["piece:0", "piece:1"]
        await pilot.press("enter", "ctrl+y", "left", "right", "d", "escape")
        await app.idle(pilot)
        assert app.result is None


async def test_help_lists_the_bindings_themselves_and_every_command() -> None:
    class Keyed(Stage):
        BINDINGS = [  # noqa: RUF012
            Binding("ctrl+l", "bell", "Ring the bell", id="app.bell"),
            Binding("ctrl+k", "bell", "Not remappable"),
        ]

    app = Keyed()
    async with app.run_test(size=(100, 50)) as pilot:
        app.set_keymap({"app.bell": "f9"})
        await app.open(HelpScreen())
        await pilot.pause()
        text = app.beside
        assert "f9" in text
        assert "Ring the bell  app.bell" in text
        assert "Not remappable" not in text
        for command in COMMANDS:
            assert command.usage in text
            assert command.about in text
        await pilot.press("pagedown", "end", "f1")
        await app.idle(pilot)
        assert app.result is None


@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_and_the_smallest_size_draw_every_screen(assistant: Assistant, theme: str) -> None:
    asked = await session(assistant, "京都の庭園 " + "supercalifragilistic" * 8, "静かな庭園はありますか")
    last = await assistant.store.messages.last(asked.id)
    assert last is not None
    await assistant.memories.remember("好き: small gardens " + "x" * 300)
    app = Stage(theme)
    async with app.run_test(size=(40, 12)) as pilot:
        for screen in (
            SearchScreen(assistant, "gardens"),
            BrowserScreen(assistant),
            RequestScreen([samples.request(samples.plan(30, left_out=samples.left_out()))]),
            WhyScreen(assistant, last.id, asked.id),
            HelpScreen(),
            TextEditScreen("Title", "text"),
        ):
            await app.open(screen)
            await app.idle(pilot)
            assert screen.query_one(KeyLine).region.bottom <= 12
            await pilot.press("escape")
            await app.idle(pilot)
            assert app.screen is not screen


async def test_keys_at_the_foot_can_be_clicked() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(TextEditScreen("Title", "text"))
        await pilot.pause()
        await pilot.click(KeyLine, offset=(2, 0))
        await pilot.pause()
        assert app.result == "text"
