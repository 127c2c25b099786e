"""What stands on the screen before the chat is loaded: its frame, with an echo of what is typed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

HINTS = "enter send · ctrl+j newline · ctrl+s sessions · ctrl+b panels · f1 help"
PLACEHOLDER = "Message…"


class Skeleton(Screen[None]):
    """The chat's frame without its parts."""

    AUTO_FOCUS: ClassVar = None

    def compose(self) -> ComposeResult:
        yield Static("memchat", id="skeleton-header")
        yield Static("", id="skeleton-body", markup=False)
        yield Static(PLACEHOLDER, id="skeleton-prompt", markup=False)
        yield Static(HINTS, id="skeleton-footer", markup=False)

    def fail(self, sentence: str) -> None:
        """Says why there will be no chat."""
        self.query_one("#skeleton-body", Static).update(f"{sentence}\n\nctrl+q quits.")
        self.add_class("-failed")

    def echo(self, text: str) -> None:
        """Shows what was typed so far, which the chat's input will get."""
        if text:
            prompt = self.query_one("#skeleton-prompt", Static)
            prompt.update(text[-200:])
            prompt.add_class("-typed")
