"""What was sent before, to be had again with the up key."""

from collections.abc import Iterable


class PromptHistory:
    """Sent messages, oldest first, and a place among them; what was being typed is kept at the end."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._entries: list[str] = []
        self._at = 0
        self._typed = ""

    def load(self, entries: Iterable[str]) -> None:
        """Begins with `entries`, oldest first."""
        self._entries = [entry for entry in entries if entry.strip()][-self._most :]
        self._at = len(self._entries)

    def add(self, text: str) -> None:
        """Adds what was sent; the same twice in a row counts once."""
        if text.strip() and (not self._entries or self._entries[-1] != text):
            self._entries = [*self._entries, text][-self._most :]
        self._at = len(self._entries)
        self._typed = ""

    def step(self, by: int, typed: str) -> str | None:
        """The entry before (-1) or after (1) this one, or none where there is no other.

        Args:
            by: The direction.
            typed: What stands in the input now.
        """
        target = self._at + by
        if not 0 <= target <= len(self._entries):
            return None
        if self._at == len(self._entries):
            self._typed = typed
        self._at = target
        return self._typed if target == len(self._entries) else self._entries[target]
