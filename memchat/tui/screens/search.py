"""One box over everything that is remembered."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from memchat.core.context import ItemKind, RecalledItem
from memchat.core.errors import MemchatError
from memchat.core.times import ago, now
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.recalled_item import why
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.recalled import score_text
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_KINDS: tuple[tuple[str, tuple[ItemKind, ...] | None], ...] = (
    ("everything", None),
    ("messages", ("message",)),
    ("facts and profile", ("fact", "profile")),
    ("past sessions", ("episode",)),
)
_LIMIT = 50
_BEFORE = 24
"""Characters of a snippet that stand before the first word found."""


class SearchScreen(Dialog[RecalledItem]):
    """Messages, facts and episodes for what is typed; its result is the item to go to, or none."""

    HEADING = "Search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open its session", id="search.open"),
        Binding("tab", "kind(1)", "Narrow", priority=True, id="search.narrow"),
        Binding("shift+tab", "kind(-1)", "Widen", show=False, priority=True, id="search.widen"),
    ]

    def __init__(self, assistant: "Assistant", query: str = "") -> None:
        """The box.

        Args:
            assistant: Is searched.
            query: What stands in the box at first.
        """
        super().__init__()
        self._assistant = assistant
        self._query = query
        self._kind = 0
        self._items: dict[str, RecalledItem] = {}

    def content(self) -> ComposeResult:
        with Container(classes="panes"):
            yield Picker(
                placeholder="Words, or what it was about",
                empty="Searches messages, facts, the profile and past sessions.",
                text=self._query,
            )
            yield Prose()

    def on_mount(self) -> None:
        picker = self.query_one(Picker)
        picker.focus_filter()
        picker.filter.action_end()
        self.search()

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self.search()

    def search(self) -> None:
        """Looks for what is typed."""
        name, kinds = _KINDS[self._kind]
        self.entitle(f"Search · {name}")
        self._search(self.query_one(Picker).text, kinds)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, text: str, kinds: tuple[ItemKind, ...] | None) -> None:
        try:
            found = await self._assistant.search(text, kinds=kinds, limit=_LIMIT) if text else []
        except MemchatError as error:
            self.fail(str(error))
            return
        self.fail("")
        self._items = {item.id: item for item in found}
        name = _KINDS[self._kind][0]
        self.entitle(f"Search · {name} · {counted(len(found), 'hit')}" if text else f"Search · {name}")
        words = text.casefold().split()
        present = now()
        self.query_one(Picker).show(
            tuple(
                Row(
                    key=item.id,
                    left=((f"{score_text(item.score)} ", "$layer-recalled"), *snippet(item.text, words)),
                    right=((f"{ago(item.source.at, present):>3} {item.kind:<7}", "$dim"),),
                )
                for item in found
            ),
            f"Nothing about this in {name}." if text else "Searches messages, facts, the profile and past sessions.",
        )
        self._preview()

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview()

    def _preview(self) -> None:
        item = self._items.get(self.query_one(Picker).key)
        self.query_one(Prose).parts = why(item) if item else ()

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._items.get(event.key))

    def action_open(self) -> None:
        """Closes it with the item under the cursor."""
        self.query_one(Picker).choose()

    def action_kind(self, step: int) -> None:
        """Searches another kind of memory."""
        self._kind = (self._kind + step) % len(_KINDS)
        self.search()


def snippet(text: str, words: Sequence[str]) -> tuple[Part, ...]:
    """The piece of `text` about the first of `words` that is in it, with all of them marked.

    Args:
        text: Anything.
        words: In lower case.
    """
    text = plain(text)
    if not words:
        return ((one_line(text), "$foreground"),)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    first = pattern.search(text)
    if first is None:
        return ((one_line(text), "$foreground"),)
    start = first.start() - _BEFORE
    piece = one_line(text) if start <= 0 else "…" + one_line(text[start:])
    parts: list[Part] = []
    place = 0
    for found in pattern.finditer(piece):
        parts += [(piece[place : found.start()], "$foreground"), (found[0], "bold $accent")]
        place = found.end()
    parts.append((piece[place:], "$foreground"))
    return tuple(part for part in parts if part[0])
