"""A conversation in the terminal, against a real store and a model server over a real socket."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import (
    CallTool,
    Disconnect,
    Empty,
    Hang,
    Say,
    ScriptedServer,
    Status,
)
from memchat.store import Store
from memchat.tui.widgets.chip import Chip
from memchat.tui.widgets.header import Header
from memchat.tui.widgets.panels import Panels
from memchat.tui.widgets.welcome import Welcome
from tests.tui.conftest import Script, Start, scripted


def line(view: Any, name: str) -> str:
    return str(view._line(name).content)


async def test_the_empty_chat_says_what_to_do_first(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        shown = str(run.chat.query_one(Welcome).render())
        assert "ctrl+s" in shown
        assert "/remember" in shown
        assert run.chat.prompt.has_focus


async def test_a_message_is_answered_and_both_stay(start: Start, paths: Paths) -> None:
    async with scripted(Say("**Hello** there.", usage=(40, 4))) as server, start(server) as run:
        await run.ask("Hi, who are you?")
        user, reply = run.views
        assert (user.role, user.text) == ("user", "Hi, who are you?")
        assert (reply.role, reply.text) == ("assistant", "**Hello** there.")
        assert "scripted" in line(reply, "head")
        assert run.chat.prompt.text == ""
        assert run.chat.plan is not None
        assert run.chat.reported == 40
        assert [block.content for block in run.chat.plan.blocks if block.layer == "buffer"] == [
            "Hi, who are you?",
            "**Hello** there.",
        ]
        assert not run.chat.query(Welcome)
        assert run.chat.query_exactly_one(Panels).plan is run.chat.plan
    store = await Store.open(paths.database)
    last = await store.sessions.latest()
    assert last is not None
    assert [item.status for item in await store.messages.page(last.id, before_seq=None, limit=9)] == ["complete"] * 2
    await store.close()


async def test_the_message_is_on_the_screen_before_the_model_is_asked(start: Start) -> None:
    gate = asyncio.Event()
    async with scripted(Say("Yes.", gate=gate, gate_after=0)) as server, start(server) as run:
        await run.send("Are you there?")
        await run.until(lambda: len(run.views) == 2)
        assert run.views[0].text == "Are you there?"
        assert "thinking" in line(run.views[1], "head")
        gate.set()
        await run.until(lambda: not run.chat.turns.running)
        assert run.views[1].text == "Yes."


async def test_esc_stops_the_reply_and_keeps_its_text(start: Start) -> None:
    async with scripted(Hang("One two three")) as server, start(server) as run:
        await run.send("Count.")
        await run.until(lambda: run.views and run.views[-1].text.startswith("One two three"))
        await run.pilot.press("escape")
        await run.until(lambda: not run.chat.turns.running)
        reply = run.views[-1]
        assert reply.text == "One two three"
        assert reply.message is not None
        assert reply.message.status == "stopped"
        assert line(reply, "status").startswith("Stopped.")


async def test_what_is_sent_meanwhile_waits_and_can_be_taken_back(start: Start) -> None:
    gate = asyncio.Event()
    script = Script(Say("First.", gate=gate, gate_after=0), Say("Second."))
    async with ScriptedServer(script) as server, start(server) as run:
        await run.send("one")
        await run.until(lambda: script.chats)
        await run.send("two")
        await run.send("three")
        await run.until(lambda: len(run.views) == 4)
        assert [view.queued for view in run.views] == [False, False, True, True]
        assert "queued" in line(run.views[-1], "head")
        await run.pilot.press("escape")
        await run.until(lambda: len(run.views) == 3)
        assert run.chat.prompt.text == "three"
        await run.pilot.press("escape")
        await run.until(lambda: len(run.views) == 2)
        assert run.chat.prompt.text == "two\n\nthree"
        run.chat.prompt.set_value("")
        await run.send("two")
        gate.set()
        await run.until(lambda: not run.chat.turns.running)
        assert [view.text for view in run.views] == ["one", "First.", "two", "Second."]
        assert [body["messages"][-1]["content"].splitlines()[0] for body in script.chats] == ["one", "two"]


async def test_a_failed_turn_says_why_and_r_answers_it_again(start: Start) -> None:
    async with scripted(Status(500, "out of order"), Say("Now it works.")) as server, start(server) as run:
        await run.send("Hello?")
        await run.until(lambda: run.views and not run.chat.turns.running)
        assert len(run.views) == 1
        assert "answer again (r)" in line(run.views[0], "status")
        assert run.views[0].has_class("-failed")
        run.views[0].focus()
        await run.pilot.press("r")
        await run.until(lambda: len(run.views) == 2 and not run.chat.turns.running)
        assert run.views[1].text == "Now it works."
        assert not run.views[0].has_class("-has-status")
        assert run.chat.prompt.has_focus


async def test_an_answer_that_is_given_again_leaves_the_focus_to_the_input(start: Start) -> None:
    async with scripted(Say("Yes."), Say("No.")) as server, start(server) as run:
        await run.ask("Is it so?")
        await run.pilot.press("shift+tab")
        assert run.views[-1].has_focus
        await run.pilot.press("r")
        await run.until(lambda: run.views[-1].text == "No." and not run.chat.turns.running)
        assert run.chat.prompt.has_focus


async def test_only_the_last_turn_is_answered_again(start: Start) -> None:
    async with scripted(Say("One."), Say("Two."), Say("Three.")) as server, start(server) as run:
        await run.ask("First?")
        await run.ask("Second?")
        run.views[0].focus()
        await run.until(lambda: "y copy" in run.screen[-1])
        assert "answer again" not in run.screen[-1]
        await run.pilot.press("r", "down", "r")
        await run.idle()
        assert [view.text for view in run.views] == ["First?", "One.", "Second?", "Two."]
        await run.pilot.press("down")
        await run.until(lambda: "r answer again" in run.screen[-1])
        await run.pilot.press("r")
        await run.until(lambda: run.views[-1].text == "Three." and not run.chat.turns.running)


async def test_retry_can_be_clicked(start: Start) -> None:
    async with scripted(Status(500), Say("Better.")) as server, start(server) as run:
        await run.send("Hello?")
        await run.until(lambda: run.views and not run.chat.turns.running)
        await run.pilot.pause()
        await run.click("again (r)")
        await run.until(lambda: len(run.views) == 2 and not run.chat.turns.running)
        assert run.views[1].text == "Better."


async def test_a_reply_that_breaks_off_is_kept_and_offered_again(start: Start) -> None:
    async with scripted(Disconnect("Half of it"), Say("All of it.")) as server, start(server) as run:
        await run.send("Tell me.")
        await run.until(lambda: len(run.views) == 2 and not run.chat.turns.running)
        assert run.views[1].text == "Half of it"
        assert line(run.views[1], "status").startswith("Cut off.")
        run.chat.run_command("retry", "")
        await run.until(lambda: run.views[-1].text == "All of it." and not run.chat.turns.running)
        assert [view.text for view in run.views] == ["Tell me.", "All of it."]


async def test_an_empty_reply_is_no_message(start: Start) -> None:
    async with scripted(Empty()) as server, start(server) as run:
        await run.send("Anything?")
        await run.until(lambda: run.views and not run.chat.turns.running)
        assert [view.role for view in run.views] == ["user"]
        assert "said nothing" in line(run.views[0], "status")


async def test_a_retry_is_counted_down(start: Start, settings: Settings) -> None:
    patient = replace(settings, model=replace(settings.model, attempts=2))
    async with scripted(Status(429, retry_after=1), Say("Here.")) as server, start(server, settings=patient) as run:
        await run.send("Hello?")
        await run.until(lambda: len(run.views) == 2 and "trying again in" in line(run.views[1], "head"))
        assert "of 2)" in line(run.views[1], "head")
        await run.until(lambda: not run.chat.turns.running)
        assert run.views[1].text == "Here."


async def test_too_long_a_message_stays_in_the_input(start: Start) -> None:
    async with ScriptedServer(Script(), models={"scripted": {"max_model_len": 4096}}) as server, start(server) as run:
        text = "many words " * 20_000
        await run.send(text)
        await run.until(lambda: not run.chat.turns.running and run.chat.prompt.text)
        assert run.chat.prompt.value.strip() == text.strip()
        assert run.views == []
        assert any("tokens and" in said and "are free" in said for said in run.said)


async def test_tool_calls_and_what_was_learnt_are_quiet_lines(start: Start) -> None:
    call = CallTool("remember", {"text": "The user likes [b]tea[/b]"})
    async with scripted(call, Say("Noted.")) as server, start(server) as run:
        await run.ask("Remember that I like tea")
        await run.until(lambda: list(run.chat.query(Chip)))
        assert "remember" in line(run.views[-1], "tools")
        assert any("remembered" in chip.sentence for chip in run.chat.query(Chip))


async def test_thinking_is_shown_folded(start: Start) -> None:
    async with scripted(Say("Yes.", reasoning="Let me see.")) as server, start(server) as run:
        await run.ask("Really?")
        assert line(run.views[-1], "reasoning") == "▸ thinking · 3 words"


async def test_hostile_text_is_shown_as_text(start: Start) -> None:
    hostile = "[/oops] [@click=app.quit]x[/] \x1b]0;title\x07<script>alert(1)</script>"
    async with scripted(Say(hostile), Status(400, hostile)) as server, start(server) as run:
        await run.ask(hostile)
        assert "<script>" in run.views[-1].text
        assert "\x1b" not in run.views[-1].text
        await run.send("again")
        await run.until(lambda: len(run.views) == 3 and not run.chat.turns.running)


async def test_a_message_can_be_copied_by_key(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hi")
        run.views[-1].focus()
        await run.pilot.press("y")
        await run.idle()
        assert run.app.clipboard == "Fine."
        assert any("OSC 52" in said for said in run.said)
        run.chat.prompt.focus()
        await run.pilot.press("ctrl+shift+c")
        await run.idle()
        run.chat.run_command("copy", "all")
        await run.idle()
        assert run.app.clipboard == "You: Hi\n\nmemchat: Fine."


async def test_messages_are_walked_by_key(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("one")
        await run.ask("two")
        run.views[-1].focus()
        await run.pilot.press("k", "up")
        assert run.views[1].has_focus
        await run.pilot.press("g")
        assert run.views[0].has_focus
        await run.pilot.press("G")
        assert run.views[-1].has_focus
        await run.pilot.press("j")
        assert run.chat.prompt.has_focus
        run.views[0].focus()
        await run.pilot.press("e")
        assert run.chat.prompt.text == "one"


async def test_typing_on_a_message_begins_a_message(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("one")
        run.views[0].focus()
        await run.pilot.press("/", "h", "e")
        assert run.chat.prompt.has_focus
        assert run.chat.prompt.text == "/he"


async def test_a_message_tells_what_its_keys_do(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("one")
        await run.ask("line\n" * 40)
        run.views[0].focus()
        await run.until(lambda: "esc back to the input" in run.screen[-1])
        assert "show more" not in run.screen[-1]
        run.views[2].focus()
        await run.until(lambda: "enter show more" in run.screen[-1])
        await run.pilot.press("escape")
        assert run.chat.prompt.has_focus


async def test_ctrl_c_never_quits(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.pilot.press("ctrl+c", "ctrl+c")
        await run.idle()
        assert run.app.is_running
        assert "ctrl+q quits" in run.said[-1]
        run.chat.prompt.set_value("copy me")
        run.chat.prompt.select_all()
        await run.pilot.press("ctrl+c")
        await run.idle()
        assert run.app.clipboard == "copy me"


async def test_the_header_tells_session_and_model(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(80, 24)) as run:
        await run.ask("Where is the garden?")
        header = run.chat.query_exactly_one(Header)
        assert "Of gardens" in str(header.render())
        assert "scripted · local" in str(header.render())
        assert "recalled" in str(header.render())
        await run.pilot.press("ctrl+b")
        await run.pilot.pause()
        assert "recalled" not in str(header.render())


@pytest.mark.parametrize(("size", "shown"), [((80, 24), False), ((120, 40), True)])
async def test_the_panels_are_a_column_or_a_drawer(
    start: Start, server: ScriptedServer, size: tuple[int, int], shown: bool
) -> None:
    async with start(server, size=size) as run:
        panels = run.chat.query_exactly_one(Panels)
        assert panels.display == shown
        await run.pilot.press("ctrl+b")
        await run.pilot.pause()
        assert panels.display == (not shown)
        await run.pilot.press("f4")
        await run.pilot.pause()
        assert panels.display
        assert not run.chat.prompt.has_focus
        await run.pilot.press("ctrl+b")
        await run.pilot.pause()
        assert run.chat.prompt.has_focus


async def test_a_secret_is_shown_as_it_is_stored(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        secret = "sk-proj-" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d"
        await run.ask(f"My key is {secret}, keep it")
        assert secret not in run.views[0].text
        assert not any(secret in row for row in run.screen)
        assert any("secret was replaced" in said for said in run.said)


async def test_the_first_message_names_the_session_at_once(start: Start) -> None:
    gate = asyncio.Event()
    async with scripted(Say("Yes.", gate=gate, gate_after=0)) as server, start(server) as run:
        await run.send("Where is the garden?")
        await run.until(lambda: run.chat.query_exactly_one(Header).title == "Where is the garden?")
        assert "esc stops" in line(run.views[1], "head")
        gate.set()
        await run.until(lambda: not run.chat.turns.running)
        assert "esc stops" not in line(run.views[1], "head")


async def test_a_first_message_that_is_refused_leaves_the_welcome(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("word " * 9000)
        await run.until(lambda: run.said and run.chat.query(Welcome))
        assert run.chat.prompt.value.startswith("word word")
        assert run.views == []
