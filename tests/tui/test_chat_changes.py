"""What is changed in the panels and under the answers: by keys and by the mouse, kept by the assistant, undone."""

from dataclasses import replace
from typing import Any

from textual.widgets import TextArea

from memchat.core.context import ItemKind, ItemSource, Recall, RecalledItem
from memchat.core.events import Learned
from memchat.core.memories import Memory, Source
from memchat.core.times import now
from memchat.providers.scripted import Say, ScriptedServer
from memchat.tui.panel_commands import commands
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.review import ReviewScreen
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.widgets.chip import Chip
from memchat.tui.widgets.inline_area import InlineArea
from memchat.tui.widgets.panels.recalled import RecalledPanel
from memchat.tui.widgets.panels.rows import Rows
from memchat.tui.widgets.panels.summary import SummaryPanel
from tests.tui.conftest import Run, Script, Start, scripted


async def stored(run: Run, text: str, **fields: Any) -> Memory:
    """A memory as learning would have stored it."""
    return await run.chat.assistant.store.memories.add(
        kind="fact", text=text, confidence=0.8, origin="user", actor="qwen", **fields
    )


async def learned(run: Run, *, pending: bool = False, text: str = "The user likes tea") -> Memory:
    """A memory that was learned just now, with its line in the chat."""
    memory = await stored(run, text, **({"status": "pending", "reason": "Not sure."} if pending else {}))
    told = Learned(pending=(memory,)) if pending else Learned(added=(memory,))
    run.chat.heard_from(replace(told, session_id=run.chat.session_id))
    await run.until(lambda: list(run.chat.query(Chip)))
    await run.idle()
    return memory


async def status(run: Run, memory: Memory) -> str:
    return (await run.chat.assistant.memories.get(memory.id)).status


def item(memory: Memory, kind: ItemKind = "fact", session_id: str | None = None) -> RecalledItem:
    """A memory as it is recalled."""
    source = ItemSource(session_id=session_id, session_title="", message_id=None, role="user", at=now())
    return RecalledItem(
        id=memory.id, kind=kind, text=memory.text, score=0.8, parts={"words": 0.8}, tokens=9, source=source
    )


async def recalled(run: Run, *memories: Memory) -> None:
    """Shows memories as those that were recalled, the first under the cursor."""
    items = tuple(item(memory) for memory in memories)
    run.chat.recall = Recall(items=items, considered=len(items), milliseconds=1.0)
    await run.pilot.press("f5")
    await run.until(lambda: isinstance(run.app.focused, Rows) and run.app.focused.key == memories[0].id)


# the line under the answer


async def test_a_key_keeps_what_was_learned_and_the_line_stays_quieter(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run)
        assert any("alt+k keep  alt+e edit  alt+d drop" in line for line in run.screen)
        await run.pilot.press("alt+k")
        await run.idle()
        (chip,) = run.chat.query(Chip)
        assert not chip.fresh
        assert any("remembered: likes tea" in line for line in run.screen)
        assert not any("drop" in line for line in run.screen)
        assert await status(run, memory) == "active"
        assert run.chat.prompt.has_focus


async def test_a_key_drops_what_was_learned_and_undo_brings_it_back(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run)
        await run.pilot.press("alt+d")
        await run.until(lambda: not run.chips)
        assert await status(run, memory) == "forgotten"
        (change, *_) = await run.chat.assistant.memories.changes(limit=1)
        assert (change.action, change.actor) == ("forget", "user")
        await run.send("/undo")
        await run.until(lambda: any("Taken back" in said for said in run.said))
        assert await status(run, memory) == "active"


