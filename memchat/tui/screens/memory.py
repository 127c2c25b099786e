"""What is remembered, and what waits or was put away: to read, add, edit, review, forget, erase and bring back."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from memchat.core.errors import MemchatError
from memchat.core.memories import Memory
from memchat.core.times import now
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.erase import EraseScreen
from memchat.tui.screens.memory_details import details
from memchat.tui.screens.memory_shelves import EMPTY, SHELVES, Shelf, Shelves, rows
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.text import counted, plain
from memchat.tui.widgets.panels.lines import Prose
from memchat.tui.widgets.panels.rows import Rows
from memchat.tui.widgets.picker import Picker
from memchat.tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_ON_SHELVES: dict[str, tuple[Shelf, ...]] = {
    "edit": ("active",),
    "accept": ("pending",),
    "keep": ("conflicts",),
    "restore": ("archived", "superseded", "forgotten"),
    "reword": ("pending",),
    "add": ("active",),
    "forget": ("active",),
    "reject": ("pending",),
    "keep_both": ("conflicts",),
    "pin": ("active",),
    "archive": ("active",),
}
"""What can be done where."""


class MemoryScreen(Dialog[bool]):
    """A list of all that is known about the user; its result says whether something was erased.

    Args:
        assistant: Remembers.
        shelf: What is shown first.
    """

    HEADING = "Memory"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "Edit", id="memory.edit"),
        Binding("enter", "accept", "Accept", id="memory.accept"),
        Binding("enter", "keep", "Keep this one", id="memory.keep"),
        Binding("enter", "restore", "Restore", id="memory.restore"),
        Binding("ctrl+n", "add", "Add", priority=True, id="memory.add"),
        Binding("ctrl+e", "reword", "Reword, accept", priority=True, id="memory.reword"),
        Binding("ctrl+d", "forget", "Forget", priority=True, id="memory.forget"),
        Binding("ctrl+d", "reject", "Reject", priority=True, id="memory.reject"),
        Binding("ctrl+d", "keep_both", "Keep both", priority=True, id="memory.keep-both"),
        Binding("ctrl+t", "pin", "Pin", priority=True, id="memory.pin"),
        Binding("ctrl+r", "archive", "Archive", priority=True, id="memory.archive"),
        Binding("ctrl+x", "erase", "Erase", priority=True, id="memory.erase"),
        Binding("ctrl+z", "undo", "Undo", priority=True, id="memory.undo"),
        Binding("tab", "shelf(1)", "Next list", priority=True, id="memory.shelf"),
        Binding("shift+tab", "shelf(-1)", "List before", priority=True, show=False, id="memory.shelf-before"),
    ]

    def __init__(self, assistant: "Assistant", shelf: str = "active") -> None:
        super().__init__()
        self._assistant = assistant
        self._shelf: Shelf = next((each for each in SHELVES if each == shelf), "active")
        self._shelves = Shelves()
        self._loaded = False
        self._steps = 0
        self._erased = False

    def content(self) -> ComposeResult:
        yield Tabs(classes="tabs")
        with Container(classes="panes"):
            yield Picker(placeholder="Type to filter", empty="Looking…")
            yield Prose()

    @property
    def _picker(self) -> Picker:
        return self.query_one(Picker)

    @property
    def _chosen(self) -> Memory | None:
        """The memory under the cursor."""
        key = self._picker.key
        return next((memory for memory in self._shelves.on(self._shelf) if memory.id == key), None)

    def on_mount(self) -> None:
        self._picker.focus_filter()
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            memories = await self._assistant.store.memories.list(fields=True)
            conflicts = await self._assistant.memories.conflicts()
        except MemchatError as error:
            self.fail(str(error))
            return
        self._shelves = Shelves(tuple(memories), tuple(conflicts))
        if not self._loaded:
            self._loaded = True
            if not self._shelves.on("active") and self._shelves.on("pending"):
                self._shelf = "pending"
            if self._steps:
                self.action_shelf(self._steps)
        self._show()
        self._preview(self._picker.key)

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        names = self._shelves.names()
        if self._shelf not in names:
            self._shelf = "active"
        tabs = self.query_one(Tabs)
        tabs.names, tabs.chosen = tuple(names.values()), names[self._shelf]
        tabs.display = len(names) > 1
        here = self._shelves.on("active")
        fields = len({memory.field for memory in here if memory.field})
        known = self._assistant.settings.profile.fields
        facts = sum(memory.field is None for memory in here)
        self.entitle(f"Memory · {counted(facts, 'fact')} · {fields} of {len(known)} profile fields")
        words = self._picker.text.casefold().split()
        none = "Nothing here has these words." if words else EMPTY[self._shelf]
        self._picker.show(rows(self._shelves.on(self._shelf), words, now()), none)
        self.refresh_bindings()

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview(event.key)

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _preview(self, key: str) -> None:
        pane, found = self.query_one(Prose), self._chosen
        if found is None or found.id != key:
            pane.parts = ()
            return
        try:
            target = f"profile:{found.field}" if found.field else found.id
            history = await self._assistant.store.memories.history(target)
        except MemchatError:
            history = []
        pane.parts = details(found, history, self._shelves.conflict_of(found.id))

    # where

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what is shown."""
        if action == "shelf":
            return len(self._shelves.names()) > 1 or not self._loaded
        shelves = _ON_SHELVES.get(action)
        return self._shelf in shelves if shelves else super().check_action(action, parameters)

    def action_shelf(self, step: int) -> None:
        """Shows the next list, once it is known which there are."""
        if not self._loaded:
            self._steps += step
            return
        names = list(self._shelves.names())
        self._go_to(names[(names.index(self._shelf) + step) % len(names)])

    @on(Tabs.Chosen)
    def _shelf_chosen(self, event: Tabs.Chosen) -> None:
        event.stop()
        self._go_to(next((shelf for shelf, name in self._shelves.names().items() if name == event.name), "active"))

    def _go_to(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._show()
        self._preview(self._picker.key)

    @on(Rows.Chosen)
    async def _enter(self, event: Rows.Chosen) -> None:
        event.stop()
        for action in ("edit", "accept", "keep", "restore"):
            if self._shelf in _ON_SHELVES[action]:
                await self.run_action(action)

    # what is done

    def action_edit(self) -> None:
        """Edits what is under the cursor."""
        if found := self._chosen:
            self._ask(f"Profile: {found.field}" if found.field else f"Edit the {found.kind}", found)

    def action_add(self) -> None:
        """Writes a new fact."""
        self._ask("A fact to remember", None)

    def action_reword(self) -> None:
        """Accepts what is under the cursor in other words."""
        if found := self._chosen:
            self._ask("Accept in other words", found)

    def _ask(self, title: str, memory: Memory | None) -> None:
        before = "" if memory is None else (memory.value or memory.text) if memory.field else memory.text

        async def take(answer: str | None) -> None:
            new = (answer or "").strip()
            if new and new != before.strip():
                await self._change(self._written(memory, new))

        self.app.push_screen(TextEditScreen(title, before), take)

    def _written(self, memory: Memory | None, text: str) -> Awaitable[object]:
        memories = self._assistant.memories
        if memory is None:
            return memories.remember(text)
        if memory.status == "pending":
            return memories.accept(memory.id, text=text)
        single = memory.field and memory.field not in self._assistant.settings.profile.several
        if single and memory.field and memory.status == "active":
            return memories.set_profile(memory.field, text)
        return memories.edit(memory.id, text)

    async def action_accept(self) -> None:
        """Uses what is under the cursor from now on."""
        if found := self._chosen:
            await self._change(self._assistant.memories.accept(found.id), "Accepted. ctrl+z takes it back.")

    async def action_reject(self) -> None:
        """Puts what is under the cursor away."""
        if found := self._chosen:
            await self._change(self._assistant.memories.reject(found.id), "Rejected. ctrl+z brings it back.")

    async def action_keep(self) -> None:
        """Settles a contradiction: what is under the cursor is right, and the other is forgotten."""
        if (found := self._chosen) and (conflict := self._shelves.conflict_of(found.id)):
            await self._change(
                self._assistant.memories.settle(conflict.id, found.id), "Settled. ctrl+z brings the other one back."
            )

    async def action_keep_both(self) -> None:
        """Settles a contradiction that is none."""
        if (found := self._chosen) and (conflict := self._shelves.conflict_of(found.id)):
            await self._change(self._assistant.memories.settle(conflict.id), "Both stay.")

    async def action_restore(self) -> None:
        """Uses again what is under the cursor."""
        if found := self._chosen:
            await self._change(self._assistant.memories.restore(found.id), "In use again.")

    async def action_archive(self) -> None:
        """Takes what is under the cursor out of recall, and keeps it."""
        if found := self._chosen:
            await self._change(self._assistant.memories.archive(found.id), "Archived. ctrl+z brings it back.")

    async def action_forget(self) -> None:
        """Takes what is under the cursor out of recall; it can be undone."""
        found = self._chosen
        if found is None:
            return
        # Of a profile field it is this value that goes: a past one may be under the cursor.
        said = "Emptied. ctrl+z brings the value back." if found.field else "Forgotten. ctrl+z brings it back."
        await self._change(self._assistant.memories.forget(found.id), said)

    async def action_pin(self) -> None:
        """Puts the fact under the cursor in every request, or takes it out again."""
        found = self._chosen
        if found is not None and found.field is None:
            await self._change(self._assistant.memories.pin(found.id, pinned=not found.pinned))

    def action_erase(self) -> None:
        """Shows what would go with what is under the cursor, and erases it for good when that is wanted."""

        def took(erased: bool | None) -> None:  # noqa: FBT001
            self._erased = self._erased or bool(erased)
            self._load()

        if found := self._chosen:
            self.app.push_screen(EraseScreen(self._assistant, "memory", found.id), took)

    async def action_undo(self) -> None:
        """Takes the newest change back."""
        try:
            change = await self._assistant.memories.undo()
        except MemchatError as error:
            self.fail(str(error))
            return
        said = f"Taken back: {change.action} by {change.actor}." if change else "There is no change to take back."
        self.notify(plain(said), markup=False)
        self._load()

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss(True if self._erased else None)

    async def _change(self, change: Awaitable[object], said: str = "") -> None:
        try:
            await change
        except MemchatError as error:
            self.fail(str(error))
            return
        self.fail("")
        if said:
            self.notify(said, markup=False)
        self._load()
