"""Which session the chat shows: beginning, leaving, resuming, its draft and its older pages."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from memchat.core.errors import MemchatError, NotFound
from memchat.core.messages import Message
from memchat.tui.screens import chat_opens as opens
from memchat.tui.screens.chat_base import ChatBase
from memchat.tui.tour import Step, Tour
from memchat.tui.turns import Turns
from memchat.tui.widgets.chip import Chip, past_lines
from memchat.tui.widgets.welcome import TourNote, Welcome

if TYPE_CHECKING:
    from memchat.assistant import Assistant, SessionView

_DRAFT_SECONDS = 0.6
_LOOKING_SECONDS = 0.5
"""The header says after so long that a model is looked for."""


class ChatSessions(ChatBase):
    """The chat as a place where sessions come and go.

    Args:
        assistant: Answers, remembers, and holds the sessions.
        resume: Opens the session with this id, or `pick` for the list of sessions.
        continue_last: Opens the newest session.
        incognito: Begins a session that is held in memory only.
    """

    def __init__(
        self,
        assistant: "Assistant",
        *,
        resume: str | None = None,
        continue_last: bool = False,
        incognito: bool = False,
    ) -> None:
        super().__init__(assistant)
        self.turns = Turns(self, self.transcript)
        self.tour = Tour(assistant.paths.tour_file)
        self._resume = resume
        self._continue_last = continue_last
        self._incognito = incognito
        self.shown = asyncio.Event()
        """Set once the first session is on the screen."""
        self.heard = asyncio.Event()
        """Set once the input has what was typed before that."""
        self.connected = asyncio.Event()
        """Set once it is known which model answers, or that none does."""
        self._asking = asyncio.Lock()
        self._left = False
        self._draft_timer: Timer | None = None
        self._moving = asyncio.Lock()
        self._paging = asyncio.Lock()
        """Held by what reads messages to show them: of two at once, the one that read first would undo the other."""

    async def begin(self) -> None:
        """Opens the first session, then looks for a model."""
        self.assistant.warm_up()
        self.work(self._connect(), group="connect")
        try:
            await self._open_first()
        finally:
            self.shown.set()
        if self._resume == "pick":
            await self.run_action("screen.sessions")

    async def _open_first(self) -> None:
        try:
            await self._first_session()
        except MemchatError as error:
            self.say(str(error), problem=True)
            await self.begin_session()

    async def _first_session(self) -> None:
        if self._incognito:
            await self.begin_session(incognito=True)
        elif self._resume and self._resume != "pick":
            await self.go_to(self._resume)
        elif self._continue_last and (last := await self.assistant.store.sessions.latest()):
            await self.go_to(last.id)
        else:
            await self.begin_session()

    def _tell_looking(self) -> None:
        if not self.connected.is_set():
            self.show_model(self.assistant.model)

    async def _connect(self) -> None:
        self.set_timer(_LOOKING_SECONDS, self._tell_looking)
        self.show_model(await self.assistant.connect())
        self.connected.set()
        await self.heard.wait()
        if not self.prompt.text and not self.turns.running and self.app.screen is self:
            await self._ask_for_model()

    async def model_ready(self) -> bool:
        """Waits until it is known which model answers; asks the user when there is none."""
        await self.connected.wait()
        await self._ask_for_model()
        return self.assistant.model.state != "none"

    async def _ask_for_model(self) -> None:
        async with self._asking:
            if self.assistant.model.state == "none":
                await opens.first_run(self)

    async def begin_session(self, *, incognito: bool = False) -> None:
        """Leaves the session for a new one."""
        await self._move(lambda: self.assistant.new_session(incognito=incognito))

    async def go_to(self, session_id: str) -> None:
        """Leaves the session for another one; an id's beginning is enough."""
        if session_id != self.session_id:
            await self._move(lambda: self.assistant.open_session(session_id))

    async def _move(self, opening: Callable[[], Coroutine[Any, Any, "SessionView"]]) -> None:
        async with self._moving:
            view = await opening()
            before = self.session_id
            if before and before != view.session.id:
                try:
                    await self._leave_current()
                except MemchatError as error:
                    self.say(str(error), problem=True)
            await self._show(view)

    async def _leave_current(self) -> None:
        unsent = await self.turns.drain()
        if unsent:
            self.prompt.set_value("\n\n".join([*unsent, self.prompt.value]).strip())
        self.pause_draft()
        await self.assistant.set_draft(self.session_id, self.prompt.value)
        with suppress(NotFound):  # a session without messages goes when it is left
            await self.assistant.leave_session(self.session_id)

    async def _show(self, view: "SessionView") -> None:
        self.session = view.session
        self.summary, self.profile, self.plan = view.summary, view.profile, view.plan
        self.reported, self.versions, self.muted, self.pinned = None, (), frozenset(), frozenset()
        self.recall = await self.assistant.explaining.recalled_for(view.messages[-1]) if view.messages else None
        self.resumed = self.recall is not None
        if view.messages:
            self.muted = await self.assistant.memories.muted(view.session.id)
            self.pinned = await self.pinned_now()
        lines = await self._lines(view.messages)
        async with self._paging:
            await self.transcript.show(view.messages, lines, more=view.more)
        if not view.messages:
            await self.show_welcome()
        if view.unanswered is not None and (last := self.transcript.find(view.unanswered.id)):
            last.status(view.unanswered.error or "Not answered.", again=True)
        self.prompt.history_of_prompts.load(item.text for item in view.messages if item.role == "user")
        if view.session.draft or view.messages:
            self.prompt.set_value(view.session.draft)
        self.pause_draft()
        self.prompt.focus()

    async def _lines(self, messages: Sequence[Message]) -> Mapping[str, Chip]:
        """What stands under the answers among messages that were said a while ago: what was learned from each."""
        if not messages or self.session is None or self.session.incognito:
            return {}
        asked = [message.id if message.role == "user" else message.parent_id for message in messages]
        found = await self.assistant.memories.first_said(list(dict.fromkeys(filter(None, asked))))
        return past_lines(found)

    async def pinned_now(self) -> frozenset[str]:
        """Ids of those of the recalled items that are in every request by now."""
        items = [item.id for item in self.recall.items] if self.recall is not None else []
        found = await self.assistant.store.memories.by_ids(items) if items else ()
        return frozenset(memory.id for memory in found if memory.pinned)

    async def show_welcome(self) -> None:
        """Says what to do first, where nothing was said yet."""
        incognito = self.session is not None and self.session.incognito
        reads = self.assistant.settings.privacy.incognito_reads
        await asyncio.to_thread(self.tour.read)
        left = () if incognito else self.tour.left
        await self.transcript.show_welcome(Welcome(self.keys_shown(), incognito=incognito, reads=reads, left=left))

    def used(self, step: Step) -> None:
        """Takes a line of the tour away, once what it tells of was tried."""

        async def use() -> None:
            await asyncio.to_thread(self.tour.use, step)
            self._show_tour()

        if not self.tour.done(step):
            self.work(use(), group="tour")

    async def tour_again(self) -> None:
        """Brings the tour back: where nothing was said under the first things to do, else at the end."""
        await asyncio.to_thread(self.tour.again)
        self._show_tour()
        if not self.transcript.query(Welcome) and not self.transcript.query(TourNote):
            await self.transcript.add(TourNote(self.keys_shown(), self.tour.left))

    def _show_tour(self) -> None:
        for told in (*self.transcript.query(Welcome), *self.transcript.query(TourNote)):
            told.left = self.tour.left

    async def show_again(self) -> None:
        """Shows the session as it is stored now, or a new one where it was erased."""
        async with self._moving:
            self.pause_draft()
            try:
                view = await self.assistant.open_session(self.session_id)
            except NotFound:
                view = await self.assistant.new_session()
            await self._show(view)
            self.prompt.set_value(view.session.draft)

    async def catch_up(self) -> None:
        """Shows the session again when something in it was erased elsewhere meanwhile."""
        shown = [view.message for view in self.transcript.views if view.message is not None]
        if not shown or self._on_its_way():
            return
        newest = await self.assistant.earlier(self.session_id, shown[-1].seq + 1)
        if self._on_its_way():
            return
        stored = {message.id: message.text for message in newest}
        if not stored or any(stored.get(message.id, message.text) != message.text for message in shown):
            await self.show_again()

    def _on_its_way(self) -> bool:
        """Whether something is to be shown that is not stored or not read yet: a reply, or another session."""
        return self.turns.running or self._moving.locked()

    async def leave(self) -> None:
        """Keeps the draft and the running reply's text, and ends the session for now."""
        if self._left:
            return
        self._left = True
        async with self._moving:
            if self.session_id:
                await self._leave_current()

    async def check_session(self) -> bool:
        """Begins a new session when the one that is shown was deleted meanwhile; whether it was."""
        session = await self.assistant.session(self.session_id)
        if session.deleted_at is not None:
            await self.begin_session()
            return True
        self.session = session
        return False

    def keep_draft_soon(self) -> None:
        """Stores the draft once the typing pauses."""
        if self._draft_timer is None:
            self._draft_timer = self.set_interval(_DRAFT_SECONDS, self._save_draft, pause=True)
        if self.session_id:
            self._draft_timer.reset()
            self._draft_timer.resume()

    def pause_draft(self) -> None:
        """Stores no draft until there is more typed."""
        if self._draft_timer is not None:
            self._draft_timer.pause()

    def _save_draft(self) -> None:
        self.pause_draft()
        if not self._left:
            self.work(self.assistant.set_draft(self.session_id, self.prompt.value), group="draft")

    async def load_earlier(self) -> bool:
        """Mounts the page before; false when there is none."""
        async with self._paging:
            first = self.transcript.first_seq
            if first is None or not self.transcript.more:
                return False
            messages = await self.assistant.earlier(self.session_id, first)
            lines, more = await self._lines(messages), bool(messages) and messages[0].seq > 1
            await self.transcript.add_earlier(messages, lines, more=more)
            return bool(messages)

    async def show_around(self, message_id: str) -> None:
        """Shows the page around a message of this session, where it is too far from what is mounted to scroll to it."""
        async with self._paging:
            first, last = self.transcript.first_seq, self.transcript.last_seq
            try:
                wanted = (await self.assistant.store.messages.get(message_id)).seq
            except NotFound:
                return
            page = self.assistant.settings.interface.page_messages
            if first is None or last is None or first - 2 * page <= wanted <= last:
                return
            messages = await self.assistant.earlier(self.session_id, wanted + page // 2)
            later = messages[-1].seq < await self._newest_seq() if messages else False
            lines, more = await self._lines(messages), bool(messages) and messages[0].seq > 1
            if not self.turns.running:  # what is on its way is not stored yet
                await self.transcript.show(messages, lines, more=more, later=later)

    async def load_later(self) -> None:
        """Mounts the page after what is mounted."""
        async with self._paging:
            last = self.transcript.last_seq
            if last is None or not self.transcript.later:
                return
            page = self.assistant.settings.interface.page_messages
            found = await self.assistant.earlier(self.session_id, last + page + 1)
            messages = [each for each in found if each.seq > last]
            later = bool(messages) and messages[-1].seq < await self._newest_seq()
            lines = await self._lines(messages)
            if self.transcript.last_seq != last:
                return  # another session was shown meanwhile
            if messages:
                await self.transcript.add_later(messages, lines, later=later)
            else:
                await self._show_newest()

    async def show_newest(self) -> None:
        """Goes to the end of the session, and stays there."""
        async with self._paging:
            await self._show_newest()

    async def _show_newest(self) -> None:
        if not self.transcript.later:
            self.transcript.follow()
            return
        messages = await self.assistant.earlier(self.session_id, await self._newest_seq() + 1)
        lines, more = await self._lines(messages), bool(messages) and messages[0].seq > 1
        await self.transcript.show(messages, lines, more=more)

    async def _newest_seq(self) -> int:
        newest = await self.assistant.store.messages.last(self.session_id)
        return newest.seq if newest is not None else 0
