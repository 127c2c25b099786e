"""The list of sessions: filter, look into, open, rename, delete, bring back."""

from collections.abc import AsyncIterator

import pytest
from textual.widgets import Input

from memchat.assistant import Assistant
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.screens.sessions import Picked, SessionsScreen
from memchat.tui.widgets.tabs import Tabs
from tests.tui.screen_harness import Stage, session

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture
async def assistant(paths: Paths) -> AsyncIterator[Assistant]:
    opened = await Assistant.open(Settings(), paths, environ={})
    yield opened
    await opened.close()


async def test_no_session_is_said_in_a_sentence(assistant: Assistant) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        assert "No session yet" in app.text()
        await pilot.press("enter", "ctrl+r", "ctrl+d", "ctrl+z", "escape")
        await app.idle(pilot)
        assert app.result is None


@pytest.mark.parametrize("size", SIZES)
async def test_newest_first_with_counts_and_a_preview(assistant: Assistant, size: tuple[int, int]) -> None:
    kyoto = await session(assistant, "Trip to Kyoto", "Where is the garden?", "And the tea room?")
    newest = await session(assistant, "[bold]RAG[/] in Python", "I use ChromaDB.")
    await assistant.store.summaries.put_session(
        session_id=newest.id, text="wanted: a vector store", to_seq=2, tokens=5, model="m"
    )
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        assert [row.split("  ")[0] for row in app.listed] == ["[bold]RAG[/] in Python", "Trip to Kyoto"]
        assert "2 now" in " ".join(app.listed[0].split())
        assert "wanted: a vector store" in app.beside
        assert "Sessions · 2" in app.title_shown
        await pilot.press("down")
        await app.idle(pilot)
        assert "4 messages" in app.beside
        assert "And the tea room?" in app.beside
        assert "esc close" in app.text()
        await pilot.press("enter")
        await app.idle(pilot)
        await app.idle(pilot)
        assert app.result == Picked("personal", kyoto.id)


async def test_typing_filters_by_title_and_by_what_was_said(assistant: Assistant) -> None:
    kyoto = await session(assistant, "Trip to Kyoto", "Where is the garden?")
    await session(assistant, "RAG", "I use ChromaDB.")
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await app.write(pilot, "kyo")
        assert len(app.listed) == 1
        await app.write(pilot, "garden")
        assert app.rows.key == kyoto.id
        await app.write(pilot, "zebra")
        assert app.listed == []
        assert "No session has these words" in app.text()
        await app.write(pilot, "")
        assert len(app.listed) == 2
        await pilot.press("down", "enter")
        await app.idle(pilot)
        assert app.result == Picked("personal", kyoto.id)


async def test_a_session_is_renamed_in_its_place(assistant: Assistant) -> None:
    made = await session(assistant, "Old", "Hello.")
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await pilot.press("ctrl+r", *"Never", "escape")
        await app.idle(pilot)
        assert (await assistant.store.sessions.get(made.id)).title == "Old"
        assert app.focused is app.screen.query_one("#filter", Input)
        await pilot.press("ctrl+r", *"New", "enter")
        await app.idle(pilot)
        assert (await assistant.store.sessions.get(made.id)).title == "New"
        assert app.listed[0].startswith("New")
        assert app.beside.startswith("New")
        await pilot.press("escape")
        await app.idle(pilot)
        assert app.result is None


async def test_a_session_is_deleted_and_brought_back(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await pilot.press("ctrl+d")
        await app.idle(pilot)
        assert app.rows.key == first.id
        assert any("Second" in said for said in app.said)
        await pilot.press("ctrl+d")
        await app.idle(pilot)
        assert app.listed == []
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        await app.idle(pilot)
        assert len(app.listed) == 2


async def test_the_mouse_moves_then_opens(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await pilot.click(app.rows, offset=(4, 1))
        await app.idle(pilot)
        assert app.rows.key == first.id
        await pilot.click(app.rows, offset=(4, 1))
        assert app.result == Picked("personal", first.id)


async def test_ten_thousand_rows_are_one_widget(assistant: Assistant) -> None:
    made = await session(assistant, "One")
    app = Stage()
    async with app.run_test() as pilot:
        screen = SessionsScreen(assistant)
        await app.open(screen)
        await app.idle(pilot)
        widgets = len(list(screen.walk_children()))
        row = app.rows.rows[0]
        app.rows.rows = tuple(type(row)(key=f"{made.id}{number}", left=row.left) for number in range(10_000))
        await pilot.press("ctrl+end")
        await app.idle(pilot)
        assert app.rows.cursor == 9_999
        await pilot.press("pageup", "up", "ctrl+home")
        await app.idle(pilot)
        assert app.rows.cursor == 0
        assert len(list(screen.walk_children())) <= widgets + 2  # scroll bars at most
        await app.idle(pilot)


async def test_another_spaces_sessions_are_a_key_away(assistant: Assistant) -> None:
    await session(assistant, "Trip to Kyoto")
    work = await assistant.in_space("work")
    plan = await session(work, "Quarterly plan")
    await work.close()
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        assert "tab space" in app.text()
        assert "Trip to Kyoto" in app.text()
        await pilot.press("tab")
        await app.idle(pilot)
        assert "Quarterly plan" in app.text()
        assert "Kyoto" not in app.text()
        await pilot.press("shift+tab")
        await app.idle(pilot)
        assert "Kyoto" in app.text()
        await pilot.click(Tabs, offset=(13, 0))
        await app.idle(pilot)
        await pilot.press("enter")
        await app.idle(pilot)
        assert app.result == Picked("work", plan.id)


async def test_an_empty_space_can_be_gone_to(assistant: Assistant) -> None:
    await session(assistant, "Trip to Kyoto")
    await (await assistant.in_space("work")).close()
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await pilot.press("tab")
        await app.idle(pilot)
        assert "No session in work yet" in app.text()
        await pilot.press("enter")
        await app.idle(pilot)
        assert app.result == Picked("work", "")


async def test_with_one_space_there_is_nothing_to_switch(assistant: Assistant) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        await pilot.press("tab")
        await app.idle(pilot)
        assert "tab space" not in app.text()
        assert "personal" not in app.text()
