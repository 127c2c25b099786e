"""Three hundred hostile texts through every view: none styles, links, hides or drives anything, and widths stay."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyte.screens import wcwidth
from rich.cells import cell_len
from textual.app import App
from textual.content import Content
from textual.pilot import Pilot

from memchat.assistant import Assistant
from memchat.core.context import ContextPlan, LeftOut
from memchat.core.events import Learned
from memchat.core.kinds import MemoryKind
from memchat.core.memories import Source
from memchat.core.settings import MemorySettings, Settings
from memchat.paths import Paths
from memchat.providers.scripted import ScriptedServer
from memchat.store import Store
from memchat.tui.screens.browser import BrowserScreen
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.importing import ImportScreen
from memchat.tui.screens.search import SearchScreen
from memchat.tui.screens.sessions import SessionsScreen
from memchat.tui.screens.sessions.deleting import DeleteScreen
from memchat.tui.text import one_line, plain, shown
from memchat.tui.widgets.chip import Chip, Note
from memchat.tui.widgets.header import Header
from memchat.tui.widgets.panels.lines import Lines, Prose
from memchat.tui.widgets.panels.panels import Panels
from tests.hostile import COLOUR, EVIL, bundles, texts
from tests.tui import samples
from tests.tui.conftest import Run, Start
from tests.tui.screen_harness import Stage

SIZES = [(80, 24), (120, 40)]
_JOINERS = "\u200c\u200d"
_MOST_PAGES = 60
_EVIL_COLOURS = {(18, 254, 52), (254, 18, 171)}


def driven(text: str) -> list[str]:
    """The characters of a text that a terminal acts on or does not show."""
    return [
        ascii(each)
        for each in text
        if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"} and each not in _JOINERS
    ]


def cells(text: str) -> int:
    """The width of a text on a terminal that knows no clusters."""
    return sum(max(0, wcwidth(each)) for each in text)


def check_screen(app: App[Any], *, alike: bool = True, links: bool = False) -> None:
    """Whether what is on the screen does nothing.

    Args:
        app: Shows it.
        alike: Whether every terminal must agree about the width of its lines.
        links: Whether there may be links, which ask first.
    """
    for strip in app.screen._compositor.render_strips(app.size):
        line = "".join(segment.text for segment in strip)
        assert not driven(line), ascii(line)
        assert cell_len(line) == app.size.width, ascii(line)
        assert not alike or cells(line) == app.size.width, ascii(line)
        for segment in strip:
            style = segment.style
            if style is None:
                continue
            assert style.link is None, ascii(segment.text)
            assert not style.blink, ascii(segment.text)
            assert not style.conceal, ascii(segment.text)
            assert links or EVIL not in repr(style.meta), style.meta
            assert "app.quit" not in repr(style.meta)
            for colour in (style.color, style.bgcolor):
                assert colour is None or colour.triplet is None or tuple(colour.triplet) not in _EVIL_COLOURS


def check_line(line: Content, width: int) -> None:
    """Whether a line of a list or a pane does nothing, and fits."""
    assert not driven(line.plain), ascii(line.plain)
    assert cell_len(line.plain) == cells(line.plain) <= width, ascii(line.plain)
    for span in line.spans:
        assert COLOUR not in str(span.style)
        assert EVIL not in str(span.style)


def check_widgets(app: App[Any]) -> int:
    """Whether all that the lists and panes hold does nothing, what is scrolled away too; how many lines that is."""
    number = 0
    for widget in app.screen.query(Lines):
        width = widget.scrollable_content_region.width
        for index in range(widget.count(width) if width else 0):
            check_line(widget.drawn(index, width)[0], width)
            number += 1
    return number


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all the texts in it, wherever a text can be."""
    home = tmp_path_factory.mktemp("hostile")
    asyncio.run(_seed(_paths(home)))
    return home


def _paths(home: Path) -> Paths:
    return Paths.from_environment({"MEMCHAT_HOME": str(home)})


