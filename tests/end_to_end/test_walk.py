"""A walk by keys alone through what can be done about a memory, and all the way back to where it began."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pyperclip import set_clipboard
from textual import events
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widgets import Input, TextArea

from memchat.config import load
from memchat.core.times import now
from memchat.paths import Paths
from memchat.providers.discovery import discover
from memchat.providers.scripted import Say, ScriptedServer
from memchat.store.store import Store
from memchat.tui.app import MemchatApp
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.chat import ChatScreen
from memchat.tui.screens.request import RequestScreen
from memchat.tui.screens.review import ReviewScreen
from memchat.tui.screens.sessions import SessionsScreen
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.screens.why import WhyScreen
from memchat.tui.text import brief
from memchat.tui.widgets.panels.lines import Prose
from memchat.tui.widgets.panels.rows import Rows as List
from tests.assistant.conftest import Script, prompt_of
from tests.cli.conftest import run_process
from tests.memory.reading import Reader
from tests.store.helpers import query
from tests.store.test_back_to_the_start import Rows, first_of, last_change, standing, state
from tests.tui.conftest import Run

SISTER = "My sister is called Mei"
CHILIES = "The user grows chilies on the balcony."
TOMATILLOS = "The user grows tomatillos on the balcony."
ASKED = "What do I grow on my balcony, and what do I play?"
LEARNED = "The user grows tomatoes on the user's balcony."
TUBA = "The user plays the tuba in a band."
CHANGES = [
    ("user", "set", None, "Taipei"),
    ("user", "add", None, SISTER),
    ("scripted", "add", None, "Lisbon"),
    ("user", "accept", "Lisbon", "Lisbon"),
    ("user", "supersede", "Taipei", "Taipei"),
    ("scripted", "add", None, LEARNED),
    ("user", "edit", LEARNED, CHILIES),
    ("scripted", "add", None, TUBA),
    ("user", "forget", TUBA, TUBA),
    ("user", "edit", CHILIES, TOMATILLOS),
]
"""Who did what, from what to what, as the history tells it."""
_SECONDS = 40


@dataclass
class Walker:
    """Somebody at the keyboard: all that they do is a key.

    Attributes:
        run: The app in front of them.
        server: What answers.
        script: What it says.
    """

    run: Run
    server: ScriptedServer
    script: Script

    @property
    def store(self) -> Store:
        return self.run.chat.assistant.store

    @property
    def asked(self) -> str:
        """All that the newest chat request says."""
        return prompt_of(self.script.chats[-1])

    @property
    def told(self) -> list[str]:
        """The lines about what was learned, from top to bottom."""
        return self.run.chips

    async def press(self, *keys: str) -> None:
        await self.run.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Types as quickly as a terminal can send it."""
        box = self.run.app.focused
        assert isinstance(box, Input | TextArea), box
        for character in text:
            self.run.app.post_message(events.Key(_character_to_key(character), character))
        await self.run.until(lambda: text in (box.text if isinstance(box, TextArea) else box.value))

    async def send(self, text: str) -> None:
        await self.write(text)
        await self.press("enter")

    async def say(self, text: str) -> None:
        """Sends a message and waits for its answer."""
        answered = len(self.run.views)
        await self.send(text)
        await self.run.until(lambda: len(self.run.views) >= answered + 2 and not self.run.chat.turns.running)
        await self.run.idle()

    async def teach(self, text: str, told: str) -> None:
        """Says something, and sees under the answer what was learned from it."""
        await self.say(text)
        await self.see_told(told)
        await self.run.idle()

    async def see_told(self, text: str) -> None:
        await self.run.until(lambda: any(brief(text) in sentence for sentence in self.told))

    async def see(self, text: str) -> None:
        """Waits until that stands on the screen."""
        try:
            await self.run.until(lambda: any(text in line for line in self.run.screen))
        except AssertionError:
            raise AssertionError("\n".join([f"not on the screen: {text}", *self.run.screen])) from None

    async def be_on(self, screen: type[Screen[Any]]) -> None:
        await self.run.until(lambda: isinstance(self.run.app.screen, screen))
        await self.run.pilot.pause()

    async def find(self, text: str) -> None:
        """Goes down the list to the row with `text`."""
        rows = self.run.app.screen.query_one(List)
        await self.run.until(lambda: any(text in str(row.left) for row in rows.rows))
        for _ in rows.rows:
            if text in str(rows.rows[rows.cursor].left):
                return
            await self.press("down")
        raise AssertionError(rows.rows)

    async def see_what_was_sent(self) -> None:
        """Opens the exact request: it is the bytes that the server got, on the screen and when it is copied."""
        received = next(each.raw for each in self.server.chats if each.body == self.script.chats[-1])
        await self.press("f7")
        await self.be_on(RequestScreen)
        await self.press("j")
        shown = "".join(text for text, _ in self.run.app.screen.query_one(Prose).parts)
        await self.press("c", "escape", "escape")
        await self.be_on(ChatScreen)
        assert shown.encode() == received
        assert self.run.app.clipboard.encode() == received

    async def undo(self, since: int) -> None:
        """Takes the newest change back."""
        left = await standing(self.store, since)
        await self.press("ctrl+z")
        async with asyncio.timeout(_SECONDS):
            while await standing(self.store, since) == left:
                await self.run.pilot.pause(0.01)


