"""How what is remembered looks, wherever it is shown: a sign and a colour for its kind, a dot for how sure it is.

Every sign is one cell wide, and each has one in ASCII for terminals that show no others.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual.app import App

from memchat.core.browsing import RowKind
from memchat.core.memories import FAIRLY_SURE, SURE, Memory, MemoryStatus, Origin
from memchat.core.settings import Settings, Signs
from memchat.core.times import ago
from memchat.tui.text import Part

_KINDS: dict[RowKind, tuple[str, str, str]] = {
    "profile": ("@", "@", "$layer-profile"),
    "instruction": ("»", "!", "$layer-system"),
    "preference": ("♡", "~", "$layer-recalled"),
    "fact": ("□", "-", "$layer-recalled"),
    "decision": ("→", "=", "$layer-recalled"),
    "goal": ("◎", ">", "$layer-recalled"),
    "event": ("◷", "'", "$layer-recalled"),
    "summary": ("≡", "#", "$layer-summary"),
    "episode": ("↺", "%", "$layer-sessions"),
}
"""The sign of a kind, its sign in ASCII, and its colour: that of the layer in which it is told to a model."""

_DOTS = (("●", "*", "$success"), ("◐", "+", "$warning"), ("○", "o", "$error"))
_PIN, _MARK = ("◆", "^"), ("▌", "|")
_BAR = (("━", "╸"), ("#", ""))

STATUS_NAMES: dict[MemoryStatus, str] = {
    "active": "in use",
    "pending": "to review",
    "archived": "archived",
    "superseded": "past",
    "forgotten": "forgotten",
}
STATUS_COLOURS: dict[MemoryStatus, str] = {
    "active": "$foreground",
    "pending": "$warning",
    "archived": "$dim",
    "superseded": "$dim",
    "forgotten": "$dim",
}
ORIGIN_NAMES: dict[Origin, str] = {
    "user": "you",
    "assistant": "model",
    "tool": "tool",
    "import": "import",
    "file": "file",
}


@dataclass(frozen=True, slots=True)
class Looks:
    """The signs of one set: the usual ones, or ASCII alone."""

    ascii: bool = False

    def kind(self, kind: RowKind) -> Part:
        """The sign of a kind of memory, in its colour."""
        sign, plain, colour = _KINDS[kind]
        return (plain if self.ascii else sign, colour)

    def dot(self, confidence: float) -> Part:
        """How sure something is, from 0 to 1, as a dot in three steps."""
        sign, plain, colour = _DOTS[0 if confidence >= SURE else 1 if confidence >= FAIRLY_SURE else 2]
        return (plain if self.ascii else sign, colour)

    def pin(self, *, pinned: bool) -> Part:
        """The sign of what is in every request; a blank for all else."""
        return (_PIN[self.ascii] if pinned else " ", "$accent")

    def mark(self, *, marked: bool) -> Part:
        """The sign at the beginning of a line that is marked; a blank for all others."""
        return (_MARK[self.ascii] if marked else " ", "$accent")

    def bar(self, share: float, width: int) -> str:
        """A bar of `width` cells, filled to a `share` from 0 to 1."""
        full, half = _BAR[self.ascii]
        cells, rest = divmod(max(0.0, min(1.0, share)) * width, 1)
        return f"{full * int(cells)}{half if rest >= 0.5 else ''}".ljust(width)

    @property
    def ellipsis(self) -> str:
        """What stands where a text was cut."""
        return "…" if not self.ascii else "~"

    @property
    def rule(self) -> str:
        """A horizontal line, a cell of it."""
        return "─" if not self.ascii else "-"


def kind_of(memory: Memory) -> RowKind:
    """The kind of a memory as it is shown: what has a field stands in the profile."""
    return "profile" if memory.field else memory.kind


def sure_in_words(confidence: float) -> str:
    """How sure something is, in a word."""
    return "sure" if confidence >= SURE else "likely" if confidence >= FAIRLY_SURE else "unsure"


def age(moment: datetime | None, present: datetime) -> str:
    """How long ago something was, in at most four cells; a dash where it never was."""
    return ago(moment, present) if moment is not None else "-"


def age_in_words(moment: datetime, present: datetime) -> str:
    """How long ago something was, as it is said: `just now`, `3 days ago`."""
    short = ago(moment, present)
    if short == "now":
        return "just now"
    number, unit = int(short[:-1]), _UNITS[short[-1]]
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "y": "year"}


def chosen(signs: Signs, environ: Mapping[str, str], encoding: str | None = None) -> Looks:
    """The set of signs to show.

    Args:
        signs: The user's setting; `auto` asks the terminal.
        environ: Tells which terminal it is.
        encoding: What the terminal is written in; none asks the system.
    """
    if signs != "auto":
        return Looks(ascii=signs == "ascii")
    spoken = (encoding or getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
    # The text console of Linux has some 500 characters, and none of these.
    return Looks(ascii=not spoken.startswith("utf") or environ.get("TERM", "") in ("linux", "vt100", "vt220"))


def of(app: App[Any]) -> Looks:
    """The signs that an app shows; the usual ones where it has no settings."""
    settings = getattr(app, "settings", None)
    return chosen(settings.interface.signs, os.environ) if isinstance(settings, Settings) else Looks()