async def _seed(paths: Paths) -> None:
    paths.ensure()
    store = await Store.open(paths.database)
    every, bundled = texts(), bundles()
    for place, bundle in enumerate(bundled):
        session = await store.sessions.create(model=every[place])
        question = await store.messages.append_user(session.id, bundle, tokens=5)
        reply = await store.messages.begin_reply(session.id, question.id, text="x", model=every[place + 30])
        await store.messages.finish_reply(
            reply.id, text=bundled[-place], status="complete", tokens=4, usage=None, finish_reason="stop"
        )
        await store.sessions.rename(session.id, every[place * 10], by="user")
        await store.sessions.set_tags(session.id, [every[place * 10 + 1][:60], every[place][:60]])
        await store.sessions.set_draft(session.id, every[place * 10 + 2])
        await store.summaries.put_session(session_id=session.id, text=bundle, to_seq=2, tokens=5, model=every[place])
        source = Source(session_id=session.id, message_id=question.id, quote=bundle)
        await store.memories.add(
            kind="fact", text=bundle, confidence=0.6, origin="user", sources=[source], subject=every[place * 10 + 3]
        )
    for place, text in enumerate(every):
        pending = place % 3 == 0
        await store.memories.add(
            kind="preference",
            text=text,
            confidence=0.6,
            origin="user",
            status="pending" if pending else "active",
            reason=every[-place] if pending else "",
            actor=every[-place],
        )
    await store.close()


@pytest.fixture
async def assistant(seeded: Path) -> AsyncIterator[Assistant]:
    words_alone = replace(Settings(), memory=MemorySettings(embedder="off"))
    opened = await Assistant.open(words_alone, _paths(seeded), environ={})
    yield opened
    await opened.close()


async def walk(app: Stage, pilot: Pilot[None], steps: int) -> int:
    """Goes down the list, at first a line and then a page at a time, and looks at the screen and at all beside it."""

    async def settle() -> None:
        await app.idle(pilot)

    return await look_through(app, pilot, steps, settle)


async def look_through(app: App[Any], pilot: Pilot[None], steps: int, settle: Callable[[], Awaitable[None]]) -> int:
    """As `walk`; `settle` waits until nothing is loading. Returns how many lines were looked at."""
    lines = check_widgets(app)
    for step in range(steps + _MOST_PAGES):
        check_screen(app)
        for pane in app.screen.query(Prose):
            width = pane.scrollable_content_region.width
            for index in range(pane.count(width)):
                check_line(pane.drawn(index, width)[0], width)
                lines += 1
        here = places(app)
        await pilot.press("down" if step < steps else "pagedown")
        await settle()
        if step >= steps and here == places(app):
            break
    return lines


def places(app: App[Any]) -> list[tuple[object, int]]:
    """Where the cursors of the lists are, and how far they are scrolled."""
    return [(getattr(each, "cursor", None), each.scroll_offset.y) for each in app.screen.query(Lines)]


def test_every_text_is_made_plain_in_characters_that_terminals_agree_about() -> None:
    for text in texts():
        for safe in (one_line(text), shown(text)):
            assert not driven(safe.replace("\n", ""))
            assert shown(safe) == safe
            for line in safe.split("\n"):
                assert cell_len(line) == cells(line), ascii(line)
        assert not driven(plain(text).replace("\n", ""))
        assert plain(plain(text)) == plain(text)


def test_pictures_stay_whole_in_a_conversation_and_letters_are_not_joined() -> None:
    assert plain("👨‍👩‍👧 👍🏽 🏳️‍🌈 🇹🇼 ❤️") == "👨‍👩‍👧 👍🏽 🏳️‍🌈 🇹🇼 ❤️"
    assert plain("a\u200dq \u200db x🏽 👍\u200dq") == "aq b x 👍q"
    assert plain("🇹🇼🇯") == "🇹🇼J"
    assert plain("ක්‍ර") == "ක්‍ර"
    assert plain("\u3164x\uffa0\u115f") == "x"
    assert shown("1\ufe0f\u20e3 a\u0488 葛\U000e0100") == "1 a 葛"
    assert plain("e" + "\u0301" * 60) == "e\u0301\u0301\u0301"


