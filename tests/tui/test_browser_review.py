"""The memory's browser beyond what is in use: reviewing, restoring, settling, erasing."""

import pytest
from textual.widgets import TextArea

from memchat.assistant import Assistant
from memchat.tui.screens.browser import BrowserScreen, Went
from memchat.tui.screens.erase import EraseScreen
from tests.tui.browsing import Browsing, browsing, stored
from tests.tui.screen_harness import Stage

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_waits_is_reviewed(assistant: Assistant, size: tuple[int, int]) -> None:
    tea = await stored(assistant, "The user likes tea", "pending", reason="It is not sure.")
    cocoa = await stored(assistant, "The user likes cocoa", "pending", reason="It is not sure.")
    coffee = await stored(assistant, "The user likes coffee", "pending", reason="It is not sure.")
    get = assistant.store.memories.get
    async with browsing(assistant, "pending", size=size) as (app, pilot):
        assert "Waits for you: It is not sure." in app.beside
        for words in ("enter accept", "ctrl+d reject", "f2 more", "tab next list", "esc close", "to review 3"):
            assert words in app.text(), words
        assert "enter edit" not in app.text()
        await app.write(pilot, "tea")
        await app.press(pilot, "enter")
        assert (await get(tea.id)).status == "active"
        assert "to review 2" in app.text()
        await app.write(pilot, "coffee")
        await app.press(pilot, "ctrl+d")
        assert (await get(coffee.id)).status != "pending"
        await app.write(pilot, "")
        await app.press(pilot, "ctrl+e")
        app.screen.query_one(TextArea).text = "The user likes hot cocoa"
        await app.press(pilot, "ctrl+s")
        assert (await get(cocoa.id)).text == "The user likes hot cocoa"
        assert app.browser.catalogue.counts["pending"] == 0
        assert len(app.texts) == 2


async def test_all_of_a_type_are_accepted_as_one_and_taken_back_as_one(assistant: Assistant) -> None:
    for word in ("tea", "coffee", "cocoa"):
        await stored(assistant, f"The user likes {word}", "pending", kind="preference")
    await stored(assistant, "The user has a dog", "pending", kind="fact")
    async with browsing(assistant, "pending", size=(120, 40)) as (app, pilot):
        await app.write(pilot, "cocoa")
        await app.press(pilot, "f9")
        assert "3 preferences accepted. ctrl+z takes it back." in app.said
        await app.write(pilot, "")
        assert app.texts == ["The user has a dog"]
        await app.press(pilot, "ctrl+z")
        assert app.browser.catalogue.counts["pending"] == 4
        await app.press(pilot, "ctrl+y")
        assert app.browser.catalogue.counts["pending"] == 1


async def test_things_like_this_are_never_learned_until_the_rule_is_dropped(assistant: Assistant) -> None:
    await stored(assistant, "The user may like tea", "pending", kind="preference")
    async with browsing(assistant, "pending", size=(80, 24)) as (app, pilot):
        await app.press(pilot, "f8")
        choices = app.listed
        assert "No preferences are learned." in choices
        await app.press(pilot, *["down"] * choices.index("No preferences are learned."), "enter")
        assert [rule.kind for rule in await assistant.memories.rules()] == ["preference"]
        assert app.browser.catalogue.counts["pending"] == 0
        await app.press(pilot, "f10")
        assert app.listed == ["No preferences are learned."]
        await app.press(pilot, "enter")
        assert await assistant.memories.rules() == []
        await app.press(pilot, "f10")
        assert "No rule keeps anything out" in app.text()


async def test_what_was_put_away_is_found_and_restored(assistant: Assistant) -> None:
    tea = await stored(assistant, "The user likes tea")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        await app.press(pilot, "ctrl+r")
        assert "archived 1" in app.text()
        assert app.texts == []
        await app.press(pilot, "tab")
        assert "enter restore" in app.text()
        await app.press(pilot, "enter")
        assert "archived" not in app.text()
        assert (await assistant.store.memories.get(tea.id)).status == "active"


