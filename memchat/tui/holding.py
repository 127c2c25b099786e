"""Painting put off for a moment, so that what cannot wait goes first."""

from contextlib import ExitStack

from textual.screen import Screen
from textual.timer import Timer

_LONGEST = 0.05
"""Seconds; then the screen is painted whatever is still to be done. Nobody sees a shorter wait."""

_AFTER_THE_PLAN = 0.012
"""Seconds from the plan of a request until it is on the wire."""


class Hold:
    """Keeps a screen from being painted between a message and its request.

    Laying out and painting takes some 25 ms on the event loop, as long as all else on the way from the enter key to the
    wire together.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._held = ExitStack()
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Holds from now on, for `_LONGEST` at most; a second call does nothing."""
        if self._timer is None:
            self._held.enter_context(self._screen.app.batch_update())
            self._timer = self._screen.set_timer(_LONGEST, self.release)

    def release_soon(self) -> None:
        """Lets the request that was just laid out go first."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = self._screen.set_timer(_AFTER_THE_PLAN, self.release)

    def release(self) -> None:
        """Paints."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._held.close()