Begin = Callable[..., AbstractAsyncContextManager[Walker]]


@pytest.fixture
def script() -> Script:
    """A model that learns what is said about three things."""
    made = Script()
    made.reader = Reader({"Lisbon": "home", "grow": "hobby", "tuba": "instrument"})
    made.background = Say("Small talk")
    return made


@pytest.fixture
async def server(script: Script) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(script) as running:
        yield running


@pytest.fixture
def begin(server: ScriptedServer, script: Script, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Starts memchat with its default settings, on the one home of the test, and leaves it at the end."""
    assert discover.__kwdefaults__ is not None
    monkeypatch.setitem(discover.__kwdefaults__, "servers", {})
    set_clipboard("no")  # the machine's own clipboard is left alone
    environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "scripted"}

    @asynccontextmanager
    async def beginning(size: tuple[int, int], **options: Any) -> AsyncIterator[Walker]:
        app = MemchatApp(load(paths, environ), paths, environ=environ, **options)
        async with app.run_test(size=size, notifications=True) as pilot:
            run = Run(app, pilot)
            await run.until(lambda: any(isinstance(screen, ChatScreen) for screen in app.screen_stack))
            await run.until(lambda: run.chat.session_id and run.chat.prompt.has_focus)
            await run.idle()
            try:
                yield Walker(run, server, script)
            finally:
                await app.action_quit()

    return beginning


@pytest.mark.parametrize(
    ("size", "inbox", "elsewhere"),
    [
        pytest.param((120, 40), True, True, id="with the inbox, asked in another session"),
        pytest.param((80, 24), False, False, id="on the line under the answer, asked in the same session"),
    ],
)
async def test_what_is_learned_is_accepted_edited_dropped_used_explained_corrected_and_all_taken_back(
    begin: Begin,
    size: tuple[int, int],
    inbox: bool,
    elsewhere: bool,
) -> None:
    began = now().replace(microsecond=0)  # as the history is written
    async with begin(size) as walker:
        await walker.send("/profile location Taipei")
        await walker.see_told("location: Taipei")
        await walker.send(f"/remember {SISTER}")
        await walker.see_told(SISTER)
        await walker.say("Good morning!")
        await walker.press("ctrl+n")
        await walker.run.until(lambda: not walker.run.views)
        assert await walker.run.chat.assistant.settle(_SECONDS)
        first, since = await state(walker.store), await last_change(walker.store)

        await tell_three_facts(walker, inbox=inbox)
        if elsewhere:
            await walker.press("ctrl+n")
            await walker.run.until(lambda: not walker.run.views)
        await walker.say(ASKED)
        for used in (CHILIES, "location: Lisbon"):
            assert used in walker.asked
        for gone in ("grows tomatoes", "location: Taipei", "plays the tuba"):
            assert gone not in walker.asked
        await walker.see_what_was_sent()

        await correct_where_it_was_said(walker, elsewhere=elsewhere)
        await answer_again(walker)
        assert TOMATILLOS in walker.asked
        assert "chilies" not in walker.asked
        await walker.see_what_was_sent()

        await walker.press("f6")
        await walker.be_on(BrowserScreen)
        for _ in range(2):
            await walker.undo(since)
        await walker.press("escape")
        await walker.be_on(ChatScreen)

    async with begin(size, continue_last=True) as walker:
        assert walker.run.views[-2].text == ASKED
        await walker.press("f6")
        await walker.be_on(BrowserScreen)
        while await standing(walker.store, since):
            await walker.undo(since)
        await walker.see("sister is called Mei")
        await walker.press("escape")
        await walker.be_on(ChatScreen)
        assert await walker.run.chat.assistant.settle(_SECONDS)
        talked = dict(await query(walker.store, "SELECT number, id FROM sessions"))
        for number in {each[2] for each in first["messages"]}:
            del talked[number]
        before = untalked(first, talked)
        assert first_of(untalked(await state(walker.store), talked), before) == before
        assert await walker.store.check() == "ok"

    history = await asyncio.to_thread(run_process, "memory", "history", "--json")
    assert history.code == 0, history.err
    changes = list(reversed(history.json))
    assert [(each["actor"], each["action"], text(each["before"]), text(each["after"])) for each in changes] == CHANGES
    assert [each["undone_at"] is None for each in changes] == [True, True] + [False] * (len(changes) - 2)
    ats = [datetime.fromisoformat(each["at"]) for each in changes]
    assert ats == sorted(ats)
    assert began <= ats[0] <= ats[-1] <= now()


async def tell_three_facts(walker: Walker, *, inbox: bool) -> None:
    """Says three things of which one waits and is accepted, one is put in other words, and one is dropped."""
    run = walker.run
    await walker.teach("I moved to Lisbon.", "to review: location: Lisbon")
    if inbox:
        await walker.press("alt+r")
        await walker.be_on(ReviewScreen)
        await walker.see("You set location to Taipei")
        await walker.press("enter")
        await walker.see("Nothing waits for you.")
        await walker.press("escape")
        await walker.be_on(ChatScreen)
    else:
        await walker.press("alt+k")
    await run.until(lambda: "location: Lisbon" in walker.told)

    await walker.teach("I grow tomatoes on my balcony.", "grows tomatoes")
    await walker.press("alt+e")
    await walker.be_on(TextEditScreen)
    await walker.press("ctrl+u")
    await walker.write(CHILIES)
    await walker.press("ctrl+s")
    await walker.be_on(ChatScreen)
    await walker.see_told(CHILIES)

    await walker.teach("I play the tuba in a band.", "plays the tuba")
    await walker.press("alt+d")
    await run.until(lambda: "tuba" not in str(walker.told))
    assert run.chat.prompt.has_focus


async def correct_where_it_was_said(walker: Walker, *, elsewhere: bool) -> None:
    """From the answer to why it is so, to the message that it rests on, and to what was learned there; and back."""
    run = walker.run
    await walker.press("shift+tab", "w")
    await walker.be_on(WhyScreen)
    await walker.find("chilies")
    await walker.press("enter")
    await walker.be_on(ChatScreen)
    await run.until(lambda: any(view.has_focus and "tomatoes" in view.text for view in run.views))
    await walker.press("l")
    await walker.be_on(ReviewScreen)
    await walker.find("chilies")
    await walker.press("e", "ctrl+u")
    await walker.write(TOMATILLOS)
    await walker.press("enter")
    await walker.find("tomatillos")
    await walker.press("escape")
    await walker.be_on(ChatScreen)
    if elsewhere:
        await walker.press("ctrl+s")
        await walker.be_on(SessionsScreen)
        await walker.press("enter")
        await run.until(lambda: run.views and run.views[0].text == ASKED and run.chat.prompt.has_focus)
        await walker.press("shift+tab")
    else:
        await walker.press("G")
    assert run.views[-1].has_focus


async def answer_again(walker: Walker) -> None:
    """Has the last message answered again, and is back at the input."""
    asked = len(walker.script.chats)
    await walker.press("r")
    await walker.run.until(lambda: len(walker.script.chats) > asked and not walker.run.chat.turns.running)
    await walker.run.idle()
    assert walker.run.chat.prompt.has_focus


def untalked(tables: Mapping[str, Rows], talked: Mapping[int, str]) -> dict[str, Rows]:
    """The tables without some sessions, by number and id, and what was said in them."""
    said = {each[1] for each in tables["items"] if each[2] in talked}
    return {
        **tables,
        "sessions": [each for each in tables["sessions"] if each[0] not in talked.values()],
        "messages": [each for each in tables["messages"] if each[2] not in talked],
        "session_summaries": [each for each in tables["session_summaries"] if each[0] not in talked],
        "items": [each for each in tables["items"] if each[2] not in talked],
        "words": [(word, *(ref for ref in refs if ref not in said)) for word, *refs in tables["words"]],
    }


def text(held: Any) -> str | None:
    """What a memory says before or after a change."""
    return None if held is None else held.get("value") or held["text"]
