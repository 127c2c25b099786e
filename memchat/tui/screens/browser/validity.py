"""From when until when a memory holds, to be set by hand."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from memchat.tui.screens.dialog import Dialog

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Validity:
    """When something holds; none is open."""

    begin: datetime | None
    end: datetime | None


class NotADate(ValueError):
    """What was typed is no date."""


def read(text: str, present: datetime, *, ends: bool) -> datetime | None:
    """A date as it is typed: `2026-03-01`, `2026-03`, `2026`, `today`, `tomorrow`; none when it is empty.

    Args:
        text: What was typed.
        present: Now.
        ends: Whether the end of that year, month or day is meant, rather than its beginning.

    Raises:
        NotADate: It is none.
    """
    word = text.strip().casefold()
    if not word:
        return None
    today = present.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    if word in ("today", "yesterday", "tomorrow", "now"):
        day = today + timedelta(days={"yesterday": -1, "tomorrow": 1}.get(word, 0))
        return present if word == "now" else day + timedelta(days=1) if ends else day
    found = _DATE.fullmatch(word)
    if found is None:
        raise NotADate(text)
    year, month, day_of = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        begin = datetime(year, month or 1, day_of or 1).astimezone()
        if not ends:
            return begin
        if day_of:
            return begin + timedelta(days=1)
        after = (year, month + 1) if month and month < 12 else (year + 1, 1)
        return datetime(*after, 1).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise NotADate(text) from error


def shown(moment: datetime | None, *, ends: bool) -> str:
    """A moment as the day that it is typed as."""
    if moment is None:
        return ""
    return f"{(moment - timedelta(seconds=1) if ends else moment).astimezone():%Y-%m-%d}"


class ValidityScreen(Dialog[Validity]):
    """Two dates; its result is what was typed, or none.

    Args:
        begin: When it began to hold.
        end: When it ceases to hold.
        present: Now.
    """

    HEADING = "When it holds"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next, save", id="validity.next"),
        Binding("ctrl+s", "save", "Save", priority=True, id="validity.save"),
    ]

    def __init__(self, begin: datetime | None, end: datetime | None, present: datetime) -> None:
        super().__init__()
        self._begin, self._end, self._present = begin, end, present

    def content(self) -> ComposeResult:
        yield Static("A day, a month or a year, such as 2026-03-01 or 2026; today. Empty is open.", classes="note")
        for name, value in (("from", shown(self._begin, ends=False)), ("until", shown(self._end, ends=True))):
            with Horizontal(classes="field"):
                yield Label(name)
                yield Input(value, placeholder="open", compact=True, id=name)

    def on_mount(self) -> None:
        self.query_one("#until", Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "from":
            self.query_one("#until", Input).focus()
        else:
            self.action_save()

    def action_next(self) -> None:
        """Goes to the next date, or saves."""
        self.action_save()

    def action_save(self) -> None:
        """Closes it with the two dates."""
        found: list[datetime | None] = []
        for name in ("from", "until"):
            typed = self.query_one(f"#{name}", Input)
            try:
                found.append(read(typed.value, self._present, ends=name == "until"))
            except NotADate:
                self.fail("That is no date. Write it as 2026-03-01, 2026-03 or 2026, or leave it empty.")
                typed.focus()
                return
        begin, end = found
        if begin is not None and end is not None and end <= begin:
            self.fail("It would end before it begins.")
            return
        self.dismiss(Validity(begin, end))
