"""Deleting a session that something was learned in: whether that goes too."""

from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from memchat.core.memories import Memory
from memchat.core.messages import Session
from memchat.tui import looks
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.sessions.preview import UNTITLED, line_sign
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row, Rows

if TYPE_CHECKING:
    from memchat.assistant.shelving import Resting

Fate = Literal["stay", "go"]
"""What becomes of the memories that rest on the session alone."""


class DeleteScreen(Dialog[Fate | None]):
    """Shows the memories that rest on a session; its result says what becomes of them, none that nothing is deleted.

    Args:
        session: Is about to be deleted.
        resting: The memories.
        undo: The key that brings it back, as it is shown.
    """

    HEADING = "Delete the session"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "answer('stay')", "Delete, keep what was learned", id="sessions.delete-keep"),
        Binding("m", "answer('go')", "Delete, and forget it too", id="sessions.delete-forget"),
    ]

    def __init__(self, session: Session, resting: "Resting", undo: str) -> None:
        super().__init__()
        self._session = session
        self._resting = resting
        self._undo = undo

    def content(self) -> ComposeResult:
        yield Static("", id="what", markup=False)
        with Container(classes="panes"):
            yield Rows(steady=True).add_class("list")
            yield Pane()

    def on_mount(self) -> None:
        self.entitle(f"Delete “{one_line(self._session.title, 40) or UNTITLED}”")
        number = len(self._resting.alone)
        rest = f"{counted(number, 'memory', 'memories')} {'rests' if number == 1 else 'rest'} on this session alone."
        messages = counted(self._session.message_count, "message")
        told = f"{messages} go out of lists and recall; {self._undo} brings them back within a day. {rest}"
        self.query_one("#what", Static).update(told)
        listing = self.query_one(Rows)
        listing.rows = tuple(self._rows())
        listing.focus()

    def _rows(self) -> list[Row]:
        shown = looks.of(self.app)

        def row(memory: Memory) -> Row:
            return Row(key=memory.id, left=(line_sign(memory, shown), (one_line(memory.text, 200), "")))

        rows = [Row(key="", left=(("On this session alone: stays, or is forgotten too", "$primary"),))]
        rows += map(row, self._resting.alone)
        if self._resting.partly:
            rows.append(Row(key="", left=(("On something else too: stays", "$primary"),)))
            rows += map(row, self._resting.partly)
        return rows

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        memories = (*self._resting.alone, *self._resting.partly)
        memory = next((each for each in memories if each.id == event.key), None)
        parts: list[Part] = []
        if memory is not None:
            parts = [(f"{plain(memory.text)}\n", "$foreground"), (f"\n{looks.STATUS_NAMES[memory.status]}", "$dim")]
            parts += [(f"\n\n“{plain(each.quote[:1000])}”", "italic") for each in memory.sources[:4] if each.quote]
        self.query_one(Pane).parts = tuple(parts)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.action_answer("stay")

    def action_answer(self, fate: Fate) -> None:
        """Closes it with what becomes of the memories."""
        self.dismiss(fate)
