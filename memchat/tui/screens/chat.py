"""The chat: what is typed, what happens, and what the widgets ask for come together here."""

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, get_args

from textual import events, on
from textual.app import SystemCommand
from textual.widgets import Markdown, OptionList, TextArea

from memchat.core.events import BackgroundEvent
from memchat.core.settings import LearningMode
from memchat.tui import shelving, slash
from memchat.tui.happenings import Happenings
from memchat.tui.palette import PanelsProvider, SessionsProvider, ThemesProvider
from memchat.tui.screens import chat_opens as opens
from memchat.tui.screens.chat_panels import ChatPanels
from memchat.tui.turns import Refused, TurnHappened
from memchat.tui.widgets.completions import Completions
from memchat.tui.widgets.forgetting import ForgetQuestion
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.prompt import Prompt
from memchat.tui.widgets.transcript import Transcript


class ChatScreen(ChatPanels):
    """One session at a time.

    Events of the assistant become variables here, and reach the widgets by data binding; what the widgets ask for
    comes up as messages.
    """

    COMMANDS: ClassVar = {SessionsProvider, ThemesProvider, PanelsProvider}

    def on_mount(self) -> None:
        self.set_class(self.panels_open, "-panels")
        self.happenings = Happenings(self)
        self.watch(self.transcript, "away", self._tell_place)
        self.watch(self.app, "app_focus", self._come_back, init=False)
        self.work(self.begin())
        self.work(self._look_again_when_all_is_known())

    def _come_back(self, focused: bool) -> None:  # noqa: FBT001 - a watcher
        """The user comes back from another window, where they may have erased something."""
        if focused:
            self.work(self.catch_up(), group="session")

    async def _look_again_when_all_is_known(self) -> None:
        """Replaces the first estimate of what the next request holds."""
        await self.shown.wait()
        await self.assistant.counted()
        await self.connected.wait()
        if self.session_id:
            await self.happenings.look_again()

    # what happened

    def heard_from(self, event: BackgroundEvent) -> None:
        self.happenings.background(event)

    @on(TurnHappened)
    def _turn_happened(self, message: TurnHappened) -> None:
        if message.session_id == self.session_id:
            self.happenings.turn(message.event)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        self.prompt.give_back(message.text)
        self.say(message.sentence, problem=True)

    # the prompt

    @on(Prompt.Sent)
    def _sent(self, message: Prompt.Sent) -> None:
        command = slash.parse(message.text)
        if command is not None:
            self.run_command(*command)
            return
        if not self.session_id:
            self.prompt.give_back(message.text)
            return
        self.pause_draft()
        self.prompt.history_of_prompts.add(message.text)
        self.work(self._send(slash.as_message(message.text)), group="send")

    async def _send(self, text: str) -> None:
        async with self._moving:  # what is sent while a session is being opened is not swept away with what was shown
            if self.transcript.later:
                await self.show_newest()
            await self.turns.send(text)
        await self.assistant.set_draft(self.session_id, "")

    async def on_key(self, event: events.Key) -> None:
        """Letters that mean nothing where the focus is are the beginning of a message."""
        meant = any(event.key in bindings.key_to_bindings for _, bindings in self._binding_chain)
        if event.is_printable and event.character and not meant and not self.prompt.has_focus:
            event.stop()
            self.prompt.focus()
            self.prompt.insert(event.character)

    def run_command(self, name: str, argument: str) -> None:
        """Does a slash command; one that cannot be done goes back into the input."""
        command = slash.find(name)
        if command is None:
            self.say(f"There is no /{name}. /help lists the commands; // at the start sends it as a message.")
            self.prompt.give_back(f"/{name} {argument}".strip())
            return
        if command.needs_argument and not argument:
            self.say(f"{command.usage}: {command.about}.")
            self.prompt.give_back(f"/{command.name} ")
            return
        self.work(command.run(self, argument), group="command")

    @on(Prompt.Paged)
    def _paged(self, message: Prompt.Paged) -> None:
        self.action_scroll("page_up" if message.by < 0 else "page_down")

    @on(TextArea.Changed, "#prompt")
    def _typed(self) -> None:
        prompt = self.prompt
        offered = slash.completions(prompt.text, self._names) if prompt.text[:1] == "/" else ()
        self.query_exactly_one(Completions).offer(offered)
        self.keep_draft_soon()

    @property
    def _names(self) -> Mapping[str, Callable[[], Iterable[str]]]:
        """What the slash commands take that take one of several names."""
        return {
            "theme": lambda: sorted(self.app.available_themes),
            "space": self.assistant.paths.spaces,
            "persona": self.assistant.personas.names,
            "learning": lambda: get_args(LearningMode),
        }

    @on(OptionList.OptionSelected, "#completions")
    def _completion_clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.prompt.accept()
        self.prompt.focus()

    # the transcript

    @on(Transcript.WantsEarlier)
    def _earlier(self) -> None:
        self.work(self.load_earlier(), group="earlier")

    @on(Transcript.WantsLater)
    def _later(self) -> None:
        self.work(self.load_later(), group="earlier")

    def _tell_place(self, away: bool) -> None:  # noqa: FBT001 - a watcher
        hint = f"[@click=screen.newest]↓ newer · {self.keys_shown().get('chat.newest', '')}[/]" if away else ""
        self.query_exactly_one("#prompt-box").border_subtitle = hint

    @on(MessageView.Asked)
    def _asked(self, message: MessageView.Asked) -> None:
        match message.action:
            case "copy":
                self.app.copy_to_clipboard(message.view.text)
            case "retry":
                self.work(self.answer_again(), group="send")
            case "edit":
                self.edit(message.view)
            case "learned":
                self.work(opens.learned_here(self, message.view), group="open")
            case "fork":
                self.work(shelving.fork_at(self, message.view.message), group="command")
            case "why":
                self.work(opens.why(self, message.view), group="open")
            case "expand":
                pass

    async def answer_again(self) -> None:
        """Has the last message answered again, and goes back to the input: the answer that goes may have the focus."""
        if self.transcript.later:
            await self.show_newest()
        self.prompt.focus()
        await self.turns.retry()

    def edit(self, view: MessageView) -> None:
        """Puts a message's text into the input; what stood there can be had again with the up key."""
        self.prompt.history_of_prompts.add(self.prompt.value)
        self.prompt.set_value(view.text)
        self.prompt.focus()

    @on(Markdown.LinkClicked)
    def _link(self, message: Markdown.LinkClicked) -> None:
        message.stop()
        self.work(opens.link(self, message.href), group="link")

    @on(ForgetQuestion.Answered)
    async def _forget_answered(self, message: ForgetQuestion.Answered) -> None:
        focused = message.question.has_focus
        await message.question.remove()
        if focused:
            self.prompt.focus()
        if message.forget:
            self.work(self.forget([message.question.memory.id]), group="memory")

    def palette_commands(self) -> Iterable[SystemCommand]:
        """The slash commands as entries of the palette."""

        def runner(command: slash.Command) -> Callable[[], None]:
            return lambda: self.run_command(command.name, "")

        for command in slash.COMMANDS:
            yield SystemCommand(command.usage, command.about, runner(command))
