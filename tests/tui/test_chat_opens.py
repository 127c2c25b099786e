"""What the chat opens: screens by key, sources, links, the editor, the palette."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Markdown

from memchat.core.memories import Source
from memchat.providers.scripted import Say, ScriptedServer
from memchat.tui import slash
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.confirm import ConfirmScreen
from memchat.tui.screens.help import HelpScreen
from memchat.tui.screens.models import ModelsScreen
from memchat.tui.screens.request import RequestScreen
from memchat.tui.screens.search import SearchScreen
from memchat.tui.screens.sessions import SessionsScreen
from memchat.tui.screens.why import WhyScreen
from memchat.tui.widgets.panels.messages import (
    BufferMessageOpened,
    ProfileSet,
    ProfileUnset,
    RecalledOpened,
    SummaryEdited,
)
from memchat.tui.widgets.panels.rows import Rows
from tests.tui.conftest import Run, Start, scripted


@pytest.mark.parametrize(
    ("key", "command", "screen"),
    [
        ("f1", "help", HelpScreen),
        ("ctrl+s", "sessions", SessionsScreen),
        ("ctrl+o", "model", ModelsScreen),
        ("ctrl+f", "search", SearchScreen),
        ("f6", "memory", BrowserScreen),
        ("f7", "context", RequestScreen),
    ],
)
async def test_each_screen_opens_by_key_and_by_command(
    start: Start, server: ScriptedServer, key: str, command: str, screen: type
) -> None:
    async with start(server) as run:
        for opening in (run.pilot.press(key), run.send(f"/{command}")):
            await opening
            await run.until(lambda: isinstance(run.app.screen, screen))
            await run.pilot.press("escape")
            await run.until(lambda: run.app.screen is run.chat)


@pytest.mark.parametrize(("key", "panel"), [("f2", "buffer"), ("f3", "summary"), ("f4", "profile"), ("f5", "recalled")])
async def test_each_panel_is_reached_by_key_and_esc_comes_back(
    start: Start, server: ScriptedServer, key: str, panel: str
) -> None:
    async with start(server, size=(80, 24)) as run:
        await run.pilot.press(key)
        await run.until(lambda: run.app.focused is not None and run.app.focused.query_ancestor(f"#{panel}"))
        await run.pilot.press("escape")
        assert run.chat.prompt.has_focus
        assert not run.chat.drawer_open


async def test_a_recalled_item_leads_to_where_it_was_said(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("The garden in Kyoto is called Murin-an")
        first = await run.new_session()
        await run.ask("Which garden in Kyoto was it?")
        recall = run.chat.recall
        assert recall is not None
        item = next(item for item in recall.items if "Murin-an" in item.text)
        run.chat.post_message(RecalledOpened(item))
        await run.until(lambda: isinstance(run.app.screen, WhyScreen))
        await run.until(lambda: run.app.screen.query(Rows) and run.app.screen.query_one(Rows).key)
        await run.pilot.press("enter")
        await run.until(lambda: run.chat.session_id == first and run.app.screen is run.chat)
        await run.until(lambda: run.views and run.views[0].has_focus)


async def fill_session(run: Run, count: int) -> list[str]:
    """Stores so many questions, leaves the session and comes back to it; gives the ids of the messages."""
    session, messages = run.chat.session_id, run.chat.assistant.store.messages
    ids = [(await messages.append_user(session, f"question {number}", tokens=2)).id for number in range(count)]
    await run.new_session()
    await run.chat.go_to(session)
    return ids


async def show_an_old_message(run: Run) -> None:
    """Shows a message of long ago, back at the input: the last ones, up to `question 149`, are not on the screen."""
    ids = await fill_session(run, 150)
    run.chat.post_message(BufferMessageOpened(ids[3]))
    await run.until(lambda: any(view.has_focus for view in run.views))
    assert run.chat.transcript.later
    await run.pilot.press("escape")


async def test_a_message_of_the_buffer_is_found_on_an_older_page(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        ids = await fill_session(run, 45)
        assert len(run.views) == 30
        run.chat.post_message(BufferMessageOpened(ids[2]))
        await run.until(lambda: run.views[0].message and run.views[2].has_focus)
        assert run.views[2].text == "question 2"


async def test_a_message_of_long_ago_is_shown_with_those_around_it_and_the_way_back_is_whole(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        ids = await fill_session(run, 200)
        run.chat.post_message(BufferMessageOpened(ids[50]))
        await run.until(lambda: any(view.has_focus for view in run.views))
        assert len(run.views) <= 60, "not all that lies between is mounted"
        assert next(view for view in run.views if view.has_focus).text == "question 50"
        assert run.chat.transcript.later
        assert run.chat.transcript.away
        for _ in range(12):
            run.chat.transcript.action_page_down()
            await run.pilot.pause()
        await run.until(lambda: (run.chat.transcript.last_seq or 0) > 95)
        shown = [view.message.seq for view in run.views if view.message]
        assert shown == list(range(shown[0], shown[-1] + 1)), "nothing is missing and nothing is there twice"
        await run.pilot.press("ctrl+end")
        await run.until(lambda: not run.chat.transcript.later)
        assert run.views[-1].text == "question 199"
        assert run.chat.transcript.at_end


async def test_what_is_sent_while_old_messages_are_shown_stands_at_the_end(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        await show_an_old_message(run)
        await run.send("And now?")
        await run.until(lambda: not run.chat.turns.running and run.views[-1].role == "assistant")
        assert [view.text for view in run.views[-3:-1]] == ["question 149", "And now?"]


async def test_what_is_sent_while_a_page_is_read_stands_at_the_end(
    start: Start, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(server) as run:
        await show_an_old_message(run)
        read, reading, go_on = run.chat.assistant.memories.first_said, asyncio.Event(), asyncio.Event()

        async def slow(messages: Sequence[str]) -> Any:
            reading.set()
            await go_on.wait()
            return await read(messages)

        monkeypatch.setattr(run.chat.assistant.memories, "first_said", slow)
        run.chat.work(run.chat.load_later())
        await run.until(reading.is_set)
        await run.send("And now?")
        await run.pilot.pause()
        go_on.set()
        await run.until(lambda: not run.chat.turns.running and run.views and run.views[-1].role == "assistant")
        assert [view.text for view in run.views[-3:-1]] == ["question 149", "And now?"]


async def test_the_last_message_is_edited_while_old_ones_are_shown(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await show_an_old_message(run)
        await run.send("/edit")
        await run.until(lambda: run.chat.prompt.text == "question 149")


async def test_the_last_message_is_answered_again_while_old_ones_are_shown(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        await show_an_old_message(run)
        await run.send("/retry")
        await run.until(lambda: not run.chat.turns.running and run.views[-1].role == "assistant")
        assert [view.text for view in run.views[-2:]] == ["question 149", "Fine."]


async def test_the_panels_edit_profile_and_summary(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        run.chat.post_message(ProfileSet("name", "Alice"))
        await run.until(lambda: [item.value for item in run.chat.profile] == ["Alice"])
        run.chat.post_message(ProfileUnset("name"))
        await run.until(lambda: run.chat.profile == ())
        for goal in ("learn Greek", "run a marathon"):
            run.chat.post_message(ProfileSet("goals", goal))
        await run.until(lambda: len(run.chat.profile) == 2)
        run.chat.profile = tuple(sorted(run.chat.profile, key=lambda item: item.value))
        run.chat.post_message(ProfileSet("goals", "learn Latin", run.chat.profile[0].memory_id))
        await run.until(lambda: {item.value for item in run.chat.profile} == {"learn Latin", "run a marathon"})
        run.chat.post_message(ProfileUnset("goals", "learn Latin"))
        await run.until(lambda: [item.value for item in run.chat.profile] == ["run a marathon"])
        await run.ask("One")
        await run.ask("Two")
        await run.chat.assistant.store.summaries.add(
            session_id=run.chat.session_id, text="Old.", from_seq=1, to_seq=2, tokens=2, model=None, previous_id=None
        )
        run.chat.post_message(SummaryEdited("New."))
        await run.until(lambda: run.chat.summary is not None and run.chat.summary.text == "New.")


async def test_a_link_is_opened_only_after_yes(start: Start) -> None:
    said = "See [this](https://example.org/page) and [that](file:///etc/passwd)."
    opened: list[str] = []

    def record(url: str, *, new_tab: bool = True) -> None:
        opened.append(url)

    async with scripted(Say(said)) as server, start(server) as run:
        run.app.open_url = record  # type: ignore[method-assign]
        await run.ask("Where?")
        document = run.views[-1].query_one(Markdown)
        await run.click("this")
        await run.until(lambda: isinstance(run.app.screen, ConfirmScreen))
        assert any("https://example.org/page" in line for line in run.screen)
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)
        assert opened == []
        document.post_message(Markdown.LinkClicked(document, "https://example.org/page"))
        await run.until(lambda: isinstance(run.app.screen, ConfirmScreen))
        await run.pilot.press("enter")
        await run.until(lambda: opened)
        document.post_message(Markdown.LinkClicked(document, "file:///etc/passwd"))
        await run.until(lambda: any("Not opened" in said for said in run.said))
        assert opened == ["https://example.org/page"]


async def test_the_editor_gets_the_message_where_the_terminal_can_be_lent(
    start: Start, server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys, pathlib\np = pathlib.Path(sys.argv[1])\np.write_text(p.read_text().upper())\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    async with start(server) as run:
        run.chat.prompt.set_value("a message")
        await run.pilot.press("ctrl+g")
        await run.until(lambda: any("editor cannot be opened" in said for said in run.said))
        assert run.chat.prompt.text == "a message"


async def test_the_palette_has_every_command(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        names = [command.title for command in run.app.get_system_commands(run.chat)]
        assert names[0] == "/help"
        assert len(names) == len(slash.COMMANDS)
        await run.pilot.press("ctrl+p")
        await run.until(lambda: isinstance(run.app.screen, CommandPalette))
        await run.pilot.press("escape")


async def test_a_completion_can_be_clicked(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.pilot.press("/", "r", "e")
        await run.pilot.pause()
        await run.click("keep a fact")
        assert run.chat.prompt.text == "/remember "
        assert run.chat.prompt.has_focus
        await run.pilot.press("escape")


async def test_the_bottom_line_tells_and_does(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        hints = run.screen[-1]
        for hint in ("enter send", "ctrl+j newline", "ctrl+s sessions", "ctrl+b panels", "f1 help"):
            assert hint in hints
        await run.click("sessions")
        await run.until(lambda: isinstance(run.app.screen, SessionsScreen))
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)


async def test_page_keys_scroll_the_transcript_from_the_prompt(start: Start) -> None:
    async with scripted(Say("line\n\n" * 60)) as server, start(server) as run:
        await run.ask("Much")
        bottom = run.chat.transcript.scroll_y
        await run.pilot.press("pageup")
        await run.until(lambda: run.chat.transcript.scroll_y < bottom and not run.chat.transcript.at_end)
        assert run.chat.prompt.has_focus
        await run.pilot.press("escape")
        await run.until(lambda: run.chat.transcript.at_end)


async def test_from_a_memory_to_the_message_that_it_rests_on(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(80, 24)) as run:
        await run.ask("I love small gardens")
        assert run.app.assistant is not None
        await run.app.assistant.store.memories.add(
            kind="preference",
            text="The user loves small gardens",
            confidence=0.9,
            origin="user",
            sources=(Source(session_id=run.chat.session_id, message_id=run.first_message.id, quote="small gardens"),),
        )
        talk = await run.new_session()
        await run.pilot.press("f6")
        await run.until(lambda: isinstance(run.app.screen, BrowserScreen) and run.app.screen.known)
        await run.pilot.press("ctrl+s")
        await run.until(lambda: run.chat.session_id == talk and run.app.screen is run.chat)
        await run.until(lambda: run.views and run.views[0].has_focus)


async def test_an_answer_explains_itself_and_is_given_again_without_something(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server, size=(80, 24)) as run:
        await run.chat.assistant.memories.remember("Loves the garden Murin-an in Kyoto")
        await run.ask("Which garden in Kyoto do I love?")
        explaining, session = run.chat.assistant.explaining, run.chat.session_id
        assert b"Loves the garden" in (await explaining.sent(session))[0].body
        run.views[-1].focus()
        await run.pilot.press("w")
        await run.until(lambda: isinstance(run.app.screen, WhyScreen))
        await run.until(lambda: run.app.screen.query(Rows) and run.app.screen.query_one(Rows).key)
        await run.pilot.press("a")
        await run.until(lambda: run.app.screen is run.chat)
        await run.until(lambda: not run.chat.turns.running and run.views[-1].message is not None)
        newest, before = await explaining.sent(session)
        assert newest.message_id == before.message_id
        assert b"Loves the garden" not in newest.body
        await run.send("/why")
        await run.until(lambda: isinstance(run.app.screen, WhyScreen))
        await run.until(lambda: run.app.screen.query(Rows) and run.app.screen.query_one(Rows).rows)
        assert "left out by you" in str(run.app.screen.query_one(Rows).rows)
        await run.pilot.press("r")
        await run.until(lambda: isinstance(run.app.screen, RequestScreen))
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)


async def test_what_is_typed_is_shown_as_the_request_that_it_would_make(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(120, 40)) as run:
        await run.ask("Hello.")
        run.chat.prompt.set_value("And the koi?")
        await run.pilot.press("f7")
        await run.until(lambda: isinstance(run.app.screen, RequestScreen))
        screen = run.app.screen
        assert isinstance(screen, RequestScreen)
        assert screen.request.at is None
        assert "And the koi?" in screen.request.body.decode()
        await run.pilot.press("left")
        await run.until(lambda: screen.request.at is not None)
        assert screen.request.body in [each.raw for each in server.recorded]
        assert "Hello." in screen.request.body.decode()
