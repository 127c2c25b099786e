"""The sessions: find one, look into it, open, rename or delete it."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from memchat.core.errors import MemchatError
from memchat.core.messages import Message, Session
from memchat.core.times import ago, now
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker
from memchat.tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class Picked:
    """The session to open, in which space; no id begins one there."""

    space: str
    session_id: str


class SessionsScreen(Dialog[Picked | None]):
    """Its result is the session to open, or none.

    Args:
        assistant: Of the space that is shown; the others are looked into through it.
    """

    HEADING = "Sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="sessions.open"),
        Binding("ctrl+r", "rename", "Rename", id="sessions.rename"),
        Binding("ctrl+d", "delete", "Delete", priority=True, id="sessions.delete"),
        Binding("ctrl+z", "restore", "Undo", priority=True, id="sessions.undo"),
        Binding("tab", "space(1)", "Space", priority=True, id="sessions.space"),
        Binding("shift+tab", "space(-1)", "Space before", priority=True, show=False, id="sessions.space-before"),
    ]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__()
        self._own = self._assistant = assistant
        self._spaces: list[str] = []
        self._sessions: dict[str, Session] = {}
        self._folded: list[tuple[str, str]] = []
        self._deleted: list[str] = []

    def content(self) -> ComposeResult:
        yield Tabs(classes="tabs")
        with Container(classes="panes"):
            yield Picker(placeholder="Type to filter by title or words", empty="Looking…")
            yield Prose()

    @property
    def _picker(self) -> Picker:
        return self.query_one(Picker)

    @property
    def _space(self) -> str:
        return self._assistant.settings.memory.space

    def on_mount(self) -> None:
        self._picker.focus_filter()
        self._list_spaces()
        self._load()

    async def on_unmount(self) -> None:
        await self._leave_space()

    @work(exclusive=True, group="spaces")
    async def _list_spaces(self) -> None:
        self._spaces = await asyncio.to_thread(self._own.paths.spaces)
        self._show_spaces()
        self.refresh_bindings()

    def _show_spaces(self) -> None:
        tabs = self.query_one(Tabs)
        tabs.names = tuple(self._spaces)
        tabs.chosen = self._space
        tabs.display = len(self._spaces) > 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nowhere to go to from the only space."""
        return len(self._spaces) > 1 if action == "space" else super().check_action(action, parameters)

    async def action_space(self, step: int) -> None:
        """Looks into the next space."""
        place = self._spaces.index(self._space) if self._space in self._spaces else 0
        await self._look_into(self._spaces[(place + step) % len(self._spaces)])

    @on(Tabs.Chosen)
    async def _space_chosen(self, event: Tabs.Chosen) -> None:
        event.stop()
        await self._look_into(event.name)

    async def _look_into(self, space: str) -> None:
        if space == self._space:
            return
        try:
            other = self._own if space == self._own.settings.memory.space else await self._own.in_space(space)
        except MemchatError as error:
            self.fail(str(error))
            return
        await self._leave_space()
        self._assistant = other
        self._deleted.clear()
        self._show_spaces()
        self._load()

    async def _leave_space(self) -> None:
        """Closes what was opened to look into another space."""
        other, self._assistant = self._assistant, self._own
        if other is not self._own:
            self.workers.cancel_node(self)
            await other.close()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        try:
            sessions = await self._assistant.store.sessions.list()
        except MemchatError as error:
            self.fail(str(error))
            return
        self._sessions = {session.id: session for session in sessions}
        self._folded = [(session.id, session.title.casefold()) for session in sessions]
        self.entitle(f"Sessions · {len(sessions):,}")
        self._filter(self._picker.text)
        self._preview(self._picker.key)

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        self._filter(event.text)

    def _filter(self, text: str) -> None:
        """Shows at once what the titles say, then what the messages say too."""
        words = text.casefold().split()
        self._show([key for key, title in self._folded if all(word in title for word in words)])
        self._search(text)

    @work(exclusive=True, group="search")
    async def _search(self, text: str) -> None:
        if not text:
            return
        try:
            found = {session.id for session in await self._assistant.store.sessions.list(search=text, limit=200)}
        except MemchatError as error:
            self.fail(str(error))
            return
        words = text.casefold().split()
        self._show([key for key, title in self._folded if key in found or all(word in title for word in words)])

    def _show(self, keys: Sequence[str]) -> None:
        present = now()
        none = "No session yet. What you send begins one."
        if self._picker.text:
            none = "No session has these words."
        elif self._assistant is not self._own:
            none = f"No session in {self._space} yet. enter goes there and begins one."
        self._picker.show(
            tuple(
                Row(
                    key=session.id,
                    left=((one_line(session.title, 120) or _UNTITLED, "$foreground"),),
                    right=((f"{session.message_count:>5,}  {ago(session.updated_at, present):>3}", "$dim"),),
                )
                for session in (self._sessions[key] for key in keys)
            ),
            none,
        )

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview(event.key)

    @work(exclusive=True, group="preview")
    async def _preview(self, id: str) -> None:
        pane = self.query_one(Prose)
        session = self._sessions.get(id)
        if session is None:
            pane.parts = ()
            return
        store = self._assistant.store
        try:
            summary = await store.summaries.of_session(id)
            rolling = await store.summaries.latest(id) if summary is None else None
            newest = await store.messages.page(id, before_seq=None, limit=4)
        except MemchatError as error:
            self.fail(str(error))
            return
        pane.parts = _preview(session, summary.text if summary else rolling.text if rolling else "", newest)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(Picked(self._space, event.key))

    @on(Picker.Taken)
    def _taken(self, event: Picker.Taken) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Closes the list with the session under the cursor; in another space that has none, a new one begins."""
        if self._picker.key or (self._assistant is not self._own and not self._sessions):
            self.dismiss(Picked(self._space, self._picker.key))

    def action_rename(self) -> None:
        """Edits the title in its place."""
        if session := self._sessions.get(self._picker.key):
            self._picker.edit(session.title, x=0)

    @on(Picker.Edited)
    async def _renamed(self, event: Picker.Edited) -> None:
        if event.key in self._sessions and event.text != self._sessions[event.key].title:
            await self._change(self._assistant.rename(event.key, event.text))

    async def action_delete(self) -> None:
        """Deletes the session under the cursor; ctrl+z brings it back."""
        if session := self._sessions.get(self._picker.key):
            self._deleted.append(session.id)
            await self._change(self._assistant.store.sessions.delete(session.id))
            title = one_line(session.title, 40) or _UNTITLED
            self.notify(f"Deleted “{title}”. ctrl+z brings it back.", markup=False)

    async def action_restore(self) -> None:
        """Brings back the session that was deleted last."""
        if self._deleted:
            await self._change(self._assistant.store.sessions.restore(self._deleted.pop()))
            self.app.clear_notifications()
            self.notify("It is back.")
        else:
            self.notify("There is nothing to undo here.")

    async def _change(self, change: Awaitable[object]) -> None:
        try:
            await change
        except MemchatError as error:
            self.fail(str(error))
            return
        self.fail("")
        self._load()


def _preview(session: Session, summary: str, newest: Sequence[Message]) -> tuple[Part, ...]:
    began = session.created_at.astimezone()
    facts = [f"{began.day} {began:%b %Y, %H:%M}", counted(session.message_count, "message")]
    if session.model:
        facts.append(plain(session.model))
    parts: list[Part] = [
        (f"{one_line(session.title, 200) or _UNTITLED}\n", "bold $foreground"),
        (" · ".join(facts) + "\n\n", "$dim"),
    ]
    if summary:
        parts += [("Summary\n", "$primary"), (f"{plain(summary)}\n\n", "")]
    if newest:
        parts.append(("Last said\n", "$primary"))
    for message in newest:
        who, colour = ("you", "$user-message") if message.role == "user" else ("ai ", "$assistant-message")
        parts += [(f"{who} ", f"bold {colour}"), (f"{one_line(message.text, 300)}\n", "")]
    if session.draft.strip():
        parts += [("\nDraft\n", "$primary"), (one_line(session.draft, 300), "italic")]
    return tuple(parts)
