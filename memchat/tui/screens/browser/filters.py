"""The menu of filters, columns to sort by and groups: what is chosen shows at once behind it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from memchat.core.browsing import ROW_KINDS
from memchat.core.memories import ABOUT_USER, ORIGINS
from memchat.tui.looks import ORIGIN_NAMES, Looks
from memchat.tui.screens.browser.choose import Choice
from memchat.tui.screens.browser.columns import COLUMNS
from memchat.tui.screens.browser.sight import AGES, GROUPS, Sight, about
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import counted, one_line
from memchat.tui.widgets.panels.rows import Rows

_SUBJECTS = 20


class FiltersScreen(Dialog[None]):
    """Each choice is told to `changed`, which says how much is shown then.

    Args:
        sight: How the table is looked at.
        subjects: Whom memories are about, beside the user.
        looks: The signs.
        changed: Takes another sight; returns how many rows it shows.
    """

    HEADING = "Show"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "switch", "On, off", priority=True, id="filters.toggle"),
        Binding("delete,backspace", "clear", "All off", id="filters.clear"),
        Binding("ctrl+f", "close", "Close", show=False, id="filters.close"),
    ]

    def __init__(self, sight: Sight, subjects: Sequence[str], looks: Looks, changed: Callable[[Sight], int]) -> None:
        super().__init__()
        self._sight = sight
        self._subjects = subjects[:_SUBJECTS]
        self._looks = looks
        self._changed = changed

    def content(self) -> ComposeResult:
        yield Rows(steady=True)

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self._show(self._changed(self._sight))

    def _show(self, number: int) -> None:
        self.entitle(f"Show · {counted(number, 'row')}")
        self.query_one(Rows).rows = tuple(each.row() for each in self._choices())

    def _choices(self) -> list[Choice]:
        sight, wanted = self._sight, self._sight.wanted
        choices = [
            Choice(key="", text="Only what is"),
            self._choice("never", "never used", on=wanted.never_used),
            self._choice("unsure", "not sure", on=wanted.below is not None),
            self._choice("expiring", "about to expire", on=sight.expiring),
            self._choice("pinned", "pinned", on=bool(wanted.pinned)),
            Choice(key="", text="Type"),
            *(self._choice(f"kind:{kind}", kind, on=kind in wanted.kinds) for kind in ROW_KINDS),
            Choice(key="", text="Said"),
            *(self._choice(f"age:{age}", age, on=sight.age == age) for age in (*AGES, "older")),
            Choice(key="", text="Rests on the words of"),
            *(self._choice(f"origin:{each}", ORIGIN_NAMES[each], on=each in wanted.origins) for each in ORIGINS),
        ]
        choices.append(Choice(key="", text="About"))
        choices += [
            self._choice(f"subject:{name}", about(name), on=wanted.subject == name)
            for name in (ABOUT_USER, *self._subjects)
        ]
        choices.append(Choice(key="", text="Sort by"))
        for column in COLUMNS:
            here = sight.sort == column.name
            down, up = ("v", "^") if self._looks.ascii else ("↓", "↑")
            way = (down if sight.descending else up) if here else ""
            choices.append(self._choice(f"sort:{column.name}", _SORTS[column.name], on=here, right=way))
        choices.append(Choice(key="", text="Group by"))
        choices += [self._choice(f"group:{each}", each, on=sight.group == each) for each in GROUPS if each]
        return choices

    def _choice(self, key: str, text: str, *, on: bool, right: str = "") -> Choice:
        sign = ("x" if self._looks.ascii else "✓") if on else " "
        return Choice(key=key, text=one_line(text, 60), sign=(sign, "$accent"), right=right)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.action_switch()

    def action_switch(self) -> None:
        """Turns the filter under the cursor on, or off."""
        if key := self.query_one(Rows).key:
            self._sight = self._sight.narrowed(key)
            self._show(self._changed(self._sight))

    def action_clear(self) -> None:
        """Turns all filters off."""
        self._sight = self._sight.narrowed("")
        self._show(self._changed(self._sight))


_SORTS = {
    "type": "type",
    "text": "its words",
    "sure": "how sure it is",
    "age": "when it was said",
    "used": "when it was used last",
    "uses": "how often it was used",
    "source": "where it is from",
}
