"""The chat goes from one space to another, and takes nothing along."""

from memchat.providers.scripted import ScriptedServer
from tests.tui.conftest import Run, Start, scripted


async def go_to_space(run: Run, name: str) -> None:
    """Goes to the space by its name."""
    await run.send(f"/space {name}")
    await run.until(lambda: run.chat.space == name)


async def test_the_header_says_which_space_it_is(start: Start, server: ScriptedServer) -> None:
    for size in ((80, 24), (120, 40)):
        async with start(server, size=size) as run:
            assert "personal" in run.screen[0]
            assert "auto" in run.screen[0]


async def test_a_space_is_gone_to_by_name(start: Start) -> None:
    async with scripted() as server, start(server) as run:
        await run.ask("Where is the garden?")
        await run.chat.assistant.memories.remember("I like small gardens")
        await go_to_space(run, "work")
        await run.idle()
        assert "work" in run.screen[0]
        assert not run.views
        assert any("work is new" in said for said in run.said)
        await run.ask("What do I like?")
        assert "small gardens" not in str(server.requests[-1])
        assert [session.title for session in await run.chat.assistant.store.sessions.list()] != []
        await go_to_space(run, "personal")
        assert len(await run.chat.assistant.store.memories.list()) == 1
        await run.idle()


async def test_a_reply_under_way_is_kept_in_its_own_space(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        before = run.chat.session_id
        await go_to_space(run, "work")
        await run.send(f"/resume {before}")
        await run.idle()
        assert run.chat.session_id != before
        await go_to_space(run, "personal")
        await run.send(f"/resume {before}")
        await run.until(lambda: run.chat.session_id == before)
        await run.until(lambda: [view.text for view in run.views] == ["Hello", "Fine."])


async def test_the_list_of_sessions_goes_to_other_spaces(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.ask("Hello")
        before = run.chat.session_id
        await go_to_space(run, "work")
        await run.ask("How is the plan?")
        await run.pilot.press("ctrl+s")
        await run.until(lambda: any("How is the plan?" in line for line in run.screen))
        await run.pilot.press("tab")
        await run.until(lambda: any("Hello" in line for line in run.screen))
        await run.pilot.press("enter")
        await run.until(lambda: run.chat.session_id == before)
        assert run.chat.space == "personal"


async def test_what_cannot_be_a_space_is_said(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/space Über uns")
        await run.until(lambda: run.said)
        assert "small letters" in run.said[-1]
        assert run.chat.space == "personal"
