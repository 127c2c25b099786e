"""What the command palette finds besides commands: sessions to open, and themes."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from memchat.core.errors import MemchatError
from memchat.core.messages import Session
from memchat.core.times import ago, now
from memchat.tui.text import counted, one_line

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_OFFERED = 5


class SessionsProvider(Provider):
    """Sessions by title; of a screen with an `assistant`, and a `run_command` that knows `resume`."""

    async def startup(self) -> None:
        """Lists the sessions once for each time that the palette is opened."""
        assistant: Assistant | None = getattr(self.screen, "assistant", None)
        self._sessions: list[Session] = []
        if assistant is not None:
            try:
                self._sessions = await assistant.store.sessions.list(limit=1000)
            except MemchatError:
                self._sessions = []

    async def discover(self) -> Hits:
        """The newest ones."""
        for session in self._sessions[:_OFFERED]:
            yield DiscoveryHit(f"Open: {one_line(session.title, 60)}", self._opener(session), help=_help(session))

    async def search(self, query: str) -> Hits:
        """Those whose title is near to `query`."""
        matcher = self.matcher(query)
        for session in self._sessions:
            title = f"Open: {one_line(session.title, 60)}"
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), self._opener(session), text=title, help=_help(session))

    def _opener(self, session: Session) -> Callable[[], Any]:
        screen = cast("Any", self.screen)
        return partial(screen.run_command, "resume", session.id)


class PanelsProvider(Provider):
    """What can be done in the panels and about what was learned, of the chat."""

    async def startup(self) -> None:
        """Looks once for each time that the palette is opened."""
        from memchat.tui.panel_commands import commands
        from memchat.tui.screens.chat_panels import ChatPanels

        self._commands = list(commands(self.screen)) if isinstance(self.screen, ChatPanels) else []

    async def search(self, query: str) -> Hits:
        """Those whose words are near to `query`."""
        matcher = self.matcher(query)
        for command in self._commands:
            if (score := matcher.match(command.title)) > 0:
                title = matcher.highlight(command.title)
                yield Hit(score, title, command.run, text=command.title, help=command.about)


class ThemesProvider(Provider):
    """Themes by name; memchat's and the user's first."""

    async def discover(self) -> Hits:
        """memchat's own."""
        for name in self._names()[:_OFFERED]:
            yield DiscoveryHit(f"Theme: {name}", partial(self._use, name), help="Change the theme")

    async def search(self, query: str) -> Hits:
        """Those whose name is near to `query`."""
        matcher = self.matcher(query)
        for name in self._names():
            title = f"Theme: {name}"
            if (score := matcher.match(title)) > 0:
                yield Hit(
                    score, matcher.highlight(title), partial(self._use, name), text=title, help="Change the theme"
                )

    def _names(self) -> list[str]:
        from textual.theme import BUILTIN_THEMES

        return sorted(self.app.available_themes, key=lambda name: (name in BUILTIN_THEMES, name))

    def _use(self, name: str) -> None:
        self.app.theme = name


def _help(session: Session) -> str:
    age = ago(session.updated_at, now())
    return f"{counted(session.message_count, 'message')}, {age if age == 'now' else f'{age} ago'}"
