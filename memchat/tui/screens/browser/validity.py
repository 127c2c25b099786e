"""From when until when a memory holds, to be set by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, Static

from memchat.core.times import now
from memchat.memory.searching.times import moment_of
from memchat.tui.screens.dialog import Dialog

_HOW = "A day, a month or a year, such as 2026-03-01, 2026 or today. Empty is open."
_PAST = "That day has passed: it will be recalled only as something that is over."


def has_passed(end: datetime | None) -> bool:
    """Whether what holds until then is over."""
    return end is not None and end <= now()


@dataclass(frozen=True, slots=True)
class Validity:
    """When something holds; none is open."""

    begin: datetime | None
    end: datetime | None


def shown(moment: datetime | None, zone: tzinfo, *, ends: bool) -> str:
    """A moment as the day that it is typed as, in the user's time zone; an end is the last day before it."""
    if moment is None:
        return ""
    return f"{(moment - timedelta(seconds=1) if ends else moment).astimezone(zone):%Y-%m-%d}"


class ValidityScreen(Dialog[Validity]):
    """Two dates; its result is what was typed, or none.

    Args:
        begin: When it began to hold.
        end: When it ceases to hold.
        zone: Where the user's days begin and end.
    """

    HEADING = "When it holds"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next, save", id="validity.next"),
        Binding("ctrl+s", "save", "Save", priority=True, id="validity.save"),
    ]

    def __init__(self, begin: datetime | None, end: datetime | None, zone: tzinfo) -> None:
        super().__init__()
        self._begin, self._end, self._zone = begin, end, zone

    def content(self) -> ComposeResult:
        yield Static(_HOW, classes="note", markup=False)
        for name, moment in (("from", self._begin), ("until", self._end)):
            value = shown(moment, self._zone, ends=name == "until")
            with Horizontal(classes="field"):
                yield Label(name)
                yield Input(value, placeholder="open", compact=True, id=name)

    def on_mount(self) -> None:
        self.query_one("#from", Input).focus()

    @on(Input.Changed, "#until")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        # While one types, so that it is read before it is kept.
        note = self.query_one(".note", Static)
        note.update(Content.styled(_PAST, "$warning") if has_passed(self._moment("until")) else _HOW)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    def action_next(self) -> None:
        """Goes to the next date, or saves."""
        until = self.query_one("#until", Input)
        if until.has_focus:
            self.action_save()
        else:
            until.focus()

    def _moment(self, name: str) -> datetime | None:
        """What stands in a box; none where that is nothing, or no date."""
        typed = self.query_one(f"#{name}", Input).value.strip()
        return moment_of(typed, now(), self._zone, ends=name == "until") if typed else None

    def action_save(self) -> None:
        """Closes it with the two dates."""
        found: list[datetime | None] = []
        for name in ("from", "until"):
            box = self.query_one(f"#{name}", Input)
            moment = self._moment(name)
            if box.value.strip() and moment is None:
                self.fail("That is no date. Write it as 2026-03-01, 2026-03 or yesterday, or leave it empty.")
                box.focus()
                return
            found.append(moment)
        begin, end = found
        if begin is not None and end is not None and end <= begin:
            self.fail("It would end before it begins.")
            return
        self.dismiss(Validity(begin, end))
