"""What the chat is made of: its widgets, its variables, and work in the background."""

import logging
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.screen import Screen

from memchat.core.context import ContextPlan, Recall
from memchat.core.errors import MemchatError
from memchat.core.events import EmbedderChanged, IndexChanged, LearningChanged
from memchat.core.memories import ProfileField
from memchat.core.messages import RollingSummary, Session
from memchat.tui.screens.chat_keys import CHAT_KEYS
from memchat.tui.skeleton import PLACEHOLDER
from memchat.tui.text import shown
from memchat.tui.widgets.chip import CHIP_ACTIONS, Note
from memchat.tui.widgets.completions import Completions
from memchat.tui.widgets.header import Header
from memchat.tui.widgets.hints import Hints
from memchat.tui.widgets.panels import Panels
from memchat.tui.widgets.prompt import Prompt
from memchat.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from memchat.assistant import Assistant, ModelStatus

_log = logging.getLogger(__name__)


class ChatBase(Screen[None]):
    """The frame of the chat.

    Args:
        assistant: Answers, remembers, and holds the sessions.
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
    versions: var[tuple[RollingSummary, ...]] = var(())
    """The rolling summary's, the oldest first; empty until they are looked at."""
    profile: var[tuple[ProfileField, ...]] = var(())
    recall: var[Recall | None] = var(None)
    learning: var[LearningChanged | None] = var(None)
    embedder: var[EmbedderChanged | None] = var(None)
    indexing: var[IndexChanged | None] = var(None)
    reported: var[int | None] = var(None)
    muted: var[frozenset[str]] = var(frozenset())
    pinned: var[frozenset[str]] = var(frozenset())
    """Ids of those of the recalled items that are in every request."""
    resumed: var[bool] = var(default=False)
    """Whether what was recalled was so for an answer from before the session was opened."""
    pending: var[int] = var(0)
    unread: var[bool] = var(default=False)
    """Whether the session reads nothing of what is remembered."""
    panels_open: var[bool] = var(default=True, toggle_class="-panels")
    drawer_open: var[bool] = var(default=False, toggle_class="-drawer")

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__()
        self.assistant = assistant
        settings = assistant.settings
        self.transcript = Transcript(page=settings.interface.page_messages, assistant_name=settings.persona.name)
        self.set_reactive(ChatBase.panels_open, settings.interface.panels)

    @property
    def session_id(self) -> str:
        """The id of the session that is shown; empty before one is."""
        return self.session.id if self.session else ""

    @property
    def space(self) -> str:
        """The space that is shown."""
        return self.assistant.settings.memory.space

    @property
    def prompt(self) -> Prompt:
        """The input."""
        return self.query_exactly_one(Prompt)

    def compose(self) -> ComposeResult:
        yield Header().data_bind(
            ChatBase.plan, ChatBase.recall, ChatBase.profile, ChatBase.learning, ChatBase.indexing, ChatBase.pending
        )
        with Horizontal(id="chat-body"):
            with Vertical(id="chat"):
                yield self.transcript
                completions = Completions()
                yield completions
                with Vertical(id="prompt-box"):
                    yield Prompt(completions, PLACEHOLDER)
            yield Panels(self.assistant.settings.profile.fields).data_bind(
                ChatBase.plan,
                ChatBase.summary,
                ChatBase.versions,
                ChatBase.muted,
                ChatBase.pinned,
                ChatBase.resumed,
                ChatBase.profile,
                ChatBase.recall,
                ChatBase.learning,
                ChatBase.embedder,
                ChatBase.reported,
                ChatBase.unread,
            )
        yield Hints()

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

    def keys_shown(self) -> dict[str, str]:
        """The keys that hold now as they are written on the screen, by binding id."""
        return {
            active.binding.id: self.app.get_key_display(active.binding)
            for active in self.active_bindings.values()
            if active.binding.id
        }

    def chip_keys(self) -> Mapping[str, str]:
        """The keys for what was learned as they are written on the screen, by action."""
        shown = self.keys_shown()
        return {action: shown.get(f"chip.{action}", "") for action in CHIP_ACTIONS}

    def say(self, sentence: str, *, problem: bool = False) -> None:
        """Tells the user something in passing."""
        self.notify(sentence, severity="error" if problem else "information", markup=False)

    def note(self, text: str, kind: Literal["", "learned", "problem"] = "") -> None:
        """Adds a quiet line to the transcript."""
        note = Note(shown(text), classes=f"-{kind}" if kind else None)
        self.work(self.transcript.add(note), group="note")

    def show_model(self, status: "ModelStatus") -> None:
        """Puts the model into the header."""
        header = self.query_exactly_one(Header)
        match status.state:
            case "none":
                header.model, header.where = "no model", ""
            case "unknown":
                header.model, header.where = "looking for a model…", ""
            case "failed":
                header.model, header.where = status.name or status.endpoint, "not reached"
                self.say(status.problem or "The model cannot be reached.", problem=True)
            case "ready":
                header.model, header.where = status.name, "local" if status.local else status.endpoint

    def watch_session(self, session: Session | None) -> None:
        if self.is_mounted and session is not None:
            header = self.query_exactly_one(Header)
            header.title = session.title
            header.incognito = session.incognito
            self.unread = session.incognito and not self.assistant.settings.privacy.incognito_reads
            self.show_place()

    def show_place(self) -> None:
        """Puts the space and how memchat learns there into the header."""
        header, settings = self.query_exactly_one(Header), self.assistant.settings
        header.space, header.mode = settings.memory.space, settings.learning.mode
        header.reads = settings.privacy.incognito_reads

    def show_leaving(self) -> None:
        """Says why the program is not left yet, where something is still learned."""
        self.query_exactly_one(Header).leaving = True

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
