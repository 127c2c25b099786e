"""The input: what its keys do, how it grows, and how it takes large pastes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import events, on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import TextArea

from memchat.tui import slash
from memchat.tui.widgets.completions import Completions
from memchat.tui.widgets.prompt import Prompt


class Alone(App[None]):
    """A prompt with its completions, and nothing else."""

    CSS_PATH = ["../../memchat/tui/widgets/prompt.tcss"]  # noqa: RUF012
    CSS = "$dim: gray;"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"dim": "gray"}

    def compose(self) -> ComposeResult:
        completions = Completions()
        yield completions
        yield Prompt(completions, "Message…")

    @on(Prompt.Sent)
    def _sent(self, message: Prompt.Sent) -> None:
        self.sent.append(message.text)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.query_one(Completions).offer(
            slash.completions(self.query_one(Prompt).text, {"theme": lambda: ("dark", "light")})
        )


@asynccontextmanager
async def alone() -> AsyncIterator[tuple[Alone, Prompt, Pilot[None]]]:
    app = Alone()
    async with app.run_test(size=(60, 24)) as pilot:
        prompt = app.query_one(Prompt)
        prompt.focus()
        await pilot.pause()
        yield app, prompt, pilot


async def test_enter_sends_and_blank_is_not_sent() -> None:
    async with alone() as (app, _, pilot):
        await pilot.press("enter", "space", "enter", "h", "i", "enter")
        assert app.sent == [" hi"]


async def test_the_newline_keys_begin_a_line() -> None:
    async with alone() as (app, prompt, pilot):
        await pilot.press("a", "ctrl+j", "b", "shift+enter", "c", "alt+enter", "d")
        assert prompt.text == "a\nb\nc\nd"
        assert app.sent == []


async def test_it_grows_to_six_lines() -> None:
    async with alone() as (_, prompt, pilot):
        assert prompt.size.height == 1
        for lines, height in ((3, 3), (6, 6), (20, 6)):
            prompt.set_value("\n".join("x" * lines))
            await pilot.pause()
            assert prompt.size.height == height


async def test_up_and_down_go_through_what_was_sent_at_the_first_and_last_line() -> None:
    async with alone() as (_, prompt, pilot):
        prompt.history_of_prompts.load(["first", "second\nline"])
        await pilot.press("d", "r", "a", "f", "t", "up")
        assert prompt.text == "second\nline"
        await pilot.press("up")
        assert prompt.text == "first"
        await pilot.press("up")
        assert prompt.text == "first"
        await pilot.press("down")
        assert prompt.text == "second\nline"
        await pilot.press("down")
        assert prompt.text == "draft"


async def test_up_inside_a_text_moves_the_cursor() -> None:
    async with alone() as (_, prompt, pilot):
        prompt.history_of_prompts.load(["before"])
        prompt.set_value("one\ntwo")
        await pilot.press("up")
        assert prompt.text == "one\ntwo"
        assert prompt.cursor_location[0] == 0


async def test_a_paste_of_a_megabyte_is_a_mark_that_is_sent_whole() -> None:
    async with alone() as (app, prompt, pilot):
        pasted = "a line of the paste\r\n" * 50_000
        await pilot.press("s", "e", "e", "space")
        prompt.post_message(events.Paste(pasted))
        await pilot.pause()
        assert prompt.text == "see [pasted 50,001 lines]"
        await pilot.press("!", "enter")
        assert app.sent == ["see " + pasted.replace("\r\n", "\n") + "!"]


async def test_a_mark_is_deleted_whole() -> None:
    async with alone() as (_, prompt, pilot):
        prompt.set_value("x" * 20_000)
        assert prompt.text == "[pasted 20,000 characters]"
        assert prompt.value == "x" * 20_000
        await pilot.press("backspace")
        assert prompt.text == ""


async def test_a_small_paste_is_shown_as_it_is() -> None:
    async with alone() as (_, prompt, pilot):
        prompt.post_message(events.Paste("one\ntwo\n[red]three[/red]"))
        await pilot.pause()
        assert prompt.text == "one\ntwo\n[red]three[/red]"


async def test_a_slash_opens_the_commands_and_the_arrows_choose() -> None:
    async with alone() as (app, prompt, pilot):
        completions = app.query_one(Completions)
        await pilot.press("/")
        assert completions.open
        assert completions.option_count == len(slash.COMMANDS)
        await pilot.press("down")
        assert completions.chosen is not None
        assert completions.chosen.text == "/new"
        await pilot.press("up", "up")
        assert completions.chosen.text == "/quit"
        await pilot.press("tab")
        assert prompt.text == "/quit"
        assert app.sent == []


async def test_enter_takes_a_completion_and_sends_it_when_it_needs_nothing_more() -> None:
    async with alone() as (app, prompt, pilot):
        await pilot.press("/", "s", "u", "enter")
        assert app.sent == ["/summary"]
        prompt.set_value("")
        await pilot.press("/", "r", "e", "m", "enter")
        assert prompt.text == "/remember "
        assert app.sent == ["/summary"]


async def test_tab_without_completions_moves_the_focus() -> None:
    async with alone() as (_, prompt, pilot):
        await pilot.press("a", "tab")
        assert prompt.text == "a"


async def test_keys_that_come_at_once_take_effect_in_their_order() -> None:
    async with alone() as (app, prompt, pilot):
        keys = ["a", "b", "x", "backspace", "ctrl+j", "c", "left", "d", "enter", "e", "f", "home", "g"]
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.sent == ["ab\ndc"]
        assert prompt.text == "gef"
