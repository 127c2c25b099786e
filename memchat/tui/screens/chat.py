"""The chat: header, transcript, prompt and panels, and the variables that they show."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Markdown, OptionList, TextArea

from memchat.core.context import ContextPlan, Recall
from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent, EmbedderChanged, LearningChanged
from memchat.core.memories import ProfileField
from memchat.core.messages import RollingSummary, Session
from memchat.tui import slash
from memchat.tui.happenings import Happenings
from memchat.tui.screens import chat_opens as opens
from memchat.tui.screens.chat_keys import CHAT_KEYS
from memchat.tui.skeleton import PLACEHOLDER
from memchat.tui.turns import Refused, TurnHappened, Turns
from memchat.tui.widgets.completions import Completions
from memchat.tui.widgets.header import Header
from memchat.tui.widgets.hints import Hints
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.panels import PanelName, Panels
from memchat.tui.widgets.panels.messages import (
    BufferMessageOpened,
    ProfileSet,
    ProfileUnset,
    RecalledOpened,
    SummaryEdited,
)
from memchat.tui.widgets.prompt import Prompt
from memchat.tui.widgets.transcript import Note, Transcript
from memchat.tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from memchat.assistant import Assistant, ModelStatus, SessionView

_DRAFT_SECONDS = 0.6

_log = logging.getLogger(__name__)


class ChatScreen(Screen[None]):
    """One session at a time.

    Events of the assistant become variables here, and reach the widgets by data binding; what the widgets ask for
    comes up as messages.

    Args:
        assistant: Answers, remembers, and holds the sessions.
        resume: Opens the session with this id, or `pick` for the list of sessions.
        continue_last: Opens the newest session.
        incognito: Begins a session that is held in memory only.
    """

    BINDINGS: ClassVar[list[BindingType]] = CHAT_KEYS
    AUTO_FOCUS: ClassVar[str | None] = "#prompt"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-very-wide")]  # noqa: RUF012 as Textual types it
    CSS_PATH: ClassVar = [
        "chat.tcss",
        *(
            f"../widgets/{name}.tcss"
            for name in ("header", "transcript", "message", "part", "prompt", "completions", "hints")
        ),
    ]

    session: var[Session | None] = var(None)
    plan: var[ContextPlan | None] = var(None)
    summary: var[RollingSummary | None] = var(None)
    profile: var[tuple[ProfileField, ...]] = var(())
    recall: var[Recall | None] = var(None)
    learning: var[LearningChanged | None] = var(None)
    embedder: var[EmbedderChanged | None] = var(None)
    reported: var[int | None] = var(None)
    panels_open: var[bool] = var(default=True, toggle_class="-panels")
    drawer_open: var[bool] = var(default=False, toggle_class="-drawer")

    def __init__(
        self,
        assistant: "Assistant",
        *,
        resume: str | None = None,
        continue_last: bool = False,
        incognito: bool = False,
    ) -> None:
        super().__init__()
        self.assistant = assistant
        self._resume = resume
        self._continue_last = continue_last
        self._incognito = incognito
        self._connected = asyncio.Event()
        self._left = False
        self._unsubscribe: Callable[[], None] = lambda: None
        self._draft_timer: Timer | None = None
        self._moving = asyncio.Lock()
        settings = assistant.settings
        self.transcript = Transcript(page=settings.interface.page_messages, assistant_name=settings.persona.name)
        self.turns = Turns(self, assistant, self.transcript)
        self.happenings = Happenings(self)
        self.set_reactive(ChatScreen.panels_open, settings.interface.panels)

    @property
    def session_id(self) -> str:
        """The id of the session that is shown; empty before one is."""
        return self.session.id if self.session else ""

    @property
    def prompt(self) -> Prompt:
        """The input."""
        return self.query_exactly_one(Prompt)

    def compose(self) -> ComposeResult:
        yield Header().data_bind(ChatScreen.plan, ChatScreen.recall, ChatScreen.profile, ChatScreen.learning)
        with Horizontal(id="chat-body"):
            with Vertical(id="chat"):
                yield self.transcript
                completions = Completions()
                yield completions
                with Vertical(id="prompt-box"):
                    yield Prompt(completions, PLACEHOLDER)
            yield Panels(self.assistant.settings.profile.fields).data_bind(
                ChatScreen.plan,
                ChatScreen.summary,
                ChatScreen.profile,
                ChatScreen.recall,
                ChatScreen.learning,
                ChatScreen.embedder,
                ChatScreen.reported,
            )
        yield Hints()

    def on_mount(self) -> None:
        self.set_class(self.panels_open, "-panels")
        self._draft_timer = self.set_interval(_DRAFT_SECONDS, self._save_draft, pause=True)
        self._unsubscribe = self.assistant.subscribe(self._heard)
        self.embedder = self.assistant.embedder
        self.work(self._begin())

    def on_unmount(self) -> None:
        self._unsubscribe()

    # working in the background

    def work(self, task: Coroutine[Any, Any, Any], *, group: str = "chat") -> None:
        """Runs `task`; a failure becomes a sentence on the screen."""
        self.run_worker(self._told(task), group=group, exit_on_error=False)

    async def _told(self, task: Coroutine[Any, Any, Any]) -> None:
        try:
            await task
        except MemchatError as error:
            self.say(str(error), problem=True)
        except Exception as error:
            _log.exception("a task of the chat failed")
            if self.app.is_headless:
                raise
            self.say(f"That did not work ({type(error).__name__}); the log file has the details.", problem=True)

    def say(self, sentence: str, *, problem: bool = False) -> None:
        """Tells the user something in passing."""
        self.notify(sentence, severity="error" if problem else "information", markup=False)

    async def _begin(self) -> None:
        """Opens the first session, then looks for a model."""
        self.assistant.warm_up()
        self.work(self._connect(), group="connect")
        try:
            await self._first_session()
        except MemchatError as error:
            self.say(str(error), problem=True)
            await self.begin_session()
        if self._resume == "pick":
            self.action_sessions()

    async def _first_session(self) -> None:
        if self._incognito:
            await self.begin_session(incognito=True)
        elif self._resume and self._resume != "pick":
            await self.go_to(self._resume)
        elif self._continue_last and (last := await self.assistant.store.sessions.latest()):
            await self.go_to(last.id)
        else:
            await self.begin_session()

    async def _connect(self) -> None:
        self.show_model(await self.assistant.connect())
        self._connected.set()
        if self.assistant.model.state == "none" and not self.prompt.text and self.app.screen is self:
            await opens.first_run(self)

    async def model_ready(self) -> bool:
        """Waits until it is known which model answers; asks the user when there is none."""
        await self._connected.wait()
        if self.assistant.model.state == "none":
            await opens.first_run(self)
        return self.assistant.model.state != "none"

    def show_model(self, status: "ModelStatus") -> None:
        """Puts the model into the header."""
        match status.state:
            case "none":
                text = "no model"
            case "unknown":
                text = "looking for a model…"
            case "failed":
                text = f"{status.name or status.endpoint} · not reached"
                self.say(status.problem or "The model cannot be reached.", problem=True)
            case "ready":
                text = f"{status.name} · {'local' if status.local else status.endpoint}".strip(" ·")
        self.query_exactly_one(Header).model = text

    # sessions

    async def begin_session(self, *, incognito: bool = False) -> None:
        """Leaves the session for a new one."""
        await self._move(lambda: self.assistant.new_session(incognito=incognito))

    async def go_to(self, session_id: str) -> None:
        """Leaves the session for another one; an id's beginning is enough."""
        if session_id != self.session_id:
            await self._move(lambda: self.assistant.open_session(session_id))

    async def _move(self, opening: Callable[[], Coroutine[Any, Any, "SessionView"]]) -> None:
        async with self._moving:
            view = await opening()
            before = self.session_id
            if before and before != view.session.id:
                await self._leave_current()
            await self._show(view)

    async def _leave_current(self) -> None:
        unsent = await self.turns.drain()
        if unsent:
            self.prompt.set_value("\n\n".join([*unsent, self.prompt.value]).strip())
        self._pause_draft()
        await self.assistant.set_draft(self.session_id, self.prompt.value)
        await self.assistant.leave_session(self.session_id)

    async def _show(self, view: "SessionView") -> None:
        self.session = view.session
        self.summary, self.profile, self.plan = view.summary, view.profile, view.plan
        self.recall = self.reported = None
        self.turns = Turns(self, self.assistant, self.transcript)
        await self.transcript.show(view.messages, more=view.more)
        if not view.messages:
            await self._show_welcome()
        if view.unanswered is not None and (last := self.transcript.find(view.unanswered.id)):
            last.status(view.unanswered.error or "Not answered.", again=True)
        self.prompt.history_of_prompts.load(item.text for item in view.messages if item.role == "user")
        if view.session.draft or view.messages:
            self.prompt.set_value(view.session.draft)
        self._pause_draft()
        self.prompt.focus()

    async def _show_welcome(self) -> None:
        keys = {
            active.binding.id: self.app.get_key_display(active.binding)
            for active in self.active_bindings.values()
            if active.binding.id
        }
        incognito = self.session is not None and self.session.incognito
        await self.transcript.show_welcome(Welcome(keys, incognito=incognito))

    async def leave(self) -> None:
        """Keeps the draft and the running reply's text, and ends the session for now."""
        if self._left:
            return
        self._left = True
        self._unsubscribe()
        async with self._moving:
            if self.session_id:
                await self._leave_current()

    async def check_session(self) -> None:
        """Begins a new session when the one that is shown was deleted meanwhile."""
        session = await self.assistant.session(self.session_id)
        if session.deleted_at is not None:
            await self.begin_session()
        else:
            self.session = session

    def watch_session(self, session: Session | None) -> None:
        if self.is_mounted and session is not None:
            header = self.query_exactly_one(Header)
            header.title = session.title
            header.incognito = session.incognito

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell_header)

    def watch_panels_open(self) -> None:
        self._tell_header()

    def watch_drawer_open(self) -> None:
        self._tell_header()

    def _tell_header(self) -> None:
        if self.is_mounted:
            shown = self.drawer_open if self.has_class("-narrow") else self.panels_open
            self.query_exactly_one(Header).panels_hidden = not shown

    # what happened

    def _heard(self, event: BackgroundEvent) -> None:
        self.happenings.background(event)

    @on(TurnHappened)
    def _turn_happened(self, message: TurnHappened) -> None:
        if message.session_id == self.session_id:
            self.happenings.turn(message.event)

    def turn_over(self) -> None:
        """The last of the waiting messages has its answer."""
        self.refresh_bindings()

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        if message.text:
            self.prompt.set_value("\n\n".join(filter(None, [message.text, self.prompt.value])))
        self.say(message.sentence, problem=True)

    # the prompt

    @on(Prompt.Sent)
    def _sent(self, message: Prompt.Sent) -> None:
        command = slash.parse(message.text)
        if command is not None:
            self.run_command(*command)
            return
        if not self.session_id:
            return
        self.prompt.take()
        self._pause_draft()
        self.prompt.history_of_prompts.add(message.text)
        self.work(self._send(slash.as_message(message.text)), group="send")

    async def _send(self, text: str) -> None:
        await self.turns.send(text)
        await self.assistant.set_draft(self.session_id, "")

    def run_command(self, name: str, argument: str) -> None:
        """Does a slash command; the input is emptied when there is one of that name."""
        command = slash.find(name)
        if command is None:
            self.say(f"There is no /{name}. /help lists the commands; // at the start sends it as a message.")
            return
        if command.needs_argument and not argument:
            self.say(f"{command.usage}: {command.about}.")
            self.prompt.set_value(f"/{command.name} ")
            return
        self.prompt.take()
        self._pause_draft()
        self.work(command.run(self, argument), group="command")

    @on(TextArea.Changed, "#prompt")
    def _typed(self) -> None:
        prompt = self.prompt
        offered = slash.completions(prompt.text, sorted(self.app.available_themes)) if prompt.text[:1] == "/" else ()
        self.query_exactly_one(Completions).offer(offered)
        if self._draft_timer is not None and self.session_id:
            self._draft_timer.reset()
            self._draft_timer.resume()

    @on(OptionList.OptionSelected, "#completions")
    def _completion_clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.prompt.accept()
        self.prompt.focus()

    def _pause_draft(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.pause()

    def _save_draft(self) -> None:
        self._pause_draft()
        if not self._left:
            self.work(self.assistant.set_draft(self.session_id, self.prompt.value), group="draft")

    # the transcript

    @on(Transcript.WantsEarlier)
    def _earlier(self) -> None:
        self.work(self.load_earlier(), group="earlier")

    async def load_earlier(self) -> bool:
        """Mounts the page before; false when there is none."""
        first = self.transcript.first_seq
        if first is None or not self.transcript.more:
            return False
        messages = await self.assistant.earlier(self.session_id, first)
        await self.transcript.add_earlier(messages, more=bool(messages) and messages[0].seq > 1)
        return bool(messages)

    @on(MessageView.Asked)
    def _asked(self, message: MessageView.Asked) -> None:
        match message.action:
            case "copy":
                self.app.copy_to_clipboard(message.view.text)
            case "retry":
                self.work(self.turns.retry(), group="send")
            case "edit":
                self.edit(message.view)
            case "expand":
                pass

    def edit(self, view: MessageView) -> None:
        """Puts a message's text into the input."""
        self.prompt.set_value(view.text)
        self.prompt.focus()

    def note(self, text: str, kind: Literal["", "learned", "problem"] = "") -> None:
        """Adds a quiet line to the transcript."""
        note = Note(text, classes=f"-{kind}" if kind else None)
        self.work(self.transcript.add(note), group="note")

    def action_message_step(self, by: int) -> None:
        """Focuses the message before (-1) or after (1) the focused one."""
        views = self.transcript.views
        at = next((i for i, view in enumerate(views) if view.has_focus), len(views))
        if at + by >= len(views):
            self.prompt.focus()
        elif at + by >= 0:
            views[at + by].focus()
        else:
            self.transcript.scroll_home(animate=False)

    def action_message_end(self, end: int) -> None:
        """Focuses the first (-1) or the last (1) message."""
        if views := self.transcript.views:
            views[0 if end < 0 else -1].focus()

    def action_scroll(self, how: Literal["page_up", "page_down"]) -> None:
        """Scrolls the transcript while something else has the focus."""
        (self.transcript.action_page_up if how == "page_up" else self.transcript.action_page_down)()

    @on(Markdown.LinkClicked)
    def _link(self, message: Markdown.LinkClicked) -> None:
        message.stop()
        self.work(opens.link(self, message.href), group="link")

    # the panels

    @on(ProfileSet)
    def _profile_set(self, message: ProfileSet) -> None:
        self.work(self.assistant.set_profile(message.field, message.value), group="memory")

    @on(ProfileUnset)
    def _profile_unset(self, message: ProfileUnset) -> None:
        self.work(self.assistant.unset_profile(message.field), group="memory")

    @on(SummaryEdited)
    def _summary_edited(self, message: SummaryEdited) -> None:
        self.work(self.assistant.edit_summary(self.session_id, message.text), group="memory")

    @on(RecalledOpened)
    def _recalled_opened(self, message: RecalledOpened) -> None:
        self.work(opens.recalled(self, message.item), group="open")

    @on(BufferMessageOpened)
    def _buffer_message_opened(self, message: BufferMessageOpened) -> None:
        self.work(opens.message(self, message.message_id), group="open")

    # keys

    def action_back(self) -> None:
        """Closes what is open, takes back what is queued, stops the reply, or goes back to the prompt."""
        completions = self.query_exactly_one(Completions)
        if completions.open:
            completions.offer(())
        elif self.drawer_open and not self.prompt.has_focus:
            self.drawer_open = False
            self.prompt.focus()
        elif self.turns.queued:
            self.work(self._take_back(), group="send")
        elif self.turns.running:
            self.turns.stop()
        elif self.drawer_open:
            self.drawer_open = False
            self.prompt.focus()
        elif not self.prompt.has_focus:
            self.prompt.focus()
        else:
            self.transcript.follow()

    async def _take_back(self) -> None:
        text = await self.turns.take_back()
        if text and not self.prompt.text:
            self.prompt.set_value(text)

    def action_panels(self) -> None:
        """Opens or closes the panels: a column where there is room, else a drawer."""
        if self.has_class("-narrow"):
            self.drawer_open = not self.drawer_open
            hidden = not self.drawer_open
        else:
            self.panels_open = not self.panels_open
            hidden = not self.panels_open
        if hidden and not self.prompt.has_focus:
            self.prompt.focus()

    def action_panel(self, name: PanelName) -> None:
        """Opens the panels and goes to one of them."""
        if self.has_class("-narrow"):
            self.drawer_open = True
        else:
            self.panels_open = True
        self.call_after_refresh(self.query_exactly_one(Panels).show, name)

    def action_sessions(self) -> None:
        self.work(opens.sessions(self), group="open")

    def action_model(self) -> None:
        self.work(opens.models(self), group="open")

    def action_help(self) -> None:
        self.work(opens.help_screen(self), group="open")

    def action_search(self) -> None:
        self.search("")

    def search(self, query: str) -> None:
        """Opens the search, with `query` in it."""
        self.work(opens.search(self, query), group="open")

    def action_memory(self) -> None:
        self.work(opens.memory(self), group="open")

    def action_request(self) -> None:
        self.work(opens.request(self), group="open")

    def action_new(self) -> None:
        self.work(self.begin_session(), group="command")

    def action_copy_reply(self) -> None:
        self.run_command("copy", "")

    def action_edit_prompt(self) -> None:
        self.work(opens.editor(self), group="open")

    def palette_commands(self) -> Iterable[SystemCommand]:
        """The slash commands as entries of the palette."""

        def runner(command: slash.Command) -> Callable[[], None]:
            return lambda: self.run_command(command.name, "")

        for command in slash.COMMANDS:
            yield SystemCommand(command.usage, command.about, runner(command))
