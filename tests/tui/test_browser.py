"""The memory browser: found, sorted, grouped, marked, edited in place, merged, taken back, gone from to a message."""

import pytest
from rich.cells import cell_len
from textual.widgets import Input, TextArea

from memchat.assistant import Assistant
from memchat.core.memories import Source
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.screens.browser import Went
from memchat.tui.screens.browser.filters import FiltersScreen
from memchat.tui.screens.browser.table import Head
from memchat.tui.screens.browser.validity import ValidityScreen
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.key_line import KeyLine
from memchat.tui.widgets.panels.lines import Prose
from memchat.tui.widgets.panels.rows import Rows
from tests.tui.browsing import browsing, stored
from tests.tui.screen_harness import session
from tests.tui.test_browser_parts import HOSTILE

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_fact_is_added_edited_in_its_row_pinned_forgotten_and_brought_back(
    assistant: Assistant, size: tuple[int, int]
) -> None:
    async with browsing(assistant, size=size) as (app, pilot):
        screen = app.browser
        assert "Nothing is remembered yet." in app.text()
        assert "ctrl+n here adds it by hand" in " ".join(app.text().split())
        await app.press(pilot, "ctrl+n")
        app.screen.query_one(TextArea).text = "Likes small gardens"
        await app.press(pilot, "ctrl+s")
        assert app.screen is screen
        assert app.texts == ["Likes small gardens"]
        assert "added by you" in app.beside

        await app.press(pilot, "enter")
        await app.edit(pilot, "Likes large gardens")
        assert app.texts == ["Likes large gardens"]
        assert app.focused is screen.filter
        assert "small" in app.beside, "its history shows what went"
        await app.press(pilot, "ctrl+t")
        assert "◆" in app.lines[0]
        await app.press(pilot, "ctrl+d")
        assert app.texts == []
        for _ in range(3):
            await app.press(pilot, "ctrl+z")
        assert app.texts == ["Likes small gardens"]
        assert "◆" not in app.lines[0]
        for _ in range(2):
            await app.press(pilot, "ctrl+y")
        assert app.texts == ["Likes large gardens"]
        assert "◆" in app.lines[0]
        await app.press(pilot, "escape")
        assert app.result is None


