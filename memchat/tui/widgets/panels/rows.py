"""A list of one-line rows, and a text, each drawn by one widget however long it is."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

Part = tuple[str, str]
"""Text and its style, such as `("me", "bold $accent")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list.

    Attributes:
        key: What it stands for; empty for a heading, which the cursor passes over.
        left: Cut with an ellipsis where the line is too narrow.
        right: At the line's right end, always whole.
    """

    key: str
    left: tuple[Part, ...]
    right: tuple[Part, ...] = ()


class Lines(ScrollView, can_focus=True):
    """Lines drawn as they are scrolled to, with a sentence when there are none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False, id="panel.up"),
        Binding("down", "cursor(1)", "Down", show=False, id="panel.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="panel.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="panel.page-down"),
        Binding("home", "edge(-1)", "First", show=False, id="panel.first"),
        Binding("end", "edge(1)", "Last", show=False, id="panel.last"),
    ]

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("rows.tcss").read_text(encoding="utf-8")

    empty: var[str] = var("")
    """What is said when there is nothing to show."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Lines.empty, empty)
        self._wrapped: tuple[object, list[Content]] = (None, [])

    def watch_empty(self) -> None:
        self.changed()

    def height_for(self, width: int) -> int:
        """How many lines it has when it is `width` cells wide, its margin and scroll bar included."""
        return max(1, self.count(width - self.gutter.width - self.scrollbar_size_vertical))

    def count(self, width: int) -> int:
        """How many lines it draws at a width in cells."""
        return len(self.sentence(width))

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        """The line at `index`, not wider than `width`, and the style under it."""
        return self.sentence(width)[index], self.visual_style

    def sentence(self, width: int) -> list[Content]:
        """The empty state, wrapped."""
        key = (self.empty, width)
        if self._wrapped[0] != key:
            self._wrapped = (key, Content.styled(self.empty, "$dim").wrap(max(1, width)) if self.empty else [])
        return self._wrapped[1]

    def changed(self) -> None:
        """To be called after what it draws has changed."""
        self._measure()
        self.refresh(layout=True)

    def on_resize(self) -> None:
        self._measure()

    def _measure(self) -> None:
        width = self.scrollable_content_region.width
        if width:
            self.virtual_size = Size(width, self.count(width))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if width <= 0 or index >= self.count(width):
            return Strip.blank(self.size.width, self.rich_style)
        line, style = self.drawn(index, width)
        return Visual.to_strips(self, line, width, 1, style)[0].adjust_cell_length(width, style.rich_style)

    def action_cursor(self, step: int) -> None:
        self.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False)

    def action_edge(self, step: int) -> None:
        self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)


class Prose(Lines):
    """A text that is wrapped and scrolled."""

    parts: reactive[tuple[Part, ...]] = reactive((), init=False, repaint=False)

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(empty=empty, id=id)
        self._folded: tuple[object, list[Content]] = (None, [])

    def watch_parts(self) -> None:
        self.scroll_to(y=0, animate=False)
        self.changed()

    def folded(self, width: int) -> list[Content]:
        """The text wrapped at a width in cells."""
        key = (self.parts, width)
        if self._folded[0] != key:
            self._folded = (key, Content.assemble(*self.parts).wrap(max(1, width)))
        return self._folded[1]

    def count(self, width: int) -> int:
        return len(self.folded(width)) if self.parts else super().count(width)

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        return (self.folded(width)[index], self.visual_style) if self.parts else super().drawn(index, width)


class Rows(Lines):
    """A list with a cursor; enter or a click chooses a row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--hover"}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", "Open", show=False, id="panel.open")]

    rows: reactive[tuple[Row, ...]] = reactive((), init=False, repaint=False)
    cursor: reactive[int] = reactive(-1, init=False)
    hover: reactive[int] = reactive(-1, init=False)

    class Chosen(Message):
        """A row was chosen; `key` is the row's."""

        def __init__(self, rows: "Rows", key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> "Rows":
            """The list that it was chosen in."""
            return self.rows

    class Highlighted(Message):
        """The cursor came to a row; `key` is the row's, empty when there is none."""

        def __init__(self, rows: "Rows", key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> "Rows":
            """The list that the cursor is in."""
            return self.rows

    def __init__(self, *, empty: str = "", follow: bool = False, steady: bool = False, id: str | None = None) -> None:
        """An empty list.

        Args:
            empty: What is said when there are no rows.
            follow: Whether the last row is kept in view while the list is not in use.
            steady: Whether it always has a cursor; a click moves it, and a click on it chooses.
            id: The widget's id.
        """
        super().__init__(empty=empty, id=id)
        self._follow = follow
        self._steady = steady

    @property
    def key(self) -> str:
        """The key of the row under the cursor; empty when there is none."""
        return self.rows[self.cursor].key if 0 <= self.cursor < len(self.rows) else ""

    def watch_rows(self, old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
        held = old[self.cursor].key if 0 <= self.cursor < len(old) else ""
        place = next((index for index, row in enumerate(new) if row.key == held), -1) if held else -1
        if place < 0:
            used = self.has_focus or self._steady
            place = self._nearest(max(0, min(self.cursor, len(new) - 1)), 1) if used else -1
        moved = place != self.cursor
        self.cursor = place
        self.changed()
        if not moved and self.key != held:
            self.post_message(self.Highlighted(self, self.key))
        if self._follow and not self.has_focus:
            self.call_after_refresh(self.scroll_end, animate=False, force=True)

    def watch_cursor(self) -> None:
        if 0 <= self.cursor < len(self.rows):
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.post_message(self.Highlighted(self, self.key))

    def on_focus(self) -> None:
        if self.cursor < 0:
            self.cursor = self._nearest(len(self.rows) - 1 if self._follow else 0, -1 if self._follow else 1)

    def count(self, width: int) -> int:
        return len(self.rows) if self.rows else super().count(width)

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        if not self.rows:
            return super().drawn(index, width)
        row = self.rows[index]
        right = Content.assemble(*row.right)
        room = max(0, width - right.cell_length - (1 if row.right else 0))
        left = Content.assemble(*row.left).truncate(room, ellipsis=True)
        content = Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)
        style = self.visual_style
        if row.key and index == self.cursor and (self.has_focus or self._steady):
            style = self.get_visual_style("rows--cursor")
            content = Content(content.plain)
        elif row.key and index == self.hover:
            style = self.get_visual_style("rows--hover")
        return content, style

    def action_cursor(self, step: int) -> None:
        self._move(self.cursor + step, step)

    def action_page(self, step: int) -> None:
        self._move(self.cursor + step * max(1, self.size.height - 1), step)

    def action_edge(self, step: int) -> None:
        self._move(0 if step < 0 else len(self.rows) - 1, -step)

    def action_choose(self) -> None:
        if self.key:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        index = self._row_at(event)
        if index < 0:
            return
        chosen = not self._steady or index == self.cursor
        self.cursor = index
        if chosen:
            self.action_choose()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.hover = self._row_at(event)

    def on_leave(self) -> None:
        self.hover = -1

    def _row_at(self, event: events.MouseEvent) -> int:
        offset = event.get_content_offset(self)
        index: int = -1 if offset is None else offset.y + self.scroll_offset.y
        return index if 0 <= index < len(self.rows) and self.rows[index].key else -1

    def _move(self, index: int, step: int) -> None:
        found = self._nearest(min(max(index, 0), len(self.rows) - 1), step)
        if found >= 0:
            self.cursor = found
        if found > 0 and not any(row.key for row in self.rows[:found]):
            self.scroll_to(y=0, animate=False)  # the heading above the first row

    def _nearest(self, index: int, step: int) -> int:
        """The row at `index`, or the next one in either direction that can be chosen; -1 for none."""
        ahead = range(index, len(self.rows)) if step > 0 else range(index, -1, -1)
        back = range(index, -1, -1) if step > 0 else range(index, len(self.rows))
        for place in chain(ahead, back):
            if 0 <= place < len(self.rows) and self.rows[place].key:
                return place
        return -1
