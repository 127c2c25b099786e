"""The browser's table: as many rows as there are, of which only those in view are drawn.

Textual's DataTable builds every cell at once: with 50,000 rows it opens and filters two hundred times slower.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from memchat.core.browsing import MemoryRow
from memchat.core.times import now
from memchat.tui.looks import Looks
from memchat.tui.screens.browser import columns
from memchat.tui.screens.browser.columns import Sort
from memchat.tui.screens.browser.sight import Catalogue, Heading, Line, key_of
from memchat.tui.text import one_line
from memchat.tui.widgets.panels.lines import Lines


class Head(Widget, can_focus=False):
    """The columns' titles; a click on one sorts by it."""

    sort: reactive[Sort] = reactive("age")
    descending: reactive[bool] = reactive(default=True)

    class Clicked(Message):
        """The user wants the table sorted by a column."""

        def __init__(self, sort: Sort) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, looks: Looks) -> None:
        super().__init__()
        self._looks = looks

    def render(self) -> Content:
        return columns.head(self.content_size.width, self.sort, descending=self.descending, looks=self._looks)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if (offset := event.get_content_offset(self)) is None:
            return
        for place in columns.places(self.content_size.width):
            if place.start <= offset.x <= place.start + place.width:
                self.post_message(self.Clicked(place.column.name))


class Table(Lines, can_focus=False):
    """Rows with a cursor, headings between them, and marks; the screen gives it what to show."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--hover"}

    cursor: reactive[int] = reactive(-1, init=False, repaint=False)
    hover: reactive[int] = reactive(-1, init=False)

    class Moved(Message):
        """The cursor is on another row, or on none."""

    class Chosen(Message):
        """The row under the cursor was clicked again."""

    class Marked(Message):
        """A row's mark was clicked; the cursor is on it."""

    def __init__(self, looks: Looks) -> None:
        super().__init__()
        self._looks = looks
        self._catalogue = Catalogue()
        self._lines: Sequence[Line] = ()
        self._words: tuple[str, ...] = ()
        self._told = False
        self._key = ""
        self.marked: set[str] = set()

    # what is shown

    def show(
        self, catalogue: Catalogue, lines: Sequence[Line], words: tuple[str, ...], *, told: bool, first: bool
    ) -> None:
        """Puts other rows in the table.

        Args:
            catalogue: Where the rows are.
            lines: Which of them, in their order.
            words: What was typed.
            told: Whether a row tells its status.
            first: Whether the cursor goes to the first row; else it stays on its row, or at its place.
        """
        before, held = self._key, self.cursor
        self._catalogue, self._lines, self._words, self._told = catalogue, lines, words, told
        self._key = ""
        place = catalogue.place.get(before)
        if first:
            found = self._nearest(0, 1)
        elif place is not None and place in lines:
            found = lines.index(place)
        else:
            found = self._nearest(max(0, min(held, len(lines) - 1)), 1)
        self.changed()
        self.set_reactive(Table.cursor, found)
        self._arrive(first=first)
        if self._key != before or not first:
            self.post_message(self.Moved())

    @property
    def row(self) -> MemoryRow | None:
        """The row under the cursor."""
        return self.row_at(self.cursor)

    def row_at(self, index: int) -> MemoryRow | None:
        """The row of a line; none for a heading."""
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return self._catalogue.rows[line] if isinstance(line, int) else None

    @property
    def shown(self) -> list[MemoryRow]:
        """All rows that are shown, in their order."""
        return [self._catalogue.rows[line] for line in self._lines if isinstance(line, int)]

    def changed(self) -> None:
        # The table has its size whatever is in it, so that nothing around it is laid out anew.
        self._strips.clear()
        self._measure()
        self.refresh()

    def count(self, width: int) -> int:
        return len(self._lines) if self._lines else super().count(width)

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        if not self._lines:
            return super().drawn(index, width)
        line = self._lines[index]
        if isinstance(line, Heading):
            return self._heading(line, width), self.visual_style
        row = self._catalogue.rows[line]
        content = columns.line(
            row,
            width,
            looks=self._looks,
            present=now(),
            marked=key_of(row) in self.marked,
            words=self._words,
            told=self._told,
        )
        look = self.look(index)
        if look == "rows--cursor":
            content = Content(content.plain)
        return content, self.get_visual_style(look) if look else self.visual_style

    def _heading(self, heading: Heading, width: int) -> Content:
        count = f" {heading.count:,} "
        title = columns.cut(f"  {one_line(heading.title)}", max(1, width - len(count) - 2))
        rule = self._looks.rule * max(0, width - Content(title).cell_length - len(count))
        return Content.assemble((title, "$primary"), (count, "$dim"), (rule, "$rule"))

    def look(self, index: int) -> str:
        if self.row_at(index) is None:
            return ""
        if index == self.cursor:
            return "rows--cursor"
        return "rows--hover" if index == self.hover else ""

    # where the cursor is

    def watch_cursor(self, old: int, new: int) -> None:
        self._arrive()
        for index in (old, new):
            self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))
        self.post_message(self.Moved())

    def _arrive(self, *, first: bool = False) -> None:
        row = self.row
        self._key = key_of(row) if row is not None else ""
        if first or (self.cursor >= 0 and not any(isinstance(each, int) for each in self._lines[: self.cursor])):
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        elif self.cursor >= 0:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True)

    def action_cursor(self, step: int) -> None:
        self._move(self.cursor + step, step)

    def action_page(self, step: int) -> None:
        self._move(self.cursor + step * max(1, self.size.height - 1), step)

    def action_edge(self, step: int) -> None:
        self._move(0 if step < 0 else len(self._lines) - 1, -step)

    def _move(self, index: int, step: int) -> None:
        found = self._nearest(min(max(index, 0), len(self._lines) - 1), step)
        if found >= 0:
            self.cursor = found

    def _nearest(self, index: int, step: int) -> int:
        """The row at `index`, or the next one in either direction; -1 for none."""
        for way in (step, -step):
            place = index
            while 0 <= place < len(self._lines):
                if isinstance(self._lines[place], int):
                    return place
                place += 1 if way > 0 else -1
        return -1

    def go_to(self, place: int) -> bool:
        """Puts the cursor on the row of that number; whether it is shown."""
        if place not in self._lines:
            return False
        self.cursor = self._lines.index(place)
        return True

    # marks

    def mark(self, keys: Sequence[str], *, marked: bool) -> None:
        """Marks rows, or takes their marks away."""
        if marked:
            self.marked.update(keys)
        else:
            self.marked.difference_update(keys)
        self._strips.clear()
        self.refresh()

    def redraw(self) -> None:
        """Draws what is in view anew, such as after time went by."""
        self._strips.clear()
        self.refresh()

    # the mouse

    def on_click(self, event: events.Click) -> None:
        index = self._index_at(event)
        if index < 0:
            return
        offset = event.get_content_offset(self)
        again = index == self.cursor
        self.cursor = index
        if offset is not None and offset.x <= 1:
            self.post_message(self.Marked())
        elif again:
            self.post_message(self.Chosen())

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.hover = self._index_at(event)

    def on_leave(self) -> None:
        self.hover = -1

    def _index_at(self, event: events.MouseEvent) -> int:
        offset = event.get_content_offset(self)
        index: int = -1 if offset is None else offset.y + self.scroll_offset.y
        return index if self.row_at(index) is not None else -1
