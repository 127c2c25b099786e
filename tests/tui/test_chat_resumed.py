"""A session that is opened again shows what its last answer rests on, and what was learned from its messages."""

import asyncio
from typing import Any

import pytest

from memchat.core.context import Recall
from memchat.core.events import Learned
from memchat.core.memories import Memory, Source
from memchat.core.messages import Message
from memchat.providers.scripted import Say, ScriptedServer
from memchat.tui import looks
from memchat.tui.widgets.chip import Chip
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.panels.recalled import RecalledPanel
from tests.tui.conftest import Run, Script, Start


async def said_here(run: Run, text: str, *, place: int = 0, **fields: Any) -> Memory:
    """A memory that was learned from a message that is on the screen, the first where no other is named."""
    message = run.views[place].message
    assert message is not None
    source = Source(session_id=run.chat.session_id, message_id=message.id, quote="")
    return await run.chat.assistant.store.memories.add(
        kind="fact", text=text, confidence=0.8, origin="user", actor="qwen", sources=[source], **fields
    )


async def come_back(run: Run) -> None:
    """Leaves the session for a new one, and opens it again."""
    before = await run.new_session()
    await run.chat.go_to(before)
    await run.idle()


def panel(run: Run) -> str:
    """What the recalled panel says."""
    region = run.chat.query_one(RecalledPanel).region
    lines = run.screen[region.y : region.bottom]
    return " ".join(" ".join(line[region.x : region.right].split()) for line in lines)