@pytest.mark.parametrize("size", SIZES)
async def test_the_browser(assistant: Assistant, size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(BrowserScreen(assistant, "all"))
        await app.idle(pilot)
        assert await walk(app, pilot, 45) > 330


@pytest.mark.parametrize("size", SIZES[:1])
async def test_the_sessions(assistant: Assistant, size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(SessionsScreen(assistant))
        await app.idle(pilot)
        assert len(app.listed) == 30
        assert await walk(app, pilot, 30) > 1000
        await app.write(pilot, "gardens")
        assert "Found" in app.beside
        await walk(app, pilot, 5)


@pytest.mark.parametrize("size", SIZES[1:])
async def test_deleting_a_session(assistant: Assistant, size: tuple[int, int]) -> None:
    app = Stage()
    sessions = await assistant.sessions.list()
    async with app.run_test(size=size) as pilot:
        for session in sessions[::6]:
            resting = await assistant.sessions.resting_on(session.id)
            await app.open(DeleteScreen(session, resting, "ctrl+z"))
            await app.idle(pilot)
            await walk(app, pilot, 1)
            await pilot.press("escape")


@pytest.mark.parametrize("size", SIZES[:1])
async def test_the_search(assistant: Assistant, size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        for query in ("gardens", "in:facts", "in:messages Porto"):
            await app.open(SearchScreen(assistant, query))
            await app.idle(pilot)
            assert app.listed
            await walk(app, pilot, 8)
            await pilot.press("escape")


@pytest.mark.parametrize("size", SIZES[1:])
async def test_the_preview_of_an_erasure(assistant: Assistant, size: tuple[int, int]) -> None:
    app = Stage()
    (newest,) = await assistant.sessions.list(limit=1)
    async with app.run_test(size=size) as pilot:
        await app.open(EraseScreen(assistant, "session", newest.id))
        await app.until(pilot, lambda: app.listed)
        await walk(app, pilot, min(len(app.listed), 12))


@pytest.mark.parametrize("size", SIZES)
async def test_the_preview_of_an_import(assistant: Assistant, tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "h[b].md"
    file.write_text("\n".join(f"- {' '.join(text.split())}" for text in texts()), "utf-8", errors="replace")
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(ImportScreen(assistant, file))
        await app.until(pilot, lambda: app.listed)
        await walk(app, pilot, 25)


async def test_a_list_to_choose_from() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        choices = [Choice(key=str(place), text=text, right=text) for place, text in enumerate(texts())]
        await app.open(ChooseScreen(texts()[0], choices))
        await app.idle(pilot)
        assert await walk(app, pilot, 1) == 300


def _items(of: int = 15) -> Iterator[list[str]]:
    every = texts()
    return (every[start : start + of] for start in range(0, len(every), of))


@pytest.mark.parametrize("size", [(80, 24), (160, 40)])
async def test_the_chat_with_its_panels(start: Start, server: ScriptedServer, size: tuple[int, int]) -> None:
    async with start(server, size=size) as run:
        await run.ask("One")
        for some in list(_items())[::2]:
            run.chat.recall = replace(samples.recall(), items=tuple(samples.item("fact", text, 0.5) for text in some))
            run.chat.profile = tuple(
                replace(samples.profile()[0], field=f"field{place}", value=text) for place, text in enumerate(some)
            )
            run.chat.summary = replace(samples.summary(), text="\n".join(some))
            run.chat.plan = _plan(some)
            for key in ("f2", "f3", "f4", "f5"):
                await run.pilot.press(key)
                await run.pilot.pause()
                check_screen(run.app, alike=False)
            for widget in run.chat.query_one(Panels).query(Lines):
                width = widget.scrollable_content_region.width
                for index in range(widget.count(width) if width else 0):
                    check_line(widget.drawn(index, width)[0], width)


def _plan(some: list[str]) -> ContextPlan:
    plan = samples.plan()
    blocks = tuple(
        replace(block, content=some[place % len(some)]) if block.layer in ("buffer", "summary", "user") else block
        for place, block in enumerate(plan.blocks)
    )
    left = tuple(LeftOut(layer="buffer", ref=f"m{text[:3]}", text=text, tokens=9, reason=text) for text in some)
    return replace(plan, blocks=blocks, left_out=left, model=some[0])


async def test_the_transcript(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(100, 30)) as run:
        store = run.chat.assistant.store
        for bundle in bundles()[:12]:
            await _said(store, run, bundle)
        here = run.chat.session_id
        await run.chat.begin_session()
        await run.chat.go_to(here)
        await run.idle()
        for _ in range(40):
            check_screen(run.app, alike=False, links=True)
            await run.pilot.press("shift+pageup")
            await run.pilot.pause()


async def _said(store: Store, run: Run, text: str) -> None:
    question = await store.messages.append_user(run.chat.session_id, text, tokens=5)
    reply = await store.messages.begin_reply(run.chat.session_id, question.id, text="x", model=text)
    await store.messages.finish_reply(
        reply.id, text=text, status="complete", tokens=4, usage=None, finish_reason="stop"
    )


async def test_why_the_exact_request_and_the_review(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(120, 40)) as run:
        store = run.chat.assistant.store
        session = await store.sessions.create()
        said = await store.messages.append_user(session.id, bundles()[0], tokens=5)
        await store.sessions.rename(session.id, texts()[1], by="user")
        source = Source(session_id=session.id, message_id=said.id, quote=bundles()[1])
        for place, text in enumerate(texts()[:140]):
            await store.memories.add(
                kind="fact" if place % 2 else "instruction",
                text=f"quiet gardens {text}",
                confidence=0.9,
                origin="user",
                status="pending" if place % 4 == 0 else "active",
                reason=text,
                actor=text,
                sources=[source],
            )
        short = "\n".join(text for text in texts()[:40] if len(text) < 500)
        await run.ask(f"Which quiet gardens? {short}")
        assert run.chat.recall is not None
        assert run.chat.recall.items
        run.views[-1].focus()
        for keys, name in ((["w"], "WhyScreen"), (["f7"], "RequestScreen"), (["/review"], "ReviewScreen")):
            if keys[0].startswith("/"):
                run.chat.prompt.focus()
                await run.send(keys[0])
            else:
                await run.pilot.press(*keys)
            await run.until(lambda name=name: type(run.app.screen).__name__ == name)  # type: ignore[misc]
            await run.until(lambda: any(pane.parts for pane in run.app.screen.query(Prose)))
            await look_through(run.app, run.pilot, 20, run.pilot.pause)
            await run.pilot.press("escape")
            await run.until(lambda: run.app.screen is run.chat)


async def test_the_header_and_the_lines_under_answers(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(100, 30)) as run:
        await run.ask("One")
        memory = await run.chat.assistant.store.memories.add(kind="fact", text="x", confidence=0.8, origin="user")
        header = run.chat.query_one(Header)
        for place, some in enumerate(_items()):
            for text in some:
                header.title = header.model = header.where = text
                check_line(header.render(), run.app.size.width)
                said = replace(memory, text=text, reason=text, actor=text, subject=text)
                old = replace(said, id="old", field="name", value=some[0], superseded_by=memory.id)
                events = (
                    Learned(added=(said,)),
                    Learned(pending=(said,)),
                    Learned(profile=(samples.field("name", text),), superseded=(old,)),
                    Learned(added=(said,), superseded=(old,)),
                )
                await run.chat.transcript.add_chip(Chip(events[place % len(events)]), None)
            run.chat.note(some[place % len(some)], "problem")
            await run.idle()
            check_screen(run.app)
            for chip in run.chat.query(Chip):
                check_line(chip.render(), chip.content_size.width)
            await run.chat.query(Note).remove()


async def test_what_is_said_in_passing(start: Start, server: ScriptedServer) -> None:
    async with start(server, size=(100, 30)) as run:
        for place, some in enumerate(_items(5)):
            for text in some:
                run.chat.say(text, problem=place % 2 == 0)
            await run.pilot.pause()
            assert {shown(text) for text in some} <= set(run.said)
            check_screen(run.app)
            run.app.clear_notifications()


async def test_the_page_of_what_is_remembered(start: Start, server: ScriptedServer) -> None:
    kinds: tuple[MemoryKind, ...] = ("fact", "preference", "goal", "event", "instruction")
    links = f"[x](https://{EVIL}/) ![x](https://{EVIL}/x.png) <https://{EVIL}/> https://{EVIL}/ [y]: https://{EVIL}/"
    async with start(server, size=(100, 30)) as run:
        store = run.chat.assistant.store
        await store.profile.set("name", texts()[0], origin="user")
        for place, text in enumerate([links, *texts()]):
            subject = "user" if place % 2 == 0 else text
            await store.memories.add(
                kind=kinds[place % len(kinds)], text=text, confidence=0.8, origin="user", subject=subject
            )
        for title in texts()[:9]:
            session = await store.sessions.create()
            await store.messages.append_user(session.id, "x", tokens=1)
            await store.sessions.rename(session.id, title, by="user")
        await run.send("/memory me")
        await run.until(lambda: len(run.views) >= 2 and not run.chat.turns.running)
        await run.idle()
        run.views[-1].focus()
        await run.pilot.press("enter")
        for _ in range(40):
            check_screen(run.app, alike=False)
            await run.pilot.press("shift+pageup")
            await run.pilot.pause()
