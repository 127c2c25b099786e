"""Lines of text drawn as they are scrolled to, by one widget however many they are."""

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from memchat.tui.text import Part, shown

__all__ = ["Lines", "Part", "Prose"]


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines drawn as they are scrolled to, with a sentence when there are none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False, id="panel.up"),
        Binding("down", "cursor(1)", "Down", show=False, id="panel.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="panel.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="panel.page-down"),
        Binding("home", "edge(-1)", "First", show=False, id="panel.first"),
        Binding("end", "edge(1)", "Last", show=False, id="panel.last"),
    ]

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("lines.tcss").read_text(encoding="utf-8")

    empty: var[str] = var("")
    """What is said when there is nothing to show."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Lines.empty, empty)
        self._wrapped: tuple[object, list[Content]] = (None, [])
        self._strips: LRUCache[tuple[int, int, str], Strip] = LRUCache(512)

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
        self._strips.clear()
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
        key = (index, width, self.state(index))
        strip = self._strips.get(key)
        if strip is None:
            line, style = self.drawn(index, width)
            strip = Visual.to_strips(self, line, width, 1, style)[0].adjust_cell_length(width, style.rich_style)
            self._strips[key] = strip
        return strip

    def look(self, index: int) -> str:
        """The name of the style that the line at `index` has; empty for the widget's own."""
        del index
        return ""

    def state(self, index: int) -> str:
        """All that the drawing of the line at `index` depends on, besides its text."""
        return self.look(index)

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

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
            safe = ((shown(text), style) for text, style in self.parts)
            self._folded = (key, Content.assemble(*safe).wrap(max(1, width)))
        return self._folded[1]

    def count(self, width: int) -> int:
        return len(self.folded(width)) if self.parts else super().count(width)

    def drawn(self, index: int, width: int) -> tuple[Content, Style]:
        return (self.folded(width)[index], self.visual_style) if self.parts else super().drawn(index, width)
