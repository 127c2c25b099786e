"""Failures that a person can act on."""

from contextvars import ContextVar
from typing import Literal

Face = Literal["shell", "screen"]

face: ContextVar[Face] = ContextVar("face", default="shell")
"""Where failures are read: in a shell the next step is a command, on the screen it is a key or a slash command."""


class MemchatError(Exception):
    """A failure told in one sentence that names the next step.

    Args:
        sentence: What went wrong, in words for the user.
        next_step: What to do about it, as a sentence; empty when `sentence` says it already.
        on_screen: The same for who reads it on the screen, where that is another step.
    """

    def __init__(self, sentence: str, next_step: str = "", *, on_screen: str | None = None) -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self._next_step = next_step
        self._on_screen = on_screen

    @property
    def next_step(self) -> str:
        """What to do about it, where it is read."""
        return self._on_screen if self._on_screen is not None and face.get() == "screen" else self._next_step

    def __str__(self) -> str:
        return f"{self.sentence} {self.next_step}".strip()


class NotFound(MemchatError):
    """An id or a name that nothing stored answers to."""


class ErasedMeanwhile(MemchatError):
    """What was read may hold what was erased since, so that nothing made of it is stored."""


class ConfigError(MemchatError):
    """A setting that cannot be used: an unknown name, a wrong type, a broken file."""


class StoreError(MemchatError):
    """The database cannot be opened, read or written."""


class ModelError(MemchatError):
    """A model endpoint failed or cannot be reached.

    Args:
        sentence: What went wrong.
        next_step: What to do about it.
        on_screen: The same for who reads it on the screen, where that is another step.
        status: The HTTP status, when there was an answer.
        retryable: Whether the same request may succeed later.
    """

    def __init__(
        self,
        sentence: str,
        next_step: str = "",
        *,
        on_screen: str | None = None,
        status: int | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(sentence, next_step, on_screen=on_screen)
        self.status = status
        self.retryable = retryable


class NoModel(ModelError):
    """Nothing is configured that could answer."""


class EmptyReply(ModelError):
    """The model ended its turn without a word."""


class MessageTooLong(MemchatError):
    """The newest message alone does not fit the window, and is not sent.

    Args:
        tokens: What the message needs, in tokens.
        available: What the window leaves for it, in tokens.
    """

    def __init__(self, tokens: int, available: int) -> None:
        super().__init__(
            f"This message needs about {tokens:,} tokens and {available:,} are free.",
            "Shorten it, or pick a model with a larger window (ctrl+o, or -m).",
        )
        self.tokens = tokens
        self.available = available
