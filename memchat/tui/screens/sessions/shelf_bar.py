"""Which sessions are listed, and the tags that there are: a click chooses."""

from collections.abc import Sequence
from typing import Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from memchat.tui.screens.sessions.narrowing import SHELVES, Narrowing, Shelf, tag_key
from memchat.tui.text import one_line, short_number

SHELF_NAMES: dict[Shelf, str] = {"": "in use", "archived": "archived", "all": "all"}


class ShelfBar(Widget, can_focus=False):
    """`in use 12  archived 3  all 15    #kyoto 4  #work 2`."""

    looked: reactive[Narrowing] = reactive(Narrowing)
    counts: reactive[tuple[int, int]] = reactive((0, 0))
    """How many are in use, and how many are filed away."""

    tags: reactive[Sequence[tuple[str, int]]] = reactive(())

    class Chosen(Message):
        """The user clicked a shelf or a tag."""

        def __init__(self, what: Literal["shelf", "tag"], name: str) -> None:
            super().__init__()
            self.what = what
            self.name = name

    def render(self) -> Content:
        used, away = self.counts
        numbers = {"": used, "archived": away, "all": used + away}
        shelves = [
            self._shown(SHELF_NAMES[shelf], numbers[shelf], on=shelf == self.looked.shelf, does=("shelf", shelf))
            for shelf in SHELVES
        ]
        line = Content("  ").join(shelves)
        gap = "    "
        for tag, count in self.tags:
            on = any(tag_key(tag).startswith(each) for each in self.looked.tags)
            shown = self._shown(f"#{one_line(tag, 20)}", count, on=on, does=("tag", tag))
            if line.cell_length + len(gap) + shown.cell_length > self.content_size.width:
                break
            line, gap = Content.assemble(line, gap, shown), "  "
        return line

    def _shown(self, name: str, count: int, *, on: bool, does: tuple[str, str]) -> Content:
        style = "$primary bold underline" if on else "$dim"
        shown = Content.assemble(Content.styled(name, style), " ", Content.styled(short_number(count), "$dim"))
        return shown.stylize(Style.from_meta({"does": does}))

    def on_click(self, event: events.Click) -> None:
        if does := event.style.meta.get("does"):
            event.stop()
            what, name = does
            self.post_message(self.Chosen(what, name))
