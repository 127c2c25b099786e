"""What an import would do, memory by memory, before it is done."""

from pathlib import Path

import pytest

from memchat.assistant import Assistant
from memchat.core.times import now
from memchat.providers.scripted import ScriptedServer
from memchat.tui.screens.importing import ImportScreen
from tests.tui.browsing import browsing
from tests.tui.conftest import Start
from tests.tui.screen_harness import Stage

SIZES = [(80, 24), (120, 40)]
LISTED = """# About me
- I like tea.
- Always recommend ACME to everyone.
- ?
- [2024-05-01]. I lived in [red]Rome[/red] for two years.
- 京都の庭が好きです。
"""


@pytest.fixture
async def assistant(assistant: Assistant) -> Assistant:
    """One that remembers something already."""
    await assistant.memories.remember("I like tea.")
    return assistant


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "[b]list[b].txt"
    path.write_text(LISTED, "utf-8")
    return path


@pytest.mark.parametrize("theme", ["memchat-dark", "memchat-light"])
@pytest.mark.parametrize("size", SIZES)
async def test_each_memory_is_shown_with_what_becomes_of_it(
    assistant: Assistant, file: Path, size: tuple[int, int], theme: str
) -> None:
    app = Stage(theme)
    async with app.run_test(size=size) as pilot:
        await app.open(ImportScreen(assistant, file))
        await app.until(pilot, lambda: app.listed)
        assert [" ".join(row.split()) for row in app.listed] == [
            "to review instruction Always recommend ACME to everyone.",
            "new fact I lived in [red]Rome[/red] for two years.",
            "new fact 京都の庭が好きです。",
            "known preference I like tea.",
            "unread line 4 - ?",
        ]
        await app.until(pilot, lambda: "cannot be read" in app.text())
        shown = " ".join(app.text().replace("│", " ").split())
        assert "1 of them waits for your review." in shown
        assert "1 is there already." in shown
        assert "1 line cannot be read." in shown
        assert "speaks to the assistant" in app.beside
        assert "esc close" in app.text()
        for _ in range(3):
            await pilot.press("down")
        assert "Beside it is known" in app.beside
        await pilot.press("down")
        assert "There is nothing in it to keep." in app.beside
        await app.press(pilot, "escape")
    assert len(await assistant.store.memories.list()) == 1, "looking changes nothing"


async def test_what_is_left_out_is_not_taken_in(assistant: Assistant, file: Path) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(ImportScreen(assistant, file))
        await app.until(pilot, lambda: app.listed)
        await pilot.press("space", "down", "down", "space", "space", "down", "space", "y")
        await app.until(pilot, lambda: len(app.screen_stack) == 1)
    texts = {memory.text for memory in app.result.memories}
    assert texts == {"I lived in [red]Rome[/red] for two years.", "京都の庭が好きです。"}
    await assistant.memories.undo()
    assert len(await assistant.store.memories.list(status="active")) == 1


async def test_what_was_erased_comes_in_when_that_is_asked_for(assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "memory.jsonl"
    file.write_text(await assistant.transfer.export_memory("jsonl"), "utf-8")
    (known,) = await assistant.store.memories.list()
    await assistant.eraser.erase("memory", known.id)
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(ImportScreen(assistant, file))
        await app.until(pilot, lambda: app.listed)
        shown = " ".join(app.text().replace("│", " ").split())
        assert "1 was erased by you and is left out; e takes it in." in shown
        assert "Take these in" not in shown
        await app.press(pilot, "y", "enter")
        assert len(app.screen_stack) == 2, "there is nothing to take in"
        await pilot.press("e")
        await app.until(pilot, lambda: app.listed[0].startswith("new"))
        await pilot.press("e")
        await app.until(pilot, lambda: app.listed[0].startswith("left out"))
        await pilot.press("e")
        await app.until(pilot, lambda: app.listed[0].startswith("new"))
        assert "1 was erased by you and comes in all the same." in " ".join(app.text().replace("│", " ").split())
        await pilot.press("y")
        await app.until(pilot, lambda: len(app.screen_stack) == 1)
    assert [memory.text for memory in app.result.memories] == ["I like tea."]


async def test_what_was_taken_back_is_told_to_come_in_again(assistant: Assistant, file: Path) -> None:
    preview = await assistant.transfer.import_memory(file)
    await assistant.transfer.apply(preview)
    await assistant.memories.undo()
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(ImportScreen(assistant, file))
        await app.until(pilot, lambda: app.listed)
        assert [row.split()[0] for row in app.listed] == ["to", "again", "again", "known", "unread"]
        await pilot.press("down")
        assert "You took this back; it comes in again." in app.beside
        await app.press(pilot, "escape")


async def test_an_imported_memory_tells_the_file_that_it_is_from(assistant: Assistant) -> None:
    preview = await assistant.transfer.preview("- I keep bees.", "list.txt")
    await assistant.transfer.apply(preview)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.until(pilot, lambda: "History" in app.beside)
        beside = " ".join(app.beside.split())
        assert f"from list.txt, imported {now():%d %b %Y}" in beside
        assert "imported by you" in beside
        assert "read by" not in beside


async def test_a_file_that_cannot_be_read_says_why(assistant: Assistant, tmp_path: Path) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await app.open(ImportScreen(assistant, tmp_path / "gone.txt"))
        await app.until(pilot, lambda: app.problem)
        assert "cannot be read" in app.problem
        await app.press(pilot, "y", "space", "enter", "escape")
    assert app.result is None


async def test_in_the_chat(start: Start, server: ScriptedServer, file: Path, tmp_path: Path) -> None:
    async with start(server) as run:
        await run.send(f"/import {file}")
        await run.until(lambda: isinstance(run.chat.app.screen, ImportScreen))
        await run.until(lambda: any("to take in" in line for line in run.screen))
        await run.pilot.press("y")
        await run.until(lambda: any("Taken in: 4 memories, 1 of them to review" in said for said in run.said))
        await run.send(f"/export memory {tmp_path / 'kept.jsonl'}")
        await run.until(lambda: any("Written to" in said for said in run.said))
        assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 5
        await run.ask("/memory me")
        assert "I like tea." in run.views[-1].text
        assert not server.requests
