"""The list of sessions: of which space, narrowed by what is typed, with what is under the cursor beside it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container

from memchat.core.errors import MemchatError
from memchat.core.messages import Session
from memchat.core.times import ago, now
from memchat.tui import looks
from memchat.tui.screens.dialog import EditingDialog
from memchat.tui.screens.sessions import preview
from memchat.tui.screens.sessions.narrowing import SHELVES, Narrowing, narrowing, tags_of, with_shelf, with_tag
from memchat.tui.screens.sessions.preview import UNTITLED
from memchat.tui.screens.sessions.shelf_bar import ShelfBar
from memchat.tui.text import one_line
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker
from memchat.tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_MOST_FOUND = 200
"""How many sessions are looked for by what was said in them."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The session to open, in which space; no id begins one there."""

    space: str
    session_id: str


class SessionBox(Picker):
    """The box over the whole width; under it which sessions are listed, they, and the one under the cursor."""

    def compose(self) -> ComposeResult:
        yield self.filter
        yield ShelfBar()
        with Container(classes="panes"):
            yield self.list
            yield Pane()
        yield self.inline


class SessionsBase(EditingDialog[Picked | None]):
    """The list, and how it is narrowed.

    Args:
        assistant: Of the space that is shown; the others are looked into through it.
    """

    HEADING = "Sessions"
    CSS_PATH: ClassVar = [Path(__file__).parent.with_name("dialog.tcss"), Path(__file__).with_name("sessions.tcss")]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__()
        self._own = self._assistant = assistant
        self._spaces: list[str] = []
        self._sessions: dict[str, Session] = {}
        self._folded: dict[str, str] = {}
        self._narrowing = Narrowing()

    def content(self) -> ComposeResult:
        yield Tabs(classes="tabs")
        yield SessionBox(placeholder="Words in titles and messages, or #tag", empty="Looking…")

    @property
    def picker(self) -> SessionBox:
        return self.query_exactly_one(SessionBox)

    @property
    def session(self) -> Session | None:
        """The session under the cursor."""
        return self._sessions.get(self.picker.key)

    @property
    def space(self) -> str:
        """The space whose sessions are shown."""
        return self._assistant.settings.memory.space

    @property
    def looks(self) -> looks.Looks:
        """The signs."""
        return looks.of(self.app)

    def on_mount(self) -> None:
        self.picker.focus_filter()
        self._list_spaces()
        self.load()

    async def on_unmount(self) -> None:
        await self._leave_space()

    # spaces

    @work(exclusive=True, group="spaces")
    async def _list_spaces(self) -> None:
        self._spaces = await asyncio.to_thread(self._own.paths.spaces)
        if self.ready:
            self._show_spaces()
            self.refresh_bindings()

    def _show_spaces(self) -> None:
        tabs = self.query_one(Tabs)
        tabs.names = tuple(self._spaces)
        tabs.chosen = self.space
        tabs.display = len(self._spaces) > 1

    async def action_space(self, step: int) -> None:
        """Looks into the next space."""
        place = self._spaces.index(self.space) if self.space in self._spaces else 0
        await self._look_into(self._spaces[(place + step) % len(self._spaces)])

    @on(Tabs.Chosen)
    async def _space_chosen(self, event: Tabs.Chosen) -> None:
        event.stop()
        await self._look_into(event.name)

    async def _look_into(self, space: str) -> None:
        if space == self.space:
            return
        try:
            other = self._own if space == self._own.settings.memory.space else await self._own.in_space(space)
        except MemchatError as error:
            self.fail(str(error))
            return
        await self._leave_space()
        self._assistant = other
        self._show_spaces()
        self.load()

    async def _leave_space(self) -> None:
        """Closes what was opened to look into another space."""
        other, self._assistant = self._assistant, self._own
        if other is not self._own:
            self.workers.cancel_node(self)
            await other.close()

    # the list

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Reads the sessions anew."""
        try:
            sessions = await self._assistant.sessions.list(archived=None)
        except MemchatError as error:
            self.fail(str(error))
            return
        if not self.ready:
            return
        self._sessions = {session.id: session for session in sessions}
        self._folded = {session.id: session.title.casefold() for session in sessions}
        away = sum(session.archived_at is not None for session in sessions)
        bar = self.query_exactly_one(ShelfBar)
        bar.counts, bar.tags = (len(sessions) - away, away), tags_of(sessions)
        bar.display = bool(away or bar.tags)
        self._narrow()

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self._narrow()

    def _narrow(self) -> None:
        """Shows at once what the titles say, then what the messages say too."""
        self._narrowing = narrowing(self.picker.text)
        self.query_exactly_one(ShelfBar).looked = self._narrowing
        self._show(frozenset())
        if self._narrowing.words:
            self._search(self._narrowing)
        else:
            self.workers.cancel_group(self, "search")
            self._preview(self.picker.key)

    @work(exclusive=True, group="search")
    async def _search(self, looked: Narrowing) -> None:
        archived = None if looked.shelf == "all" else looked.shelf == "archived"
        words = " ".join(looked.words)
        try:
            found = await self._assistant.sessions.list(search=words, limit=_MOST_FOUND, archived=archived)
        except MemchatError as error:
            self.fail(str(error))
            return
        if self.ready:
            self._show(frozenset(session.id for session in found))
            self._preview(self.picker.key)

    def _show(self, said: frozenset[str]) -> None:
        """Lists the sessions with the words in their titles, and those in whose messages they were found."""
        looked, present = self._narrowing, now()
        shown = [
            session
            for key, session in self._sessions.items()
            if looked.fits(session) and (key in said or looked.titled(self._folded[key]))
        ]
        whole = len(self._sessions)
        narrowed = len(shown) != whole and bool(whole)
        self.entitle(f"Sessions · {len(shown):,} of {whole:,}" if narrowed else f"Sessions · {whole:,}")
        self.picker.show(tuple(_row(session, present) for session in shown), self._none())
        self.refresh_bindings()

    def _none(self) -> str:
        """What is said where no session is shown."""
        looked = self._narrowing
        if looked.words or looked.tags:
            return "No session has these words." if looked.words else "No session has this tag."
        if looked.shelf == "archived":
            return (
                "No session is archived. ctrl+a files the one under the cursor away: out of the list, still recalled."
            )
        if self._sessions and looked.shelf == "":
            return "Every session is archived. is:archived lists them."
        if self._assistant is not self._own:
            return f"No session in {self.space} yet. enter goes there and begins one."
        return "No session yet. What you send begins one."

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self.refresh_bindings()
        self._preview(event.key)

    @work(exclusive=True, group="preview")
    async def _preview(self, id: str) -> None:
        session = self._sessions.get(id)
        if session is None:
            if self.ready:
                self.query_one(Pane).parts = ()
            return
        try:
            looked = await preview.look(self._assistant, session, self._narrowing.words)
        except MemchatError as error:
            self.fail(str(error))
            return
        if not self.ready:
            return
        roomy = not self.has_class("-short")
        self.query_one(Pane).parts = preview.parts(session, looked, now(), self.looks, roomy=roomy)

    def action_read(self, step: int) -> None:
        """Scrolls what is beside the list."""
        self.query_one(Pane).scroll_relative(y=step, animate=False)

    # narrowing by key and mouse

    def write(self, typed: str) -> None:
        """Puts a text in the box, where what narrows the list can be learned."""
        box = self.picker.filter
        box.value = typed
        box.cursor_position = len(typed)

    @on(ShelfBar.Chosen)
    def _chosen_in_bar(self, event: ShelfBar.Chosen) -> None:
        event.stop()
        self.choose(f"{event.what}:{event.name}")

    def choose(self, key: str) -> None:
        """Shows a shelf, or the sessions with a tag: `shelf:archived`, `tag:kyoto`."""
        what, _, name = key.partition(":")
        if what == "tag":
            self.write(with_tag(self.picker.text, name))
        else:
            self.write(with_shelf(self.picker.text, next(each for each in SHELVES if each == name)))


def _row(session: Session, present: datetime) -> Row:
    away = session.archived_at is not None
    title: Part = (one_line(session.title, 120) or UNTITLED, "$dim" if away else "$foreground")
    tags: Part = ("".join(f"  #{one_line(tag, 24)}" for tag in session.tags), "$accent")
    kept: Part = ("archived " if away else "", "$warning")
    return Row(
        key=session.id,
        left=(title, tags),
        right=(kept, (f"{session.message_count:>5,}  {ago(session.updated_at, present):>3}", "$dim")),
    )
