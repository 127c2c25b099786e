"""The application: first paint, themes, keys, clipboard, and what happens when something breaks."""

import asyncio
import gc
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeGuard

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen

from memchat.core.errors import MemchatError, face
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.tui.ahead import TypedAhead
from memchat.tui.collecting import Collecting
from memchat.tui.keys import is_key, key_shown, known_ids
from memchat.tui.skeleton import Skeleton

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.tui.screens.chat import ChatScreen

Resume = str | Literal["pick"] | None

_log = logging.getLogger(__name__)

_LAST_LEARNING_SECONDS = 2.5
"""How long learning may take to its end when the program is left, so that it is left within three seconds; what is not
done by then waits for the next start."""


class MemchatApp(App[None]):
    """memchat in the terminal.

    A skeleton of the chat is painted first; the chat itself, whose widgets take long to import, and the assistant
    come after that, and get the keys that were typed meanwhile.

    Args:
        settings: All settings.
        paths: Where the database, the themes and the log are.
        resume: Opens the session with this id, or `pick` for the list of sessions.
        continue_last: Opens the newest session.
        incognito: Begins a session that is held in memory only.
        environ: The environment that endpoints and keys are read from; the process's own by default.
    """

    TITLE = "memchat"
    CSS_PATH: ClassVar = ["app.tcss", "skeleton.tcss"]  # Textual does not read a default screen's own
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = True
    NOTIFICATION_TIMEOUT: ClassVar[float] = 6
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="quit", show=False, priority=True),
        Binding("ctrl+c", "how_to_quit", "Copy the selection", id="copy", show=False, system=True),
    ]

    class Ready(Message):
        """The chat takes keys from now on."""

        def __init__(self, chat: "ChatScreen") -> None:
            super().__init__()
            self.chat = chat

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        resume: Resume = None,
        continue_last: bool = False,
        incognito: bool = False,
        environ: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        face.set("screen")
        self.settings = settings
        self.paths = paths
        self.resume = resume
        self.continue_last = continue_last
        self.incognito = incognito
        self.assistant: Assistant | None = None
        self._environ = environ
        self._ahead: TypedAhead | None = TypedAhead()
        self._collecting = Collecting()
        self._problems: list[str] = []
        self._all_themes = False
        self._use_theme()

    def get_default_screen(self) -> Screen[Any]:
        return Skeleton()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        from memchat.tui.themes import variable_defaults

        return variable_defaults(self.current_theme)

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    async def on_event(self, event: events.Event) -> None:
        """Keeps keys back until the chat is there, all but the one that quits."""
        if isinstance(event, events.InputEvent):
            self._collecting.used()
        if self._ahead is None or not self._is_typed(event):
            await super().on_event(event)
            return
        self._ahead.events.append(event)
        for screen in self.screen_stack:
            if isinstance(screen, Skeleton):
                screen.echo(self._ahead.text)

    def _is_typed(self, event: events.Event) -> TypeGuard[events.Key | events.Paste]:
        if event.is_forwarded or not isinstance(event, events.Key | events.Paste):
            return False
        quits = self._bindings.key_to_bindings.get(event.key, ()) if isinstance(event, events.Key) else ()
        return not any(binding.action == "quit" for binding in quits)

    @on(Ready)
    async def _give_keys(self, message: Ready) -> None:
        """Hands on what was typed meanwhile; keys that come now wait for this to end."""
        ahead, self._ahead = self._ahead, None
        if self.screen is message.chat and self.focused is None:
            message.chat.set_focus(message.chat.prompt)
        for event in ahead.events if ahead else ():
            await super().on_event(event)
        chat = message.chat
        chat.prompt.call_later(chat.heard.set)
        if not self.is_headless:
            self._collecting.begin()
            self.set_interval(1, lambda: self._collecting.look(busy=chat.turns.running))

    def _use_theme(self) -> None:
        """Paints in the theme that is set; where it is memchat's own, the others are read after the first paint."""
        from memchat.tui.themes import own

        theme = own(self.settings.interface.theme)
        if theme is None:
            self._use_themes()
            return
        self.register_theme(theme)
        self.theme = theme.name

    def _use_themes(self) -> None:
        """Registers memchat's own and the user's themes, and tells of those that cannot be used."""
        from memchat.tui.themes import load

        self._all_themes = True
        themes = load(self.paths)
        for theme in themes.themes:
            self.register_theme(theme)
        self._problems = list(themes.problems)
        wanted = self.settings.interface.theme
        if wanted in self.available_themes:
            self.theme = wanted
        else:
            self._problems.append(f"There is no theme {wanted}; /theme lists them.")

    def _begin(self) -> None:
        if not self._all_themes:
            self._use_themes()
        self.run_worker(self._open(), name="open", exit_on_error=False)

    async def _open(self) -> None:
        skeleton = self.screen
        try:
            chat = await self._open_chat()
            await self._use_keys()
            await chat.shown.wait()
        except MemchatError as error:
            if isinstance(skeleton, Skeleton):
                skeleton.fail(str(error))
        except Exception as error:  # noqa: BLE001 whatever it is, the app cannot go on
            self._handle_exception(error)
        else:
            self.post_message(self.Ready(chat))
            for problem in self._problems:
                self.notify(problem, severity="warning", markup=False, timeout=12)
        finally:
            gc.enable()

    async def _open_chat(self) -> "ChatScreen":
        await asyncio.to_thread(_import_chat)
        from memchat.assistant import Assistant
        from memchat.tui.screens.chat import ChatScreen

        self.assistant = assistant = await Assistant.open(self.settings, self.paths, environ=self._environ)
        chat = ChatScreen(assistant, resume=self.resume, continue_last=self.continue_last, incognito=self.incognito)
        await self.push_screen(chat)
        return chat

    async def _use_keys(self) -> None:
        """Puts the user's keys in place of the default ones, and tells of ids that no binding has."""
        keys = dict(self.settings.interface.keys)
        if not keys:
            return
        known = await asyncio.to_thread(known_ids)
        for name in [name for name in keys if name not in known]:
            self._problems.append(f"interface.keys names {name!r}, which no binding has; f1 lists the names.")
            del keys[name]
        for name in [name for name, written in keys.items() if not all(map(is_key, written.split(",")))]:
            self._problems.append(f"interface.keys gives {name!r} the key {keys[name]!r}, which is none.")
            del keys[name]
        self.set_keymap(keys)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        from memchat.tui.screens.chat import ChatScreen

        if isinstance(screen, ChatScreen):
            yield from screen.palette_commands()
        else:
            yield SystemCommand("Quit", "Leave memchat", self.action_quit)

    def get_key_display(self, binding: Binding) -> str:
        """A key as memchat writes it everywhere: `ctrl+j`, `enter`."""
        return key_shown(binding)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies by OSC 52 and, in a thread, to the system's clipboard, then says which were used."""
        super().copy_to_clipboard(text)
        self.run_worker(self._copy(text), name="copy", exit_on_error=False)

    async def _copy(self, text: str) -> None:
        from memchat.tui.clipboard import copied_sentence, copy_to_system

        problem = await asyncio.to_thread(copy_to_system, text)
        self.notify(copied_sentence(text, problem), markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - nothing that is said is markup
    ) -> None:
        """Says something in passing; whatever is in it is shown as text."""
        from memchat.tui.text import shown

        super().notify(shown(message), title=title, severity=severity, timeout=timeout, markup=False)

    def action_how_to_quit(self) -> None:
        self.notify("ctrl+q quits; ctrl+c copies what is selected.", markup=False)

    async def action_quit(self) -> None:
        """Keeps what was said so far, the draft too, and leaves."""
        from contextlib import suppress

        if self.assistant is not None:
            from memchat.tui.screens.chat import ChatScreen

            for screen in self.screen_stack:
                if isinstance(screen, ChatScreen):
                    screen.show_leaving()
                    with suppress(MemchatError):
                        await screen.leave()
                    self.assistant = screen.assistant
            assistant, self.assistant = self.assistant, None
            with suppress(MemchatError):
                await assistant.settle(_LAST_LEARNING_SECONDS)
            with suppress(MemchatError):
                await assistant.close()
        self._collecting.end()
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Sends the traceback to the log, and a sentence to the user."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        _log.error("The interface broke", exc_info=error)
        self.exit(
            return_code=1,
            message=f"memchat stopped ({type(error).__name__}). What was said is kept; see {self.paths.log_file}.",
        )


def _import_chat() -> None:
    """Imports what takes long, in a thread, while the skeleton stands on the screen."""
    import memchat.assistant
    import memchat.tui.screens.chat  # noqa: F401