async def test_what_was_recalled_for_the_last_answer_is_there_again(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memories = run.chat.assistant.memories
        tea = await memories.remember("The user likes oolong tea")
        await run.ask("Which oolong tea do I like?")
        assert run.chat.recall is not None
        found = run.chat.recall
        assert "last answer" not in panel(run)
        await memories.mute(tea.id, run.chat.session_id)
        await come_back(run)
        assert run.chat.recall is not None
        assert [item.id for item in run.chat.recall.items] == [item.id for item in found.items] == [tea.id]
        assert run.chat.muted == {tea.id}
        assert "likes oolong tea" in panel(run)
        assert f"1 of {found.considered} · last answer" in panel(run)
        await run.ask("Thanks.")
        assert "last answer" not in panel(run)
        await run.new_session()
        await run.idle()
        assert "Nothing recalled yet" in panel(run)


async def test_the_lines_under_the_answers_are_there_again(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("The first message")
        await run.ask("The second message")
        tea = await said_here(run, "The user likes tea")
        old = await said_here(run, "location: Taipei", field="location", value="Taipei")
        await said_here(run, "The user has a dog", place=2, status="pending", reason="Not sure.")
        gone = await said_here(run, "The user likes rain")
        await run.chat.assistant.memories.forget(gone.id)
        await run.chat.assistant.store.memories.edit(tea.id, "The user likes green tea")
        # Said again in the second message, which is where it was not learned.
        await said_here(run, "The user likes green tea", place=2)
        await come_back(run)
        assert run.chips == ["remembered: likes green tea · 1 more", "to review: has a dog"]
        shown = [type(child) for child in run.chat.transcript.children]
        assert shown == [MessageView, MessageView, Chip, MessageView, MessageView, Chip]
        assert all(chip.has_class("-faded") and not chip.can_focus for chip in run.chat.query(Chip))
        assert run.chat.transcript.newest_chip is None
        await run.chat.assistant.memories.forget(old.id)
        await run.until(lambda: run.chips[0] == "remembered: likes green tea")
        await run.chat.assistant.memories.forget(tea.id)
        await run.until(lambda: run.chips == ["to review: has a dog"])
        coffee = await said_here(run, "The user likes coffee", place=2)
        message = run.views[2].message
        assert message is not None
        told = Learned(added=(coffee,), session_id=run.chat.session_id, message_id=message.id)
        run.chat.heard_from(told)
        await run.until(lambda: run.chips == ["to review: has a dog", "remembered: likes coffee"])


async def test_older_pages_bring_their_lines_along(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        for number in range(3):
            await run.ask(f"Message number {number}")
            await said_here(run, f"The user likes tea number {number}", place=2 * number)
        store, session = run.chat.assistant.store.messages, run.chat.session_id
        first, *rest = await store.page(session, before_seq=None, limit=6)
        transcript = run.chat.transcript
        # The page begins between a question and its answer.
        await transcript.show(rest, await run.chat._lines(rest), more=True)
        await transcript.add_earlier([first], await run.chat._lines([first]), more=False)
        shown = [type(child) for child in transcript.children]
        assert shown == [MessageView, MessageView, Chip] * 3
        assert run.chips == [f"remembered: likes tea number {number}" for number in range(3)]


async def test_why_nothing_was_recalled_is_told_as_it_is(start: Start) -> None:
    script = Script(Say("With tea."), Say("Without."))
    async with ScriptedServer(script) as server, start(server) as run:
        await run.chat.assistant.memories.remember("The user likes oolong tea")
        await run.ask("Which oolong tea do I like?")
        await run.pilot.press("f5", "a")
        await run.until(lambda: not run.chat.turns.running and [view.text for view in run.views][-1:] == ["Without."])
        await run.idle()
        assert "Left out by you, this time: “likes oolong tea”." in panel(run)
        assert "near enough" not in panel(run)
        await run.pilot.press("escape")
        await run.ask("What do you remember about me?")
        assert "Nothing was looked up: the memory itself told" in panel(run)
        assert "0 of 0" not in panel(run)
        await come_back(run)
        assert "Nothing was looked up: the memory itself told" in panel(run)
        await run.ask("Zebra?")
        assert "Nothing in the memory came near enough" in panel(run)


async def test_what_is_remembered_is_read_from_its_beginning(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(80, 24)) as run:
        for number in range(12):
            await run.chat.assistant.memories.remember(f"The user likes tea number {number}")
        await run.ask("Hello")
        await run.ask("What do you remember about me?")
        await run.until(lambda: any("What do you remember about me?" in line for line in run.screen))
        assert any("What I remember about you" in line for line in run.screen)
        assert not run.chat.transcript.at_end
        await run.ask("Thank you")
        assert run.chat.transcript.at_end


async def test_what_is_pinned_has_its_sign_and_is_unpinned_by_the_same_key(
    start: Start, server: ScriptedServer
) -> None:
    async with start(server, size=(160, 40)) as run:
        memories = run.chat.assistant.memories
        tea = await memories.remember("The user likes oolong tea")
        await run.ask("Which oolong tea do I like?")
        await run.pilot.press("f5")
        await run.until(lambda: "p pin" in run.screen[-1])
        await run.pilot.press("p")
        await run.until(lambda: "p unpin" in run.screen[-1])
        sign, _ = looks.of(run.app).pin(pinned=True)
        assert f"{sign} likes oolong tea" in panel(run)
        await come_back(run)
        assert f"{sign} likes oolong tea" in panel(run)
        await run.pilot.press("f5", "p")
        await run.until(lambda: run.chat.pinned == frozenset())
        assert not (await memories.get(tea.id)).pinned
        assert sign not in panel(run)


async def test_what_is_sent_while_a_session_is_opened_is_said_there(
    start: Start, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(server) as run:
        await run.ask("First")
        before = await run.new_session()
        await run.idle()
        explaining, opened = run.chat.assistant.explaining, asyncio.Event()
        told = explaining.recalled_for

        async def late(message: Message) -> Recall | None:
            await opened.wait()
            return await told(message)

        monkeypatch.setattr(explaining, "recalled_for", late)
        run.chat.work(run.chat.go_to(before))
        await run.until(lambda: run.chat.session_id == before)
        await run.send("Second")
        await run.pilot.pause()
        opened.set()
        await run.until(lambda: len(run.views) == 4 and not run.chat.turns.running)
        assert [view.text for view in run.views] == ["First", "Fine.", "Second", "Fine."]
