"""A stretch of Markdown that is drawn while it is near the view, and rests as an empty box when it is not."""

from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown

from memchat.tui.text import plain


@cache
def parser() -> MarkdownIt:
    """One parser for all; HTML is text like any other, so that nothing a model writes goes unseen."""
    return MarkdownIt("gfm-like", {"html": False})


class Part(Widget, can_focus=False):
    """A part of a reply.

    Awake, it holds a `Markdown` with a widget for each block. Asleep, it shows its source, which is one widget, and
    keeps the height it had: so a long conversation costs no more to lay out than what is near the view.

    Args:
        source: Its Markdown.
        joined: Whether it goes on with the block of the part before, without a gap.
    """

    def __init__(self, source: str = "", *, joined: bool = False) -> None:
        super().__init__(classes="-joined" if joined else None)
        self.source = plain(source)
        self._markdown: Markdown | None = None
        self._drawn = False

    @property
    def awake(self) -> bool:
        """Whether it is drawn as Markdown, or about to be."""
        return self._markdown is not None

    def render(self) -> Content:
        return Content("" if self._drawn else self.source.strip("\n") + "\n")

    async def wake(self) -> None:
        """Draws the Markdown; the box keeps its height until that is done."""
        if self._markdown is not None or not self.is_attached:
            return
        self._markdown = markdown = Markdown(parser_factory=parser, open_links=False)
        if self.size.height:
            self.styles.height = self.size.height
        await self.mount(markdown)
        if self.source:
            await markdown.update(self.source)
        self._drawn = True
        self.styles.height = None

    async def rest(self) -> None:
        """Gives the widgets up; the height stays."""
        if self._markdown is None or not self._drawn:
            return
        markdown, self._markdown = self._markdown, None
        self.styles.height = max(1, self.size.height)
        self._drawn = False
        await markdown.remove()

    async def append(self, text: str) -> None:
        """Adds more of a streamed reply."""
        text = plain(text)
        self.source += text
        if self._markdown is not None and self._drawn:
            await self._markdown.append(text)
        else:
            self.refresh(layout=True)

    def forget_height(self) -> None:
        """Lets the height be worked out anew, after the width changed."""
        if not self.awake:
            self.styles.height = None

    def get_selection(self, selection: Any) -> tuple[str, str] | None:
        if self._drawn:
            return None
        return selection.extract(self.source.strip("\n")), "\n"
