"""One box over everything that is remembered."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from memchat.core.errors import MemchatError
from memchat.core.events import BackgroundEvent, EmbedderChanged
from memchat.core.searching import ALL_SPACES, BadFilter, SearchHit, SearchPage, SearchQuery
from memchat.core.times import now
from memchat.memory.searching import filter_of, with_filter
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.search_hit import MARKED, key_of, row_of, whole
from memchat.tui.text import counted, plain
from memchat.tui.widgets.filter_bar import KINDS, FilterBar
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.rows import Rows
from memchat.tui.widgets.picker import Picker

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_PAGE = 60
"""How many hits are looked up at once; more come when the cursor or the view nears the last of them."""

_NEAR = 12

_HINT = 'in:facts from:me after:2026-03 session:kyoto space:all "exact words" begin*'
_EMPTY = "Searches messages, facts, the profile and past sessions, by words and by meaning."
_TIMES = ("", "today", "this-week", "this-month", "this-year")
_SPEAKERS = ("", "me", "assistant")
_ORDERS = ("", "newest", "oldest")


class HitRows(Rows):
    """Hits; their marks are seen under the cursor too."""

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        content, style = super().drawn(index, width)
        if self.look(index) != "rows--cursor":
            return content, style
        at = 0
        for text, look in self.rows[index].left:
            length = len(Content(text))
            if look == MARKED:
                content = content.stylize("underline", at, min(at + length, len(content)))
            at += length
        return content, style


class SearchBox(Picker):
    """The box over the whole width, and under it what narrows the search, the hits, and the one under the cursor."""

    def __init__(self, text: str) -> None:
        super().__init__(placeholder="Words, or what it was about", empty=_EMPTY, text=text)
        self.list = HitRows(empty=_EMPTY, steady=True)
        self.list.can_focus = False

    def compose(self) -> ComposeResult:
        yield self.filter
        yield FilterBar()
        with Container(classes="panes"):
            yield self.list
            yield Pane()


class SearchScreen(Dialog[SearchHit]):
    """Messages, facts and episodes for what is typed; its result is the hit to go to, or none.

    The keys that narrow the search write their filters into the box, so that they can be learned there.
    """

    HEADING = "Search"
    CSS_PATH: ClassVar = [Path(__file__).with_name(name) for name in ("dialog.tcss", "search.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="search.open"),
        Binding("tab", "next_kind(1)", "Kind", priority=True, id="search.narrow"),
        Binding("shift+tab", "next_kind(-1)", "Kind before", show=False, priority=True, id="search.widen"),
        Binding("ctrl+r", "speaker", "From", priority=True, id="search.speaker"),
        Binding("ctrl+t", "time", "Time", priority=True, id="search.time"),
        Binding("ctrl+o", "order", "Order", priority=True, id="search.order"),
        Binding("ctrl+l", "spaces", "All spaces", priority=True, id="search.spaces"),
    ]

    def __init__(self, assistant: "Assistant", query: str = "") -> None:
        """The box.

        Args:
            assistant: Its searches are made.
            query: What stands in the box at first.
        """
        super().__init__()
        self._searches = assistant.searches
        self._subscribe = assistant.subscribe
        self._unsubscribe: Callable[[], None] | None = None
        self._first = query
        self._hits: dict[str, SearchHit] = {}
        self._total = 0
        self._sought_for = SearchQuery()
        self._wanted = False
        self._more = False
        self._looking = False

    def content(self) -> ComposeResult:
        yield SearchBox(self._first)
        yield Static(_HINT, classes="hint", markup=False)

    @property
    def _box(self) -> SearchBox:
        return self.query_one(SearchBox)

    @property
    def _bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    def on_mount(self) -> None:
        self._box.focus_filter()
        self._box.filter.action_end()
        self.watch(self._box.list, "scroll_y", self._scrolled, init=False)
        self._unsubscribe = self._subscribe(self._heard)
        self._look_for_spaces()
        self.search()

    def _heard(self, event: BackgroundEvent) -> None:
        """Once there is an embedder, meaning is searched too."""
        if isinstance(event, EmbedderChanged) and event.state == "ready":
            self.search()

    async def on_unmount(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        await self._searches.leave()

    @work(thread=True, group="spaces", exit_on_error=False)
    def _look_for_spaces(self) -> None:
        there = len(self._searches.spaces()) > 1
        self.app.call_from_thread(self._show_spaces, there)

    def _show_spaces(self, there: bool) -> None:  # noqa: FBT001 - called with its result
        self._bar.spaces = there
        self.refresh_bindings()

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nowhere else to look from the only space."""
        return self._bar.spaces if action == "spaces" else super().allows(action, parameters)

    # searching

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self.search()

    def search(self) -> None:
        """Looks for what is typed; while it looks for something, it takes up the newest text afterwards."""
        self._wanted = True
        if not self._looking:
            self._look()

    @work(group="search", exit_on_error=False)
    async def _look(self) -> None:
        self._looking = True
        try:
            while self._wanted or self._more:
                if self._wanted:
                    self._wanted, self._more = False, False
                    if await self._begin(quickly=True) and not self._wanted:
                        await self._begin(quickly=False)
                else:
                    self._more = False
                    await self._go_on()
        finally:
            self._looking = False

    async def _begin(self, *, quickly: bool) -> bool:
        """The first page; whether there is more than was looked at."""
        box = self._box.filter
        try:
            query = await self._searches.parsed(box.value, typing_at=box.cursor_position)
            page = await self._search(query, 0, quickly=quickly)
        except BadFilter as error:
            self._hint(str(error), wrong=True)
            return False
        except MemchatError as error:
            self.fail(str(error))
            return False
        self.fail("")
        self._hint(plain(page.words_only))
        self._sought_for, self._hits, self._total = query, {}, page.total
        self._bar.sought = query
        if not query.narrowed.kinds or not query.text:
            self._bar.counts = page.by_kind if query.text or page.total else {}
            self._bar.more_than = page.more_than
        elif page.by_kind:
            self._bar.counts = {**self._bar.counts, **page.by_kind}
        found = f"{page.total:,}+ hits" if page.more_than else counted(page.total, "hit")
        self.entitle(f"Search · {found}" if self._sought else "Search")
        self._add(page)
        return page.more_than

    async def _go_on(self) -> None:
        """The next page."""
        try:
            page = await self._search(self._sought_for, len(self._hits), quickly=False)
        except MemchatError as error:
            self.fail(str(error))
            return
        self._total = page.total if page.hits else len(self._hits)
        self._add(page)

    async def _search(self, query: SearchQuery, offset: int, *, quickly: bool) -> SearchPage:
        if query == SearchQuery():
            return SearchPage(by_kind={})
        return await self._searches.search(query, limit=_PAGE, offset=offset, wait=False, quickly=quickly)

    @property
    def _sought(self) -> bool:
        return self._sought_for != SearchQuery()

    def _add(self, page: SearchPage) -> None:
        self._hits |= {key_of(hit): hit for hit in page.hits}
        present = now()
        none = "Nothing is found. Other words, or fewer filters, may find it." if self._sought else _EMPTY
        self._box.show(tuple(row_of(hit, present) for hit in self._hits.values()), none)
        self._preview()

    def _hint(self, sentence: str, *, wrong: bool = False) -> None:
        line = self.query_one(".hint", Static)
        line.update(sentence or _HINT)
        line.set_class(wrong, "-wrong")

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview()
        self._reach(self._box.list.cursor)

    def _scrolled(self, place: float) -> None:
        self._reach(round(place) + self._box.list.size.height)

    def _reach(self, line: int) -> None:
        """Looks for more hits once the last ones come near."""
        if len(self._hits) < self._total and line + _NEAR >= len(self._hits) and not self._looking:
            self._more = True
            self._look()

    def _preview(self) -> None:
        hit = self._hits.get(self._box.key)
        self.query_one(Pane).parts = whole(hit) if hit else ()

    # narrowing

    @on(FilterBar.Chosen)
    async def _chosen_in_bar(self, event: FilterBar.Chosen) -> None:
        event.stop()
        await self.run_action(f"screen.{event.action}")

    def _narrow(self, name: str, value: str) -> None:
        box = self._box.filter
        place = box.cursor_position
        box.value = with_filter(box.value, name, value)
        box.cursor_position = min(place, len(box.value))

    def _next(self, name: str, values: tuple[str, ...], step: int = 1) -> None:
        now_there = filter_of(self._box.filter.value, name)
        place = values.index(now_there) if now_there in values else 0
        self._narrow(name, values[(place + step) % len(values)])

    def action_kind(self, name: str) -> None:
        """Searches one kind; an empty name is everything."""
        self._narrow("in", name)

    def action_next_kind(self, step: int) -> None:
        """Searches the next kind."""
        self._next("in", tuple(name for name, _ in KINDS), step)

    def action_speaker(self) -> None:
        """Searches what I said, what the assistant said, or both."""
        self._next("from", _SPEAKERS)

    def action_time(self) -> None:
        """Searches what was said today, this week, this month, this year, or ever."""
        self._next("after", _TIMES)

    def action_order(self) -> None:
        """Shows the best, the newest or the oldest first."""
        self._next("sort", _ORDERS)

    def action_session(self) -> None:
        """Searches every session again."""
        self._narrow("session", "")

    def action_spaces(self) -> None:
        """Searches all spaces, or this one again."""
        self._next("space", ("", ALL_SPACES))

    # going there

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._hits.get(event.key))

    @on(Picker.Taken)
    def _taken(self, event: Picker.Taken) -> None:
        event.stop()

    def action_open(self) -> None:
        """Closes it with the hit under the cursor."""
        self._box.choose()
