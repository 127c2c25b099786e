"""Why an answer is as it is, and the requests as they were sent, in their screens."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.widgets import TextArea

from memchat.assistant import Assistant
from memchat.core.browsing import Wanted
from memchat.core.errors import NotFound
from memchat.core.events import UserSaved
from memchat.core.memories import Source
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import Say, ScriptedServer
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.request import RequestScreen
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.screens.why import WhyScreen, WhyWent
from memchat.tui.widgets.panels.rows import Rows
from tests.tui.screen_harness import Stage

ASK = "which small gardens in Kyoto do I love?"
HOSTILE = (
    "gardens [bold]x[/] \x1b[31mred \x9b31m \u202eevil\u202c \u200b\x1b]8;;http://x\x07k "
    "e\u0301\u0301\u0301\u0301\u0301\u0301 京都👨\u200d👩\u200d👧"
)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(lambda _: Say("Murin-an.")) as running:
        yield running


@pytest.fixture
async def assistant(paths: Paths, server: ScriptedServer) -> AsyncIterator[Assistant]:
    settings = Settings()
    settings = replace(
        settings,
        memory=replace(settings.memory, embedder="off"),
        learning=replace(settings.learning, mode="off"),
    )
    environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "sk-secret", "MEMCHAT_MODEL": "scripted"}
    opened = await Assistant.open(settings, paths, environ=environ)
    await opened.memories.set_profile("name", "Mika")
    pinned = await opened.memories.remember("Is allergic to peanuts")
    await opened.memories.pin(pinned.id)
    await opened.memories.remember("Loves small gardens in Kyoto")
    await opened.memories.remember(HOSTILE)
    yield opened
    await opened.close()


@pytest.fixture
async def asked(assistant: Assistant) -> str:
    """A session with two answers."""
    view = await assistant.new_session()
    for text in ("My sister likes gardens in Kyoto too.", ASK):
        async for _ in assistant.turn(view.session.id, text):
            pass
    return view.session.id


async def why(assistant: Assistant, session_id: str, **rest: object) -> WhyScreen:
    last = await assistant.store.messages.last(session_id)
    assert last is not None
    return WhyScreen(assistant, last.id, session_id, again=True, **rest)  # type: ignore[arg-type]


async def to(app: Stage, text: str) -> None:
    """Puts the cursor on the row with `text`."""
    rows = app.screen.query_one(Rows)
    rows.cursor = next(place for place, line in enumerate(app.listed) if text in line)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("theme", ["memchat-dark", "memchat-light"])
async def test_all_that_was_there_is_told(assistant: Assistant, asked: str, size: tuple[int, int], theme: str) -> None:
    app = Stage(theme)
    async with app.run_test(size=size) as pilot:
        await app.open(await why(assistant, asked))
        await app.idle(pilot)
        listed = "\n".join(app.listed)
        for words in ("Recalled · ", "Loves small gardens", "In its context anyway · 2", "name: Mika", "peanuts"):
            assert words in listed, words
        for word in ("Loves small gardens in Kyoto", "score", "words", "tokens of the request"):
            assert word in app.beside, word
        text = app.text()
        assert all(cell_len(line) <= size[0] for line in text.splitlines())
        assert "\x1b[31m" not in text
        assert "\u202e" not in text
        assert "\x9b" not in text
        assert "Why · which small gardens" in app.title_shown
        await pilot.press("escape")
        await app.idle(pilot)
        assert app.result == WhyWent("stay")


async def test_each_change_is_made_shown_and_taken_back(assistant: Assistant, asked: str) -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(await why(assistant, asked))
        await app.idle(pilot)
        await to(app, "Loves small gardens")
        memory = app.screen.reason.memory_id  # type: ignore[attr-defined]
        get = assistant.memories.get
        await pilot.press("p")
        await app.idle(pilot)
        assert (await get(memory)).pinned
        await pilot.press("m")
        await app.idle(pilot)
        assert memory in await assistant.memories.muted(asked)
        assert "Muted in this session" in app.beside
        await pilot.press("m")
        await app.idle(pilot)
        assert memory not in await assistant.memories.muted(asked)
        await pilot.press("d")
        await app.idle(pilot)
        assert (await get(memory)).status == "forgotten"
        assert "not in use any more" in app.beside
        await pilot.press("ctrl+z")
        await app.idle(pilot)
        assert (await get(memory)).status == "active"
        await pilot.press("ctrl+y")
        await app.idle(pilot)
        assert (await get(memory)).status == "forgotten"
        await pilot.press("ctrl+z")
        await app.idle(pilot)
        await pilot.press("e")
        await app.until(pilot, lambda: isinstance(app.screen, TextEditScreen))
        await pilot.press("!", "ctrl+s")
        await app.idle(pilot)
        assert (await get(memory)).text == "Loves small gardens in Kyoto!"


async def test_what_goes_for_good_goes_with_all_requests(assistant: Assistant, asked: str) -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(await why(assistant, asked))
        await app.idle(pilot)
        await to(app, "Loves small gardens")
        memory = app.screen.reason.memory_id  # type: ignore[attr-defined]
        await pilot.press("delete")
        await app.until(pilot, lambda: isinstance(app.screen, EraseScreen))
        await app.until(pilot, lambda: app.rows.rows)
        await pilot.press("y")
        await app.until(pilot, lambda: isinstance(app.screen, WhyScreen))
        await app.idle(pilot)
        assert "Loves small gardens" not in "\n".join(app.listed)
        with pytest.raises(NotFound):
            await assistant.memories.get(memory)
        assert "not kept any more" in app.text()
        await pilot.press("escape")
        await app.idle(pilot)
        assert app.result == WhyWent("stay", erased=True)


@pytest.mark.parametrize(("key", "goes"), [("a", "without"), ("b", "browse"), ("r", "request")])
async def test_it_leads_on(assistant: Assistant, asked: str, key: str, goes: str) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        item = (await assistant.memories.page(Wanted(search="peanuts")))[0]
        await app.open(await why(assistant, asked, at=item.id))
        await app.idle(pilot)
        assert "peanuts" in app.beside
        await pilot.press(key)
        await app.idle(pilot)
        assert (app.result.to, app.result.reason.memory_id) == (goes, item.id)


async def test_only_the_last_answer_can_be_given_again(assistant: Assistant, asked: str) -> None:
    first = (await assistant.store.messages.page(asked, before_seq=None, limit=9))[0]
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(WhyScreen(assistant, first.id, asked))
        await app.idle(pilot)
        assert "answer without it" not in app.text()
        await pilot.press("a")
        await app.idle(pilot)
        assert isinstance(app.screen, WhyScreen)


async def test_what_was_sent_is_shown_as_it_was(assistant: Assistant, asked: str, server: ScriptedServer) -> None:
    app = Stage()
    sent = await assistant.explaining.sent(asked)
    raw = [each.raw for each in server.recorded if each.body.get("messages")]
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(RequestScreen(sent))
        await app.idle(pilot)
        assert "2 of 2" in app.text()
        await pilot.press("j")
        await app.idle(pilot)
        assert json.loads(app.beside) == json.loads(raw[1])
        await pilot.press("c")
        assert json.loads(app.clipboard) == json.loads(raw[1])
        await pilot.press("j", "u")
        assert "$OPENAI_API_KEY" in app.clipboard
        assert "sk-secret" not in app.clipboard
        await pilot.press("d")
        await app.idle(pilot)
        assert any("tokens above are as before" in line for line in app.listed)
        await to(app, "+ ▌message")
        await pilot.pause()
        assert ASK in app.beside
        assert "was not there before" in app.beside
        await pilot.press("left")
        await app.idle(pilot)
        assert "1 of 2" in app.text()
        assert "My sister likes" in "\n".join(app.listed)
        await pilot.press("w")
        await app.idle(pilot)
        assert app.result == sent[1].message_id


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)])
async def test_a_hostile_request_stays_text(assistant: Assistant, size: tuple[int, int]) -> None:
    view = await assistant.new_session()
    async for _ in assistant.turn(view.session.id, f"{HOSTILE} {'x' * 10_000}"):
        pass
    sent = await assistant.explaining.sent(view.session.id)
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(RequestScreen(sent))
        await app.idle(pilot)
        for keys in ((), ("end",), ("j",)):
            await pilot.press(*keys)
            await app.idle(pilot)
            text = app.text()
            assert not any(sign in text for sign in "\x1b\x9b\u202e\u200b\x07")
        assert json.loads(app.beside.split("\n… ")[0] if "\n… " in app.beside else app.beside) == sent[0].content


async def test_what_was_edited_shows_what_it_says_now(assistant: Assistant, asked: str) -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(await why(assistant, asked))
        await app.idle(pilot)
        await to(app, "Loves small gardens")
        await pilot.press("e")
        await app.until(pilot, lambda: isinstance(app.screen, TextEditScreen))
        app.screen.query_one(TextArea).text = "Loves tiny gardens in Nara"
        await pilot.press("ctrl+s")
        await app.until(pilot, lambda: isinstance(app.screen, WhyScreen))
        await app.idle(pilot)
        assert any("now: Loves tiny gardens in Nara" in line for line in app.listed)
        assert "Loves small gardens in Kyoto" in app.beside
        assert "Now: Loves tiny gardens in Nara" in app.beside


async def test_a_profile_values_source_is_named(assistant: Assistant, asked: str) -> None:
    await assistant.rename(asked, "Gardens of ours")
    source = Source(session_id=asked, message_id=None, quote="")
    await assistant.store.memories.add(
        kind="fact",
        text="location: Nara",
        field="location",
        value="Nara",
        confidence=1,
        origin="user",
        sources=[source],
    )
    async for _ in assistant.turn(asked, "And where do I live?"):
        pass
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(await why(assistant, asked))
        await app.idle(pilot)
        await to(app, "location: Nara")
        await app.idle(pilot)
        assert "Gardens of ours" in app.beside
        assert "untitled" not in app.beside


async def test_while_the_answer_comes_nothing_is_said_to_be_none(assistant: Assistant, asked: str) -> None:
    app = Stage()
    async for event in assistant.turn(asked, "What is 2 + 2?"):
        if isinstance(event, UserSaved):
            async with app.run_test(size=(120, 40)) as pilot:
                await app.open(WhyScreen(assistant, event.message.id, asked))
                await app.idle(pilot)
                assert "The answer is still coming" in app.text()
                assert "0 memories" not in app.text()
                assert "kept any more" not in app.text()
