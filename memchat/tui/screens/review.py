"""A few memories, one after the other: what waits for the user's review, and what was learned from a message."""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from memchat.core.memories import Memory
from memchat.tui import changes, looks
from memchat.tui.screens.browser import detail, never
from memchat.tui.screens.browser.base import Went
from memchat.tui.screens.review_list import ReviewList
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.text import counted, plain
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.panels.rows import Rows

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_INLINE = 200
"""Characters of a text that is edited in its line; a longer one, or one of several lines, gets an editor."""

_SIGN = 2
"""Cells of the sign before a line, and the blank after it."""


class ReviewScreen(ReviewList):
    """The list with its keys; its result says where the user wants to go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,a", "accept", "Accept", id="review.accept"),
        Binding("enter,r", "restore", "Restore", id="review.restore"),
        Binding("e", "edit", "Edit", id="review.edit"),
        Binding("d,delete", "reject", "Reject", id="review.reject"),
        Binding("d,delete", "forget", "Forget", id="review.forget"),
        Binding("t", "accept_kind", "Accept all of its type", id="review.accept-kind"),
        Binding("n", "never", "Never learn this", id="review.never"),
        Binding("p", "pin", "Pin", id="review.pin"),
        Binding("s", "source", "Source", id="review.source"),
        Binding("b", "browse", "Browser", id="review.browse"),
        Binding("u,ctrl+z", "undo", "Undo", id="review.undo"),
        Binding("ctrl+y", "redo", "Redo", show=False, id="review.redo"),
        Binding("shift+up", "read(-1)", "Read up", show=False, id="review.read-up"),
        Binding("shift+down", "read(1)", "Read down", show=False, id="review.read-down"),
        Binding("escape", "close", "Close", id="dialog.close"),
    ]

    # what can be done

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what is under the cursor."""
        memory = self.memory
        status = memory.status if memory is not None else None
        allowed = {
            "accept": status == "pending",
            "reject": status == "pending",
            "accept_kind": status == "pending",
            "never": memory is not None,
            "restore": status in ("archived", "superseded", "forgotten"),
            "forget": status == "active",
            "pin": status == "active",
            "edit": status in ("active", "pending"),
            "source": memory is not None and any(source.session_id for source in memory.sources),
            "browse": memory is not None,
        }
        if action in allowed:
            return allowed[action]
        return super().allows(action, parameters)

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change and tells of it."""
        done = await super().do(change, said)
        if done and self.ready:
            self.load()
        return done

    def _back(self, verb: str) -> str:
        return f"{verb}. {self.key('review.undo')} takes it back."

    @on(Rows.Chosen)
    async def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        for action in ("accept", "restore", "edit"):
            if self.check_action(action, ()):
                await self.run_action(action)
                return

    async def action_accept(self) -> None:
        """Uses it from now on."""
        if (memory := self.memory) is not None:
            await self.do(self.assistant.memories.accept(memory.id), self._back("Accepted"))

    async def action_accept_kind(self) -> None:
        """Accepts all that waits of the type under the cursor."""
        if (here := self.memory) is None:
            return
        kind = looks.kind_of(here)
        ids = [each.id for each in self._memories.values() if each.status == "pending" and looks.kind_of(each) == kind]
        name = "profile value" if kind == "profile" else kind
        await self.do(self.assistant.memories.accept(ids), self._back(f"{counted(len(ids), name)} accepted"))

    async def action_reject(self) -> None:
        """Puts it away."""
        if (memory := self.memory) is not None:
            await self.do(self.assistant.memories.reject(memory.id), self._back("Rejected"))

    async def action_forget(self) -> None:
        """Takes it out of use."""
        if (memory := self.memory) is not None:
            await self.do(self.assistant.memories.forget(memory.id), self._back("Forgotten"))

    async def action_restore(self) -> None:
        """Uses again what was put away."""
        if (memory := self.memory) is not None:
            await self.do(self.assistant.memories.restore(memory.id), self._back("Restored"))

    async def action_pin(self) -> None:
        """Puts it in every request, or takes it out again."""
        if (memory := self.memory) is not None:
            said = self._back("Unpinned" if memory.pinned else "Pinned")
            await self.do(self.assistant.memories.pin(memory.id, pinned=not memory.pinned), said)

    async def action_never(self) -> None:
        """Makes a rule that keeps out things like this, once the user chose which."""
        if (memory := self.memory) is not None:
            await never.offer(self, memory.id, "The browser (f6)")

    # words

    def action_edit(self) -> None:
        """Edits it in its line, or in an editor when it is long; what waits is accepted with that."""
        memory = self.memory
        if memory is None:
            return
        said = detail.said(memory)
        if len(said) > _INLINE or "\n" in said:

            async def take(text: str | None) -> None:
                await self._word(memory, text or "")

            self.app.push_screen(TextEditScreen(f"Edit the {memory.kind}", said), take)
            return
        rows = self.rows
        self.query_exactly_one(InlineInput).begin(
            memory.id,
            said,
            x=rows.gutter.left + _SIGN,
            y=rows.cursor - rows.scroll_offset.y,
            width=rows.size.width - rows.gutter.left - _SIGN - 1,
        )
        self.refresh_bindings()

    @on(InlineInput.Ended)
    async def _edited(self, event: InlineInput.Ended) -> None:
        event.stop()
        if event.focused:
            self.rows.focus()
        self.refresh_bindings()
        memory = self._memories.get(event.key)
        if event.value and memory is not None:
            await self._word(memory, event.value)

    async def _word(self, memory: Memory, text: str) -> None:
        new, memories = text.strip(), self.assistant.memories
        if not new or new == plain(detail.said(memory)).strip():
            return
        single = memory.field and memory.field not in self.assistant.settings.profile.several
        if memory.status == "pending":
            await self.do(memories.accept(memory.id, text=new), self._back("Accepted in your words"))
        elif single and memory.field:
            await self.do(memories.set_profile(memory.field, new))
        else:
            await self.do(memories.edit(memory.id, new))

    # taking back

    async def action_undo(self) -> None:
        """Takes the newest change back."""
        await self.do(changes.undo(self.assistant.memories))

    async def action_redo(self) -> None:
        """Makes again what was taken back last."""
        await self.do(changes.redo(self.assistant.memories))

    # elsewhere

    def action_source(self) -> None:
        """Goes to the message that it rests on."""
        if (memory := self.memory) is not None:
            numbers = [number for number, source in enumerate(memory.sources) if source.session_id]
            if numbers:
                self.action_jump("source", numbers[0])

    def action_jump(self, what: str, number: int) -> None:
        """Goes to a message that the pane names."""
        memory = self.memory
        if memory is None:
            return
        if what == "source":
            source = memory.sources[number]
            self.dismiss(Went(session_id=source.session_id, message_id=source.message_id))
        else:
            self._jump_to_use(memory, number)

    @work(exclusive=True, group="jump", exit_on_error=False)
    async def _jump_to_use(self, memory: Memory, number: int) -> None:
        use = (await self.assistant.memories.uses(memory.id))[number]
        self.dismiss(Went(session_id=use.session_id, message_id=use.message_id))

    def action_show(self, what: str, number: int) -> None:
        """Shows another memory that the pane names, in the browser."""
        del what, number
        self.action_browse()

    def action_browse(self) -> None:
        """Shows it among all that is remembered."""
        from memchat.tui.screens.browser import BrowserScreen

        memory = self.memory
        if memory is None:
            return

        def came_back(went: Went | None) -> None:
            if went is not None and (went.session_id or went.erased):
                self.dismiss(went)
            else:
                self.load()

        tab = "pending" if memory.status == "pending" else "active"
        self.app.push_screen(BrowserScreen(self.assistant, tab, at=memory.id), came_back)


async def waiting(assistant: "Assistant") -> Sequence[Memory]:
    """What waits for the user's review, the oldest first."""
    found = await assistant.store.memories.list(status="pending")
    return sorted(found, key=lambda memory: memory.observed_at)
