"""Memories from a file: what becomes of each is shown before any is taken in."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from memchat.core.errors import MemchatError
from memchat.transfer.values import BadLine, Fate, Imported, ImportItem, ImportPreview
from memchat.tui.looks import kind_of
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import counted, one_line, shown
from memchat.tui.widgets.key_line import shown_keys
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.rows import Row, Rows

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_FATES: dict[Fate, tuple[str, str]] = {
    "new": ("new", "$success"),
    "conflict": ("to review", "$warning"),
    "held": ("to review", "$warning"),
    "same": ("known", "$dim"),
    "erased": ("left out", "$dim"),
}
_ORDER: tuple[Fate, ...] = ("held", "conflict", "new", "erased", "same")


class ImportScreen(Dialog[Imported | None]):
    """Shows what an import would do, memory by memory; its result is what was taken in.

    Args:
        assistant: Takes them in.
        file: Where they are.
    """

    HEADING = "Import memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "take", "Take these in", id="import.yes"),
        Binding("space", "leave", "Leave this one out", id="import.leave"),
        Binding("e", "erased(True)", "Erased ones too", id="import.erased"),
        Binding("e", "erased(False)", "Without erased ones", id="import.not-erased"),
    ]

    def __init__(self, assistant: "Assistant", file: Path) -> None:
        super().__init__()
        self._assistant = assistant
        self._file = file
        self._without: set[int] = set()
        self._with_erased = False
        self._erased = 0
        self._preview: ImportPreview | None = None

    def content(self) -> ComposeResult:
        yield Static("", id="what", markup=False)
        with Container(classes="panes"):
            yield Rows(empty="Reading the file…", steady=True).add_class("list")
            yield Pane()

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self.entitle(f"Import memories · {one_line(self._file.name, 40)}")
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            preview = await self._assistant.transfer.import_memory(self._file, erased=self._with_erased)
        except MemchatError as error:
            self.query_one(Rows).empty = "There is nothing to take in."
            self.fail(str(error))
            return
        if not self._with_erased:
            self._erased = preview.counts.get("erased", 0)
        self._preview = preview
        self._show(preview)

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As `check_action`: only what the file has something for."""
        if action == "take":
            return bool(self._wanted)
        if action == "leave":
            return self._preview is not None and bool(self._preview.wanted)
        if action == "erased":
            return self._erased > 0 and parameters == (not self._with_erased,)
        return super().allows(action, parameters)

    @property
    def _wanted(self) -> list[ImportItem]:
        """What would be taken in."""
        found = self._preview.wanted if self._preview is not None else ()
        return [item for item in found if item.line not in self._without]

    def _show(self, preview: ImportPreview) -> None:
        wanted = self._wanted
        waiting = sum(item.fate != "new" for item in wanted)
        taken = f"{counted(len(wanted), 'memory', 'memories')} of {preview.kind} to take in; /undo takes them back."
        told = [taken if wanted else "There is nothing to take in."]
        if waiting:
            told.append(f"{waiting:,} of them {'waits' if waiting == 1 else 'wait'} for your review.")
        if known := preview.counts.get("same"):
            told.append(f"{known:,} {'is' if known == 1 else 'are'} there already.")
        if self._erased:
            told.append(self._told_erased())
        if preview.bad:
            told.append(f"{counted(len(preview.bad), 'line')} cannot be read.")
        told += [preview.skipped, preview.note]
        self.query_one("#what", Static).update(shown(" ".join(filter(None, told))))
        listing = self.query_one(Rows)
        listing.empty = "There is nothing in it."
        items = sorted(preview.items, key=lambda item: (_ORDER.index(item.fate), item.line))
        listing.rows = (*map(self._row, items), *(_bad_row(bad) for bad in preview.bad))
        self._tell(listing.key)
        self.refresh_bindings()

    def _told_erased(self) -> str:
        were = f"{self._erased:,} {'was' if self._erased == 1 else 'were'} erased by you"
        if self._with_erased:
            return f"{were} and {'comes' if self._erased == 1 else 'come'} in all the same."
        found = next(each for each in self.BINDINGS if isinstance(each, Binding) and each.id == "import.erased")
        it = "it" if self._erased == 1 else "them"
        is_ = "is" if self._erased == 1 else "are"
        return f"{were} and {is_} left out; {shown_keys(self.app, found)} takes {it} in."

    def _row(self, item: ImportItem) -> Row:
        word, colour = ("left out", "$dim") if item.line in self._without else _fate(item)
        return Row(
            key=str(item.line),
            left=((f"{word:<10}", colour), (f"{kind_of(item.memory):<12}", "$dim"), (one_line(item.memory.text), "")),
        )

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._tell(event.key)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.action_take()

    def _tell(self, key: str) -> None:
        parts: list[Part] = []
        if item := self._item(key):
            memory = item.memory
            parts += [(f"line {item.line} · {kind_of(memory)}", "$primary")]
            parts += [(f" · {one_line(memory.subject, 40)}" if memory.subject != "user" else "", "$dim")]
            parts += [("\n\n", ""), (shown(memory.text), "$foreground")]
            parts += [(f"\n\n{shown(item.why)}" if item.why else "", "$warning")]
            for other in item.against:
                parts += [("\n\nBeside it is known\n", "$primary"), (shown(other.text[:1000]), "italic")]
            for source in memory.sources[:4]:
                parts += [("\n\nIt rests on\n", "$primary"), (f"“{shown(source.quote[:1000])}”", "italic")]
        elif bad := self._bad(key):
            parts += [(f"line {bad.line}", "$primary"), (f"\n\n{shown(bad.text)}", "$foreground")]
            parts += [(f"\n\n{shown(bad.why)}", "$error")]
        self.query_one(Pane).parts = tuple(part for part in parts if part[0])

    def _item(self, key: str) -> ImportItem | None:
        items = self._preview.items if self._preview is not None else ()
        return next((item for item in items if str(item.line) == key), None)

    def _bad(self, key: str) -> BadLine | None:
        found = self._preview.bad if self._preview is not None else ()
        return next((bad for bad in found if f"bad {bad.line}" == key), None)

    def action_leave(self) -> None:
        """Leaves the memory under the cursor out, or does not."""
        item = self._item(self.query_one(Rows).key)
        if item is None or self._preview is None or item not in self._preview.wanted:
            return
        self._without ^= {item.line}
        self._show(self._preview)

    def action_erased(self, erased: bool) -> None:  # noqa: FBT001 - given by the binding
        """Has what the user erased taken in too, or leaves it out."""
        self._with_erased = erased
        self._preview = None
        self._load()

    @work(exclusive=True, group="take", exit_on_error=False)
    async def action_take(self) -> None:
        """Takes them in, and closes."""
        if self._preview is None or not self._wanted:
            return
        try:
            done = await self._assistant.transfer.apply(self._preview, without=frozenset(self._without))
        except MemchatError as error:
            self.fail(str(error))
            return
        self.dismiss(done)


def _fate(item: ImportItem) -> tuple[str, str]:
    return ("again", "$success") if item.fate == "new" and item.back is not None else _FATES[item.fate]


def _bad_row(bad: BadLine) -> Row:
    return Row(
        key=f"bad {bad.line}",
        left=((f"{'unread':<10}", "$error"), (f"line {bad.line:<7}", "$dim"), (one_line(bad.text), "$dim")),
    )
