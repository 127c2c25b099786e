"""The inbox: what waits is accepted, edited, rejected and never learned again, one key each; and the tour."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from memchat.core.memories import Memory
from memchat.paths import Paths
from memchat.providers.scripted import ScriptedServer
from memchat.tui.screens.browser.choose import ChooseScreen
from memchat.tui.screens.review import ReviewScreen
from memchat.tui.tour import STEPS, Tour, lines
from memchat.tui.widgets.panels.lines import Prose
from memchat.tui.widgets.panels.words import changed, differences
from memchat.tui.widgets.welcome import TourNote, Welcome
from tests.tui.conftest import Run, Start

HOSTILE = (
    "The user likes [bold red]small[/] gardens \x1b[31mred\x1b[0m \u202eevil\u202c",
    "使用者喜歡在清晨人少的時候去京都的小庭園" * 3,
    "A" * 5_000,
    "\x1b]8;;http://evil\x07click\x1b]8;;\x07 and \x1b]52;c;AAAA\x07 copy",
    "z" + "\u0301" * 40 + " gar\u200bdens 👩‍👩‍👧‍👦 🇯🇵",
)


async def waits(run: Run, text: str, **fields: Any) -> Memory:
    """A memory that waits for review."""
    fields = {"kind": "fact", "confidence": 0.6, **fields}
    return await run.chat.assistant.store.memories.add(
        text=text, origin="user", actor="qwen", status="pending", reason="Not sure.", **fields
    )


async def inbox(run: Run, *memories: Memory) -> ReviewScreen:
    """The inbox, once it shows what waits."""
    await run.send("/review")
    await run.until(lambda: isinstance(run.app.screen, ReviewScreen))
    screen = run.app.screen
    assert isinstance(screen, ReviewScreen)
    await run.until(lambda: len(screen.rows.rows) == len(memories))
    return screen


async def test_what_waits_is_accepted_edited_rejected_and_taken_back(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        tea, milk, rum = [await waits(run, f"The user likes {what}") for what in ("tea", "milk", "rum")]
        screen = await inbox(run, tea, milk, rum)
        get = run.chat.assistant.memories.get
        await run.pilot.press("enter")
        await run.until(lambda: len(screen.rows.rows) == 2)
        assert (await get(tea.id)).status == "active"
        await run.pilot.press("e")
        await run.until(lambda: screen.editing)
        await run.pilot.press("end", *" often", "enter")
        await run.until(lambda: len(screen.rows.rows) == 1)
        assert (await get(milk.id)).text == "The user likes milk often"
        await run.pilot.press("d")
        await run.until(lambda: not screen.rows.rows)
        await run.until(lambda: any("Nothing waits for you" in line for line in run.screen))
        await run.pilot.press("u")
        await run.until(lambda: len(screen.rows.rows) == 1)
        await run.pilot.press("u")
        await run.until(lambda: len(screen.rows.rows) == 2)
        await run.pilot.press("u")
        await run.until(lambda: len(screen.rows.rows) == 3)
        assert [(await get(each.id)).status for each in (tea, milk, rum)] == ["pending"] * 3
        assert (await get(milk.id)).text == "The user likes milk"
        await run.pilot.press("ctrl+y")
        await run.until(lambda: len(screen.rows.rows) == 2)
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat and run.chat.prompt.has_focus)


async def test_all_of_a_type_are_accepted_as_one(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        goals = [await waits(run, f"The user wants to {what}", kind="goal") for what in ("run", "swim")]
        fact = await waits(run, "The user has a cat")
        screen = await inbox(run, *goals, fact)
        await run.pilot.press("t")
        await run.until(lambda: len(screen.rows.rows) == 1)
        assert screen.memory is not None
        assert screen.memory.id == fact.id
        await run.pilot.press("u")
        await run.until(lambda: len(screen.rows.rows) == 3)


async def test_never_learn_things_like_this_makes_a_rule_of_what_was_chosen(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        memory = await waits(run, "The user likes rum")
        screen = await inbox(run, memory)
        await run.pilot.press("n")
        await run.until(lambda: isinstance(run.app.screen, ChooseScreen))
        await run.until(lambda: any("Nothing like" in line for line in run.screen))
        await run.pilot.press("enter")
        await run.until(lambda: not screen.rows.rows)
        (rule,) = await run.chat.assistant.memories.rules()
        assert rule.says == "Nothing like “The user likes rum” is learned."
        assert (await run.chat.assistant.memories.get(memory.id)).status == "forgotten"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_texts_are_shown_as_text(start: Start, server: ScriptedServer, size: tuple[int, int]) -> None:
    async with start(server, size=size) as run:
        memories = [await waits(run, text) for text in HOSTILE]
        screen = await inbox(run, *memories)
        for _ in memories:
            await run.until(lambda: screen.query_one(Prose).parts)
            await run.pilot.pause()
            shown = "".join(run.screen)
            assert not any(sign in shown for sign in ("\x1b", "\x07", "\u202e", "\u200b"))
            assert all(strip.cell_length == size[0] for strip in run.app.screen._compositor.render_strips())
            await run.pilot.press("down")
        await run.pilot.press("home", "e")
        await run.until(lambda: screen.editing)
        assert "[bold red]small[/]" in screen.query_one(Input).value


# the tour


async def test_each_line_of_the_tour_goes_once_it_was_tried(start: Start, server: ScriptedServer, paths: Paths) -> None:
    async with start(server) as run:
        welcome = run.chat.query_one(Welcome)
        assert welcome.left == STEPS
        assert any("Worth a try" in line for line in run.screen)
        assert run.chat.prompt.has_focus
        await run.pilot.press("f5")
        await run.until(lambda: welcome.left == ("learned", "chip", "memory"))
        await run.pilot.press("f6")
        await run.until(lambda: run.app.screen is not run.chat)
        await run.pilot.press("escape")
        await run.until(lambda: welcome.left == ("learned", "chip"))
        await run.until(lambda: run.app.screen is run.chat)
        await run.pilot.press("escape")
        await run.send("/remember I like tea")
        await run.until(lambda: run.chat.tour.left == ("chip",))
        await run.idle()
        await run.pilot.press("alt+k")
        await run.until(lambda: run.chat.tour.left == ())
        await run.idle()
    assert json.loads(paths.tour_file.read_text()) == sorted(STEPS)
    async with start(server) as run:
        assert run.chat.query_one(Welcome).left == ()
        assert not any("Worth a try" in line for line in run.screen)
        await run.send("/tour")
        await run.until(lambda: any("Worth a try" in line for line in run.screen))


async def test_the_tour_comes_back_in_the_midst_of_a_conversation(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        await run.send("/tour")
        await run.until(lambda: list(run.chat.query(TourNote)))
        await run.idle()
        height = run.chat.query_one(TourNote).size.height
        await run.pilot.press("f5")
        await run.until(lambda: run.chat.query_one(TourNote).size.height == height - 1)


def test_a_broken_file_of_the_tour_tells_all_of_it_again(tmp_path: Path) -> None:
    for text in ("", "{", '{"a": 1}', "7"):
        (tmp_path / "tour.json").write_text(text)
        tour = Tour(tmp_path / "tour.json")
        assert tour.left == ()  # nothing is known before it was read
        tour.read()
        assert tour.left == STEPS
    tour = Tour(tmp_path / "none" / "tour.json")
    tour.use("memory")
    assert tour.left == ("learned", "chip", "panels")


@given(st.integers(1, 160), st.sets(st.sampled_from(STEPS)))
def test_the_tour_is_never_wider_than_its_room(width: int, left: set[Any]) -> None:
    told = lines(sorted(left), {"chip.edit": "alt+e", "chat.recalled": "f5"}, width, before=9)
    assert len(told) == (len(left) + 1 if left else 0)
    assert all(line.cell_length <= width for line in told)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_differences_of_two_versions_give_both_back(old: str, new: str) -> None:
    pieces = differences(old, new)
    kept = "".join(text for text, how in pieces if how != "gone")
    assert kept.replace(" ", "") == new.replace(" ", "")
    if changed(old, new).removed:
        assert any(how == "gone" for _, how in pieces)
