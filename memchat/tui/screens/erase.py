"""Erasing for good: all that goes is shown before it does."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from memchat.core.erasure import Erasure, ErasureKind, Fate, Place
from memchat.core.errors import MemchatError
from memchat.tui.looks import STATUS_NAMES
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import counted, one_line, shown
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row, Rows

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_FATES: dict[Fate, tuple[str, str]] = {
    "removed": ("goes", "$error"),
    "cut": ("words go", "$warning"),
    "remade": ("made anew", "$accent"),
    "restored": ("comes back", "$success"),
    "stays": ("stays", "$dim"),
}
_KEPT: dict[ErasureKind, str] = {
    "memory": "The conversations stay as they are, and the words stay in them.",
    "profile": "The conversations stay as they are, and the words stay in them.",
    "session": "What was learned in the session stays.",
    "space": "",
}


class EraseScreen(Dialog[bool]):
    """Shows what goes, place by place; its result says whether it was erased.

    Args:
        assistant: Erases.
        kind: What is erased.
        targets: Its id, or the field's or space's name; of memories several, which go as one.
    """

    HEADING = "Erase for good"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "erase", "Erase all of this", id="erase.yes"),
        Binding("space", "spare", "Spare this place", id="erase.spare"),
        Binding("k", "keep", "Keep conversations", id="erase.keep"),
        Binding("k", "keep_memories", "Keep what was learned", id="erase.keep-memories"),
    ]

    def __init__(self, assistant: "Assistant", kind: ErasureKind, *targets: str) -> None:
        super().__init__()
        self._assistant = assistant
        self._kind: ErasureKind = kind
        self._targets = targets
        self._keep = False
        self._spared: dict[str, Place] = {}
        self._erasure: Erasure | None = None

    def content(self) -> ComposeResult:
        yield Static("", id="what", markup=False)
        with Container(classes="panes"):
            yield Rows(empty="Looking for every place…", steady=True).add_class("list")
            yield Pane()

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            self._erasure = await self._assistant.eraser.preview(
                self._kind, self._targets, keep=self._keep, spared=frozenset(self._spared)
            )
        except MemchatError as error:
            self.fail(str(error))
            return
        self._show(self._erasure)

    @property
    def _places(self) -> list[Place]:
        """What goes, and what the user spared of it."""
        found = list(self._erasure.places) if self._erasure else []
        known = {place.id for place in found}
        return [*found, *(place for key, place in self._spared.items() if key not in known)]

    def _show(self, erasure: Erasure) -> None:
        several = f"{len(self._targets):,} memories" if len(self._targets) > 1 else ""
        self.entitle(f"Erase for good · {several or one_line(erasure.title, 40)}")
        going = sum(place.fate != "stays" and place.id not in self._spared for place in erasure.places)
        number = counted(going, "place")
        told = [f"This cannot be undone. It is in {number}."]
        if erasure.words:
            told.append(f"Found by: {', '.join(erasure.words)}.")
        told += filter(None, [_KEPT[self._kind] if self._keep else "", erasure.note])
        self.query_one("#what", Static).update(shown(" ".join(told)))
        listing = self.query_one(Rows)
        listing.empty = "There is nothing of it."
        listing.rows = tuple(self._row(place) for place in self._places)
        self._preview(listing.key)

    def _row(self, place: Place) -> Row:
        fate, colour = ("spared", "$dim") if place.id in self._spared else _FATES[place.fate]
        return Row(
            key=place.id,
            left=((f"{fate:<11}", colour), (f"{place.kind.replace('_', ' '):<16}", "$dim"), (one_line(place.text), "")),
        )

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview(event.key)

    def _preview(self, key: str) -> None:
        place = next((place for place in self._places if place.id == key), None)
        parts: list[Part] = []
        if place is not None:
            parts.append((f"{place.kind.replace('_', ' ')}", "$primary"))
            where = next((name for status, name in STATUS_NAMES.items() if status == place.where), place.where)
            parts.append((f" · {one_line(where, 200)}\n\n" if where else "\n\n", "$dim"))
            parts.append((shown(place.text[:4000]), "$foreground"))
            if place.words:
                parts += [("\n\nWhat goes of it\n", "$primary")]
                parts += [(f"“{one_line(word, 300)}”\n", "italic") for word in place.words]
        self.query_one(Pane).parts = tuple(parts)

    def action_spare(self) -> None:
        """Leaves the place under the cursor as it is, or does not."""
        key = self.query_one(Rows).key
        place = next((place for place in self._places if place.id == key), None)
        if self._spared.pop(key, None) is None and place is not None:
            self._spared[key] = place
        self._load()

    def action_keep(self) -> None:
        """Leaves the conversations as they are, or does not."""
        self._keep = not self._keep
        self._load()

    def action_keep_memories(self) -> None:
        """Leaves what was learned in the session, or does not."""
        self.action_keep()

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of a space all goes."""
        if action == "spare":
            return self._kind != "space"
        if action in ("keep", "keep_memories"):
            return self._kind in (("session",) if action == "keep_memories" else ("memory", "profile"))
        return super().allows(action, parameters)

    @work(exclusive=True, group="erase", exit_on_error=False)
    async def action_erase(self) -> None:
        """Erases it, and closes."""
        if self._erasure is None:
            return
        try:
            done = await self._assistant.eraser.erase(
                self._kind, self._targets, keep=self._keep, spared=frozenset(self._spared)
            )
        except MemchatError as error:
            self.fail(str(error))
            return
        self.app.notify(shown(f"Erased. {done.note}".strip()), markup=False)
        self.dismiss(result=True)
