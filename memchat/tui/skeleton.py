"""What stands on the screen before the chat is loaded: its frame, and an ear for keys typed ahead."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

HINTS = "enter send · ctrl+j newline · ctrl+s sessions · ctrl+b panels · f1 help"
PLACEHOLDER = "Message…"


class Skeleton(Screen[None]):
    """The chat's frame without its parts; keys and pastes are kept in `typed` for the prompt to come."""

    CSS_PATH: ClassVar = "skeleton.tcss"
    AUTO_FOCUS: ClassVar = None

    def __init__(self) -> None:
        super().__init__()
        self.typed: list[events.Key | events.Paste] = []

    def compose(self) -> ComposeResult:
        yield Static(" memchat", id="skeleton-header")
        yield Static("", id="skeleton-body", markup=False)
        yield Static(PLACEHOLDER, id="skeleton-prompt", markup=False)
        yield Static(HINTS, id="skeleton-footer", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.typed.append(event)
        self._echo()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.typed.append(event)
        self._echo()

    def fail(self, sentence: str) -> None:
        """Says why there will be no chat."""
        self.query_one("#skeleton-body", Static).update(f"{sentence}\n\nctrl+q quits.")
        self.add_class("-failed")

    def _echo(self) -> None:
        text = "".join(
            event.text if isinstance(event, events.Paste) else event.character or ""
            for event in self.typed
            if isinstance(event, events.Paste) or event.is_printable
        )
        if text:
            prompt = self.query_one("#skeleton-prompt", Static)
            prompt.update(text[-200:])
            prompt.add_class("-typed")
