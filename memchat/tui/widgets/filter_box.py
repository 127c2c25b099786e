"""The box that narrows a list: what is typed in it, and which keys never edit it."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widgets import Input


class FilterBox(Input):
    """An input whose screen has keys of its own, such as ctrl+d: they never edit what is typed.

    Posts `Unable` for a key of the screen's that can do nothing now.
    """

    class Unable(Message):
        """A key was pressed whose actions, by name, cannot be done now."""

        def __init__(self, actions: Sequence[str]) -> None:
            super().__init__()
            self.actions = actions

    def on_key(self, event: events.Key) -> None:
        if not event.is_printable and (actions := self._actions(event.key)):
            event.stop()
            event.prevent_default()
            self.post_message(self.Unable(actions))

    def _actions(self, key: str) -> list[str]:
        """What the screen would do with a key before anything in it is asked, as the user has the keys."""
        chain = self.screen._binding_chain  # noqa: SLF001 - Textual tells only of the keys that hold now
        return [
            binding.action
            for node, bindings in chain
            if node is self.screen
            for binding in bindings.key_to_bindings.get(key, ())
            if binding.priority
        ]
