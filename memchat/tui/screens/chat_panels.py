"""What the panels and the lines under the answers ask for, done by the assistant."""

from collections.abc import Awaitable, Callable, Sequence

from textual import on

from memchat.core.context import RecalledItem
from memchat.core.errors import MemchatError
from memchat.tui import changes
from memchat.tui.screens import chat_opens as opens
from memchat.tui.screens.chat_actions import ChatActions
from memchat.tui.text import counted
from memchat.tui.widgets.chip import Chip, ChipAction
from memchat.tui.widgets.panels.messages import (
    BufferDropped,
    BufferMessageOpened,
    ProfileSet,
    ProfileUnset,
    RecalledAction,
    RecalledAsked,
    RecalledOpened,
    SummaryChanged,
    SummaryEdited,
    SummaryVersionsAsked,
)
from memchat.tui.widgets.panels.recalled import ref_of

_UNDO = "/undo takes it back."


class ChatPanels(ChatActions):
    """The chat with what is changed in its panels and by what was learned."""

    # what was learned

    def action_chip(self, action: ChipAction) -> None:
        """Does something about what was learned last, while nothing is typed."""
        chip = self.transcript.newest_chip
        if chip is not None and not self.prompt.text:
            chip.action_ask(action)

    def action_chip_focus(self) -> None:
        """Goes to what was learned last, and from there back to the input."""
        chip = self.transcript.newest_chip
        if chip is None or chip.has_focus:
            self.prompt.focus()
        else:
            chip.focus()

    @on(Chip.Asked)
    def _chip_asked(self, message: Chip.Asked) -> None:
        chip = message.chip
        self.used("chip")
        match message.action:
            case "keep":
                self.work(self._chip_kept(chip), group="memory")
            case "review":
                self.work(opens.review(self), group="open")
            case "drop" | "edit" if chip.learned[1:]:  # the line names only the first of them
                self.work(opens.learned(self, (*chip.learned, *chip.pending)), group="open")
            case "drop":
                self.work(self._chip_dropped(chip), group="memory")
            case "edit" if chip.learned:
                self.work(opens.edit_memory(self, chip.learned[0]), group="open")
            case "edit":
                self.work(opens.review(self, edit=chip.pending[0]), group="open")

    async def _chip_kept(self, chip: Chip) -> None:
        if not chip.learned and chip.pending:
            await self.assistant.memories.accept(list(chip.pending))
        self._leave_chip(chip)

    async def _chip_dropped(self, chip: Chip) -> None:
        if chip.has_focus:
            self.prompt.focus()
        chip.display = False  # until it is told what became of it; another press of the key finds nothing here
        try:
            if chip.learned:
                await self.forget(chip.learned)
            else:
                rejected = await self.assistant.memories.reject(list(chip.pending))
                self.say(f"Rejected: {changes.named([memory.text for memory in rejected])} {_UNDO}")
        except MemchatError:
            chip.display = True
            raise

    def _leave_chip(self, chip: Chip) -> None:
        focused = chip.has_focus
        chip.fresh = False
        if focused:
            self.prompt.focus()

    async def forget(self, ids: Sequence[str]) -> None:
        """Takes memories out of use, as one change."""
        gone = await self.assistant.memories.forget(list(ids))
        self.say(f"Forgotten: {changes.named([memory.text for memory in gone])} /undo brings it back.")

    # the profile

    @on(ProfileSet)
    def _profile_set(self, message: ProfileSet) -> None:
        memories = self.assistant.memories
        one_of_several = message.instead_of and message.field in self.assistant.settings.profile.several
        if one_of_several:
            self._keep(lambda: memories.edit(message.instead_of, message.value))
        else:
            self._keep(lambda: memories.set_profile(message.field, message.value))

    @on(ProfileUnset)
    def _profile_unset(self, message: ProfileUnset) -> None:
        self._keep(lambda: self.assistant.memories.unset_profile(message.field, message.value))

    def _keep(self, change: Callable[[], Awaitable[object]]) -> None:
        """Changes the profile, unless the session is incognito."""

        async def keep() -> None:
            self.assistant.memories.check_keeps(self.session_id)
            await change()

        self.work(keep(), group="memory")

    # the rolling summary

    @on(SummaryEdited)
    def _summary_edited(self, message: SummaryEdited) -> None:
        self.work(self.assistant.summaries.edit(self.session_id, message.text), group="memory")

    @on(SummaryVersionsAsked)
    def _versions_asked(self) -> None:
        async def read() -> None:
            session_id = self.session_id
            versions = tuple(await self.assistant.summaries.versions(session_id))
            if session_id == self.session_id:
                self.versions = versions

        self.work(read(), group="plan")

    @on(SummaryChanged)
    def _summary_changed(self, message: SummaryChanged) -> None:
        match message.how:
            case "fold":
                self.work(self.fold_now(), group="memory")
            case "unfold":
                self.work(self.unfold(), group="memory")
            case "revert":
                self.work(self._revert(message.version), group="memory")

    async def fold_now(self) -> None:
        """Folds the oldest half of the buffer although it is not due."""
        self.say("Folding the oldest half of the buffer…")
        new = await self.assistant.summaries.fold_now(self.session_id)
        self.say(f"Folded: the summary covers {counted(new.covers, 'message')} now. {_UNDO}")

    async def unfold(self) -> None:
        """Takes the last fold back."""
        before = await self.assistant.summaries.unfold(self.session_id)
        holds = f"the summary covers {counted(before.covers, 'message')}" if before else "nothing is folded"
        self.say(f"Unfolded: {holds}, and the messages are in the buffer again. {_UNDO}")

    async def _revert(self, version: str) -> None:
        held = await self.assistant.summaries.revert(self.session_id, version)
        self.say(f"That version holds now; it covers {counted(held.covers, 'message')}. {_UNDO}")

    # the buffer

    @on(BufferMessageOpened)
    def _buffer_message_opened(self, message: BufferMessageOpened) -> None:
        self.work(opens.message(self, message.message_id), group="open")

    @on(BufferDropped)
    def _buffer_dropped(self, message: BufferDropped) -> None:
        self.work(self.keep_out(message.message_ids, out=message.out), group="memory")

    async def keep_out(self, message_ids: Sequence[str], *, out: bool) -> None:
        """Takes messages out of the requests to come, or puts them back."""
        buffer = self.assistant.buffer
        if out:
            await buffer.drop(self.session_id, message_ids)
        else:
            await buffer.put_back(self.session_id, message_ids)
        what = counted(len(message_ids), "message")
        self.say(f"{what} {'dropped from context' if out else 'back in context'}. {_UNDO}")

    # what was recalled

    @on(RecalledOpened)
    def _recalled_opened(self, message: RecalledOpened) -> None:
        self.work(opens.recalled(self, message.item), group="open")

    @on(RecalledAsked)
    def _recalled_asked(self, message: RecalledAsked) -> None:
        self.about_recalled(message.item, message.action)

    def about_recalled(self, item: RecalledItem, action: RecalledAction) -> None:
        """Does something about a recalled item."""
        match action:
            case "without":
                self.work(self.without(item), group="send")
            case "mute" | "unmute":
                self.work(self._mute(item, muted=action == "mute"), group="memory")
            case "pin" | "unpin":
                self.work(self._pin(item.id, pinned=action == "pin"), group="memory")
            case "forget":
                self.work(self.forget([item.id]), group="memory")
            case "erase":
                self.work(opens.erase(self, "memory", item.id), group="open")
            case "browse":
                self.work(opens.memory(self, at=item.id), group="open")

    async def without(self, item: RecalledItem) -> None:
        """Has the last message answered again without an item."""
        if self.turns.running:
            raise MemchatError("A reply is under way.", "esc stops it.")
        if self.transcript.later:
            await self.show_newest()
        await self.turns.retry(without=[ref_of(item)])

    async def _mute(self, item: RecalledItem, *, muted: bool) -> None:
        memories, ref = self.assistant.memories, ref_of(item)
        if muted:
            await memories.mute(ref, self.session_id)
            self.say(f"Not recalled in this session any more: {changes.named([item.text])} {_UNDO}")
        else:
            await memories.unmute(ref, self.session_id)
            self.say(f"Recalled in this session again: {changes.named([item.text])}")

    async def _pin(self, id: str, *, pinned: bool) -> None:
        changed = await self.assistant.memories.pin(id, pinned=pinned)
        said = "In every request from now on" if pinned else "Not in every request any more"
        self.say(f"{said}: {changes.named([changed.text])} {_UNDO}")