async def test_an_edit_is_left_with_escape_and_no_key_of_the_table_holds_meanwhile(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        screen = app.browser
        await app.press(pilot, "enter")
        box = screen.query_one(InlineInput)
        assert box.value == "The user likes tea"
        await app.press(pilot, "end", "space", "x", "ctrl+d")
        assert box.value == "The user likes tea x"
        await app.press(pilot, "escape")
        assert app.screen is screen
        assert app.texts == ["The user likes tea"]


async def test_a_long_text_is_edited_in_an_editor(assistant: Assistant) -> None:
    memory = await stored(assistant, "The user likes tea " * 30)
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        await app.press(pilot, "enter")
        assert app.screen.query_one(TextArea).text == memory.text
        app.screen.query_one(TextArea).text = "The user likes tea"
        await app.press(pilot, "ctrl+s")
        assert app.texts == ["The user likes tea"]


async def test_profile_fields_are_edited_and_emptied(assistant: Assistant) -> None:
    await assistant.memories.set_profile("name", "Alice")
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        assert "1 of 7 profile fields" in app.title_shown
        assert "name: Alice" in app.lines[0]
        await app.press(pilot, "enter")
        await app.edit(pilot, "Bob")
        assert "name: Bob" in app.lines[0]
        assert [field.value for field in await assistant.memories.profile()] == ["Bob"]
        await app.write(pilot, "profile bob")
        await app.press(pilot, "ctrl+d")
        assert await assistant.memories.profile() == ()


async def test_what_is_typed_narrows_the_table_and_says_where_else_it_is(assistant: Assistant) -> None:
    await stored(assistant, "The user likes café gardens and tea", days=1)
    await stored(assistant, "使用者喜歡小花園", days=2)
    await stored(assistant, "The user had a bicycle", "archived")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        for typed, found in (("CAFE gard", 0), ("花園", 1), ("tea user likes", 0)):
            await app.write(pilot, typed)
            assert app.texts == [("The user likes café gardens and tea", "使用者喜歡小花園")[found]], typed
            assert "1 of 2" in app.text()
        await app.write(pilot, "bicycle")
        assert "Nothing here has these words." in app.text()
        assert "1 row in the other lists" in app.text()
        await app.press(pilot, "shift+tab")
        assert app.texts == ["The user had a bicycle"]
        assert "archived" in app.lines[0], "where all are listed, each tells its status"
        await app.press(pilot, "escape")
        assert app.browser.filter.value == "", "the filter goes first"
        await app.press(pilot, "escape")
        assert app.result is None


async def test_the_columns_sort_by_key_and_by_click(assistant: Assistant) -> None:
    await stored(assistant, "banana", days=1, confidence=0.9)
    await stored(assistant, "apple", days=3, confidence=0.6, kind="event")
    await stored(assistant, "cherry", days=2, confidence=0.3, kind="goal")
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        screen = app.browser
        assert app.texts == ["banana", "cherry", "apple"], "the newest first"
        head = screen.query_one(Head)
        title = head.render().plain
        await pilot.click(Head, offset=(title.index("what") + 2, 0))
        await app.idle(pilot)
        assert app.texts == ["apple", "banana", "cherry"]
        await pilot.click(Head, offset=(title.index("what") + 2, 0))
        await app.idle(pilot)
        assert app.texts == ["cherry", "banana", "apple"]
        await app.press(pilot, "ctrl+o")
        assert app.texts == ["banana", "apple", "cherry"], "the next column: how sure"
        assert head.sort == "sure"


async def test_groups_have_a_heading_that_the_cursor_passes_over(assistant: Assistant) -> None:
    await stored(assistant, "Mei plays the cello", subject="Mei", days=2)
    await stored(assistant, "The user likes tea", kind="preference", days=1)
    await stored(assistant, "Mei has a dog", subject="Mei", days=3)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.press(pilot, "ctrl+g")
        assert [line.split()[:2] for line in app.lines if "─" in line] == [["preference", "1"], ["fact", "2"]]
        await app.press(pilot, "ctrl+g")
        assert [line.split()[:2] for line in app.lines if "─" in line] == [["you", "1"], ["Mei", "2"]]
        assert app.table.cursor == 1
        await app.press(pilot, "down")
        assert app.table.cursor == 3
        await app.press(pilot, "pageup")
        assert app.table.cursor == 1


async def test_filters_are_chosen_in_a_menu_and_show_at_once(assistant: Assistant) -> None:
    await stored(assistant, "sure and used", confidence=0.9)
    used = await stored(assistant, "not sure", confidence=0.4, kind="goal")
    await assistant.store.memories.mark_used([used.id])
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        screen = app.browser
        await app.press(pilot, "ctrl+f")
        assert isinstance(app.screen, FiltersScreen)
        await app.press(pilot, "space")
        assert [row.text for row in screen.table.shown] == ["sure and used"]
        assert "Show · 1 row" in app.title_shown
        await app.press(pilot, "space", "down", "enter")
        assert [row.text for row in screen.table.shown] == ["not sure"]
        await app.press(pilot, "escape")
        assert "not sure · 1 of 2" in app.text()
        await app.press(pilot, "ctrl+f", "delete", "escape")
        assert len(app.texts) == 2


async def test_what_is_about_the_user_is_chosen_in_the_menu(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea")
    await stored(assistant, "Mei has a dog", subject="Mei")
    async with browsing(assistant, size=(120, 60)) as (app, pilot):
        await app.press(pilot, "ctrl+f")
        listed = [text.strip("✓ ") for text in app.listed]
        assert listed[listed.index("About") :][1:3] == ["you", "Mei"]
        steps = sum(1 for row in app.rows.rows[: listed.index("About") + 1] if row.key)
        await app.press(pilot, *["down"] * steps, "enter", "escape")
        assert app.texts == ["The user likes tea"]
        assert "about you · 1 of 2" in app.text()


async def test_the_menu_says_with_what_something_can_be_done(assistant: Assistant) -> None:
    made = await session(assistant, "Of tea")
    async with browsing(assistant) as (app, pilot):
        await app.press(pilot, "f2")
        assert app.title_shown == "What can be done"
        await app.press(pilot, "escape")
        await assistant.store.summaries.put_session(
            session_id=made.id, text="They spoke of tea.", to_seq=2, tokens=5, model="qwen"
        )
        app.browser.load()
        await app.idle(pilot)
        await app.press(pilot, "f2")
        assert app.title_shown == "With what was made of a session"


async def test_several_are_marked_changed_as_one_and_taken_back_as_one(assistant: Assistant) -> None:
    for number, word in enumerate(("tea", "coffee", "cocoa", "water")):
        await stored(assistant, f"The user likes {word}", days=number)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        screen = app.browser
        await app.press(pilot, "space", "space")
        assert "2 marked" in app.title_shown
        assert [line.strip()[0] for line in app.lines] == ["▌", "▌", "□", "□"]
        await app.press(pilot, "ctrl+k")
        await app.press(pilot, *"preference", "enter")
        assert sorted(row.kind for row in app.table.shown) == ["fact", "fact", "preference", "preference"]
        await app.press(pilot, "ctrl+a")
        assert "4 marked" in app.title_shown
        await app.press(pilot, "ctrl+r")
        assert app.texts == []
        assert "4 archived. ctrl+z takes it back." in app.said
        await app.press(pilot, "ctrl+z")
        assert len(app.texts) == 4
        await app.press(pilot, "ctrl+z")
        assert {row.kind for row in app.table.shown} == {"fact"}
        await app.press(pilot, "space", "escape")
        assert not screen.table.marked, "esc takes the marks away first"
        assert app.screen is screen


async def test_a_blank_is_typed_among_words_and_marks_once_the_cursor_was_moved(assistant: Assistant) -> None:
    await stored(assistant, "The user likes green tea")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        screen = app.browser
        await app.press(pilot, *"green", "space", *"te")
        assert screen.query_one("#filter", Input).value == "green te"
        assert app.texts == ["The user likes green tea"]
        await app.press(pilot, "down", "space")
        assert screen.query_one("#filter", Input).value == "green te"
        assert len(screen.table.marked) == 1


async def test_two_are_merged_into_one_statement(assistant: Assistant) -> None:
    await stored(assistant, "The user likes gardens", days=1)
    await stored(assistant, "The user likes quiet places", days=2)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        assert "ctrl+u merge" not in app.text()
        await app.press(pilot, "space", "space")
        assert "ctrl+u merge" in app.text()
        await app.press(pilot, "ctrl+u")
        area = app.screen.query_one(TextArea)
        assert sorted(area.text.split("\n")) == ["The user likes gardens", "The user likes quiet places"]
        area.text = "The user likes quiet gardens"
        await app.press(pilot, "ctrl+s")
        assert app.texts == ["The user likes quiet gardens"]
        assert "Merged from" in app.beside
        await app.press(pilot, "ctrl+z")
        assert len(app.texts) == 2


async def test_when_it_holds_is_set_and_drawn(assistant: Assistant) -> None:
    await stored(assistant, "The user rents a flat")
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        assert "holds now" in app.beside
        await app.press(pilot, "ctrl+l")
        assert isinstance(app.screen, ValidityScreen)
        app.screen.query_one("#from", Input).value = "2020"
        app.screen.query_one("#until", Input).value = "soon"
        await app.press(pilot, "ctrl+s")
        assert "That is no date." in app.problem
        app.screen.query_one("#until", Input).value = "2019-03"
        await app.press(pilot, "ctrl+s")
        assert "end before it begins" in app.problem
        app.screen.query_one("#until", Input).value = "2022-03"
        await app.press(pilot, "ctrl+s")
        assert "01 Jan 2020" in app.beside
        assert "ended 31 Mar 2022" in app.beside


async def test_both_days_are_typed_one_after_the_other_and_a_past_end_is_warned_of(assistant: Assistant) -> None:
    memory = await stored(assistant, "The user rents a flat")
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.press(pilot, "ctrl+l", *"2020", "enter", *"2021")
        assert "That day has passed" in app.text()
        await app.press(pilot, "backspace", "backspace", *"99")
        assert "That day has passed" not in app.text()
        await app.press(pilot, "backspace", "backspace", *"21", "enter")
        held = await assistant.memories.get(memory.id)
        assert [moment and moment.year for moment in (held.valid_from, held.valid_to)] == [2020, 2022]
        assert app.said[-1] == "It is over now. Changed. ctrl+z takes it back."


async def test_when_several_hold_is_set_as_one(assistant: Assistant) -> None:
    for word in ("flat", "desk"):
        await stored(assistant, f"The user rents a {word}")
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.press(pilot, "space", "space", "ctrl+l")
        app.screen.query_one("#until", Input).value = "2030"
        await app.press(pilot, "ctrl+s")
        assert len({memory.valid_to for memory in await assistant.store.memories.list()} - {None}) == 1
        assert all(memory.valid_to for memory in await assistant.store.memories.list())
        await app.press(pilot, "ctrl+z")
        assert not any(memory.valid_to for memory in await assistant.store.memories.list())


async def test_one_change_out_of_its_history_is_taken_back(assistant: Assistant) -> None:
    memory = await stored(assistant, "The user rents a flat")
    await assistant.memories.set_kind([memory.id], "event")
    await assistant.memories.pin([memory.id])
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.press(pilot, "f4")
        listed = ["".join(text for text, _ in row.left) for row in app.screen.query_one(Rows).rows]
        assert [text.partition(":")[0] for text in listed] == [
            "pinned by you",
            "given another type by you",
            "added by qwen",
        ]
        await app.press(pilot, "down", "enter")
        assert "Taken back: given another type by you: The user rents a flat" in app.said
        found = await assistant.memories.get(memory.id)
        assert (found.kind, found.pinned) == ("fact", True), "what came after it stays"
        await assistant.memories.set_kind([memory.id], "event")
        await assistant.memories.set_kind([memory.id], "goal")
        await app.press(pilot, "f4", "down", "enter")
        assert "changed again since" in app.problem
        assert (await assistant.memories.get(memory.id)).kind == "goal"
        rule = await assistant.memories.never_learn("diet", "attribute")
        await app.press(pilot, "shift+f4")
        listed = ["".join(text for text, _ in row.left) for row in app.screen.query_one(Rows).rows]
        assert listed[:2] == [
            "rule made by you: Nothing about your diet is learned.",
            "given another type by you: The user rents a flat",
        ]
        await app.press(pilot, "enter")
        assert f"Taken back: rule made by you: {rule.says}" in app.said
        assert await assistant.memories.rules() == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_source_is_quoted_and_gone_to(assistant: Assistant, size: tuple[int, int]) -> None:
    talk = await session(assistant, "Trip to Kyoto", "I love small gardens")
    (message, *_) = await assistant.store.messages.page(talk.id, before_seq=None, limit=5)
    source = Source(session_id=talk.id, message_id=message.id, quote="small gardens")
    await stored(assistant, "The user loves small gardens", sources=(source,))
    async with browsing(assistant, size=size) as (app, pilot):
        assert "“small gardens”\n  Trip to Kyoto" in app.beside
        await app.press(pilot, "ctrl+s")
        assert app.result == Went(session_id=talk.id, message_id=message.id)


async def test_a_conversation_that_is_gone_is_told_of_and_not_gone_to(assistant: Assistant) -> None:
    talk = await session(assistant, "Trip to Kyoto", "I love small gardens")
    (message, *_) = await assistant.store.messages.page(talk.id, before_seq=None, limit=9)
    source = Source(session_id=talk.id, message_id=message.id, quote="I love small gardens")
    await stored(assistant, "The user loves gardens", sources=[source])
    await assistant.sessions.delete(talk.id)
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        assert "“Trip to Kyoto”, which was deleted" in app.beside
        assert "goes there" not in app.beside
        await app.press(pilot, "ctrl+s")
        assert app.problem == "The conversation was deleted: undoing that brings it back."
        await assistant.store.sessions.erase(talk.id)
        app.browser.load()
        await app.idle(pilot)
        assert "what was said is gone" in app.beside
        assert "a conversation, which was erased" in app.beside
        await app.press(pilot, "ctrl+s")
        assert app.problem == "The conversation was erased: there is nothing to go to."
        assert app.screen is app.browser


async def test_what_took_its_place_is_gone_to(assistant: Assistant) -> None:
    await assistant.memories.set_profile("location", "Taipei")
    await assistant.memories.set_profile("location", "Lisbon")
    async with browsing(assistant, "superseded", size=(120, 40)) as (app, pilot):
        screen = app.browser
        screen.action_show("instead", 0)
        await app.idle(pilot)
        assert app.beside.startswith("Lisbon")
        assert app.table.row is not None
        assert app.table.row.status == "active"


async def test_sessions_are_listed_by_their_summaries_and_opened(assistant: Assistant) -> None:
    talk = await session(assistant, "Trip to Kyoto", "I love small gardens")
    await assistant.store.summaries.put_session(
        session_id=talk.id, text="They planned a trip.", to_seq=2, tokens=5, model="qwen"
    )
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        assert [row.kind for row in app.table.shown] == ["episode"]
        assert "They planned a trip." in app.beside
        assert "enter go to its session" in app.text()
        assert "ctrl+d forget" not in app.text()
        await app.press(pilot, "enter")
        assert app.result == Went(session_id=talk.id)


async def test_the_menu_lists_what_can_be_done_and_does_it(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea")
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        await app.press(pilot, "f2")
        listed = app.listed
        assert any(line.startswith("Archive") and line.endswith("ctrl+r") for line in listed)
        assert not any(line.startswith("Restore") for line in listed)
        await app.press(pilot, *"archive", "enter")
        assert app.browser.catalogue.counts["archived"] == 1


async def test_the_cursor_stays_when_something_above_it_goes_and_at_its_place_when_it_goes_itself(
    assistant: Assistant,
) -> None:
    for number in range(60):
        await stored(assistant, f"Memory {number:02}", days=number)
    first = (await assistant.memories.rows())[0]
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        await app.press(pilot, *["down"] * 30)
        at = app.table.scroll_offset.y
        await app.press(pilot, "ctrl+d")
        assert app.table.row is not None
        assert app.table.row.text == "Memory 31"
        assert app.table.scroll_offset.y == at, "nothing jumps"
        await assistant.memories.forget(first.id)
        await app.idle(pilot)
        assert app.table.row.text == "Memory 31"


async def test_what_is_learned_meanwhile_comes_into_the_table(assistant: Assistant) -> None:
    async with browsing(assistant, size=(80, 24)) as (app, pilot):
        await assistant.memories.remember("The user likes tea")
        await app.until(pilot, lambda: app.texts == ["The user likes tea"])


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (80, 24), (120, 40), (200, 60)])
async def test_every_size_has_room_for_the_table_and_the_keys(assistant: Assistant, size: tuple[int, int]) -> None:
    for number in range(30):
        await stored(assistant, f"Memory {number:02} of something that is long enough to be cut", days=number)
    async with browsing(assistant, size=size) as (app, pilot):
        screen = app.browser
        assert app.table.size.height >= 5
        assert screen.query_one(KeyLine).region.bottom <= size[1]
        assert screen.query_one(Prose).display == (size[1] >= 18)
        table = app.table.size
        await app.press(pilot, "ctrl+b")
        assert not screen.query_one(Prose).display
        assert app.table.size.area >= table.area


@pytest.mark.parametrize("size", SIZES)
async def test_no_text_styles_links_or_widens_what_is_shown(assistant: Assistant, size: tuple[int, int]) -> None:
    for number, text in enumerate(HOSTILE):
        talk = await session(assistant, text[:200], "Hello.")
        source = Source(session_id=talk.id, message_id=None, quote=text[:500])
        memory = await stored(assistant, text, days=number, subject=text[:60], sources=(source,))
        await assistant.memories.edit(memory.id, f"{text[:900]} once more")
    async with browsing(assistant, size=size) as (app, pilot):
        screen = app.browser
        for _ in HOSTILE:
            strips = screen._compositor.render_strips(app.size)
            assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
            for line in app.text().split("\n"):
                assert sum(cell_len(sign) for sign in line) == size[0], line
                assert line[0] in "╭│╰"
                assert line[-1] in "╮│╯"
            actions = {segment.style.meta.get("@click", "") for strip in strips for segment in strip if segment.style}
            assert not any("app." in str(action) for action in actions)
            await app.press(pilot, "down")
        assert app.screen is screen


async def test_a_key_that_can_do_nothing_here_says_why_and_edits_no_filter(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea", days=3)
    await stored(assistant, "The user likes milk", "archived")
    made = await session(assistant, "Of tea")
    await assistant.store.summaries.put_session(
        session_id=made.id, text="They spoke of tea.", to_seq=2, tokens=5, model="qwen"
    )
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        for typed, key, said in (
            ("likes", "ctrl+u", "It takes two to merge: space marks them."),
            ("spoke", "ctrl+x", "What was made of a session goes when that is deleted"),
            ("spoke", "ctrl+d", "not with what was made of a session"),
            ("spoke", "ctrl+k", "not with what was made of a session"),
            ("xyz", "ctrl+x", "There is no row"),
        ):
            await app.write(pilot, typed)
            await app.press(pilot, "home", key)
            assert app.browser.filter.value == typed, key
            assert said in app.said[-1], key
            assert app.screen is app.browser
        assert len(app.said) == 5
        await app.write(pilot, "")
        await app.press(pilot, "shift+tab")
        await app.write(pilot, "milk")
        await app.press(pilot, "ctrl+d")
        assert app.said[-1] == "That is done with what is in use, and this is archived."
        assert app.browser.filter.value == "milk"


async def test_what_another_program_does_shows_and_keeps_cursor_and_filter(
    assistant: Assistant, paths: Paths, settings: Settings
) -> None:
    tea = await stored(assistant, "The user likes tea", days=1)
    gone = await stored(assistant, "The user likes wasps", days=2)
    milk = await stored(assistant, "The user likes milk", days=3)
    await assistant.watching.look()
    other = await Assistant.open(settings, paths, environ={})
    async with browsing(assistant, size=(120, 40)) as (app, pilot):
        await app.write(pilot, "likes")
        await app.press(pilot, "down", "down")
        await other.memories.edit(tea.id, "The user likes green tea")
        await assistant.watching.look()
        await app.idle(pilot)
        assert app.texts == ["The user likes green tea", gone.text, milk.text]
        assert (app.table.cursor, app.browser.filter.value) == (2, "likes")

        # Before it is looked again.
        await app.press(pilot, "up")
        await other.eraser.erase("memory", gone.id)
        await app.press(pilot, "ctrl+r")
        assert app.problem == "It is gone: another window erased it."
        assert app.texts == ["The user likes green tea", milk.text]
        await app.press(pilot, "ctrl+r")
        assert app.problem == ""


async def test_a_row_that_is_edited_stays_in_its_place_until_that_is_done(assistant: Assistant) -> None:
    await stored(assistant, "The user likes tea", days=1)
    async with browsing(assistant) as (app, pilot):
        await app.press(pilot, "enter")
        await assistant.memories.remember("The user likes milk")
        await app.idle(pilot)
        assert len(app.texts) == 1
        await app.press(pilot, "escape")
        assert len(app.texts) == 2
