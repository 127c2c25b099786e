"""A list of one-line rows with a cursor."""

from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style

from memchat.tui.widgets.panels.lines import Lines, Part

_ENDS = 12
"""Cells of a row's right end that are shown, however narrow it is."""
_BEGINNINGS = 8
"""Cells of a row's beginning that are left when something is offered at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list.

    Attributes:
        key: What it stands for; empty for a heading, which the cursor passes over.
        left: Cut with an ellipsis where the line is too narrow.
        right: At the line's right end, whole where it leaves room for the rest.
        actions: What a click can do with it besides opening it, as what is said and what it is called; they stand in
            place of `right` while the mouse is over the line.
    """

    key: str
    left: tuple[Part, ...]
    right: tuple[Part, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()

    def offered(self, room: int) -> Content:
        """The actions as they are clicked, closer together before one of them is cut."""
        said = [
            Content.styled(said, Style(underline=True) + Style.from_meta({"row": name})) for said, name in self.actions
        ]
        apart = Content("  ").join(said)
        return apart if apart.cell_length <= room else Content(" ").join(said).truncate(room, ellipsis=True)


class Rows(Lines):
    """A list with a cursor; enter or a click chooses a row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--hover"}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", "Open", id="panel.open")]

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

    class Acted(Message):
        """Something else than choosing was asked for by a click on a row; `name` is the action's."""

        def __init__(self, rows: "Rows", key: str, name: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key
            self.name = name

        @property
        def control(self) -> "Rows":
            """The list that the row is in."""
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
        self._keep_end()

    def on_resize(self) -> None:
        super().on_resize()
        self._keep_end()

    def _keep_end(self) -> None:
        if self._follow and not self.has_focus:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)

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
        look = self.look(index)
        if row.actions and index == self.hover:
            right = row.offered(max(_ENDS, width - _BEGINNINGS))
        else:
            right = Content.assemble(*row.right).truncate(max(_ENDS, width * 2 // 3), ellipsis=True)
        room = max(0, width - right.cell_length - (1 if right.cell_length else 0))
        left = Content.assemble(*row.left).truncate(room, ellipsis=True)
        gap = " " * (width - left.cell_length - right.cell_length)
        if look == "rows--cursor":
            left = Content(left.plain)
            right = right if index == self.hover and row.actions else Content(right.plain)
        content = Content.assemble(left, gap, right)
        return content, self.get_visual_style(look) if look else self.visual_style

    def look(self, index: int) -> str:
        if not self.rows or not self.rows[index].key:
            return ""
        if index == self.cursor and (self.has_focus or self._steady):
            return "rows--cursor"
        return "rows--hover" if index == self.hover else ""

    def state(self, index: int) -> str:
        return f"{self.look(index)} {index == self.hover}"

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
        if name := event.style.meta.get("row"):
            self.post_message(self.Acted(self, self.rows[index].key, str(name)))
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
