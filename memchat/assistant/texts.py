"""What is done to the user's text before anything else: counted, and rid of its secrets."""

import asyncio

from memchat.memory.screening import Screened, screen
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
        self._told: set[str] = set()

    def count(self, text: str) -> int:
        """Length of `text` in o200k_base tokens; estimated before `load`."""
        return self._counter.count(text)

    def rank(self, word: str) -> float:
        """How rare `word` is: its rank by frequency; 0 before `load`."""
        return self._counter.rank(word)

    async def load(self) -> None:
        """Waits until counts are exact."""
        if not self._counter.ready:
            await asyncio.to_thread(self._counter.load)

    async def screened(self, text: str) -> str:
        """`text` without secrets, where that is wanted."""
        return (await self.screen(text)).text

    async def said(self, session_id: str, text: str) -> tuple[str, tuple[str, ...]]:
        """What the user says in a session without secrets, and their kinds when the user is to be told: once in it."""
        screened = await self.screen(text)
        kinds = () if session_id in self._told else tuple(dict.fromkeys(screened.replaced))
        if kinds:
            self._told.add(session_id)
        return screened.text, kinds

    async def screen(self, text: str) -> Screened:
        """`text` without secrets, where that is wanted, and the kind of each that was replaced."""
        if not self._redact:
            return Screened(text, ())
        return await asyncio.to_thread(screen, text) if len(text) > _LONG_CHARACTERS else screen(text)
