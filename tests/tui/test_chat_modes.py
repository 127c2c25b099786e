"""How memchat learns, who answers, and what the model is told: changed while the chat goes on."""

from dataclasses import replace
from pathlib import Path

from textual.app import App, ComposeResult

from memchat.config import load
from memchat.core.events import LearningChanged
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import ScriptedServer
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.widgets.header import Header
from memchat.tui.widgets.panels.messages import ProfileSet
from tests.tui.conftest import Run, Start


def _system(server: ScriptedServer) -> str:
    return str(server.requests[-1]["messages"][0]["content"])


async def _command(run: Run, text: str, said: str) -> None:
    await run.send(text)
    await run.until(lambda: any(said in sentence for sentence in run.said))


async def test_the_learning_mode_is_shown_and_kept(start: Start, server: ScriptedServer, paths: Paths) -> None:
    async with start(server) as run:
        assert "○ learning auto" in run.screen[0]
        await _command(run, "/learning review", "waits for your review")
        await run.idle()
        assert "○ learning review" in run.screen[0]
        assert run.chat.assistant.settings.learning.mode == "review"
        assert load(paths, {}).learning.mode == "review"
        await _command(run, "/learning off", "Nothing is learned")
        await run.idle()
        assert "○ learning off" in run.screen[0]
        await _command(run, "/learning", "/learning auto, review or off")
        await _command(run, "/learning sometimes", "It is auto, review or off")


async def test_a_model_that_cannot_learn_is_told_of_once(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        told = LearningChanged(waiting=0, unable="tiny is too small to learn from what you say.")
        run.chat.heard_from(told)
        run.chat.heard_from(replace(told, waiting=1))
        run.chat.heard_from(told)
        await run.until(lambda: "cannot learn" in run.screen[0] and run.said)
        await run.idle()
        assert [said for said in run.said if "too small" in said] == [told.unable]
        await _command(run, "/learning", "changes it")
        assert "too small" in run.said[-1]


async def test_an_incognito_session_says_so_instead(start: Start, server: ScriptedServer) -> None:
    async with start(server, incognito=True) as run:
        assert "incognito" in run.screen[0]
        assert "auto" not in run.screen[0]


async def test_incognito_can_be_read_in_the_terminals_own_colours(
    start: Start, server: ScriptedServer, settings: Settings
) -> None:
    interface = replace(settings.interface, theme="memchat-ansi")
    async with start(server, settings=replace(settings, interface=interface), incognito=True) as run:
        header = run.chat.query_exactly_one(Header)
        assert header.styles.background.ansi == run.chat.styles.background.ansi


async def test_an_incognito_session_shows_nothing_that_it_does_not_read(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.chat.assistant.memories.set_profile("name", "Alexandra")
        await run.until(lambda: any("Alexandra" in line for line in run.screen))
        await run.send("/incognito")
        await run.until(lambda: any("the profile is not read here" in line for line in run.screen))
        assert not any("Alexandra" in line or "goes with every message" in line for line in run.screen)
        await run.ask("Hello")
        assert any("nothing that is remembered" in line for line in run.screen)
        await _command(run, "/profile name Eve", "nothing in it is remembered")
        run.chat.post_message(ProfileSet("name", "Mallory"))
        await run.until(lambda: len([said for said in run.said if "nothing in it is remembered" in said]) == 2)
        assert [field.value for field in await run.chat.assistant.memories.profile()] == ["Alexandra"]
        await run.pilot.press("ctrl+n")
        await run.until(lambda: any("Alexandra" in line for line in run.screen))


async def test_the_header_tells_no_mode_before_it_is_known() -> None:
    class Bare(App[None]):
        def compose(self) -> ComposeResult:
            yield Header()

    app = Bare()
    async with app.run_test():
        assert str(app.query_one(Header).render()).split() == ["memchat"]


async def test_the_header_says_what_leaving_waits_for(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        run.chat.learning = LearningChanged(waiting=1)
        run.chat.show_leaving()
        await run.until(lambda: "● leaving, learning first" in run.screen[0])


def _persona(paths: Paths, name: str, text: str) -> Path:
    paths.personas_dir.mkdir(parents=True, exist_ok=True)
    file = paths.personas_dir / f"{name}.md"
    file.write_text(text, encoding="utf-8")
    return file


async def test_a_persona_answers_in_this_session(start: Start, server: ScriptedServer, paths: Paths) -> None:
    _persona(paths, "pirate", "You are memchat, a pirate.")
    async with start(server) as run:
        await _command(run, "/persona", "/persona NAME changes it: pirate")
        await _command(run, "/persona pirate", "pirate answers")
        assert (await run.chat.assistant.session(run.chat.session_id)).persona == "pirate"
        await _command(run, "/persona none", "as usual")
        await _command(run, "/persona parrot", "no persona 'parrot'")


async def test_names_of_personas_are_text(start: Start, server: ScriptedServer, paths: Paths) -> None:
    for name in ("[bold]evil", "\x1b[31mred\x07", "a\u202eb"):
        _persona(paths, name, "You are memchat, a pirate.")
    async with start(server) as run:
        run.chat.prompt.set_value("/persona ")
        await run.until(lambda: any("[bold]evil" in line for line in run.screen))
        assert not set("".join(run.screen)) & {"\x1b", "\x07", "\u202e"}
        await _command(run, "/persona [bold]evil", "[bold]evil answers")
        run.chat.say("Forgotten: \x1b[31mred\x1b[0m [red]x[/] z\u200bw")
        await run.until(lambda: "Forgotten: red [red]x[/] zw" in run.said)


async def test_a_session_has_a_system_prompt_of_its_own(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await _command(run, "/system Answer in rhymes.", "of its own now")
        assert (await run.chat.assistant.session(run.chat.session_id)).system_prompt == "Answer in rhymes."
        await run.send("/system")
        await run.until(lambda: isinstance(run.app.screen, TextEditScreen))
        await run.pilot.press("!", "ctrl+s")
        await run.until(lambda: run.app.screen is run.chat)
        await run.idle()
        assert (await run.chat.assistant.session(run.chat.session_id)).system_prompt == "Answer in rhymes.!"
        await _command(run, "/system default", "any more")
        assert (await run.chat.assistant.session(run.chat.session_id)).system_prompt is None


async def test_the_newest_change_is_taken_back_and_made_again(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        await run.send("/remember I like tea")
        await run.until(lambda: any("I like tea" in line for line in run.screen))
        await _command(run, "/undo", "Taken back: added by you: I like tea")
        assert await run.chat.assistant.store.memories.list(status="active") == []
        await _command(run, "/undo", "no change to take back")
        await _command(run, "/redo", "Made again: added by you: I like tea")
        assert len(await run.chat.assistant.store.memories.list(status="active")) == 1
        await _command(run, "/redo", "nothing to make again")


async def test_what_is_not_there_sends_to_a_key_and_to_no_shell(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        for typed, step in (
            ("/forget canoes", "List them with f6."),
            ("/erase nosuch", "f6"),
            ("/resume nosuch", "List them with /sessions."),
        ):
            await _command(run, typed, step)
            assert "`memchat" not in run.said[-1]