async def test_a_contradiction_is_settled(assistant: Assistant) -> None:
    tea, none = await stored(assistant, "The user drinks tea"), await stored(assistant, "The user drinks no tea")
    await assistant.store.conflicts.add(tea.id, none.id, "Both cannot be.")
    async with browsing(assistant, "conflicts", size=(80, 24)) as (app, pilot):
        assert "enter keep this one" in app.text()
        await app.press(pilot, *["down"] * (app.texts.index(none.text)))
        assert "Contradicts “The user drinks tea”: Both cannot be." in app.beside
        await app.press(pilot, "enter")
        assert "conflicts" not in app.text()
        assert (await assistant.store.memories.get(tea.id)).status == "forgotten"
        assert (await assistant.store.memories.get(none.id)).status == "active"


async def test_the_past_of_a_field_is_seen(assistant: Assistant) -> None:
    await assistant.memories.set_profile("location", "Taipei")
    await assistant.memories.set_profile("location", "Lisbon")
    async with browsing(assistant, "superseded", size=(120, 40)) as (app, _):
        assert "Taipei" in app.beside
        assert "ended" in app.beside
        assert "No longer, instead\nLisbon" in app.beside
        assert "past 1" in app.text()


@pytest.mark.parametrize("size", SIZES)
async def test_erasing_shows_every_place_first(assistant: Assistant, size: tuple[int, int]) -> None:
    memory = await assistant.memories.remember("My dentist is Dr. Brockelmann")
    async with browsing(assistant, size=size) as (app, pilot):
        screen = app.browser
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
        await app.until(pilot, lambda: app.screen is screen and not app.texts)
        await app.press(pilot, "escape")
        assert app.result == Went(erased=True)


async def test_what_is_marked_is_erased_as_one(assistant: Assistant) -> None:
    for text in ("My dentist is Dr. Brockelmann", "Dr. Brockelmann has a white dog", "I like tea"):
        await assistant.memories.remember(text)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        screen = app.browser
        await app.write(pilot, "Brockelmann")
        await app.press(pilot, "ctrl+a", "ctrl+x")
        await app.until(pilot, lambda: isinstance(app.screen, EraseScreen) and app.listed)
        assert app.title_shown == "Erase for good · 2 memories"
        assert any("dentist" in row for row in app.listed)
        assert any("white dog" in row for row in app.listed)
        place = next(i for i, row in enumerate(app.listed) if "white dog" in row and "memory" in row)
        await pilot.press(*["down"] * place, "space")
        await app.until(pilot, lambda: any(row.startswith("spared") for row in app.listed))
        await pilot.press("space")
        await app.until(pilot, lambda: not any(row.startswith("spared") for row in app.listed))
        await pilot.press("y")
        await app.until(pilot, lambda: app.screen is screen)
        await app.idle(pilot)
        assert [memory.text for memory in await assistant.store.memories.list()] == ["I like tea"]


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


async def test_what_is_pressed_before_the_browser_is_made_does_no_harm(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea")
    app = Browsing()
    async with app.run_test() as pilot:
        screen = BrowserScreen(assistant)
        opening = app.push_screen(screen)
        assert not screen.is_mounted
        for action in ("edit", "forget", "menu", "undo", "erase", "edit_keep"):
            await app.run_action(f"screen.{action}")
        await opening
        await app.idle(pilot)
        assert app.texts == ["The user likes tea"]


async def test_the_next_list_is_gone_to_however_soon_that_is_asked_for(assistant: Assistant) -> None:
    await stored(assistant, "The user likes coffee")
    await stored(assistant, "The user likes tea", "pending", reason="It is not sure.")
    app = Browsing()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = BrowserScreen(assistant)
        await app.open(screen)
        screen.action_tab(1)
        await app.idle(pilot)
        assert "It is not sure." in app.beside
        assert "enter accept" in app.text()
        await app.press(pilot, "shift+tab")
        for words in ("enter edit", "tab next list", "esc close"):
            assert words in app.text(), "keys that come to hold have a line to stand in"


async def test_what_waits_is_shown_first_where_nothing_is_in_use(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea", "pending", reason="It is not sure.")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        assert "It is not sure." in app.beside
        await app.press(pilot, "enter")
        assert "1 fact" in app.title_shown
        assert "enter edit" in app.text()


async def test_a_fact_is_told_whole_though_its_value_is_known(assistant: Assistant) -> None:
    await stored(assistant, "The user loves hiking.", kind="preference", value="hiking")
    async with browsing(assistant, size=(120, 40)) as (app, _):
        assert app.beside.startswith("The user loves hiking.")
