"""What a search is narrowed to: the kinds as tabs with their hits, and who, when, in which order and space as chips."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from memchat.core.context import ItemKind
from memchat.core.searching import ALL_SPACES, Narrowed, SearchQuery
from memchat.tui.text import one_line, short_number

KINDS: tuple[tuple[str, tuple[ItemKind, ...]], ...] = (
    ("", ()),
    ("messages", ("message",)),
    ("facts", ("fact",)),
    ("profile", ("profile",)),
    ("sessions", ("episode",)),
)
"""The tabs: what the filter `in:` is called for each, and its kinds."""

_SPEAKERS = {None: "anyone", "user": "from me", "assistant": "from the assistant"}
_ORDERS = {"best": "best first", "newest": "newest first", "oldest": "oldest first"}
_BETWEEN = 3


class FilterBar(Widget, can_focus=False):
    """`everything 37  messages 21  …    anyone · any time · best first`, in one line or in two."""

    sought: reactive[SearchQuery] = reactive(SearchQuery, layout=True)
    counts: reactive[Mapping[ItemKind, int]] = reactive(dict, layout=True)
    """Hits of each kind; empty where they are not known."""

    more_than: reactive[bool] = reactive(default=False)
    spaces: reactive[bool] = reactive(default=False, layout=True)
    """Whether there are other spaces."""

    class Chosen(Message):
        """The user clicked what stands for an action of the screen, such as `kind('facts')`."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def render(self) -> Content:
        tabs, chips = self._tabs(), self._chips()
        gap = self.size.width - tabs.cell_length - chips.cell_length
        return Content.assemble(tabs, " " * gap if gap >= _BETWEEN else "\n", chips)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return 1 if self._tabs().cell_length + self._chips().cell_length + _BETWEEN <= width else 2

    def _tabs(self) -> Content:
        chosen = self.sought.narrowed.kinds or ()
        return Content("  ").join(self._tab(name, kinds, chosen) for name, kinds in KINDS)

    def _tab(self, name: str, kinds: tuple[ItemKind, ...], chosen: tuple[ItemKind, ...]) -> Content:
        is_chosen = set(kinds) <= set(chosen) if kinds else not chosen
        style = "$primary bold underline" if is_chosen else "$dim"
        shown = Content.styled(name or "everything", style)
        if self.counts:
            count = sum(self.counts.get(kind, 0) for kind in (kinds or self.counts))
            more = "+" if self.more_than and not kinds else ""
            shown = Content.assemble(shown, " ", Content.styled(f"{short_number(count)}{more}", "$dim"))
        return shown.stylize(Style.from_meta({"does": f"kind({name!r})"}))

    def _chips(self) -> Content:
        query = self.sought
        speaker, order = query.narrowed.speaker, query.order
        chips = [
            _chip(_SPEAKERS[speaker], "speaker", on=speaker is not None),
            _chip(when(query.narrowed), "time", on=bool(query.narrowed.since or query.narrowed.until)),
            _chip(
                "newest first" if order == "best" and not query.text else _ORDERS[order], "order", on=order != "best"
            ),
        ]
        if query.session:
            chips.append(_chip(f"in {one_line(query.session, 20)}", "session", on=True))
        if self.spaces:
            shown = "all spaces" if query.space == ALL_SPACES else one_line(query.space, 20) or "this space"
            chips.append(_chip(shown, "spaces", on=bool(query.space)))
        return Content.styled(" · ", "$rule").join(chips)

    def on_click(self, event: events.Click) -> None:
        if does := event.style.meta.get("does"):
            event.stop()
            self.post_message(self.Chosen(str(does)))


def _chip(text: str, action: str, *, on: bool) -> Content:
    return Content.styled(text, "$accent bold" if on else "$dim").stylize(Style.from_meta({"does": action}))


def when(narrowed: Narrowed) -> str:
    """The time that is searched: `any time`, `from 1 Mar 2026`, `before 3 Apr`, `1 – 31 Mar 2026`."""
    since, until = narrowed.since, narrowed.until
    if since is None and until is None:
        return "any time"
    if until is None and since is not None:
        return f"from {_day(since.astimezone())}"
    if since is None and until is not None:
        return f"before {_day(until.astimezone())}"
    assert since is not None
    assert until is not None
    first, last, end = since.astimezone(), (until - timedelta(seconds=1)).astimezone(), until.astimezone()
    if first.day == end.day == 1 and (end.year, end.month) == (first.year + first.month // 12, first.month % 12 + 1):
        return f"{first:%b %Y}"
    if (first.month, first.day) == (end.month, end.day) == (1, 1) and end.year == first.year + 1:
        return f"{first.year}"
    if first.date() == last.date():
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
