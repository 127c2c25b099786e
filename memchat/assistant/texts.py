"""What is done to the user's text before anything else: counted, and rid of its secrets."""

import asyncio

from memchat.memory.screening import screen_if
from memchat.providers.tokens import TokenCounter

_LONG_CHARACTERS = 20_000
"""A longer text is screened in a thread."""


class Texts:
    """Counts texts and replaces their secrets.

    Args:
        redact: Whether secrets are replaced.
    """

    def __init__(self, *, redact: bool) -> None:
        self._redact = redact
        self._counter = TokenCounter()

    def count(self, text: str) -> int:
        """Length of `text` in o200k_base tokens; estimated before `load`."""
        return self._counter.count(text)

    async def load(self) -> None:
        """Waits until counts are exact."""
        if not self._counter.ready:
            await asyncio.to_thread(self._counter.load)

    async def screened(self, text: str) -> str:
        """`text` without secrets, where that is wanted."""
        if len(text) > _LONG_CHARACTERS:
            return await asyncio.to_thread(screen_if, text, on=self._redact)
        return screen_if(text, on=self._redact)
