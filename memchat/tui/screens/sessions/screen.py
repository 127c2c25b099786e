"""What can be done with the sessions in the list."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.binding import Binding, BindingType

from memchat.core.errors import MemchatError
from memchat.core.messages import Session
from memchat.tui import changes
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.sessions.base import Picked, SessionsBase
from memchat.tui.screens.sessions.deleting import DeleteScreen, Fate
from memchat.tui.screens.sessions.narrowing import SHELVES, tag_key, tags_of, written_tags
from memchat.tui.screens.sessions.preview import UNTITLED
from memchat.tui.screens.sessions.shelf_bar import SHELF_NAMES
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.key_line import shown_keys
from memchat.tui.widgets.panels.rows import Rows
from memchat.tui.widgets.picker import Picker

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_ABOUT_ONE = frozenset(("rename", "retag", "archive", "unarchive", "fork", "export", "delete"))


class SessionsScreen(SessionsBase):
    """Its result is the session to open, or none.

    Args:
        assistant: Of the space that is shown; the others are looked into through it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="sessions.open"),
        Binding("ctrl+r", "rename", "Rename", priority=True, id="sessions.rename"),
        Binding("ctrl+t", "retag", "Tags", priority=True, id="sessions.tag"),
        Binding("ctrl+a", "archive", "Archive", priority=True, id="sessions.archive"),
        Binding("ctrl+a", "unarchive", "Bring back", priority=True, id="sessions.unarchive"),
        Binding("ctrl+k", "fork", "Fork", priority=True, id="sessions.fork"),
        Binding("ctrl+e", "export", "Export", priority=True, id="sessions.export"),
        Binding("ctrl+d", "delete", "Delete", priority=True, id="sessions.delete"),
        Binding("ctrl+z", "undo", "Undo", priority=True, show=False, id="sessions.undo"),
        Binding("ctrl+y", "redo", "Redo", priority=True, show=False, id="sessions.redo"),
        Binding("ctrl+f", "filters", "Filter", priority=True, id="sessions.filters"),
        Binding("tab", "space(1)", "Space", priority=True, id="sessions.space"),
        Binding("shift+tab", "space(-1)", "Space before", priority=True, show=False, id="sessions.space-before"),
        Binding("shift+up", "read(-1)", "Read up", priority=True, show=False, id="sessions.read-up"),
        Binding("shift+down", "read(1)", "Read down", priority=True, show=False, id="sessions.read-down"),
        Binding("escape", "close", "Close", id="dialog.close"),
    ]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__(assistant)
        self._editing: Literal["title", "tags"] = "title"

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what is under the cursor; there is nowhere to go to from the only space."""
        if action == "space":
            return len(self._spaces) > 1
        if action == "open":
            return bool(self.picker.key) or self._begins
        session = self.session
        if action in _ABOUT_ONE and session is None:
            return False
        if session is not None and action in ("archive", "unarchive"):
            return (session.archived_at is not None) == (action == "unarchive")
        return super().allows(action, parameters)

    def action_close(self) -> None:
        """Empties the box, then closes."""
        if self.picker.filter.value:
            self.write("")
        else:
            super().action_close()

    # opening

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(Picked(self.space, event.key))

    @on(Picker.Taken)
    def _taken(self, event: Picker.Taken) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Closes the list with the session under the cursor; in another space that has none, a new one begins."""
        if self.picker.key or self._begins:
            self.dismiss(Picked(self.space, self.picker.key))

    @property
    def _begins(self) -> bool:
        """Whether opening begins a session, in another space that has none."""
        return self._assistant is not self._own and not self._sessions

    # in its place

    def action_rename(self) -> None:
        """Edits the title in its place."""
        if session := self.session:
            self._editing = "title"
            self.picker.edit(session.title, x=0)
            self.refresh_bindings()

    def action_retag(self) -> None:
        """Edits the tags in the place of the title."""
        if session := self.session:
            self._editing = "tags"
            self.picker.edit(_written(session.tags), x=0, empty="tags, such as kyoto travel")
            self.refresh_bindings()

    @on(Picker.Left)
    def _left(self, event: Picker.Left) -> None:
        event.stop()
        self.refresh_bindings()

    @on(Picker.Edited)
    async def _edited(self, event: Picker.Edited) -> None:
        event.stop()
        session = self._sessions.get(event.key)
        if session is None:
            return
        if self._editing == "tags":
            tags = written_tags(event.text)
            if [tag_key(tag) for tag in tags] != [tag_key(tag) for tag in session.tags]:
                await self.do(self._assistant.sessions.retag(session.id, tags))
        elif event.text != session.title:
            await self.do(self._assistant.rename(session.id, event.text))

    # changes

    async def action_archive(self) -> None:
        """Files the session away: out of the list, and still recalled from."""
        if session := self.session:
            said = f"Archived “{_name(session)}”: out of the list, still recalled. {self._undo_key} takes it back."
            await self.do(self._assistant.sessions.archive(session.id), said)

    async def action_unarchive(self) -> None:
        """Brings the session back into the list."""
        if session := self.session:
            await self.do(self._assistant.sessions.unarchive(session.id), f"“{_name(session)}” is back in the list.")

    @work(group="fork", exit_on_error=False)
    async def action_fork(self) -> None:
        """Goes on from the end of the session in one of its own."""
        session = self.session
        if session is None:
            return
        try:
            last = await self._assistant.store.messages.last(session.id)
            if last is None:
                return
            forked = await self._assistant.sessions.fork(session.id, last.id)
        except MemchatError as error:
            self.fail(str(error))
            return
        self.app.notify(plain(f"This goes on from “{_name(session)}”, which stays as it is."), markup=False)
        self.dismiss(Picked(self.space, forked.id))

    @work(group="export", exit_on_error=False)
    async def action_export(self) -> None:
        """Writes the session as Markdown, into the folder that memchat was begun in."""
        from memchat.assistant.transcript import as_markdown
        from memchat.tui import export as exporting

        session = self.session
        if session is None:
            return
        try:
            found = await self._assistant.transcript(session.id)
            text = as_markdown(found, assistant_name=self._assistant.settings.persona.name)
            written = await asyncio.to_thread(exporting.write, Path(exporting.file_name(session)), text)
        except MemchatError as error:
            self.fail(str(error))
            return
        self.fail("")
        self.notify(plain(f"Written to {written}"), markup=False)

    @work(group="delete", exit_on_error=False)
    async def action_delete(self) -> None:
        """Deletes the session; asks first whether what was learned in it goes too, where there is something."""
        session = self.session
        if session is None:
            return
        try:
            resting = await self._assistant.sessions.resting_on(session.id)
        except MemchatError as error:
            self.fail(str(error))
            return
        fate: Fate | None = "stay"
        if resting.alone:
            fate = await self.app.push_screen_wait(DeleteScreen(session, resting, self._undo_key))
        if fate is None:
            return
        gone = counted(len(resting.alone), "memory", "memories") if fate == "go" else ""
        said = f"Deleted “{_name(session)}”{f' and forgot {gone}' if gone else ''}. {self._undo_key} brings it back."
        await self.do(self._assistant.sessions.delete(session.id, with_memories=fate == "go"), said)

    # back and forth

    async def action_undo(self) -> None:
        """Takes the newest change back."""
        await self.do(changes.undo(self._assistant.memories))

    async def action_redo(self) -> None:
        """Makes again what was taken back last."""
        await self.do(changes.redo(self._assistant.memories))

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change and tells of it, over what was told before."""
        self.app.clear_notifications()
        done = await super().do(change, said)
        if done and self.ready:
            self.load()
        return done

    @property
    def _undo_key(self) -> str:
        found = next(each for each in self.BINDINGS if isinstance(each, Binding) and each.id == "sessions.undo")
        return shown_keys(self.app, found).split(", ")[0]

    # narrowing

    @work(group="filters", exit_on_error=False)
    async def action_filters(self) -> None:
        """Chooses which sessions are listed."""
        looked = self._narrowing
        sign = "x" if self.looks.ascii else "✓"
        away = sum(session.archived_at is not None for session in self._sessions.values())
        numbers = {"": len(self._sessions) - away, "archived": away, "all": len(self._sessions)}

        def choice(key: str, text: str, number: int, *, on: bool) -> Choice:
            return Choice(key=key, text=text, sign=(sign if on else " ", "$accent"), right=f"{number:,}")

        choices = [Choice(key="", text="Sessions that are")]
        choices += [
            choice(f"shelf:{shelf}", SHELF_NAMES[shelf], numbers[shelf], on=looked.shelf == shelf) for shelf in SHELVES
        ]
        if tags := tags_of(self._sessions.values()):
            choices.append(Choice(key="", text="With the tag"))
            choices += [choice(f"tag:{tag}", f"#{tag}", number, on=tag_key(tag) in looked.tags) for tag, number in tags]
        if chosen := await self.app.push_screen_wait(ChooseScreen("Show", choices)):
            self.choose(chosen)


def _name(session: Session) -> str:
    return one_line(session.title, 40) or UNTITLED


def _written(tags: tuple[str, ...]) -> str:
    """Tags as they are edited."""
    return (", " if any(" " in tag for tag in tags) else " ").join(tags)
