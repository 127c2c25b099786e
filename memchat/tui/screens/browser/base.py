"""The browser without what it changes: a table, what is typed to narrow it, and the pane beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input, Static

from memchat.core.browsing import MemoryRow
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import BackgroundEvent, ChangedElsewhere, EpisodeClosed, Learned, SummaryUpdated
from memchat.core.times import now
from memchat.tui import looks
from memchat.tui.screens.browser import detail, empty, reading
from memchat.tui.screens.browser.detail import Known
from memchat.tui.screens.browser.filters import FiltersScreen
from memchat.tui.screens.browser.sight import GROUPS, TAB_NAMES, TABS, Catalogue, Sight, Tab, folded, is_memory
from memchat.tui.screens.browser.table import Head, Table
from memchat.tui.screens.dialog import EditingDialog
from memchat.tui.text import counted, short_number
from memchat.tui.widgets.filter_box import FilterBox
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.key_line import shown_keys
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from memchat.assistant import Assistant


class TableFilter(FilterBox):
    """The box that is typed in; the screen has the first say about a blank, which marks where no words are typed."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How the browser was left.

    Attributes:
        erased: Whether something was erased.
        session_id: The session that the user wants to see; none for the one they came from.
        message_id: The message in it.
    """

    erased: bool = False
    session_id: str | None = None
    message_id: str | None = None


class BrowserBase(EditingDialog[Went]):
    """Shows what is remembered; its result says where the user wants to go.

    Args:
        assistant: Remembers.
        tab: What is shown first.
        at: The id of the memory that the cursor is put on; empty for the first.
    """

    HEADING = "Memory"
    CSS_PATH: ClassVar = [*EditingDialog.CSS_PATH, Path(__file__).with_name("browser.tcss")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - an instance variable of the base
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-short"), (28, "-tall")]  # noqa: RUF012 - as above
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "tab(1)", "Next list", priority=True, id="memory.shelf"),
        Binding("shift+tab", "tab(-1)", "List before", priority=True, show=False, id="memory.shelf-before"),
        Binding("ctrl+f", "filters", "Filter", priority=True, id="memory.filters"),
        Binding("ctrl+o", "sort", "Sort", priority=True, show=False, id="memory.sort"),
        Binding("ctrl+g", "group", "Group", priority=True, show=False, id="memory.group"),
        Binding("ctrl+b", "details", "Details", priority=True, show=False, id="memory.details"),
        Binding("up", "move('cursor(-1)')", "Up", show=False, id="list.up"),
        Binding("down", "move('cursor(1)')", "Down", show=False, id="list.down"),
        Binding("pageup", "move('page(-1)')", "Page up", show=False, id="list.page-up"),
        Binding("pagedown", "move('page(1)')", "Page down", show=False, id="list.page-down"),
        Binding("ctrl+home", "move('edge(-1)')", "First", show=False, id="list.first"),
        Binding("ctrl+end", "move('edge(1)')", "Last", show=False, id="list.last"),
        Binding("shift+up", "read(-1)", "Read up", priority=True, show=False, id="memory.read-up"),
        Binding("shift+down", "read(1)", "Read down", priority=True, show=False, id="memory.read-down"),
        Binding("escape", "close", "Close", id="dialog.close"),
    ]

    def __init__(self, assistant: "Assistant", tab: str = "active", *, at: str = "") -> None:
        super().__init__()
        self._at = at
        self.assistant = assistant
        self.sight = Sight(tab=next((each for each in TABS if each == tab), "active"))
        self.catalogue = Catalogue()
        self.known: Known | None = None
        self.erased = False
        self.moved = False
        """Whether the cursor was moved since something was typed: space marks then."""
        self._loaded = False
        self._steps = 0
        self._possible: object = None

    def content(self) -> ComposeResult:
        self.looks = looks.of(self.app)
        yield Tabs(classes="tabs")
        with Horizontal(id="narrow"):
            yield TableFilter(placeholder="Type to filter", compact=True, id="filter")
            yield Static("", markup=False, id="shown")
        with Container(classes="panes"):
            with Vertical(classes="list"):
                yield Head(self.looks)
                yield Table(self.looks)
                yield InlineInput()
            yield Pane()

    # its parts

    @property
    def table(self) -> Table:
        """The rows."""
        return self.query_exactly_one(Table)

    @property
    def filter(self) -> Input:
        """The box that is typed in."""
        return self.query_one("#filter", Input)

    @property
    def row(self) -> MemoryRow | None:
        """The row under the cursor."""
        return self.table.row

    @property
    def targets(self) -> list[MemoryRow]:
        """What an action is about: the marked rows, the newest first, else the one under the cursor."""
        found = (self.catalogue.row(key) for key in self.table.marked)
        marked = sorted((row for row in found if row), key=lambda row: (row.observed_at, row.id), reverse=True)
        return marked or ([self.row] if self.row is not None else [])

    def keys(self) -> dict[str, str]:
        """How the keys are written that the pane tells of."""
        ids = {"memory.accept": "accept", "memory.reject": "reject", "memory.keep": "keep", "memory.keep-both": "both"}
        ids |= {"memory.source": "source", "memory.add": "add", "memory.filters": "filters", "dialog.close": "close"}
        found = {name: name for name in ids.values()}
        for base in type(self).__mro__:
            for binding in base.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id in ids:
                    found[ids[binding.id]] = shown_keys(self.app, binding).split(", ")[0]
        return found

    # reading

    def on_mount(self) -> None:
        self.table.empty = "Looking…"
        self.filter.focus()
        self._unsubscribe = self.assistant.subscribe(self.heard)
        self.load()

    def on_unmount(self) -> None:
        self._unsubscribe()

    def heard(self, event: BackgroundEvent) -> None:
        """Looks again at what changed meanwhile."""
        if isinstance(event, Learned | SummaryUpdated | EpisodeClosed | ChangedElsewhere) and self.is_mounted:
            self.load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def load(self) -> None:
        """Reads everything anew."""
        try:
            self.catalogue = await reading.catalogue(self.assistant)
        except MemchatError as error:
            self.fail(str(error))
            return
        self.table.marked.intersection_update(self.catalogue.place)
        first = not self._loaded
        if first:
            self._loaded = True
            counts = self.catalogue.counts
            if self.sight.tab == "active" and not counts["active"] and counts["pending"]:
                self.sight = replace(self.sight, tab="pending")
            if self._steps:
                self.action_tab(self._steps)
        self.show(first=first)
        if first and self._at:
            self.go_to_row(self._at)
        self.preview()

    # showing

    def look(self, sight: Sight, *, first: bool = True) -> int:
        """Looks at the table in another way; returns how many rows it shows."""
        self.sight = sight
        return self.show(first=first)

    def show(self, *, first: bool = False) -> int:
        """Puts what is wanted in the table; returns how many rows that is."""
        sight, catalogue, present = self.sight, self.catalogue, now()
        if sight.tab not in self._tabs():
            sight = self.sight = replace(sight, tab="active")
        lines = catalogue.lines(sight, present)
        number = sum(1 for line in lines if isinstance(line, int)) if sight.group else len(lines)
        if not lines and self._loaded:
            elsewhere = len(catalogue.lines(replace(sight, tab="all"), present)) if sight.filtered else 0
            keys = self.keys()
            self.table.empty = empty.sentence(
                sight, catalogue, elsewhere, add=keys["add"], filters=keys["filters"], close=keys["close"]
            )
        self.table.show(catalogue, lines, sight.words, told=sight.tab in ("all", "conflicts"), first=first)
        head = self.query_exactly_one(Head)
        head.sort, head.descending = sight.sort, sight.descending
        self._tell(number)
        return number

    def _tell(self, number: int) -> None:
        """Says above the table what it shows."""
        sight, counts = self.sight, self.catalogue.counts
        tabs, names = self.query_exactly_one(Tabs), self._tab_names()
        tabs.names, tabs.chosen = tuple(names.values()), names[sight.tab]
        told = [*sight.filters, f"by {sight.group}" if sight.group else ""]
        if sight.filtered and self._loaded:
            told.append(f"{number:,} of {counts[sight.tab]:,}")
        self.query_one("#shown", Static).update(" · ".join(filter(None, told)))
        marked = len(self.table.marked)
        known = len(self.assistant.settings.profile.fields)
        title = f"Memory · {counted(self.catalogue.facts, 'fact')} · {self.catalogue.fields} of {known} profile fields"
        self.entitle(f"Memory · {marked:,} marked" if marked else title)

    def _tabs(self) -> tuple[Tab, ...]:
        """The lists with something in them, what is in use, and all."""
        counts = self.catalogue.counts
        found = tuple(tab for tab in TABS if counts[tab] or tab == "active")
        return tuple(tab for tab in found if tab != "all") if len(found) <= 2 else found

    def _tab_names(self) -> dict[Tab, str]:
        counts, tabs = self.catalogue.counts, self._tabs()
        room = self.size.width - 8
        for number in ("{:,}".format, short_number):
            names = {tab: f"{TAB_NAMES[tab]} {number(counts[tab])}" for tab in tabs}
            if sum(len(name) + 2 for name in names.values()) <= room:
                return names
        asking = (self.sight.tab, "pending", "conflicts")
        return {tab: names[tab] if tab in asking else TAB_NAMES[tab] for tab in tabs}

    def on_resize(self) -> None:
        if self._loaded:
            self._tell(len(self.table.shown))
            self.call_after_refresh(self.preview)

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        self.preview()
        possible = tuple(self.possible())
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def possible(self) -> Sequence[str]:
        """The names of the actions that can be done with what is marked or under the cursor."""
        return ()

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def preview(self) -> None:
        """Tells all about the row under the cursor."""
        row, pane = self.row, self.query_exactly_one(Pane)
        if row is None:
            self.known, pane.parts = None, ()
            return
        keys, roomy = self.keys(), pane.size.height >= detail.ROOMY
        width, signs, present = max(20, pane.size.width - 2), self.looks, now()
        try:
            if is_memory(row):
                found = await reading.known(self.assistant, row, self.catalogue)
                self.known = replace(found, settling=self.sight.tab == "conflicts")
                parts = detail.of_memory(self.known, looks=signs, present=present, width=width, keys=keys, roomy=roomy)
            else:
                self.known = None
                made = await reading.made_of(self.assistant, row)
                parts = detail.of_session(row, made, looks=signs, present=present, keys=keys, roomy=roomy)
        except NotFound:
            self.known, parts = None, [("It is gone.", "$dim")]
        if tuple(parts) != pane.parts:
            pane.parts = tuple(parts)

    def go_to_row(self, key: str) -> None:
        """Puts the cursor on a row, in the list of all where this one has it not."""
        place = self.catalogue.place.get(key)
        if place is None:
            return
        if not self.table.go_to(place):
            self.filter.value = ""
            self.look(Sight(tab="all" if "all" in self._tabs() else self.sight.tab))
            self.table.go_to(place)

    # moving about

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.moved = False
        words = tuple(folded(event.value).split())
        if words != self.sight.words:
            self.look(replace(self.sight, words=words))

    async def action_move(self, action: str) -> None:
        """Moves in the table."""
        self.moved = True
        await self.table.run_action(action)

    def action_read(self, step: int) -> None:
        """Scrolls the pane."""
        self.query_exactly_one(Pane).scroll_relative(y=step * 3, animate=False)

    def action_tab(self, step: int) -> None:
        """Shows the next list, once it is known which there are."""
        if not self._loaded:
            self._steps += step
            return
        tabs = self._tabs()
        self._go_to(tabs[(tabs.index(self.sight.tab) + step) % len(tabs)])

    @on(Tabs.Chosen)
    def _tab_chosen(self, event: Tabs.Chosen) -> None:
        event.stop()
        self._go_to(next((tab for tab, name in self._tab_names().items() if name == event.name), "active"))

    def _go_to(self, tab: Tab) -> None:
        self.look(replace(self.sight, tab=tab))

    def action_filters(self) -> None:
        """Chooses what is shown, how it is sorted and grouped."""
        self.app.push_screen(FiltersScreen(self.sight, self.catalogue.subjects(), self.looks, self.look))

    @on(Head.Clicked)
    def _sorted(self, event: Head.Clicked) -> None:
        event.stop()
        self.look(self.sight.sorted_by(event.sort))

    def action_sort(self) -> None:
        """Sorts by the next column."""
        from memchat.tui.screens.browser.columns import places

        names = [place.column.name for place in places(self.table.size.width)]
        here = names.index(self.sight.sort) if self.sight.sort in names else -1
        self.look(self.sight.sorted_by(names[(here + 1) % len(names)]))

    def action_group(self) -> None:
        """Groups by type, by subject, by session, or not at all."""
        group = GROUPS[(GROUPS.index(self.sight.group) + 1) % len(GROUPS)]
        self.look(replace(self.sight, group=group))

    def action_details(self) -> None:
        """Shows the pane, or leaves its room to the table."""
        self.toggle_class("-bare")

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss(Went(erased=True) if self.erased else None)
