"""A few memories in a list, with all about the one under the cursor."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical

from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent, ChangedElsewhere, Learned
from memchat.core.memories import Memory
from memchat.core.times import now
from memchat.tui import looks
from memchat.tui.screens.browser import detail, reading
from memchat.tui.screens.browser.base import Went
from memchat.tui.screens.dialog import EditingDialog
from memchat.tui.text import one_line
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.key_line import shown_keys
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.rows import Row, Rows

if TYPE_CHECKING:
    from memchat.assistant import Assistant

Reading = Callable[[], Awaitable[Sequence[Memory]]]


class ReviewList(EditingDialog[Went]):
    """A list with all about what is under its cursor; its result says where the user wants to go.

    Args:
        assistant: Remembers.
        heading: What the list is of.
        read: Reads the memories.
        empty: What is said when there are none.
        edit: The id of the memory that is edited at once; empty for none.
    """

    def __init__(self, assistant: "Assistant", heading: str, read: Reading, *, empty: str, edit: str = "") -> None:
        super().__init__()
        self.assistant = assistant
        self._heading = heading
        self._read = read
        self._empty = empty
        self._edit_first = edit
        self._memories: dict[str, Memory] = {}

    def content(self) -> ComposeResult:
        self.looks = looks.of(self.app)
        with Container(classes="panes"):
            with Vertical(classes="list"):
                yield Rows(empty="Looking…", steady=True)
                yield InlineInput()
            yield Pane()

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_exactly_one(Rows)

    @property
    def memory(self) -> Memory | None:
        """What is under the cursor."""
        return self._memories.get(self.rows.key)

    def key(self, id: str) -> str:
        """How the first key of a binding is written."""
        found = next(each for each in self.BINDINGS if isinstance(each, Binding) and each.id == id)
        return shown_keys(self.app, found).split(", ")[0]

    # reading

    def on_mount(self) -> None:
        self.entitle(self._heading)
        self.rows.focus()
        self._unsubscribe = self.assistant.subscribe(self._heard)
        self.load()

    def on_unmount(self) -> None:
        self._unsubscribe()

    def _heard(self, event: BackgroundEvent) -> None:
        if isinstance(event, Learned | ChangedElsewhere) and self.is_mounted:
            self.load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def load(self) -> None:
        """Reads the memories anew."""
        try:
            found = await self._read()
        except MemchatError as error:
            self.fail(str(error))
            return
        self._memories = {memory.id: memory for memory in found}
        self.rows.empty = self._empty
        self.rows.rows = tuple(self._row(memory) for memory in found)
        self.entitle(f"{self._heading} · {len(found):,}" if found else self._heading)
        self.preview()
        self.refresh_bindings()
        edit, self._edit_first = self._edit_first, ""
        if edit in self._memories:
            self.call_after_refresh(self.run_action, "edit")

    def _row(self, memory: Memory) -> Row:
        sign, colour = self.looks.kind(looks.kind_of(memory))
        dot, dot_colour = self.looks.dot(memory.confidence)
        name = f"{one_line(memory.field.replace('_', ' '), 20)}: " if memory.field else ""
        told = () if memory.status in ("active", "pending") else ((f"{looks.STATUS_NAMES[memory.status]} ", "$dim"),)
        style = looks.STATUS_COLOURS[memory.status] if told else "$foreground"
        return Row(
            key=memory.id,
            left=((f"{sign} ", colour), (f"{name}{one_line(detail.said(memory), 300)}", style)),
            right=(*told, (dot, dot_colour)),
        )

    def on_resize(self) -> None:
        self.call_after_refresh(self.preview)

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self.preview()
        self.refresh_bindings()

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def preview(self) -> None:
        """Tells all about what is under the cursor."""
        pane, memory = self.query_exactly_one(Pane), self.memory
        if memory is None:
            pane.parts = ()
            return
        known = await reading.about(self.assistant, memory)
        keys = {"keep": "", "both": ""}
        keys |= {name: self.key(f"review.{name}") for name in ("accept", "reject", "source")}
        width, roomy = max(20, pane.size.width - 2), pane.size.height >= detail.ROOMY
        parts = detail.of_memory(known, looks=self.looks, present=now(), width=width, keys=keys, roomy=roomy)
        if tuple(parts) != pane.parts:
            pane.parts = tuple(parts)

    def action_read(self, step: int) -> None:
        """Scrolls the pane."""
        self.query_exactly_one(Pane).scroll_relative(y=step * 3, animate=False)
