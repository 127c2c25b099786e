"""The memory browser: all that is remembered in one table, with all that can be done about it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from memchat.core.browsing import MemoryRow
from memchat.core.errors import NotFound
from memchat.core.kinds import MEMORY_KINDS
from memchat.memory.zones import user_zone
from memchat.tui.screens.browser import detail, possible
from memchat.tui.screens.browser.base import BrowserBase, Went
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.browser.rules import BrowserRules
from memchat.tui.screens.browser.sight import is_memory, key_of
from memchat.tui.screens.browser.table import Table
from memchat.tui.screens.browser.validity import Validity, ValidityScreen, has_passed
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.text import counted
from memchat.tui.widgets.filter_box import FilterBox
from memchat.tui.widgets.key_line import shown_keys


class BrowserScreen(BrowserRules):
    """The browser with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "Edit", id="memory.edit"),
        Binding("enter", "accept", "Accept", id="memory.accept"),
        Binding("enter", "keep", "Keep this one", id="memory.keep"),
        Binding("enter", "restore", "Restore", id="memory.restore"),
        Binding("enter", "open", "Go to its session", id="memory.open"),
        Binding("space", "mark", "Mark", priority=True, id="memory.mark"),
        Binding("ctrl+d", "forget", "Forget", priority=True, id="memory.forget"),
        Binding("ctrl+d", "reject", "Reject", priority=True, id="memory.reject"),
        Binding("ctrl+d", "keep_both", "Keep both", priority=True, id="memory.keep-both"),
        Binding("ctrl+t", "pin", "Pin", priority=True, id="memory.pin"),
        Binding("ctrl+u", "merge", "Merge", priority=True, id="memory.merge"),
        Binding("ctrl+n", "add", "Add", priority=True, id="memory.add"),
        Binding("ctrl+z", "undo", "Undo", priority=True, id="memory.undo"),
        Binding("ctrl+s", "source", "Source", priority=True, id="memory.source"),
        Binding("ctrl+e", "reword", "Reword", priority=True, show=False, id="memory.reword"),
        Binding("f2", "menu", "More", priority=True, id="memory.menu"),
        Binding("ctrl+y", "redo", "Redo", priority=True, show=False, id="memory.redo"),
        Binding("f4", "changes", "Its changes", priority=True, show=False, id="memory.changes"),
        Binding("shift+f4", "all_changes", "All changes", priority=True, show=False, id="memory.all-changes"),
        Binding("ctrl+r", "archive", "Archive", priority=True, show=False, id="memory.archive"),
        Binding("ctrl+k", "kind", "Change the type", priority=True, show=False, id="memory.kind"),
        Binding("ctrl+l", "validity", "Set when it holds", priority=True, show=False, id="memory.validity"),
        Binding("ctrl+x", "erase", "Erase for good", priority=True, show=False, id="memory.erase"),
        Binding("ctrl+a", "mark_all", "Mark all shown", priority=True, show=False, id="memory.mark-all"),
        Binding("f8", "never", "Never learn things like this", priority=True, show=False, id="memory.never"),
        Binding("f10", "rules", "What is never learned", priority=True, show=False, id="memory.rules"),
        Binding("f9", "accept_kind", "Accept all of this type", priority=True, show=False, id="memory.accept-kind"),
    ]

    # what can be done

    def possible(self) -> Sequence[str]:
        """The names of the actions that can be done with what is marked or under the cursor."""
        return possible.actions(self.targets, self.sight.tab)

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what is marked or under the cursor."""
        if action == "tab":
            return len(self._tabs()) > 1 or not self._loaded
        if action == "mark":
            # A blank is typed where words are being typed, and marks elsewhere.
            return self.row is not None and (self.moved or not self.filter.value)
        if action in possible.ABOUT_ROWS:
            return action in self.possible()
        return super().allows(action, parameters)

    @on(FilterBox.Unable)
    def _unable(self, event: FilterBox.Unable) -> None:
        event.stop()
        said = (possible.why_not(action, self.targets, mark=self.key("memory.mark")) for action in event.actions)
        if self._loaded and (sentence := next(filter(None, said), "")):
            self.app.notify(sentence, markup=False)

    # enter

    @on(Input.Submitted, "#filter")
    async def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        await self._act()

    @on(Table.Chosen)
    async def _chosen(self, event: Table.Chosen) -> None:
        event.stop()
        await self._act()

    async def _act(self) -> None:
        """Does what enter does here."""
        can = self.possible()
        for action in ("keep", "accept", "restore", "open", "edit"):
            if action in can:
                await self.run_action(action)
                return

    # review

    async def action_accept(self) -> None:
        """Uses it from now on."""
        await self.do(self.assistant.memories.accept(self.ids), self.about("Accepted"))

    async def action_reject(self) -> None:
        """Puts it away."""
        await self.do(self.assistant.memories.reject(self.ids), self.about("Rejected"))

    async def action_accept_kind(self) -> None:
        """Accepts all that waits of the type under the cursor."""
        if (here := self.row) is None:
            return
        ids = [row.id for row in self.catalogue.rows if row.status == "pending" and row.kind == here.kind]
        said = f"{counted(len(ids), here.kind)} accepted. {self.key('memory.undo')} takes it back."
        await self.do(self.assistant.memories.accept(ids), said)

    async def action_keep(self) -> None:
        """Settles a contradiction: what is under the cursor is right, and the other is forgotten."""
        if (row := self.row) and (conflict := self.catalogue.conflict_of(row.id)):
            await self.do(self.assistant.memories.settle(conflict.id, row.id), self.about("Settled"))

    async def action_keep_both(self) -> None:
        """Settles a contradiction that is none."""
        if (row := self.row) and (conflict := self.catalogue.conflict_of(row.id)):
            await self.do(self.assistant.memories.settle(conflict.id), "Both stay.")

    # where it stands

    async def action_restore(self) -> None:
        """Uses again what was put away."""
        await self.do(self.assistant.memories.restore(self.ids), self.about("Restored"))

    async def action_archive(self) -> None:
        """Takes it out of recall, and keeps it."""
        await self.do(self.assistant.memories.archive(self.ids), self.about("Archived"))

    async def action_forget(self) -> None:
        """Takes it out of use."""
        await self.do(self.assistant.memories.forget(self.ids), self.about("Forgotten"))

    async def action_pin(self) -> None:
        """Puts it in every request, or takes it out again."""
        pinned = not all(row.pinned for row in self.targets)
        said = self.about("Pinned" if pinned else "Unpinned")
        await self.do(self.assistant.memories.pin(self.ids, pinned=pinned), said)

    def action_kind(self) -> None:
        """Says what type it is."""
        ids, said = self.ids, self.about("Changed")

        async def take(chosen: str | None) -> None:
            kind = next((each for each in MEMORY_KINDS if each == chosen), None)
            if kind is not None:
                await self.do(self.assistant.memories.set_kind(ids, kind), said)

        choices = [Choice(key=kind, text=kind, sign=self.looks.kind(kind)) for kind in MEMORY_KINDS]
        title = "The type" if len(ids) == 1 else f"The type of {len(ids):,} memories"
        self.app.push_screen(ChooseScreen(title, choices), take)

    async def action_validity(self) -> None:
        """Says since when and until when it holds."""
        if not self.targets or (memory := await self.whole(self.targets[0])) is None:
            return
        ids, said = self.ids, self.about("Changed")

        async def take(holds: Validity | None) -> None:
            if holds is not None:
                told = f"It is over now. {said}" if has_passed(holds.end) else said
                await self.do(self.assistant.memories.set_validity(ids, holds.begin, holds.end), told)

        zone = await user_zone(self.assistant.store)
        self.app.push_screen(ValidityScreen(memory.valid_from, memory.valid_to, zone), take)

    async def action_erase(self) -> None:
        """Shows what would go with it, and erases it for good when that is wanted."""
        if len(await self.assistant.store.memories.by_ids(self.ids)) < len(self.ids):
            self.tell_gone()
            return

        def took(erased: bool | None) -> None:  # noqa: FBT001
            self.erased = self.erased or bool(erased)
            self.load()

        self.app.push_screen(EraseScreen(self.assistant, "memory", *self.ids), took)

    # marks

    def action_mark(self) -> None:
        """Marks the row under the cursor, or takes its mark away, and goes to the next."""
        if (row := self.row) is not None:
            key = key_of(row)
            self.table.mark([key], marked=key not in self.table.marked)
            self.moved = True
            self.table.action_cursor(1)
            self._marks_changed()

    @on(Table.Marked)
    def _marked(self, event: Table.Marked) -> None:
        event.stop()
        if (row := self.row) is not None:
            self.table.mark([key_of(row)], marked=key_of(row) not in self.table.marked)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Marks all that is shown; takes all marks away where all is marked."""
        keys = [key_of(row) for row in self.table.shown]
        self.table.mark(keys, marked=not self.table.marked.issuperset(keys))
        self._marks_changed()

    def _marks_changed(self) -> None:
        self._tell(len(self.table.shown))
        self.refresh_bindings()

    def action_close(self) -> None:
        """Takes the marks away, then empties the filter, then closes it."""
        if self.table.marked:
            self.table.mark(tuple(self.table.marked), marked=False)
            self._marks_changed()
        elif self.filter.value:
            self.filter.value = ""
        else:
            super().action_close()

    # elsewhere

    async def action_open(self) -> None:
        """Goes to the session of what is under the cursor."""
        if (row := self.row) is not None and row.session_id is not None:
            await self._leave(row.session_id, row.message_id)

    async def action_source(self) -> None:
        """Goes to the message that it rests on; lets the user choose where there are several."""
        known, row = self.known, self.row
        if known is None or row is None or known.memory.id != row.id:
            await self.action_open()
            return
        sources = [(number, each) for number, each in enumerate(known.memory.sources) if each.session_id]
        if len(sources) == 1:
            await self.action_jump("source", sources[0][0])
        elif sources:

            async def take(key: str | None) -> None:
                if key:
                    await self.action_jump("source", int(key))

            choices = [
                Choice(
                    key=str(number),
                    text=source.quote or detail.title_of(source, known.titles),
                    right=detail.title_of(source, known.titles),
                )
                for number, source in sources
            ]
            self.app.push_screen(ChooseScreen("Which source?", choices), take)

    async def action_jump(self, what: str, number: int) -> None:
        """Goes to a message that the pane names."""
        if what == "session":
            await self.action_open()
        elif self.known is not None and what == "source":
            source = self.known.memory.sources[number]
            if source.session_id:
                await self._leave(source.session_id, source.message_id)
        elif self.known is not None:
            use = self.known.uses[number]
            await self._leave(use.session_id, use.message_id)

    def action_show(self, what: str, number: int) -> None:
        """Goes to another memory that the pane names."""
        if self.known is not None:
            memory = self.known.instead if what == "instead" else self.known.before[number]
            if memory is not None:
                self.go_to_row(memory.id)

    async def _leave(self, session_id: str, message_id: str | None) -> None:
        try:
            deleted = (await self.assistant.session(session_id)).deleted_at is not None
        except NotFound:
            self.fail("The conversation was erased: there is nothing to go to.")
            return
        if deleted:
            self.fail("The conversation was deleted: undoing that brings it back.")
            return
        self.dismiss(Went(erased=self.erased, session_id=session_id, message_id=message_id))

    def action_menu(self) -> None:
        """Lists all that can be done, with its key."""
        choices: list[Choice] = []
        for base in (BrowserScreen, BrowserBase):
            for binding in base.__dict__["BINDINGS"]:
                listed = isinstance(binding, Binding) and binding.action in possible.IN_MENU
                if listed and self.check_action(binding.action, ()):
                    keys = shown_keys(self.app, binding).split(", ")[0]
                    choices.append(Choice(key=binding.action, text=binding.description, right=keys))

        async def take(action: str | None) -> None:
            if action:
                await self.run_action(action)

        self.app.push_screen(ChooseScreen(_with(self.targets), choices), take)


def _with(rows: Sequence[MemoryRow]) -> str:
    """With what something can be done, as a heading."""
    if not rows:
        return "What can be done"
    if all(map(is_memory, rows)):
        return f"With {counted(len(rows), 'memory', 'memories')}"
    return "With what was made of a session" if len(rows) == 1 else f"With {len(rows):,} rows"