async def test_the_keys_do_nothing_and_type_nothing_while_something_is_typed(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        memory = await learned(run)
        await run.pilot.press(*"so", "alt+d", "alt+k", "alt+e")
        await run.idle()
        assert run.chat.prompt.text == "so"
        assert run.app.screen is run.chat
        assert await status(run, memory) == "active"
        await run.pilot.press("backspace", "backspace", "alt+d")
        await run.until(lambda: not run.chips)
        await run.pilot.press("alt+d")  # there is nothing left to drop
        assert run.chat.prompt.text == ""


async def test_the_next_message_takes_the_offers_from_the_line(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run)
        await run.ask("And where is Kyoto?")
        await run.pilot.press("alt+d")
        await run.idle()
        assert await status(run, memory) == "active"
        assert [chip.offers for chip in run.chat.query(Chip)] == [()]
        await run.pilot.press("ctrl+up")
        assert run.chat.prompt.has_focus


async def test_the_keys_are_about_the_newest_line_alone(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        tea = await learned(run)
        coffee = await stored(run, "The user likes coffee")
        run.chat.heard_from(Learned(added=(coffee,), session_id=run.chat.session_id))
        await run.until(lambda: len(run.chat.query(Chip)) == 2)
        await run.pilot.press("alt+d")
        await run.until(lambda: len(run.chips) == 1)
        assert [await status(run, memory) for memory in (tea, coffee)] == ["active", "forgotten"]


async def test_a_line_in_focus_takes_plain_keys_and_gives_the_focus_back(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run)
        await run.pilot.press("ctrl+up")
        assert isinstance(run.app.focused, Chip)
        await run.pilot.press("escape")
        assert run.chat.prompt.has_focus
        await run.pilot.press("ctrl+up", "d")
        await run.until(lambda: run.chat.prompt.has_focus)
        await run.idle()
        assert await status(run, memory) == "forgotten"


async def test_what_waits_is_accepted_edited_or_rejected_on_its_line(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run, pending=True)
        await run.pilot.press("alt+k")
        await run.idle()
        assert await status(run, memory) == "active"
        second = await stored(run, "The user likes cocoa", status="pending", reason="Not sure.")
        run.chat.heard_from(Learned(pending=(second,), session_id=run.chat.session_id))
        await run.until(lambda: len(run.chat.query(Chip)) == 2)
        await run.idle()
        await run.pilot.press("alt+e")
        await run.until(lambda: isinstance(run.app.screen, ReviewScreen) and run.app.screen.editing)
        await run.pilot.press("home", "ctrl+k", *"The user likes milk", "enter")
        await run.until(lambda: any("Accepted in your words" in said for said in run.said))
        kept = await run.chat.assistant.memories.get(second.id)
        assert (kept.text, kept.status) == ("The user likes milk", "active")


async def test_a_line_that_names_one_of_several_opens_the_list_of_them(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        tea, coffee = await stored(run, "The user likes tea"), await stored(run, "The user likes coffee")
        run.chat.heard_from(Learned(added=(tea, coffee), session_id=run.chat.session_id))
        await run.until(lambda: run.chips == ["remembered: likes tea · 1 more"])
        await run.idle()
        for key in ("alt+e", "alt+d"):
            await run.pilot.press(key)
            await run.until(lambda: isinstance(run.app.screen, ReviewScreen))
            await run.until(lambda: any("The user likes coffee" in line for line in run.screen))
            assert [await status(run, memory) for memory in (tea, coffee)] == ["active", "active"]
            await run.pilot.press("escape")
            await run.until(lambda: run.app.screen is run.chat)
        await run.chat.assistant.memories.forget(tea.id)
        await run.until(lambda: run.chips == ["remembered: likes coffee"])
        await run.pilot.press("alt+d")  # the one that it names
        await run.until(lambda: not run.chips)
        assert await status(run, coffee) == "forgotten"


async def test_undo_brings_a_line_back_as_it_was(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        first = await learned(run)
        waiting = await stored(run, "The user likes cocoa", status="pending", reason="Not sure.")
        run.chat.heard_from(Learned(pending=(waiting,), session_id=run.chat.session_id))
        await run.until(lambda: run.chips == ["remembered: likes tea", "to review: likes cocoa"])
        await run.pilot.press("alt+d")
        await run.until(lambda: run.chips == ["remembered: likes tea"])
        await run.chat.assistant.memories.edit(first.id, "The user likes green tea")
        await run.until(lambda: run.chips == ["remembered: likes green tea"])
        await run.send("/undo")
        await run.until(lambda: run.chips == ["remembered: likes tea"])
        await run.send("/undo")
        await run.until(lambda: run.chips == ["remembered: likes tea", "to review: likes cocoa"])
        await run.pilot.press("alt+k")
        await run.until(lambda: run.chips == ["remembered: likes tea", "remembered: likes cocoa"])


async def test_a_message_tells_what_was_learned_from_it(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("I like tea")
        await run.pilot.press("shift+tab", "l")
        await run.until(lambda: isinstance(run.app.screen, ReviewScreen))
        await run.until(lambda: any("Nothing was learned from this message" in line for line in run.screen))
        await run.pilot.press("escape")
        text = "The user likes tea"
        source = Source(session_id=run.chat.session_id, message_id=run.first_message.id, quote="I like tea")
        added = await stored(run, text, sources=[source])
        await run.until(lambda: run.app.screen is run.chat)
        await run.pilot.press("l")
        screen = run.app.screen
        assert isinstance(screen, ReviewScreen)
        await run.until(lambda: screen.memory is not None)
        await run.pilot.press("d")
        await run.until(lambda: any("Forgotten" in said for said in run.said))
        assert await status(run, added) == "forgotten"
        await run.until(lambda: any("forgotten" in line for line in run.screen))
        await run.pilot.press("enter")
        await run.until(lambda: any("Restored" in said for said in run.said))
        await run.pilot.press("s")
        await run.until(lambda: run.app.screen is run.chat and run.app.focused is run.views[0])


async def test_a_line_goes_when_what_it_tells_of_is_written_over_or_undone(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        await run.send("/profile location Taipei")
        await run.until(lambda: run.chips == ["location: Taipei"])
        await run.send("/profile location Lisbon")
        await run.until(lambda: run.chips == ["location: Lisbon"])
        await run.send("/undo")
        await run.until(lambda: run.chips == ["location: Taipei"])
        await run.send("/undo")
        await run.until(lambda: not run.chips)


# the panels


async def test_the_buffer_drops_and_puts_back(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("The first message")
        await run.ask("The second message")
        await run.pilot.press("f2", "home", "d")
        await run.until(lambda: any("× 1 dropped" in line for line in run.screen))
        plan = run.chat.plan
        assert plan is not None
        assert "The first message" not in "".join(block.content for block in plan.blocks)
        await run.until(lambda: any("you took it out" in line for line in run.screen))
        await run.pilot.press("b")
        await run.until(lambda: not any("1 dropped" in line for line in run.screen))
        plan = run.chat.plan
        assert plan is not None
        assert "The first message" in "".join(block.content for block in plan.blocks)


async def test_a_click_on_a_row_drops_it(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("The first message")
        rows = run.chat.query_one("#buffer Rows", Rows)
        await run.pilot.hover("#buffer Rows", offset=(6, 0))
        await run.pilot.pause()
        assert "drop" in run.screen[rows.region.y]
        await run.pilot.click(offset=(run.screen[rows.region.y].rindex("drop") + 1, rows.region.y))
        await run.until(lambda: any("× 1 dropped" in line for line in run.screen))


async def test_the_summary_is_folded_stepped_through_reverted_and_unfolded(start: Start) -> None:
    async with scripted() as server, start(server) as run:
        for number in range(3):
            await run.ask(f"Message number {number} about gardens")
        await run.pilot.press("f3", "f")
        await run.until(lambda: run.chat.summary is not None)
        folded = run.chat.summary
        assert folded is not None
        await run.idle()
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.app.focused, InlineArea))
        await run.pilot.press(*" and mine", "enter")
        await run.until(lambda: run.chat.summary is not None and run.chat.summary.text.endswith("and mine"))
        await run.idle()
        panel = run.chat.query_one(SummaryPanel)
        await run.pilot.press("left")
        await run.until(lambda: panel.detail.startswith("1 of 2"))
        await run.pilot.press("r")
        await run.until(lambda: run.chat.summary is not None and run.chat.summary.id == folded.id)
        await run.idle()
        await run.pilot.press("right")
        await run.until(lambda: panel.detail.startswith("2 of 2"))
        assert (" and mine", "bold $new-text on $new-text-background") in panel.body.parts  # type: ignore[attr-defined]
        await run.pilot.press("escape")
        await run.until(lambda: panel.detail.startswith("covers"))
        await run.send("/summary unfold")
        await run.until(lambda: run.chat.summary is None)
        actions = [change.action for change in await run.chat.assistant.memories.changes()]
        assert actions[:4] == ["unfold", "revert", "edit", "fold"]
        await run.send("/undo")
        await run.until(lambda: run.chat.summary is not None and run.chat.summary.id == folded.id)
        await run.send("/redo")
        await run.until(lambda: run.chat.summary is None)


async def test_what_was_recalled_is_pinned_muted_and_forgotten(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await stored(run, "The user likes tea")
        await recalled(run, memory)
        memories = run.chat.assistant.memories
        await run.pilot.press("p")
        await run.until(lambda: any("In every request" in said for said in run.said))
        assert (await memories.get(memory.id)).pinned
        await run.pilot.press("m")
        await run.until(lambda: memory.id in run.chat.muted)
        assert memory.id in await memories.muted(run.chat.session_id)
        await run.until(lambda: any("muted" in line for line in run.screen))
        assert "m unmute" in run.screen[-1]
        await run.pilot.press("m")
        await run.until(lambda: memory.id not in run.chat.muted)
        await run.pilot.press("d")
        await run.until(lambda: any("Forgotten" in said for said in run.said))
        assert await status(run, memory) == "forgotten"


async def test_what_was_recalled_is_removed_for_good_and_shown_in_the_browser(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        tea = await stored(run, "The user likes tea")
        coffee = await stored(run, "The user likes coffee")
        await recalled(run, tea)
        await run.pilot.press("b")
        await run.until(lambda: isinstance(run.app.screen, BrowserScreen))
        browser = run.app.screen
        assert isinstance(browser, BrowserScreen)
        await run.until(lambda: browser.row is not None and browser.row.id == tea.id)
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)
        await run.pilot.press("delete")
        await run.until(lambda: isinstance(run.app.screen, EraseScreen))
        await run.until(lambda: any("cannot be undone" in line for line in run.screen))
        await run.pilot.press("y")
        await run.until(lambda: run.app.screen is run.chat)
        await run.idle()
        left = await run.chat.assistant.store.memories.list(status="active")
        assert [memory.id for memory in left] == [coffee.id]


async def test_the_answer_is_given_again_without_an_item(start: Start) -> None:
    script = Script(Say("With tea."), Say("Without."))
    async with ScriptedServer(script) as server, start(server) as run:
        memory = await stored(run, "The user likes oolong tea")
        await run.ask("Which oolong tea do I like?")
        assert "likes oolong tea" in str(script.chats[-1])
        assert run.chat.recall is not None
        assert [each.id for each in run.chat.recall.items] == [memory.id]
        await run.pilot.press("f5", "a")
        await run.until(lambda: not run.chat.turns.running and [view.text for view in run.views][-1:] == ["Without."])
        await run.idle()
        assert "likes oolong tea" not in str(script.chats[-1])
        assert run.chat.recall.items == ()
        assert (await run.chat.assistant.memories.get(memory.id)).status == "active"


async def test_an_episode_is_muted_by_its_session_and_nothing_else_is_offered(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server) as run:
        await run.ask("About gardens")
        other = await run.new_session()
        await run.idle()
        memory = await stored(run, "The user planned a trip")
        episode = item(replace(memory, id="e1"), "episode", other)
        run.chat.recall = Recall(items=(episode,), considered=1, milliseconds=1.0)
        await run.pilot.press("f5")
        await run.until(lambda: run.chat.query_one(RecalledPanel).item is episode)
        await run.pilot.press("p", "d", "delete", "m")
        await run.until(lambda: other in run.chat.muted)
        assert run.app.screen is run.chat


async def test_everything_is_in_the_palette_too(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("A message [b]with[/b] markup")
        memory = await learned(run)
        run.chat.recall = Recall(items=(item(memory),), considered=1, milliseconds=1.0)
        found = {command.title: command.run for command in commands(run.chat)}
        for title in (
            "Keep: remembered: likes tea",
            "Drop: remembered: likes tea",
            "Review what waits",
            "Summary: fold now",
            "Answer again without: The user likes tea",
            "Mute for this session: The user likes tea",
            "Remove for good: The user likes tea",
            "Drop from context: A message [b]with[/b] markup",
        ):
            assert title in found, title
        found["Mute for this session: The user likes tea"]()
        await run.until(lambda: memory.id in run.chat.muted)
        found["Drop from context: A message [b]with[/b] markup"]()
        await run.until(lambda: any("1 dropped" in line for line in run.screen))


async def test_an_edit_of_a_single_memory_opens_an_editor(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memory = await learned(run)
        await run.pilot.press("alt+e")
        await run.until(lambda: isinstance(run.app.screen, TextEditScreen))
        run.app.screen.query_one(TextArea).text = "The user likes green tea"
        await run.pilot.press("ctrl+s")
        (chip,) = run.chat.query(Chip)
        await run.until(lambda: chip.sentence == "remembered: likes green tea")
        assert (await run.chat.assistant.memories.get(memory.id)).text == "The user likes green tea"


async def test_keys_go_from_a_line_to_the_messages_around_it(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("First")
        await learned(run)
        await run.pilot.press("ctrl+up")
        assert run.chat.query_one(Chip).has_focus
        await run.pilot.press("up")
        assert run.views[-1].has_focus
        await run.pilot.press("ctrl+up", "down")
        assert run.chat.prompt.has_focus
