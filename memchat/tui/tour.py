"""The first-run tour: a few things to try, each told until it was done once."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from textual.content import Content

Step = Literal["learned", "chip", "panels", "memory"]
STEPS: tuple[Step, ...] = get_args(Step)

_log = logging.getLogger(__name__)


class Hint(NamedTuple):
    """A line of the tour.

    Attributes:
        key: Id of the binding whose key is named; empty for none.
        what: What to try.
        how: What comes of it.
    """

    key: str
    what: str
    how: str


_HINTS: dict[Step, Hint] = {
    "learned": Hint("", "Say something about you", "told under its answer"),
    "chip": Hint("chip.edit", "Correct what was kept", "keep it, or drop it"),
    "panels": Hint("chat.recalled", "Look at what the model gets", "and change it there"),
    "memory": Hint("chat.memory", "Browse all that is known", "edit, pin, take back"),
}


class Tour:
    """Which lines are left.

    Args:
        file: Where that is kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._used: set[str] | None = None

    @property
    def left(self) -> tuple[Step, ...]:
        """What was not tried yet; nothing before it was read."""
        return () if self._used is None else tuple(step for step in STEPS if step not in self._used)

    def done(self, step: Step) -> bool:
        """Whether it is known that something was tried."""
        return self._used is not None and step in self._used

    def read(self) -> None:
        """Reads what was tried."""
        if self._used is None:
            try:
                found = json.loads(self._file.read_text(encoding="utf-8"))
                self._used = {str(step) for step in found} if isinstance(found, list) else set()
            except (OSError, ValueError):
                self._used = set()

    def use(self, step: Step) -> None:
        """Takes a line away, for good."""
        self.read()
        assert self._used is not None
        if step not in self._used:
            self._used.add(step)
            self._write()

    def again(self) -> None:
        """Brings all lines back."""
        self._used = set()
        self._write()

    def _write(self) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file.write_text(json.dumps(sorted(self._used or ())), encoding="utf-8")
        except OSError:  # then it is told again the next time
            _log.warning("the tour's place cannot be kept", exc_info=True)


def lines(left: Sequence[Step], keys: Mapping[str, str], width: int, *, before: int = 0) -> list[Content]:
    """The lines that are left under a heading; none when nothing is.

    Args:
        left: What was not tried yet.
        keys: The keys as they are written on the screen, by binding id.
        width: In cells.
        before: Cells that the keys have at least.
    """
    if not left:
        return []
    rows = [(keys.get(_HINTS[step].key, ""), _HINTS[step]) for step in left]
    before = max(before, *(len(key) for key, _ in rows))
    middle = max(len(hint.what) for _, hint in rows)
    wide = before + 3 + middle + 3 + max(len(hint.how) for _, hint in rows) <= width
    heading = Content.styled("Worth a try, once each; /tour brings them back.", "$dim")
    shown = [Content.assemble(" " * (before + 3), heading)]
    for key, hint in rows:
        line = Content.assemble(
            Content.styled(key.rjust(before), "$primary bold"), (" ○ ", "$accent"), hint.what.ljust(middle)
        )
        shown.append(Content.assemble(line, Content.styled(f"   {hint.how}", "$dim")) if wide else line)
    return [line.truncate(width, ellipsis=True) for line in shown] if width > 0 else shown
