"""Those who want to know what happens outside of turns."""

import logging
from collections.abc import Callable

from memchat.core.events import BackgroundEvent

Listener = Callable[[BackgroundEvent], None]

_log = logging.getLogger(__name__)


class Listeners:
    """Hands each event to every listener, on the event loop, in the order of their coming."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def __bool__(self) -> bool:
        """Whether anyone listens."""
        return bool(self._listeners)

    def add(self, listener: Listener) -> Callable[[], None]:
        """Adds `listener`, and gives what removes it again."""
        self._listeners.append(listener)

        def remove() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return remove

    def publish(self, event: BackgroundEvent) -> None:
        """Tells everyone of `event`; a listener that fails is logged and harms no other."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one listener's fault is not another's
                _log.exception("a listener failed on %s", type(event).__name__)
