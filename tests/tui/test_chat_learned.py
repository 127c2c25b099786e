"""What was learned stands under its answer, and what the model wants forgotten is asked without haste."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import TextArea

from memchat.assistant import Assistant
from memchat.core.events import Consolidated, ForgetAsked, Learned
from memchat.core.memories import Memory
from memchat.core.settings import Settings
from memchat.core.times import now
from memchat.paths import Paths
from memchat.providers.scripted import ScriptedServer
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.turns import TurnHappened
from memchat.tui.widgets.forgetting import ForgetQuestion
from memchat.tui.widgets.message import MessageView
from tests.tui.conftest import Run, Start


async def stored(run: Run, text: str, **fields: Any) -> Memory:
    """A memory as learning would have stored it."""
    return await run.chat.assistant.store.memories.add(
        kind="fact", text=text, confidence=0.8, origin="user", actor="qwen", **fields
    )


def places(run: Run) -> list[str]:
    """What stands in the transcript, from top to bottom."""
    children = run.chat.transcript.children
    return [child.role if isinstance(child, MessageView) else "note" for child in children]


async def learn_two_and_one_to_review(run: Run) -> tuple[Memory, Memory, Memory]:
    """Tells of tea and coffee, which were learned, and of cocoa, which waits for a review; gives the three."""
    tea, coffee = await stored(run, "The user likes tea"), await stored(run, "The user likes coffee")
    cocoa = await stored(run, "The user likes cocoa", status="pending", reason="Not sure.")
    run.chat.heard_from(Learned(added=(tea, coffee), pending=(cocoa,), session_id=run.chat.session_id))
    await run.until(lambda: run.chips)
    return tea, coffee, cocoa


async def ask_whether_to_forget(run: Run, memory: Memory) -> None:
    """Has the model ask whether the memory is to be forgotten, and waits for the question."""
    run.chat.post_message(TurnHappened(run.chat.session_id, ForgetAsked(memory)))
    await run.until(lambda: run.chat.transcript.query(ForgetQuestion))


async def test_what_is_learned_later_stands_under_its_own_answer(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("I like small gardens")
        await run.ask("And where is Kyoto?")
        memory = await stored(run, "The user likes small gardens")
        run.chat.heard_from(Learned(added=(memory,), session_id=run.chat.session_id, message_id=run.first_message.id))
        await run.until(lambda: run.chips)
        assert run.chips == ["remembered: likes small gardens"]
        assert places(run) == ["user", "assistant", "note", "user", "assistant"]
        assert run.chat.prompt.has_focus


async def test_what_another_session_taught_is_not_shown_here(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        memory = await stored(run, "The user likes tea")
        run.chat.heard_from(Learned(added=(memory,), session_id="another", message_id="m1"))
        await run.idle()
        assert run.chips == []


async def test_what_is_changed_by_hand_is_no_line_under_an_answer(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        memories = run.chat.assistant.memories
        await run.pilot.press("f4", "enter", *"Alice B.", "enter")  # in the panel
        await run.until(lambda: any("Alice B." in line for line in run.screen))
        await memories.remember("The user likes canoes")  # as the browser does
        await run.idle()
        assert run.chips == []
        await run.pilot.press("escape")
        await run.send("/remember I like tea")
        await run.until(lambda: run.chips == ["remembered: I like tea"])
        await run.send("/profile location Lisbon")
        await run.until(lambda: run.chips == ["remembered: I like tea", "location: Lisbon"])
        await run.send("/incognito")
        await run.until(lambda: run.chat.session is not None and run.chat.session.incognito)
        await run.idle()
        await memories.remember("Added in incognito")
        await run.idle()
        assert run.chips == []


async def test_one_line_tells_of_several_and_of_what_waits(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("I like tea and coffee")
        _, _, cocoa = await learn_two_and_one_to_review(run)
        await run.idle()
        assert run.chips == ["remembered: likes tea · 1 more · 1 to review"]
        assert "1 to review" in run.screen[0]
        run.chat.heard_from(Learned(pending=(cocoa,), session_id=run.chat.session_id))
        await run.until(lambda: len(run.chips) == 2)
        assert run.chips[1] == "to review: likes cocoa"
        await run.idle()
        await run.click("review")
        await run.until(lambda: any("Waits for you: Not sure." in line for line in run.screen))
        await run.pilot.press("enter")
        await run.until(lambda: any("Nothing waits for you" in line for line in run.screen))
        await run.pilot.press("escape")
        await run.until(lambda: run.app.screen is run.chat)
        await run.until(lambda: "to review" not in run.screen[0])


async def test_a_value_that_changed_is_told_with_the_old_one(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        memories = run.chat.assistant.store.memories
        await run.chat.assistant.memories.set_profile("location", "Taipei")
        (old,) = await memories.list(fields=True)
        new = await run.chat.assistant.store.profile.set("location", "Lisbon", origin="user")
        run.chat.heard_from(Learned(profile=(new,), superseded=(old,), session_id=run.chat.session_id))
        await run.until(lambda: "updated: location Taipei → Lisbon" in run.chips)


async def test_a_chip_edits_and_forgets(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/remember I like tea")
        await run.until(lambda: run.chips)
        await run.idle()
        await run.click("edit")
        await run.until(lambda: isinstance(run.app.screen, TextEditScreen))
        run.app.screen.query_one(TextArea).text = "I like green tea"
        await run.pilot.press("ctrl+s")
        await run.until(lambda: run.app.screen is run.chat)
        await run.idle()
        store = run.chat.assistant.store
        assert [memory.text for memory in await store.memories.list(status="active")] == ["I like green tea"]
        await run.click("drop")
        await run.until(lambda: any("Forgotten" in said for said in run.said))
        assert await store.memories.list(status="active") == []


async def test_what_is_said_again_is_not_told_again(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        memory = await stored(run, "The user likes tea")
        run.chat.heard_from(Learned(known=(memory,), session_id=run.chat.session_id, message_id=run.first_message.id))
        await run.idle()
        assert run.chips == []


async def test_what_a_later_message_changes_is_told(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        revised = await stored(run, "The user lives in Alfama, Lisbon")
        ended = await stored(run, "The user uses vim", valid_to=now() - timedelta(days=1))
        for memory in (revised, ended):
            event = Learned(changed=(memory,), session_id=run.chat.session_id, message_id=run.first_message.id)
            run.chat.heard_from(event)
        await run.until(lambda: len(run.chips) == 2)
        assert sorted(run.chips) == ["no longer: uses vim", "updated: lives in Alfama, Lisbon"]


async def test_a_line_tells_what_became_of_it(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        tea, coffee, cocoa = await learn_two_and_one_to_review(run)
        memories = run.chat.assistant.memories
        await memories.forget(tea.id)
        await run.until(lambda: run.chips == ["remembered: likes coffee · 1 to review"])
        await memories.edit(coffee.id, "The user likes strong coffee")
        await run.until(lambda: run.chips == ["remembered: likes strong coffee · 1 to review"])
        await memories.reject(cocoa.id)
        await run.until(lambda: run.chips == ["remembered: likes strong coffee"])
        await memories.archive(coffee.id)
        await run.until(lambda: run.chips == [])


async def test_what_is_accepted_stands_where_it_waited(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        memory = await stored(run, "location: Lisbon", field="location", value="Lisbon", status="pending", reason="?")
        run.chat.heard_from(Learned(pending=(memory,), session_id=run.chat.session_id))
        await run.until(lambda: run.chips == ["to review: location: Lisbon"])
        await run.chat.assistant.memories.accept(memory.id)
        await run.until(lambda: run.chips == ["location: Lisbon"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("likes tea", "⟲ remembered: likes tea   alt+k keep  alt+e edit  alt+d drop"),
        (f"likes {'small ' * 2}gardens", f"⟲ remembered: likes {'small ' * 2}gardens   alt+ keep edit drop"),
        (f"likes {'small ' * 3}gardens", f"⟲ remembered: likes {'small ' * 3}gardens   alt+ keep edit drop"),
        (f"likes {'small ' * 5}gardens", f"⟲ likes {'small ' * 5}gardens   alt+ keep edit drop"),
        ("日本の小さな庭 and " * 20, "…   alt+ keep edit drop"),
    ],
)
async def test_what_can_be_done_takes_the_words_that_a_memory_leaves_room_for(
    start: Start, server: ScriptedServer, text: str, shown: str
) -> None:
    async with start(server, size=(80, 24)) as run:
        memory = await stored(run, f"The user {text}")
        run.chat.heard_from(Learned(added=(memory,), session_id=run.chat.session_id))
        await run.until(lambda: any(shown in line for line in run.screen))


async def test_a_memory_is_cut_rather_than_how_much_else_there_is(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(80, 24)) as run:
        told = [await stored(run, f"The user likes {what} {'and small gardens ' * 5}") for what in ("tea", "cocoa")]
        waits = await stored(run, "The user likes jazz", status="pending", reason="It is not sure.")
        event = Learned(added=tuple(told), pending=(waits,), session_id=run.chat.session_id)
        run.chat.heard_from(event)
        shown = "… · 1 more · 1 to review   alt+ keep edit drop review"
        await run.until(lambda: any("⟲ likes tea and" in line and shown in line for line in run.screen))


async def test_keys_of_their_own_are_written_with_the_words(
    start: Start, server: ScriptedServer, settings: Settings
) -> None:
    remapped = replace(settings, interface=replace(settings.interface, keys={"chip.drop": "f9"}))
    async with start(server, size=(80, 24), settings=remapped) as run:
        memory = await stored(run, f"The user likes {'small ' * 20}gardens")
        run.chat.heard_from(Learned(added=(memory,), session_id=run.chat.session_id))
        await run.until(lambda: any("…   alt+k keep  alt+e edit  f9 drop" in line for line in run.screen))


async def test_a_question_about_what_is_forgotten_already_goes(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("I do not eat peanuts any more")
        memory = await stored(run, "The user eats peanuts")
        await ask_whether_to_forget(run, memory)
        await run.chat.assistant.memories.forget(memory.id)
        await run.until(lambda: not run.chat.transcript.query_one(ForgetQuestion).display)


async def test_forgetting_is_asked_and_typing_goes_on(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("I do not eat peanuts any more")
        memory = await stored(run, "The user eats peanuts")
        await ask_whether_to_forget(run, memory)
        await run.pilot.press(*"yes no")
        await run.idle()
        assert run.chat.prompt.text == "yes no"
        store = run.chat.assistant.store
        assert (await store.memories.get(memory.id)).status == "active"
        await run.pilot.press("shift+tab")
        await run.until(lambda: isinstance(run.app.focused, ForgetQuestion))
        await run.pilot.press("n")
        await run.until(lambda: not run.chat.transcript.query(ForgetQuestion))
        assert run.chat.prompt.has_focus
        assert (await store.memories.get(memory.id)).status == "active"
        await ask_whether_to_forget(run, memory)
        await run.idle()
        await run.click("y forget")
        await run.until(lambda: any("Forgotten" in said for said in run.said))
        assert (await store.memories.get(memory.id)).status == "forgotten"


async def test_a_consolidation_is_told(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        memory = await stored(run, "The user likes tea")
        run.chat.heard_from(Consolidated(run_id="r1", merged=(memory,)))
        await run.until(lambda: any("1 memory merged" in line for line in run.screen))
        run.chat.heard_from(Consolidated(run_id="r2"))
        await run.idle()
        assert not any("nothing says the same" in line for line in run.screen)


async def test_what_is_erased_elsewhere_goes_when_the_user_comes_back(
    start: Start, server: ScriptedServer, paths: Paths, settings: Settings
) -> None:
    async with start(server) as run:
        await run.send("/remember my dentist is Dr. Brockelmann")
        await run.ask("My dentist is Dr. Brockelmann")
        assert any("Brockelmann" in line for line in run.screen)
        other = await Assistant.open(settings, paths, environ={})
        (memory,) = await other.store.memories.list(status="active")
        await other.eraser.erase("memory", memory.id)
        await other.close()
        run.app.app_focus = False
        await run.pilot.pause()
        run.app.app_focus = True
        await run.until(lambda: [view.text for view in run.views] == ["[erased]", "Fine."])
        await run.idle()
        assert not any("Brockelmann" in line for line in run.screen)


async def test_the_session_is_erased_from_the_chat(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("My dentist is Dr. Brockelmann")
        before = run.chat.session_id
        await run.send("/erase session")
        await run.until(lambda: any("cannot be undone" in line for line in run.screen))
        await run.pilot.press("y")
        await run.until(lambda: run.chat.session_id != before)
        await run.idle()
        assert not run.views
        assert await run.chat.assistant.store.sessions.list() == []
