"""Why an answer is as it is: all that was in its request, what just missed it, and what can be done about each."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from memchat.core.errors import MemchatError
from memchat.core.why import Reason, Why
from memchat.tui import changes, looks
from memchat.tui.screens import why_parts
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.rows import Rows

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_ABOUT_MEMORIES = ("pin", "forget", "erase", "browse")


@dataclass(frozen=True, slots=True)
class WhyWent:
    """Where the user wants to go from here.

    Attributes:
        to: To where something was said, to the browser, to the exact request, or on to an answer without something.
        reason: About what; none for the request.
        erased: Whether something was erased meanwhile.
    """

    to: Literal["stay", "source", "browse", "request", "without"]
    reason: Reason | None = None
    erased: bool = False


class WhyScreen(Dialog[WhyWent]):
    """The reasons in a list, the one under the cursor whole beside it.

    Args:
        assistant: Tells and changes.
        message_id: The answer, or the user's message that it answers.
        session_id: Where they are.
        at: The id of the memory, message or session that the cursor begins on.
        again: Whether it is the last one, which alone can be answered again.
    """

    HEADING = "Why this answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "source", "Source", id="why.source"),
        Binding("a", "without", "Answer without it", id="why.without"),
        Binding("e", "edit", "Edit", id="why.edit"),
        Binding("p", "pin", "Pin", id="why.pin"),
        Binding("m", "mute", "Mute", id="why.mute"),
        Binding("d", "forget", "Forget", id="why.forget"),
        Binding("delete", "erase", "Remove for good", id="why.erase"),
        Binding("b", "browse", "Browser", id="why.browse"),
        Binding("r", "request", "Request", id="why.request"),
        Binding("ctrl+z", "undo", "Undo", id="why.undo"),
        Binding("ctrl+y", "redo", "Redo", show=False, id="why.redo"),
        Binding("tab", "app.focus_next", "Other pane", show=False, id="why.pane"),
    ]

    def __init__(
        self, assistant: "Assistant", message_id: str, session_id: str, *, at: str = "", again: bool = False
    ) -> None:
        super().__init__()
        self._assistant = assistant
        self._message_id = message_id
        self._session_id = session_id
        self._at = at
        self._again = again
        self._why: Why | None = None
        self._muted: frozenset[str] = frozenset()
        self._reasons: dict[str, Reason] = {}
        self._erased = False

    def content(self) -> ComposeResult:
        yield Static("", id="what", markup=False)
        with Container(classes="panes"):
            yield Rows(empty="Looking…", steady=True).add_class("list")
            yield Pane()

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self._load()

    @property
    def reason(self) -> Reason | None:
        """What the cursor is on."""
        return self._reasons.get(self.query_one(Rows).key)

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            why = await self._assistant.explaining.why(self._message_id, self._session_id)
            self._muted = await self._assistant.memories.muted(self._session_id)
        except MemchatError as error:
            self.fail(str(error))
            return
        self._why = why
        self._reasons = {why_parts.key_of(each): each for each in (*why.reasons, *why.missed)}
        self._tell(why)
        rows = self.query_one(Rows)
        told = bool(why.request) or not why.note
        rows.empty = "Nothing that is remembered was in the request." if told else why.note
        rows.rows = why_parts.rows(why, looks.of(self.app), self._muted) if self._reasons else ()
        if self._at:
            wanted = [key for key, each in self._reasons.items() if self._at in (each.ref, each.memory_id)]
            places = [place for place, row in enumerate(rows.rows) if row.key and row.key in wanted]
            rows.cursor = places[0] if places else rows.cursor
            self._at = ""
        self._show()

    def _tell(self, why: Why) -> None:
        self.entitle(f"Why · {one_line(why.question.text, 48)}")
        tokens = sum(each.tokens for each in why.reasons)
        said = f"{counted(len(why.reasons), 'memory', 'memories')} in its request, {counted(tokens, 'token')}"
        said += f" of {why.request.plan.tokens:,}." if why.request else "."
        if why.note and not why.reasons and not why.request:
            said = ""  # what is not known, or not there yet, is not none
        self.query_one("#what", Static).update(plain(f"{said} {why.note}".strip()))

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        reason = self.reason
        pane = self.query_one(Pane)
        muted, roomy = self._ref in self._muted, not self.has_class("-short")
        parts = why_parts.whole(reason, muted=muted, roomy=roomy) if reason else ()
        if pane.parts != parts:
            pane.parts = parts
        self.refresh_bindings()

    @property
    def _ref(self) -> str:
        """What is muted or left out: of a profile value its memory."""
        reason = self.reason
        return (reason.memory_id or reason.ref) if reason else ""

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what the cursor is on."""
        reason = self.reason
        match action:
            case "source":
                return reason is not None and reason.session_id is not None and reason.how != "summary"
            case "edit":
                return reason is not None and (bool(reason.memory_id) or reason.how == "summary")
            case "mute":
                return reason is not None and (reason.item is not None or self._ref in self._muted)
            case "without":
                return reason is not None and self._again and not reason.missed
            case "request":
                return self._why is not None and self._why.request is not None
            case _ if action in _ABOUT_MEMORIES:
                return reason is not None and bool(reason.memory_id)
            case _:
                return super().allows(action, parameters)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.action_source()

    def _go(self, to: Literal["source", "browse", "request", "without"]) -> None:
        self.dismiss(WhyWent(to, self.reason, self._erased))

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss(WhyWent("stay", erased=self._erased))

    def action_source(self) -> None:
        """Closes it, and goes to where it was said."""
        if self.check_action("source", ()):
            self._go("source")
        elif self.reason is not None and self.reason.how != "summary":
            self.fail("It was set by hand, outside a session.")

    def action_without(self) -> None:
        """Closes it, and has the message answered again without what the cursor is on."""
        self._go("without")

    def action_browse(self) -> None:
        """Closes it, and shows the memory in the browser."""
        self._go("browse")

    def action_request(self) -> None:
        """Closes it, and shows the exact request."""
        self._go("request")

    @work(group="change")
    async def action_edit(self) -> None:
        """Puts a memory, or the rolling summary, in other words."""
        reason = self.reason
        if reason is None:
            return
        memories = self._assistant.memories
        try:
            if reason.how == "summary":
                found = await self._assistant.store.summaries.latest(self._session_id)
                title, before = "The rolling summary", found.text if found else ""
            else:
                memory = await memories.get(reason.memory_id)
                before = memory.value if memory.field and memory.value is not None else memory.text
                title = f"Profile: {memory.field}" if memory.field else f"Edit the {memory.kind}"
        except MemchatError as error:
            self.fail(str(error))
            return
        after = (await self.app.push_screen_wait(TextEditScreen(title, before)) or "").strip()
        if not after or after == before.strip():
            return
        if reason.how == "summary":
            await self.do(self._assistant.summaries.edit(self._session_id, after), "The next request has it so.")
        else:
            await self.do(memories.edit(reason.memory_id, after), "Kept. ctrl+z takes it back.")

    @work(group="change")
    async def action_pin(self) -> None:
        """Has it in every request, or not any more."""
        if reason := self.reason:
            said = "Unpinned." if reason.pinned else "Pinned: in every request from now on."
            await self.do(self._assistant.memories.pin(reason.memory_id, pinned=not reason.pinned), said)

    @work(group="change")
    async def action_mute(self) -> None:
        """Does not recall it in this session, or does again."""
        ref, memories = self._ref, self._assistant.memories
        if ref in self._muted:
            await self.do(memories.unmute(ref, self._session_id), "Recalled in this session again.")
        else:
            await self.do(memories.mute(ref, self._session_id), "Muted in this session. ctrl+z takes it back.")

    @work(group="change")
    async def action_forget(self) -> None:
        """Takes it out of use."""
        if reason := self.reason:
            await self.do(self._assistant.memories.forget([reason.memory_id]), "Forgotten. ctrl+z brings it back.")

    @work(group="change")
    async def action_erase(self) -> None:
        """Removes it for good once the user has seen what goes."""
        reason = self.reason
        if reason is not None and await self.app.push_screen_wait(
            EraseScreen(self._assistant, "memory", reason.memory_id)
        ):
            self._erased = True
            self._load()

    @work(group="change")
    async def action_undo(self) -> None:
        """Takes the newest change back."""
        await self.do(changes.undo(self._assistant.memories))

    @work(group="change")
    async def action_redo(self) -> None:
        """Makes again what was taken back."""
        await self.do(changes.redo(self._assistant.memories))

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change, tells of it, and shows what it came to."""
        done = await super().do(change, said)
        if done and self.ready:
            self._load()
        return done
