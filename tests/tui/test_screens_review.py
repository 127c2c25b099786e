"""The memory's browser beyond what is in use: reviewing, restoring, settling, erasing."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.widgets import TextArea

from memchat.assistant import Assistant
from memchat.core.memories import Memory, MemoryStatus
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.memory import MemoryScreen
from tests.tui.screen_harness import Stage

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
async def assistant(paths: Paths) -> AsyncIterator[Assistant]:
    settings = Settings()
    settings = replace(settings, memory=replace(settings.memory, embedder="off"))
    opened = await Assistant.open(settings, paths, environ={})
    yield opened
    await opened.close()


async def stored(assistant: Assistant, text: str, status: MemoryStatus = "active", reason: str = "") -> Memory:
    return await assistant.store.memories.add(
        kind="fact", text=text, confidence=0.6, origin="user", actor="qwen", status=status, reason=reason
    )


@pytest.mark.parametrize("size", SIZES)
async def test_what_waits_is_reviewed(assistant: Assistant, size: tuple[int, int]) -> None:
    tea = await stored(assistant, "The user likes tea", "pending", "It is not sure.")
    cocoa = await stored(assistant, "The user likes cocoa", "pending", "It is not sure.")
    coffee = await stored(assistant, "The user likes coffee", "pending", "It is not sure.")
    get = assistant.store.memories.get
    app = Stage()
    async with app.run_test(size=size) as pilot:
        screen = MemoryScreen(assistant, "pending")
        await app.open(screen)
        await app.until(pilot, lambda: "It is not sure." in app.beside)
        for words in ("enter accept", "ctrl+d reject", "ctrl+e reword", "tab next list", "esc close", "to review 3"):
            assert words in app.text(), words
        assert "enter edit" not in app.text()
        await app.write(pilot, "tea")
        await pilot.press("enter")
        await app.until(pilot, lambda: "to review 2" in app.text())
        assert (await get(tea.id)).status == "active"
        await app.write(pilot, "coffee")
        await pilot.press("ctrl+d")
        await app.until(pilot, lambda: "to review 1" in app.text())
        assert (await get(coffee.id)).status != "pending"
        await app.write(pilot, "")
        await pilot.press("ctrl+e")
        await app.idle(pilot)
        app.screen.query_one(TextArea).text = "The user likes hot cocoa"
        await pilot.press("ctrl+s")
        await app.until(pilot, lambda: app.screen is screen and "to review" not in app.text())
        assert (await get(cocoa.id)).text == "The user likes hot cocoa"
        assert len(app.listed) == 2


async def test_what_was_put_away_is_found_and_restored(assistant: Assistant) -> None:
    tea = await stored(assistant, "The user likes tea")
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(MemoryScreen(assistant))
        await app.until(pilot, lambda: app.listed)
        await pilot.press("ctrl+r")
        await app.until(pilot, lambda: "archived 1" in app.text())
        assert app.listed == []
        await pilot.press("tab")
        await app.until(pilot, lambda: app.listed)
        assert "enter restore" in app.text()
        await pilot.press("enter")
        await app.until(pilot, lambda: "archived" not in app.text())
        assert (await assistant.store.memories.get(tea.id)).status == "active"


async def test_a_contradiction_is_settled(assistant: Assistant) -> None:
    tea, none = await stored(assistant, "The user drinks tea"), await stored(assistant, "The user drinks no tea")
    await assistant.store.conflicts.add(tea.id, none.id, "Both cannot be.")
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(MemoryScreen(assistant, "conflicts"))
        await app.until(pilot, lambda: "Both cannot be." in app.beside)
        assert "enter keep this one" in app.text()
        await app.write(pilot, "no tea")
        await pilot.press("enter")
        await app.until(pilot, lambda: "contradictions" not in app.text())
        assert (await assistant.store.memories.get(tea.id)).status == "forgotten"
        assert (await assistant.store.memories.get(none.id)).status == "active"


async def test_the_past_of_a_field_is_seen(assistant: Assistant) -> None:
    await assistant.memories.set_profile("location", "Taipei")
    await assistant.memories.set_profile("location", "Lisbon")
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(MemoryScreen(assistant, "superseded"))
        await app.until(pilot, lambda: "Taipei" in app.beside)
        assert "until" in app.beside
        assert "past 1" in app.text()


@pytest.mark.parametrize("size", SIZES)
async def test_erasing_shows_every_place_first(assistant: Assistant, size: tuple[int, int]) -> None:
    memory = await assistant.memories.remember("My dentist is Dr. Brockelmann")
    app = Stage()
    async with app.run_test(size=size) as pilot:
        screen = MemoryScreen(assistant)
        await app.open(screen)
        await app.until(pilot, lambda: app.listed)
        await pilot.press("ctrl+x")
        await app.until(pilot, lambda: isinstance(app.screen, EraseScreen) and app.listed)
        for words in ("cannot be undone", "goes", "y erase all of this", "space spare", "k keep", "esc close"):
            assert words in app.text(), words
        await pilot.press("escape")
        await app.until(pilot, lambda: app.screen is screen)
        assert (await assistant.store.memories.get(memory.id)).status == "active"
        await pilot.press("ctrl+x")
        await app.until(pilot, lambda: isinstance(app.screen, EraseScreen) and app.listed)
        await pilot.press("y")
        await app.until(pilot, lambda: app.screen is screen and not app.listed)
        await pilot.press("escape")
        await app.until(pilot, lambda: app.result is True)


async def test_a_place_is_spared(assistant: Assistant) -> None:
    memory = await assistant.memories.remember("My dentist is Dr. Brockelmann")
    other = await assistant.memories.remember("Dr. Brockelmann has a white dog")
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(EraseScreen(assistant, "memory", memory.id))
        await app.until(pilot, lambda: any("white dog" in row for row in app.listed))
        place = next(i for i, row in enumerate(app.listed) if "white dog" in row and "memory" in row)
        await pilot.press(*["down"] * place, "space")
        await app.until(pilot, lambda: any(row.startswith("spared") for row in app.listed))
        await pilot.press("y")
        await app.until(pilot, lambda: app.result is True)
        assert (await assistant.store.memories.get(other.id)).status == "active"


async def test_the_next_list_is_gone_to_however_soon_that_is_asked_for(assistant: Assistant) -> None:
    await stored(assistant, "The user likes coffee")
    await stored(assistant, "The user likes tea", "pending", "It is not sure.")
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = MemoryScreen(assistant)
        await app.open(screen)
        screen.action_shelf(1)
        await app.until(pilot, lambda: "It is not sure." in app.beside)
        await app.idle(pilot)
        assert "enter accept" in app.text()
        await pilot.press("tab")
        await app.idle(pilot)
        for words in ("enter edit", "tab next list", "esc close"):
            assert words in app.text(), "keys that come to hold have a line to stand in"


async def test_what_waits_is_shown_first_where_nothing_is_in_use(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea", "pending", "It is not sure.")
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(MemoryScreen(assistant))
        await app.until(pilot, lambda: "It is not sure." in app.beside)
        await pilot.press("enter")
        await app.until(pilot, lambda: "1 fact" in app.title_shown)
        await app.until(pilot, lambda: "enter edit" in app.text())


async def test_a_fact_is_told_whole_though_its_value_is_known(assistant: Assistant) -> None:
    await assistant.store.memories.add(
        kind="preference", text="The user loves hiking.", confidence=0.8, origin="user", value="hiking"
    )
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(MemoryScreen(assistant))
        await app.until(pilot, lambda: app.beside.startswith("The user loves hiking."))
