"""Keeps the garbage collector out of the way of keys.

A full collection looks at every object there is: half a second of standing still in a long session. So what lives is
set aside again and again, each look is at what is new only, and all of it is looked through when nobody types.
"""

import gc
from time import monotonic

_IDLE_SECONDS = 5.0
_SOME = 2
"""So many middle collections make it worth to look at what is new."""
_MANY = 100_000
"""So many objects set aside make it worth to look at all of them."""
_SELDOM = 500
"""As many middle collections make Python look by itself."""


class Collecting:
    """Collections in small steps, and full ones at quiet times."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._used = monotonic()
        self._aside = 0
        self._on = False

    def begin(self) -> None:
        """Sets aside what is there, and keeps Python from full collections of its own."""
        self._on = True
        first, second, _ = self._before
        gc.set_threshold(first, second, _SELDOM)
        gc.freeze()
        self._aside = gc.get_freeze_count()

    def end(self) -> None:
        """Leaves everything as it was."""
        if self._on:
            self._on = False
            gc.set_threshold(*self._before)
            gc.unfreeze()

    def used(self) -> None:
        """Somebody typed, scrolled or clicked."""
        self._used = monotonic()

    def look(self, *, busy: bool) -> None:
        """Collects what there is to collect without disturbing anybody; to be called every second or so.

        Args:
            busy: Whether a reply is being drawn.
        """
        if not self._on:
            return
        if gc.get_count()[2] >= _SOME:
            gc.collect()
            gc.freeze()
        idle = not busy and monotonic() - self._used >= _IDLE_SECONDS
        if idle and gc.get_freeze_count() - self._aside >= _MANY:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._aside = gc.get_freeze_count()
