"""The list of slash commands over the prompt while one is typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.reactive import var
from textual.widgets import OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One thing that what is typed may become.

    Attributes:
        text: What the input holds once it is accepted.
        shown: What the list shows for it.
        about: What it does.
        complete: Whether it can be sent as it is.
    """

    text: str
    shown: str
    about: str
    complete: bool


class Completions(OptionList, can_focus=False):
    """What can be completed; shown while there is something."""

    items: var[tuple[Completion, ...]] = var(())

    def __init__(self) -> None:
        super().__init__(id="completions", markup=False)
        self.display = False

    @property
    def open(self) -> bool:
        """Whether the list is shown."""
        return bool(self.items)

    @property
    def chosen(self) -> Completion | None:
        """The highlighted one."""
        if self.highlighted is None or not self.items:
            return None
        return self.items[self.highlighted]

    def offer(self, items: Sequence[Completion]) -> None:
        """Shows `items`, the first of them highlighted; none closes the list."""
        if tuple(items) != self.items:
            self.items = tuple(items)

    def step(self, by: int) -> None:
        """Highlights the next (1) or previous (-1), round the ends."""
        if self.items:
            self.highlighted = ((self.highlighted or 0) + by) % len(self.items)

    def watch_items(self, items: tuple[Completion, ...]) -> None:
        self.clear_options()
        self.display = bool(items)
        if not items:
            return
        width = max(len(item.shown) for item in items)
        self.add_options(
            Option(Content.assemble(Content.styled(item.shown.ljust(width), "bold"), "  ", item.about))
            for item in items
        )
        self.highlighted = 0
