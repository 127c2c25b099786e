"""What is written in the browser: a memory in other words, a new one, one out of several."""

from collections.abc import Awaitable

from textual import on
from textual.binding import Binding

from memchat.core.browsing import MemoryRow
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import BackgroundEvent
from memchat.core.memories import Memory
from memchat.tui.screens.browser import detail
from memchat.tui.screens.browser.base import BrowserBase
from memchat.tui.screens.browser.columns import text_place
from memchat.tui.screens.browser.sight import is_memory, key_of
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.text import plain
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.key_line import shown_keys

_INLINE = 200
"""Characters of a text that is edited in its row; a longer one, or one of several lines, gets an editor."""


_GONE = "It is gone: another window erased it."
_SOME_GONE = "Nothing was done: some of what is marked is gone, since another window erased it."


class BrowserWords(BrowserBase):
    """The browser with what writes words, and with how a change is made and told of."""

    _late: BackgroundEvent | None = None
    """What happened while a row was being edited."""

    def heard(self, event: BackgroundEvent) -> None:
        if self.ready and self.editing:
            self._late = event  # a row that is being edited stays where it is
        else:
            super().heard(event)

    def refused(self, error: MemchatError) -> None:
        """Says why a change cannot be made; what is gone is shown no more."""
        if isinstance(error, NotFound):
            self.tell_gone()
        else:
            super().refused(error)

    def tell_gone(self) -> None:
        """Says that what something was to be done with is not there, and looks again."""
        self.fail(_GONE if len(self.targets) == 1 else _SOME_GONE)
        self.load()

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change and tells of it; what was marked is not any more."""
        done = await super().do(change, said)
        if done and self.ready:
            self.table.marked.clear()
            self.load()
        return done

    def about(self, verb: str) -> str:
        """`Archived.`, or of several `3 archived.`, and how to take it back."""
        number = len(self.targets)
        said = f"{verb}." if number == 1 else f"{number:,} {verb.lower()}."
        return f"{said} {self.key('memory.undo')} takes it back."

    def key(self, id: str) -> str:
        """How the first key of a binding is written."""
        found = next(each for each in self.BINDINGS if isinstance(each, Binding) and each.id == id)
        return shown_keys(self.app, found).split(", ")[0]

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self.targets if is_memory(row)]

    async def action_edit(self) -> None:
        """Edits the row under the cursor in its place, or in an editor when it is long."""
        row = self.row
        if row is None:
            return
        memory = await self.whole(row)
        if memory is None:
            return
        said = detail.said(memory)
        if len(said) > _INLINE or "\n" in said:
            await self.action_reword()
            return
        place, table = text_place(self.table.scrollable_content_region.width), self.table
        box = self.query_exactly_one(InlineInput)
        line = table.cursor - table.scroll_offset.y
        box.begin(
            key_of(row),
            said,
            x=place.start + table.gutter.left,
            y=table.region.y - self.query_one(".list").region.y + line,
            width=place.width,
        )
        self.refresh_bindings()

    @on(InlineInput.Ended)
    async def _edited(self, event: InlineInput.Ended) -> None:
        event.stop()
        if event.focused:
            self.filter.focus()
        self.refresh_bindings()
        row = self.catalogue.row(event.key)
        if event.value and row is not None and (memory := await self.whole(row)) is not None:
            await self._word(memory, event.value)
        if self._late is not None:
            late, self._late = self._late, None
            self.heard(late)

    async def action_reword(self) -> None:
        """Edits what is under the cursor in an editor; what waits is accepted with that."""
        row = self.row
        if row is None:
            return
        if row.kind == "summary":
            await self._edit_summary(row)
            return
        memory = await self.whole(row)
        if memory is None:
            return

        async def take(text: str | None) -> None:
            await self._word(memory, text or "")

        title = f"Profile: {memory.field}" if memory.field else f"Edit the {memory.kind}"
        title = "Accept in other words" if memory.status == "pending" else title
        self.app.push_screen(TextEditScreen(title, detail.said(memory)), take)

    async def _word(self, memory: Memory, text: str) -> None:
        new = text.strip()
        if not new or new == detail.said(memory).strip():
            return
        memories = self.assistant.memories
        single = memory.field and memory.field not in self.assistant.settings.profile.several
        if memory.status == "pending":
            await self.do(memories.accept(memory.id, text=new), self.about("Accepted"))
        elif single and memory.field and memory.status == "active":
            await self.do(memories.set_profile(memory.field, new))
        else:
            await self.do(memories.edit(memory.id, new))

    async def _edit_summary(self, row: MemoryRow) -> None:
        before = await self.assistant.store.summaries.latest(row.id)
        if before is None:
            return

        async def take(text: str | None) -> None:
            if text and text.strip() != before.text.strip():
                await self.do(self.assistant.summaries.edit(row.id, text.strip()))

        self.app.push_screen(TextEditScreen("The rolling summary", before.text), take)

    async def whole(self, row: MemoryRow) -> Memory | None:
        try:
            return await self.assistant.memories.get(row.id)
        except MemchatError as error:
            self.refused(error)
            return None

    def action_add(self) -> None:
        """Writes a new fact."""

        async def take(text: str | None) -> None:
            if new := (text or "").strip():
                await self.do(self.assistant.memories.remember(new), "Remembered.")

        self.app.push_screen(TextEditScreen("A fact to remember"), take)

    async def action_merge(self) -> None:
        """Makes one memory of those that are marked."""
        ids = self.ids
        parts = await self.assistant.store.memories.by_ids(ids)

        async def take(text: str | None) -> None:
            if words := " ".join((text or "").split()):
                await self.do(self.assistant.memories.merge(ids, words), f"{len(ids):,} merged.")

        together = "\n".join(dict.fromkeys(plain(detail.said(part)) for part in parts))
        self.app.push_screen(TextEditScreen(f"Merge {len(ids):,} into one statement", together), take)
