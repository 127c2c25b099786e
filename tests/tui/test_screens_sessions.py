"""The list of sessions: filter, look into, open, rename, tag, file away, fork, export, delete, bring back."""

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from memchat.assistant import Assistant
from memchat.core.memories import Memory, Source
from memchat.core.messages import Session
from memchat.tui.screens.browser.choose import ChooseScreen
from memchat.tui.screens.sessions import Picked, SessionsScreen
from memchat.tui.screens.sessions.deleting import DeleteScreen
from memchat.tui.screens.sessions.narrowing import Narrowing, narrowing, with_shelf, with_tag, written_tags
from memchat.tui.screens.sessions.shelf_bar import ShelfBar
from memchat.tui.widgets.tabs import Tabs
from tests.tui.screen_harness import Stage, session, showing

SIZES = [(80, 24), (120, 40), (200, 60)]


async def learned(assistant: Assistant, text: str, *sessions: Session) -> Memory:
    """A memory that rests on the first message of each of these sessions."""
    store, sources = assistant.store, []
    for each in sessions:
        first = (await store.messages.page(each.id, before_seq=None, limit=99))[0]
        sources.append(Source(session_id=each.id, message_id=first.id, quote=first.text))
    return await store.memories.add(kind="preference", text=text, confidence=0.9, origin="user", sources=sources)


async def test_no_session_is_said_in_a_sentence(assistant: Assistant) -> None:
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        assert "No session yet" in app.text()
        await app.press(pilot, "enter", "ctrl+r", "ctrl+d", "ctrl+z", "escape")
        assert app.result is None


@pytest.mark.parametrize("size", SIZES)
async def test_newest_first_with_counts_and_a_preview(assistant: Assistant, size: tuple[int, int]) -> None:
    kyoto = await session(assistant, "Trip to Kyoto", "Where is the garden?", "And the tea room?")
    newest = await session(assistant, "[bold]RAG[/] in Python", "I use ChromaDB.")
    await assistant.store.summaries.put_session(
        session_id=newest.id, text="wanted: a vector store", to_seq=2, tokens=5, model="m"
    )
    async with showing(SessionsScreen(assistant), size=size) as (app, pilot):
        assert [row.split("  ")[0] for row in app.listed] == ["[bold]RAG[/] in Python", "Trip to Kyoto"]
        assert "2 now" in " ".join(app.listed[0].split())
        assert "wanted: a vector store" in app.beside
        assert "Sessions · 2" in app.title_shown
        await app.press(pilot, "down")
        assert "4 messages" in app.beside
        assert "And the tea room?" in app.beside
        assert "esc close" in app.text()
        await app.press(pilot, "enter")
        await app.idle(pilot)
        assert app.result == Picked("personal", kyoto.id)


async def test_typing_filters_by_title_and_by_what_was_said(assistant: Assistant) -> None:
    kyoto = await session(assistant, "Trip to Kyoto", "Where is the garden?")
    await session(assistant, "RAG", "I use ChromaDB.")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.write(pilot, "kyo")
        assert len(app.listed) == 1
        await app.write(pilot, "garden")
        assert app.rows.key == kyoto.id
        await app.write(pilot, "zebra")
        assert app.listed == []
        assert "No session has these words" in app.text()
        await app.write(pilot, "")
        assert len(app.listed) == 2
        await app.press(pilot, "down", "enter")
        assert app.result == Picked("personal", kyoto.id)


async def test_a_session_is_renamed_in_its_place(assistant: Assistant) -> None:
    made = await session(assistant, "Old", "Hello.")
    async with showing(SessionsScreen(assistant), size=(120, 40)) as (app, pilot):
        await app.press(pilot, "ctrl+r", *"Never", "escape")
        assert (await assistant.store.sessions.get(made.id)).title == "Old"
        assert app.focused is app.screen.query_one("#filter", Input)
        await app.press(pilot, "ctrl+r", *"New", "enter")
        assert (await assistant.store.sessions.get(made.id)).title == "New"
        assert app.listed[0].startswith("New")
        assert app.beside.startswith("New")
        await app.press(pilot, "escape")
        assert app.result is None


