"""The conversation: a page of messages, more of them on scrolling up, at the end while a reply grows."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.reactive import var
from textual.timer import Timer
from textual.widget import Widget

from memchat.core.memories import Memory
from memchat.core.messages import Message
from memchat.tui.widgets.chip import Chip, Note
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.part import Part
from memchat.tui.widgets.tending import tended

_TEND_SECONDS = 0.04

Lines = Mapping[str, Note]
"""What stands under the answers, by the id of the question."""


class Transcript(VerticalScroll):
    """The messages of a session.

    It stays at the end while it is at the end. Scrolled up, what is in view stays where it is, whatever is mounted,
    drawn or removed above it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", id="transcript.page_up", show=False),
        Binding("pagedown", "page_down", "Page down", id="transcript.page_down", show=False),
    ]

    more: var[bool] = var(default=False)
    """Whether older messages are stored that are not mounted."""

    later: var[bool] = var(default=False)
    """Whether newer messages are stored that are not mounted, as when it shows what was said long ago."""

    away: var[bool] = var(default=False)
    """Whether there is something newer below what is in view."""

    class WantsEarlier(TextualMessage):
        """The user scrolled near the start of what is mounted."""

    class WantsLater(TextualMessage):
        """The user scrolled near the end of what is mounted, and there is more."""

    def __init__(self, *, page: int, assistant_name: str) -> None:
        super().__init__(id="transcript", can_focus=False)
        self._page = max(10, page)
        self._names = {"user": "you", "assistant": assistant_name}
        self._tending: Timer | None = None
        self._asked = False
        self._busy = False
        self._held: tuple[Widget, int] | None = None

    def on_mount(self) -> None:
        self.anchor()
        self._tending = self.set_interval(_TEND_SECONDS, self._tend_now, pause=True)

    @property
    def views(self) -> list[MessageView]:
        """The mounted messages, oldest first."""
        return [child for child in self.children if isinstance(child, MessageView)]

    @property
    def at_end(self) -> bool:
        """Whether it follows what is added at the end."""
        return not self._anchor_released

    @property
    def first_seq(self) -> int | None:
        """The place in the session of the oldest message that is mounted."""
        return next((view.message.seq for view in self.views if view.message is not None), None)

    @property
    def last_seq(self) -> int | None:
        """The place in the session of the newest message that is mounted."""
        return next((view.message.seq for view in reversed(self.views) if view.message is not None), None)

    def find(self, message_id: str) -> MessageView | None:
        """The mounted message with this id."""
        return next((view for view in self.views if view.message and view.message.id == message_id), None)

    async def show(
        self, messages: Sequence[Message], lines: Lines = MappingProxyType({}), *, more: bool, later: bool = False
    ) -> None:
        """Puts `messages` in place of what is there, and goes to their end where that is the session's.

        Args:
            messages: Oldest first.
            lines: What stands under the answers to some of them.
            more: Whether there are older ones.
            later: Whether there are newer ones.
        """
        self._held = None
        self.later = later
        if later:
            self.release_anchor()
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all(self._views(messages, lines, end=not later))
            self.settle()
        self.more = more
        self._asked = later
        if later:
            self.call_after_refresh(self._may_ask)  # not before it was scrolled to what it is to show
        else:
            self.follow()
        self.tend()

    async def show_welcome(self, welcome: Widget) -> None:
        """Puts `welcome` in place of an empty conversation."""
        await self.remove_children()
        await self.mount(welcome)

    async def add(self, view: MessageView | Note, *, before: Widget | None = None) -> None:
        """Mounts something new at the end, or before a queued message."""
        for child in self.children:
            if child.has_class("welcome"):
                await child.remove()
        await self.mount(view, before=before)
        self.settle()
        await self._prune()
        self.tend()

    async def add_under(self, note: Note, message_id: str | None) -> None:
        """Mounts a line under the answer to a user's message, after what stands there; at the end without a message."""
        children = list(self.children)
        asked = next((view for view in self.views if view.message and view.message.id == message_id), None)
        place = children.index(asked) + 1 if message_id and asked is not None else len(children)
        if place < len(children) and isinstance(answer := children[place], MessageView) and answer.role == "assistant":
            place += 1
        while place < len(children) and isinstance(children[place], Note):
            place += 1
        await self.add(note, before=children[place] if place < len(children) else None)

    async def add_chip(self, chip: Chip, message_id: str | None) -> None:
        """Mounts what was learned under its answer; the keys are about this one from now on."""
        for each in self.query(Chip):
            each.newest = False
        await self.add_under(chip, message_id)

    @property
    def newest_chip(self) -> Chip | None:
        """What was learned last, as long as it offers something."""
        return next((chip for chip in self.query(Chip) if chip.newest and chip.fresh and chip.display), None)

    def fade(self) -> None:
        """Takes from what was learned so far what it offers; it stays, quieter."""
        for chip in self.query(Chip):
            chip.fresh = False

    async def hear(self, read: Callable[[list[str]], Awaitable[Sequence[Memory]]]) -> None:
        """Has the lines tell what their memories are now; those that have nothing to tell then are not shown.

        Args:
            read: Gives the memories of some ids, as far as they are there.
        """
        lines = [line for line in self.query(Note) if line.told_of]
        if ids := list(dict.fromkeys(each for line in lines for each in line.told_of)):
            known = {memory.id: memory for memory in await read(ids)}
            for line in lines:
                line.display = line.hear(known)

    async def add_earlier(
        self, messages: Sequence[Message], lines: Lines = MappingProxyType({}), *, more: bool
    ) -> None:
        """Mounts older messages above the others; what is in view does not move."""
        self._hold()
        await self.mount_all(self._views(messages, lines, end=False), before=0)
        self.settle()
        self.more = more
        self.call_after_refresh(self._may_ask)  # not before what is in view was put back to its place
        self.tend()

    async def add_later(self, messages: Sequence[Message], lines: Lines = MappingProxyType({}), *, later: bool) -> None:
        """Mounts newer messages below the others; what is in view does not move."""
        self.release_anchor()
        self._hold()
        await self.mount_all(self._views(messages, lines, end=not later))
        self.later = later
        self.settle()
        self.call_after_refresh(self._may_ask)
        self.tend()

    def _may_ask(self) -> None:
        self._asked = False

    def settle(self) -> None:
        """Has the last message, and no other, offer to be answered again; the key is that of the last turn."""
        views = self.views
        asked = max((place for place, view in enumerate(views) if view.role == "user"), default=0)
        for place, view in enumerate(views):
            view.last = view is views[-1] and not self.later
            view.last_turn = place >= asked and not self.later

    def follow(self) -> None:
        """Goes to the end, and stays there."""
        self.anchor()
        self.away = False

    def go_to(self, view: MessageView) -> None:
        """Scrolls to the start of a message, and stays there."""
        self.release_anchor()
        self._arrive(view)
        # What was just mounted has its place only once it is laid out.
        self.call_after_refresh(self._arrive, view)

    def _arrive(self, view: MessageView) -> None:
        self.scroll_to_widget(view, top=True, animate=False, immediate=True)
        self._hold()
        self.tend()

    def new_view(self, role: Any, text: str = "") -> MessageView:
        """A message that is not stored yet."""
        return MessageView(role=role, speaker=self._names[role], text=text)

    def _views(self, messages: Sequence[Message], lines: Lines, *, end: bool) -> Iterator[Widget]:
        """Messages, each answer with the line under it; that of a question without one only where none can follow.

        Args:
            messages: Oldest first.
            lines: By the question.
            end: Whether nothing comes after them.
        """
        for place, message in enumerate(messages):
            yield self._view(message)
            after = messages[place + 1].role if place + 1 < len(messages) else "user" if end else "assistant"
            asked = message.parent_id if message.role == "assistant" else message.id if after == "user" else None
            if asked is not None and asked in lines:
                yield lines[asked]

    def _view(self, message: Message) -> MessageView:
        return MessageView(message, speaker=self._names[message.role])

    async def _prune(self) -> None:
        """Unmounts the oldest messages once far more than a page are there, while the end is in view."""
        views = self.views
        if not self.at_end or len(views) <= 3 * self._page:
            return
        last = views[-2 * self._page]
        old = [child for child in self.children if self.children.index(child) < self.children.index(last)]
        await self.remove_children(old)
        self.more = True

    def arrange(self, size: Size, optimal: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Lays the children out; scrolled up, the one that is held stays where it was in the view."""
        result = super().arrange(size, optimal)
        self._anchored = result.total_region.bottom > size.height  # a short conversation begins at the top
        if not self._anchored:
            self._anchor_released = False
            self.set_reactive(Widget.scroll_y, 0)
            self.set_reactive(Widget.scroll_target_y, 0)
        if self._held is not None and not self.at_end:
            widget, was = self._held
            now = next((place.region.y for place in result.placements if place.widget is widget), None)
            if now is None:
                self._held = None
            elif now != was:
                self._held = (widget, now)
                target = max(0, self.scroll_y + now - was)
                self.set_reactive(Widget.scroll_y, target)
                self.set_reactive(Widget.scroll_target_y, target)
        return result

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._hold()
        self.away = self.later or not self.at_end
        self.tend()
        if self.more and not self._asked and not self.at_end and new_value < self.size.height:
            self._asked = True
            self.post_message(self.WantsEarlier())
        elif self.later and not self._asked and new_value + self.size.height >= self.max_scroll_y:
            self._asked = True
            self.post_message(self.WantsLater())

    def watch_virtual_size(self) -> None:
        self.tend()

    def on_resize(self) -> None:
        for part in self.query(Part):
            part.forget_height()
        self.tend()

    def _hold(self) -> None:
        """Remembers the first message in view, and where it lies."""
        if self.at_end:
            self._held = None
            return
        top = round(self.scroll_y)
        for child in self.children:
            region = child.virtual_region
            if region.bottom > top:
                self._held = (child, region.y)
                return

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)  # an animation would undo what keeps the view in its place

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def tend(self) -> None:
        """Draws what came near the view and lets rest what went far, soon."""
        if self._tending is not None:
            self._tending.resume()

    def _tend_now(self) -> None:
        if self._tending is not None and not self._busy:
            self._tending.pause()
            self._busy = True  # never two at a time, and none cancelled: that would leave a part half drawn
            self.run_worker(self._tend_parts(), group="tend", exit_on_error=False)

    async def _tend_parts(self) -> None:
        try:
            self.away = self.later or not self.at_end
            if await tended(self):
                self.tend()  # the view may have moved on meanwhile
        finally:
            self._busy = False
