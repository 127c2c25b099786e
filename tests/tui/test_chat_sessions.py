"""Sessions come and go in the chat: drafts, resuming, leaving, and the start of the program."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.widgets import Static

from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import Hang, Say, ScriptedServer
from memchat.store import Store
from memchat.tui.app import MemchatApp
from memchat.tui.screens.chat import ChatScreen
from memchat.tui.screens.first_run import FirstRunScreen
from memchat.tui.screens.sessions import SessionsScreen
from memchat.tui.skeleton import Skeleton
from memchat.tui.widgets.chip import Note
from memchat.tui.widgets.header import Header
from tests.tui.conftest import Run, Start, scripted

NOWHERE = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "x"}


async def test_the_last_session_is_resumed_with_its_draft(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Where were we?")
        first = run.chat.session_id
        run.chat.prompt.set_value("and then I wrote")
    async with start(server, continue_last=True) as run:
        assert run.chat.session_id == first
        assert [view.text for view in run.views] == ["Where were we?", "Fine."]
        assert run.chat.prompt.text == "and then I wrote"
        assert run.chat.plan is not None
        await run.pilot.press("up")
        assert run.chat.prompt.text == "Where were we?"


async def test_a_session_is_resumed_by_the_beginning_of_its_id(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("One thing")
        first = run.chat.session_id
        await run.pilot.press("ctrl+n")
        await run.until(lambda: run.chat.session_id != first and not run.views)
        await run.ask("Another thing")
        run.chat.run_command("resume", first[:8])
        await run.until(lambda: [view.text for view in run.views] == ["One thing", "Fine."])
        assert run.chat.session_id == first
        run.chat.run_command("resume", "")
        await run.until(lambda: [view.text for view in run.views] == ["Another thing", "Fine."])
    async with start(server, resume=first[:8]) as run:
        assert run.chat.session_id == first
    async with start(server, resume="nothing-like-it") as run:
        assert run.chat.session_id
        assert run.said


async def test_each_session_keeps_its_own_draft(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("One")
        run.chat.prompt.set_value("draft of one")
        first = await run.new_session()
        await run.idle()
        await run.chat.go_to(first)
        assert run.chat.prompt.text == "draft of one"


async def test_a_draft_is_stored_while_one_types(start: Start, server: ScriptedServer, paths: Paths) -> None:
    async with start(server) as run:
        await run.ask("One")
        await run.pilot.press("d", "r", "a", "f", "t")
        store = run.chat.assistant.store
        drafts: list[str] = []

        async def look() -> None:
            drafts.append((await store.sessions.get(run.chat.session_id)).draft)

        async def stored() -> bool:
            await look()
            return drafts[-1] == "draft"

        for _ in range(300):
            if await stored():
                break
            await run.pilot.pause(0.01)
        assert drafts[-1] == "draft"


async def test_quitting_while_a_reply_streams_keeps_what_came(start: Start, paths: Paths) -> None:
    async with scripted(Hang("Half a sentence")) as server, start(server) as run:
        await run.send("Tell me.")
        await run.until(lambda: run.views and run.views[-1].text == "Half a sentence")
        await run.pilot.press("ctrl+q")
        await run.until(lambda: not run.app.is_running)
    store = await Store.open(paths.database)
    last = await store.sessions.latest()
    assert last is not None
    messages = await store.messages.page(last.id, before_seq=None, limit=9)
    assert [(item.text, item.status) for item in messages] == [("Tell me.", "complete"), ("Half a sentence", "stopped")]
    await store.close()


async def test_leaving_a_session_stops_its_reply_and_keeps_what_waited(start: Start) -> None:
    async with scripted(Hang("Never ending"), Say("Fine.")) as server, start(server) as run:
        await run.send("one")
        await run.until(lambda: run.views and run.views[-1].text == "Never ending")
        await run.send("two")
        await run.until(lambda: len(run.views) == 3)
        first = await run.new_session()
        await run.idle()
        await run.chat.go_to(first)
        await run.idle()
        assert [view.text for view in run.views] == ["one", "Never ending"]
        assert run.chat.prompt.text == "two"


async def test_an_incognito_session_is_marked_and_leaves_nothing(
    start: Start, server: ScriptedServer, paths: Paths
) -> None:
    async with start(server, incognito=True) as run:
        assert "incognito" in str(run.chat.query_exactly_one(Header).render())
        await run.ask("A secret")
        run.chat.run_command("new", "")
        await run.until(lambda: not run.views)
        assert "incognito" not in str(run.chat.query_exactly_one(Header).render())
        run.chat.run_command("incognito", "")
        await run.until(lambda: "incognito" in str(run.chat.query_exactly_one(Header).render()))
    assert b"A secret" not in paths.database.read_bytes()


async def test_the_picker_opens_at_the_start_when_asked_for(start: Start, server: ScriptedServer) -> None:
    async with start(server, resume="pick") as run:
        await run.until(lambda: isinstance(run.app.screen, SessionsScreen))
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)


async def test_a_deleted_session_is_left(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("One")
        first = run.chat.session_id
        await run.pilot.press("ctrl+s")
        await run.until(lambda: isinstance(run.app.screen, SessionsScreen))
        await run.chat.assistant.store.sessions.delete(first)
        await run.pilot.press("escape")
        await run.until(lambda: run.chat.session_id != first)


async def test_without_a_model_the_first_run_offers_the_ways(settings: Settings, paths: Paths) -> None:
    app = MemchatApp(settings, paths, environ={})
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        run = Run(app, pilot)
        await run.until(lambda: isinstance(app.screen, FirstRunScreen))
        await pilot.press("escape")
        await run.until(lambda: isinstance(app.screen, ChatScreen))
        assert "no model" in str(run.chat.query_exactly_one(Header).render())
        await run.send("Hello?")
        await run.until(lambda: isinstance(app.screen, FirstRunScreen))
        await pilot.press("escape")
        await run.until(lambda: run.chat.prompt.text == "Hello?")
        assert run.views == []
        await app.action_quit()


async def test_keys_typed_before_the_chat_is_there_reach_it(
    server: ScriptedServer, settings: Settings, paths: Paths
) -> None:
    app = MemchatApp(settings, paths, environ={"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x"})
    opening = asyncio.Event()
    begin = app._open_chat

    async def held() -> ChatScreen:
        await opening.wait()
        return await begin()

    app._open_chat = held  # type: ignore[method-assign]
    async with app.run_test(notifications=True) as pilot:
        assert isinstance(app.screen, Skeleton)
        await pilot.press("h", "i")
        app.post_message(events.Paste(" there"))
        await pilot.press("!")
        assert "hi there!" in str(app.screen.query_one("#skeleton-prompt", Static).content)
        opening.set()
        run = Run(app, pilot)
        await run.until(lambda: any(isinstance(screen, ChatScreen) for screen in app.screen_stack))
        await run.until(lambda: run.chat.session_id)
        await run.until(lambda: run.chat.prompt.text == "hi there!")
        await run.idle()
        assert run.chat.prompt.text == "hi there!"
        await app.action_quit()


MOST_TYPED = 200
"""Without an end, keys could come faster than the app takes them, and the chat would never be there."""


async def test_keys_typed_while_the_chat_takes_over_arrive_in_order(
    server: ScriptedServer, settings: Settings, paths: Paths
) -> None:
    app = MemchatApp(settings, paths, environ={"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x"})
    typed = ""
    async with app.run_test(notifications=True) as pilot:
        run = Run(app, pilot)
        letters = itertools.cycle("abcdefghijklmnopqrstuvwxyz")
        while not any(isinstance(screen, ChatScreen) and screen.heard.is_set() for screen in app.screen_stack):
            if len(typed) < MOST_TYPED:
                typed += (letter := next(letters))
                app.post_message(events.Key(letter, letter))
            await asyncio.sleep(0)
        app.post_message(events.Key("enter", None))
        app.post_message(events.Key("z", "z"))
        await run.until(lambda: run.views)
        assert run.views[0].text == typed
        assert run.chat.prompt.text == "z"
        await run.idle()
        await app.action_quit()


async def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(settings: Settings, paths: Paths) -> None:
    paths.database.write_bytes(b"this is no database, and was never one\n" * 200)
    app = MemchatApp(settings, paths, environ=NOWHERE)
    async with app.run_test() as pilot:
        run = Run(app, pilot)
        await run.until(lambda: app.screen.has_class("-failed"))
        assert str(paths.database) in str(app.screen.query_one("#skeleton-body", Static).content)
        await pilot.press("ctrl+q")


async def test_the_skeleton_has_few_widgets_in_their_places(settings: Settings, paths: Paths) -> None:
    async with MemchatApp(settings, paths, environ=NOWHERE).run_test() as pilot:
        skeleton = next(screen for screen in pilot.app.screen_stack if isinstance(screen, Skeleton))
        assert len(list(skeleton.walk_children(Static))) == 4
        await pilot.pause()
        prompt, footer = skeleton.query_one("#skeleton-prompt"), skeleton.query_one("#skeleton-footer")
        assert (prompt.region.bottom, footer.region.bottom) == (23, 24), "the input is where the chat's will be"
        await pilot.app.workers.wait_for_complete()
        await pilot.app.action_quit()


async def test_keys_are_remapped_and_unknown_ids_are_told(
    start: Start, server: ScriptedServer, settings: Settings
) -> None:
    keys = {"chat.sessions": "ctrl+l", "prompt.send": "ctrl+t", "no.such": "x"}
    remapped = replace(settings, interface=replace(settings.interface, keys=keys))
    async with start(server, settings=remapped) as run:
        assert any("'no.such'" in said for said in run.said)
        run.chat.prompt.set_value("hi")
        await run.pilot.press("ctrl+t")
        await run.until(lambda: len(run.views) == 2)
        await run.pilot.press("ctrl+l")
        await run.until(lambda: isinstance(run.app.screen, SessionsScreen))
        await run.pilot.press("escape")


async def test_a_theme_that_is_not_there_is_told(start: Start, server: ScriptedServer, settings: Settings) -> None:
    other = replace(settings, interface=replace(settings.interface, theme="no-such"))
    async with start(server, settings=other) as run:
        assert any("no-such" in said for said in run.said)
        run.chat.run_command("theme", "memchat-light")
        await run.idle()
        assert run.app.theme == "memchat-light"


async def test_remember_forget_and_profile(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/remember I like [b]tea[/b]")
        await run.until(lambda: list(run.chat.query(Note)))
        memory = (await run.chat.assistant.store.memories.list())[0]
        assert memory.text == "I like [b]tea[/b]"
        await run.send(f"/forget {memory.id}")
        await run.until(lambda: any("Forgotten" in said for said in run.said))
        await run.send("/profile name Alice")
        await run.until(lambda: [item.value for item in run.chat.profile] == ["Alice"])
        await run.send("/profile nonsense x")
        await run.until(lambda: any("nonsense" in said for said in run.said))


async def test_an_export_is_written_and_its_place_said(start: Start, server: ScriptedServer, tmp_path: Path) -> None:
    async with start(server) as run:
        await run.ask("Write this down")
        target = tmp_path / "out.md"
        await run.send(f"/export {target}")
        await run.until(lambda: any(str(target) in said for said in run.said))
        text = target.read_text()
        assert "Write this down" in text
        assert "Fine." in text


async def test_commands_that_are_not_or_lack_something_are_told(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/nonsense")
        assert "no /nonsense" in run.said[-1]
        assert run.chat.prompt.text == "/nonsense"
        await run.send("/remember  ")
        assert "/remember TEXT" in run.said[-1]
        await run.send("/copy")
        await run.until(lambda: "nothing to copy" in run.said[-1])
        await run.send("/edit")
        await run.until(lambda: "no message to edit" in run.said[-1])
        await run.ask("//slash")
        assert run.views[0].text == "/slash"
        await run.send("/edit")
        await run.until(lambda: run.chat.prompt.text == "/slash")


async def test_a_session_is_forked_from_a_message(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("One")
        await run.ask("Two")
        first = run.chat.session_id
        run.views[1].focus()
        await run.pilot.press("f")
        await run.until(lambda: run.chat.session_id != first)
        await run.idle()
        assert [view.text for view in run.views] == ["One", "Fine."]
        assert "stays as it is" in run.said[-1]
        fork = run.chat.session_id
        assert (await run.chat.assistant.session(fork)).forked_from == first
        await run.ask("Another two")
        await run.chat.go_to(first)
        assert [view.text for view in run.views] == ["One", "Fine.", "Two", "Fine."]
        await run.send("/fork")
        await run.until(lambda: run.chat.session_id not in (first, fork))
        await run.idle()
        assert [view.text for view in run.views] == ["One", "Fine.", "Two", "Fine."]


async def test_nothing_is_forked_before_there_is_a_message_or_while_a_reply_comes(start: Start) -> None:
    async with scripted(Hang("Half")) as server, start(server) as run:
        first = run.chat.session_id
        await run.send("/fork")
        await run.until(lambda: any("no message to fork from" in said for said in run.said))
        await run.send("One")
        await run.until(lambda: run.views and run.views[-1].text == "Half")
        await run.send("/fork")
        await run.until(lambda: any("A reply is under way" in said for said in run.said))
        assert run.chat.session_id == first
        await run.pilot.press("escape")
        await run.until(lambda: not run.chat.turns.running)


async def test_a_session_is_filed_away_and_tagged_by_commands(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/archive")
        await run.until(lambda: any("nothing in this session yet" in said for said in run.said))
        await run.ask("One")
        assistant, here = run.chat.assistant, run.chat.session_id
        await run.send("/archive")
        await run.until(lambda: any("Archived" in said for said in run.said))
        assert (await assistant.session(here)).archived_at is not None
        await run.ask("Two")
        assert (await assistant.session(here)).archived_at is None, "the next message brings it back"
        await assistant.sessions.archive(here)
        await run.send("/archive")
        await run.until(lambda: any("in the list again" in said for said in run.said))
        await run.send("/tag #kyoto, [b]tea[/b]")
        await run.until(lambda: "Tags: #kyoto #[b]tea[/b]" in run.said)
        await run.send("/tag -KYOTO")
        await run.until(lambda: run.said[-1] == "Tags: #[b]tea[/b]")
        await run.send("/undo")
        await run.until(lambda: any("Taken back" in said for said in run.said))
        assert (await assistant.session(here)).tags == ("kyoto", "[b]tea[/b]")


async def test_what_an_incognito_session_cannot_be_is_told_as_it_is(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/incognito")
        await run.until(lambda: run.chat.session is not None and run.chat.session.incognito)
        await run.ask("Something that is not kept")
        session = run.chat.session_id
        for command in ("/fork", "/archive", "/tag foo"):
            await run.send(command)
        await run.until(lambda: len(run.said) == 3)
        assert [said.partition(". ")[0] for said in run.said] == [
            f"This session is incognito: nothing of it is kept, so it cannot be {done}"
            for done in ("forked", "archived", "tagged")
        ]
        await run.pilot.press("shift+tab", "f")
        await run.until(lambda: sum("cannot be forked" in said for said in run.said) == 2)
        assert run.chat.session_id == session