async def test_a_session_is_deleted_and_brought_back(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.press(pilot, "ctrl+d")
        assert app.rows.key == first.id
        assert any("Second" in said for said in app.said)
        await app.press(pilot, "ctrl+d")
        assert app.listed == []
        await app.press(pilot, "ctrl+z", "ctrl+z", "ctrl+z")
        assert len(app.listed) == 2


async def test_the_mouse_moves_then_opens(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await pilot.click(app.rows, offset=(4, 1))
        await app.idle(pilot)
        assert app.rows.key == first.id
        await pilot.click(app.rows, offset=(4, 1))
        assert app.result == Picked("personal", first.id)


async def test_ten_thousand_rows_are_one_widget(assistant: Assistant) -> None:
    made = await session(assistant, "One")
    screen = SessionsScreen(assistant)
    async with showing(screen) as (app, pilot):
        widgets = len(list(screen.walk_children()))
        row = app.rows.rows[0]
        app.rows.rows = tuple(type(row)(key=f"{made.id}{number}", left=row.left) for number in range(10_000))
        await app.press(pilot, "ctrl+end")
        assert app.rows.cursor == 9_999
        await app.press(pilot, "pageup", "up", "ctrl+home")
        assert app.rows.cursor == 0
        assert len(list(screen.walk_children())) <= widgets + 2  # scroll bars at most
        await app.idle(pilot)


async def test_another_spaces_sessions_are_a_key_away(assistant: Assistant) -> None:
    await session(assistant, "Trip to Kyoto")
    work = await assistant.in_space("work")
    plan = await session(work, "Quarterly plan")
    await work.close()
    async with showing(SessionsScreen(assistant), size=(80, 24)) as (app, pilot):
        assert "tab space" in app.text()
        assert "Trip to Kyoto" in app.text()
        await app.press(pilot, "tab")
        assert "Quarterly plan" in app.text()
        assert "Kyoto" not in app.text()
        await app.press(pilot, "shift+tab")
        assert "Kyoto" in app.text()
        await pilot.click(Tabs, offset=(13, 0))
        await app.idle(pilot)
        await app.press(pilot, "enter")
        assert app.result == Picked("work", plan.id)


async def test_an_empty_space_can_be_gone_to(assistant: Assistant) -> None:
    await session(assistant, "Trip to Kyoto")
    await (await assistant.in_space("work")).close()
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.press(pilot, "tab")
        assert "No session in work yet" in app.text()
        await app.press(pilot, "enter")
        assert app.result == Picked("work", "")


async def test_with_one_space_there_is_nothing_to_switch(assistant: Assistant) -> None:
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.press(pilot, "tab")
        assert "tab space" not in app.text()
        assert "personal" not in app.text()


def test_what_is_typed_is_words_tags_and_a_shelf() -> None:
    assert narrowing("  Kyoto is:Archived #Tea garden") == Narrowing(
        words=("kyoto", "garden"), tags=("tea",), shelf="archived"
    )
    assert narrowing("is:nonsense") == Narrowing(words=("is:nonsense",))
    assert with_shelf("kyoto is:all #tea", "archived") == "kyoto #tea is:archived"
    assert with_shelf("kyoto is:archived", "") == "kyoto"
    assert with_tag("kyoto", "Summer trip") == "kyoto #summer-trip"
    assert with_tag("kyoto #Summer-Trip", "summer trip") == "kyoto"
    assert written_tags("#kyoto  travel") == ["kyoto", "travel"]
    assert written_tags("summer trip, #tea,") == ["summer trip", "tea"]


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_learned_and_found_is_beside(assistant: Assistant, size: tuple[int, int]) -> None:
    kyoto = await session(assistant, "Trip to Kyoto", "Is there a [red]quiet[/] garden?")
    await learned(assistant, "Likes \x1b[31msmall\x1b[0m gardens", kyoto)
    async with showing(SessionsScreen(assistant), size=size) as (app, pilot):
        assert "Learned" in app.beside
        assert "Likes small gardens" in app.beside
        assert "Found" not in app.beside
        await app.write(pilot, "quiet")
        assert app.listed
        assert "Found\nyou Is there a [red]quiet[/] garden?" in app.beside
        assert "esc close" in app.text()
        assert "ctrl+a archive" in app.text()


async def test_sessions_are_filed_away_and_brought_back(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        assert not app.screen.query_one(ShelfBar).display
        await app.press(pilot, "down", "ctrl+a")
        assert (await assistant.store.sessions.get(first.id)).archived_at is not None
        assert [row.split("  ")[0] for row in app.listed] == ["Second"]
        assert any("First" in said for said in app.said)
        assert "in use 1  archived 1  all 2" in app.text()
        await app.write(pilot, "is:archived")
        assert app.rows.key == first.id
        assert "archived" in app.beside
        assert "ctrl+a bring back" in app.text()
        await app.press(pilot, "ctrl+a")
        assert app.listed == []
        assert "No session is archived" in app.text()
        await app.write(pilot, "is:all")
        assert len(app.listed) == 2
        await app.press(pilot, "ctrl+z")
        assert (await assistant.store.sessions.get(first.id)).archived_at is not None
        assert app.said[-1] == "Taken back: restored by you: “First”"
        await app.press(pilot, "ctrl+y")
        assert (await assistant.store.sessions.get(first.id)).archived_at is None


async def test_sessions_are_tagged_in_their_place_and_listed_by_tag(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.press(pilot, "down", "ctrl+t", *"kyoto #travel", "enter")
        assert (await assistant.store.sessions.get(first.id)).tags == ("kyoto", "travel")
        assert "#kyoto" in app.listed[1]
        assert "#kyoto 1  #travel 1" in app.text()
        await app.write(pilot, "#ky")
        assert app.rows.key == first.id
        assert len(app.listed) == 1
        await app.write(pilot, "#ky second")
        assert app.listed == []
        await app.write(pilot, "#zebra")
        assert "No session has this tag" in app.text()
        await app.write(pilot, "#kyoto")
        await app.press(pilot, "ctrl+t", "ctrl+u", "enter")
        assert (await assistant.store.sessions.get(first.id)).tags == ()
        await app.press(pilot, "ctrl+z")
        assert (await assistant.store.sessions.get(first.id)).tags == ("kyoto", "travel"), "one change, one undo"


async def test_what_is_listed_is_chosen_from_a_menu_or_by_mouse(assistant: Assistant) -> None:
    first = await session(assistant, "First")
    await session(assistant, "Second")
    await assistant.sessions.tag(first.id, "[b]kyoto[/b]")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await pilot.press("ctrl+f")
        await app.until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press("end", *"kyo", "enter")
        await app.until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        await app.idle(pilot)
        assert app.screen.query_one("#filter", Input).value == "#[b]kyoto[/b]"
        assert len(app.listed) == 1
        bar = app.screen.query_one(ShelfBar)
        await pilot.click(bar, offset=(bar.render().plain.index("#") + 2, 0))
        await app.idle(pilot)
        assert len(app.listed) == 2
        await pilot.click(bar, offset=(bar.render().plain.index("archived") + 2, 0))
        await app.idle(pilot)
        assert app.listed == []


async def test_a_session_is_forked_and_the_fork_opened(assistant: Assistant) -> None:
    made = await session(assistant, "Trip to Kyoto", "Where is the garden?")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await pilot.press("ctrl+k")
        await app.until(pilot, lambda: isinstance(app.result, Picked))
    fork = await assistant.store.sessions.get(app.result.session_id)
    assert fork.forked_from == made.id
    assert fork.message_count == 2
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        assert "forked from Trip to Kyoto" in app.beside


async def test_a_session_is_exported(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await session(assistant, "Trip to Kyoto", "Where is the garden?")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.press(pilot, "ctrl+e")
        check_export(tmp_path, app.said)


def check_export(folder: Path, said: list[str]) -> None:
    (written,) = folder.glob("*-trip-to-kyoto.md")
    assert "Where is the garden?" in written.read_text()
    assert any(written.name in sentence for sentence in said)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("key", "status"), [("enter", "active"), ("m", "forgotten"), ("escape", None)])
async def test_deleting_tells_what_rests_on_it_and_asks_whether_that_goes_too(
    assistant: Assistant, size: tuple[int, int], key: str, status: str | None
) -> None:
    first, second = await session(assistant, "First"), await session(assistant, "Second")
    alone = await learned(assistant, "Likes [b]small[/b] gardens", first)
    both = await learned(assistant, "Is allergic to peanuts", first, second)
    async with showing(SessionsScreen(assistant), size=size) as (app, pilot):
        await pilot.press("down", "ctrl+d")
        await app.until(pilot, lambda: isinstance(app.screen, DeleteScreen))
        await app.until(pilot, lambda: app.beside)
        shown = " ".join(app.text().split())
        assert "1 memory rests on this session alone" in str(app.screen.query_one("#what", Static).content)
        assert app.listed[1].endswith("Likes [b]small[/b] gardens")
        assert app.listed[3].endswith("Is allergic to peanuts")
        assert "“Hello.”" in app.beside
        assert "m delete, and forget it too" in shown
        await pilot.press(key)
        await app.until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        await app.idle(pilot)
        deleted = (await assistant.store.sessions.get(first.id)).deleted_at is not None
        assert deleted is (status is not None)
        assert (await assistant.store.memories.get(alone.id)).status == (status or "active")
        assert (await assistant.store.memories.get(both.id)).status == "active"
        if deleted:
            await app.press(pilot, "ctrl+z")
            assert (await assistant.store.sessions.get(first.id)).deleted_at is None
            assert (await assistant.store.memories.get(alone.id)).status == "active"


@pytest.mark.parametrize("action", ["open", "rename", "retag", "archive", "delete", "filters", "undo", "space(1)"])
async def test_what_is_pressed_before_the_list_is_made_or_after_it_is_gone_does_no_harm(
    assistant: Assistant, action: str
) -> None:
    await session(assistant, "Kyoto")
    app = Stage()
    async with app.run_test() as pilot:
        listing = SessionsScreen(assistant)
        opening = app.push_screen(listing)
        assert not listing.is_mounted
        await app.run_action(f"screen.{action}")
        await opening
        await app.idle(pilot)
        assert "Kyoto" in app.text()
        listing.dismiss(None)
        await pilot.pause()
        assert not listing.is_attached
        listing.load()
        await app.run_action(action, listing)
        await app.idle(pilot)
        assert app.text().startswith("the chat")


async def test_a_key_that_can_do_nothing_here_edits_no_filter(assistant: Assistant) -> None:
    await session(assistant, "Kyoto")
    async with showing(SessionsScreen(assistant)) as (app, pilot):
        await app.write(pilot, "nothing has these")
        await app.press(pilot, "home", "ctrl+d", "ctrl+k")
        box = app.screen.query_one("#filter", Input)
        assert box.value == "nothing has these"
        await app.press(pilot, "escape")
        assert box.value == "", "what is typed goes first"
        await app.press(pilot, "escape")
        assert app.result is None


async def test_what_was_said_last_is_told_without_its_markdown(assistant: Assistant) -> None:
    made = await session(assistant, "Kyoto", "Is 2 * 3 * 4 right?")
    question = await assistant.store.messages.append_user(made.id, "And **this**?", tokens=5)
    reply = await assistant.store.messages.begin_reply(made.id, question.id, text="", model="scripted")
    text = "## Gardens\n\n- **Murin-an**, see [its page](https://example.org)\n- `code` [bold]x[/]"
    await assistant.store.messages.finish_reply(
        reply.id, text=text, status="complete", tokens=4, usage=None, finish_reason="stop"
    )
    async with showing(SessionsScreen(assistant), size=(120, 40)) as (app, _):
        assert "Gardens Murin-an, see its page code [bold]x[/]" in app.beside
        assert "And **this**?" in app.beside, "what the user types is no Markdown"
