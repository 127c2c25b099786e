"""Pictures of the screens, compared with those that were looked at and kept.

`pytest tests/tui/test_snapshots.py --snapshot-update` draws them anew; look at them before committing.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.screens.browser.detail import Known, of_memory
from memchat.tui.screens.chat import ChatScreen
from memchat.tui.screens.first_run import FirstRunScreen
from memchat.tui.widgets.panels.lines import Part
from tests.tui import samples
from tests.tui.still import NOW, NoModel, StillApp, StillAssistant

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same time, zone, room on the disk and colours everywhere."""
    import memchat.tui.screens.browser.detail
    import memchat.tui.screens.chat
    import memchat.tui.screens.request
    import memchat.tui.screens.review
    import memchat.tui.screens.search
    import memchat.tui.screens.sessions
    import memchat.tui.screens.why_parts

    for name, module in list(sys.modules.items()):
        if name.startswith(("memchat.tui.", "tests.tui.samples")) and hasattr(module, "now"):
            monkeypatch.setattr(module, "now", lambda: NOW)
    monkeypatch.setattr("memchat.tui.screens.first_run._room", lambda _: (50_000_000_000, 8_000_000_000))
    monkeypatch.setattr(memchat.tui.screens.browser.detail, "of_memory", _without_ids)
    for name in ("NO_COLOR", "TEXTUAL_ANIMATIONS", "TEXTUAL_THEME", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def _without_ids(known: Known, **rest: Any) -> list[Part]:
    """The details of a memory whose id is the same in every run."""
    return of_memory(replace(known, memory=replace(known.memory, id="f4k2")), **rest)


class Look:
    """Takes a screen's picture and compares it."""

    def __init__(self, compare: Any, settings: Settings, paths: Paths) -> None:
        self._compare = compare
        self._settings = settings
        self._paths = paths

    def at(
        self,
        size: tuple[int, int],
        *keys: str,
        kind: type[StillAssistant] = StillAssistant,
        talk: bool = True,
        theme: str = "memchat-dark",
        opened: type[Any] = ChatScreen,
    ) -> bool:
        """Whether the screen looks as it did, after `keys`."""
        look = replace(self._settings.interface, theme=theme)
        app = StillApp(replace(self._settings, interface=look), self._paths, kind=kind, talk=talk)

        async def prepare(pilot: Pilot[None]) -> None:
            chat = await self._chat(app, pilot)
            if talk:
                chat.recall, chat.summary, chat.reported = samples.recall(), samples.summary(), None
                chat.profile, chat.plan = samples.profile(), samples.plan()
            for key in keys:
                await pilot.press(key)
                await app.settle(pilot, lambda: True)
            await app.settle(pilot, lambda: isinstance(app.screen, opened))

        return bool(self._compare(app, terminal_size=size, run_before=prepare))

    async def _chat(self, app: StillApp, pilot: Pilot[None]) -> ChatScreen:
        def there() -> list[ChatScreen]:
            found = (screen for screen in app.screen_stack if isinstance(screen, ChatScreen))
            return [screen for screen in found if screen.heard.is_set()]

        await app.settle(pilot, there)
        (chat,) = there()
        await app.settle(pilot, lambda: all(part.awake for view in chat.transcript.views for part in view.parts))
        return chat


@pytest.fixture
def look(snap_compare: Any, settings: Settings, paths: Paths) -> Look:
    return Look(snap_compare, settings, paths)


@pytest.mark.parametrize("size", SIZES)
def test_chat(look: Look, size: tuple[int, int]) -> None:
    assert look.at(size)


@pytest.mark.parametrize("size", SIZES)
def test_chat_with_the_panels_in_use(look: Look, size: tuple[int, int]) -> None:
    assert look.at(size, "f5")


@pytest.mark.parametrize("size", SIZES)
def test_welcome(look: Look, size: tuple[int, int]) -> None:
    assert look.at(size, talk=False)


@pytest.mark.parametrize("size", SIZES)
def test_sessions(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.sessions import SessionsScreen

    assert look.at(size, "ctrl+s", "down", opened=SessionsScreen)


@pytest.mark.parametrize("size", SIZES)
def test_memory(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.browser import BrowserScreen

    assert look.at(size, "f6", "tab", opened=BrowserScreen)


@pytest.mark.parametrize("size", SIZES)
def test_erase(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.erase import EraseScreen

    assert look.at(size, "f6", "ctrl+x", opened=EraseScreen)


@pytest.mark.parametrize("size", SIZES)
def test_first_run(look: Look, size: tuple[int, int]) -> None:
    assert look.at(size, kind=NoModel, talk=False, opened=FirstRunScreen)


@pytest.mark.parametrize("size", SIZES)
def test_models(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.models import ModelsScreen

    assert look.at(size, "ctrl+o", "down", opened=ModelsScreen)


@pytest.mark.parametrize("size", SIZES)
def test_why_it_was_recalled(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.why import WhyScreen

    assert look.at(size, "f5", "enter", opened=WhyScreen)


@pytest.mark.parametrize("size", SIZES)
def test_request(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.request import RequestScreen

    assert look.at(size, "f7", "down", "down", opened=RequestScreen)


@pytest.mark.parametrize("size", SIZES)
def test_help(look: Look, size: tuple[int, int]) -> None:
    from memchat.tui.screens.help import HelpScreen

    assert look.at(size, "f1", opened=HelpScreen)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["memchat-light", "memchat-contrast", "memchat-ansi"])
def test_themes(look: Look, size: tuple[int, int], theme: str) -> None:
    assert look.at(size, theme=theme)
