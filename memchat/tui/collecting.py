"""Keeps the garbage collector out of the way of keys.

A full collection looks at every object there is: half a second of standing still in a long session. So what is there
after the start is set aside, and the rest is looked through when nobody types.
"""

import gc
from time import monotonic

_IDLE_SECONDS = 3.0
_ENOUGH = 3
"""So many middle collections since the last full one are worth another."""
_SELDOM = 500
"""As many of them make Python do a full one by itself, for a session that is never idle."""


class Collecting:
    """Full collections at quiet times."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._used = monotonic()
        self._on = False

    def begin(self) -> None:
        """Sets aside what is there, and keeps Python from full collections of its own."""
        self._on = True
        first, second, _ = self._before
        gc.set_threshold(first, second, _SELDOM)
        gc.freeze()

    def end(self) -> None:
        """Leaves everything as it was."""
        if self._on:
            self._on = False
            gc.set_threshold(*self._before)
            gc.unfreeze()

    def used(self) -> None:
        """Somebody typed, scrolled or clicked."""
        self._used = monotonic()

    def when_idle(self, *, busy: bool) -> None:
        """Collects when that disturbs nobody and there is enough to look through."""
        if not self._on or busy or monotonic() - self._used < _IDLE_SECONDS or gc.get_count()[2] < _ENOUGH:
            return
        gc.unfreeze()
        gc.collect()
        gc.freeze()
