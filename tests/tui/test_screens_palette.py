"""The palette's sessions and themes."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from textual.command import DiscoveryHit, Hit
from textual.screen import Screen

from memchat.assistant import Assistant
from memchat.tui.palette import SessionsProvider, ThemesProvider
from tests.tui.screen_harness import Stage, session


class Chat(Screen[None]):
    """As much of the chat as the palette needs."""

    COMMANDS: ClassVar = {SessionsProvider, ThemesProvider}

    def __init__(self, assistant: Assistant | None) -> None:
        super().__init__()
        self.assistant = assistant
        self.ran: list[tuple[str, str]] = []

    def run_command(self, name: str, argument: str) -> None:
        self.ran.append((name, argument))


async def hits(found: AsyncIterator[Any]) -> list[Hit | DiscoveryHit]:
    return [hit async for hit in found]


async def test_sessions_are_found_by_title(assistant: Assistant) -> None:
    kyoto = await session(assistant, "Trip to [Kyoto]")
    await session(assistant, "RAG")
    app = Stage()
    async with app.run_test() as pilot:
        chat = Chat(assistant)
        await app.push_screen(chat)
        provider = SessionsProvider(chat)
        await provider.startup()
        assert len(await hits(provider.discover())) == 2
        (hit,) = await hits(provider.search("kyoto"))
        assert hit.text == "Open: Trip to [Kyoto]"
        hit.command()
        assert chat.ran == [("resume", kyoto.id)]
        assert await hits(provider.search("zebra")) == []
        await pilot.pause()


async def test_no_assistant_no_sessions() -> None:
    app = Stage()
    async with app.run_test():
        provider = SessionsProvider(Chat(None))
        await provider.startup()
        assert await hits(provider.discover()) == []


async def test_themes_are_found_and_changed_to() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        provider = ThemesProvider(app.screen)
        offered = [hit.text for hit in await hits(provider.discover())]
        assert offered[:4] == [f"Theme: memchat-{name}" for name in ("ansi", "contrast", "dark", "light")]
        (hit, *_) = await hits(provider.search("memchat-light"))
        hit.command()
        await pilot.pause()
        assert app.theme == "memchat-light"
