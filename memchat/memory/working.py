"""Working memory: which of a session's messages go to the model verbatim, and which are folded next.

The four modes:

`buffer`
    Every message of the session, no rolling summary. What exceeds the budget is left out, the oldest first.
`window`
    The last `window_messages` messages, no rolling summary. An answer whose question is cut off goes with it.
`summary`
    The rolling summary, and what is not folded yet. Folds eagerly: once two exchanges are there, all but the newest
    are folded.
`hybrid`
    The rolling summary, and what is not folded yet, within the token budget. Once the buffer holds `fold_messages`
    messages or `fold_tokens` tokens, the oldest half is folded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from memchat.core.kinds import WorkingMode
from memchat.core.messages import Message, RollingSummary
from memchat.core.settings import MemorySettings
from memchat.store.values import Span

EAGER_MESSAGES = 4
"""In mode `summary`, fold once the buffer holds this many messages."""

TRIM_STEP = 8
"""When over budget, the buffer's start moves on by this many messages at once, so that a prompt cache holds between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TailRequest:
    """What to read of a session's newest messages.

    Attributes:
        after_seq: Messages up to this one are folded.
        max_messages: How many at most.
        max_tokens: How many unscaled tokens at most.
    """

    after_seq: int
    max_messages: int
    max_tokens: int


def summarises(mode: WorkingMode) -> bool:
    """Whether `mode` folds older messages into a rolling summary."""
    return mode in ("summary", "hybrid")


def tail_request(settings: MemorySettings, summary: RollingSummary | None, window: int, scale: float) -> TailRequest:
    """What the assembler needs of a session's messages, and no more.

    Args:
        settings: The working mode and its numbers.
        summary: The session's rolling summary.
        window: The model's window in its own tokens.
        scale: The model's tokens by o200k_base token.
    """
    after = summary.to_seq if summary and summarises(settings.mode) else 0
    # One more than the window's messages: the newest one is not part of the buffer.
    most = settings.window_messages + 1 if settings.mode == "window" else 4_000
    return TailRequest(after_seq=after, max_messages=most, max_tokens=int(window / max(scale, 0.1)))


def fold_limit(settings: MemorySettings, window: int) -> int:
    """The buffer's tokens from which on it is folded.

    `fold_tokens`, else a third of the window: the other layers' shares and the reserve leave that much to the buffer,
    so that nothing is left out before it is folded.
    """
    return settings.fold_tokens or window // 3


def most_unfolded(window: int) -> int:
    """The tokens up to which a buffer that the user unfolded is let be: half a window."""
    return window // 2


def due(span: Span, settings: MemorySettings, window: int) -> bool:
    """Whether the messages that are not folded yet are many or long enough to fold some.

    Args:
        span: Number and tokens of the messages after the rolling summary.
        settings: The working mode and its numbers.
        window: The chat model's window in tokens.
    """
    if not summarises(settings.mode):
        return False
    if settings.mode == "summary":
        return span.count >= EAGER_MESSAGES
    return span.count >= max(settings.fold_messages, EAGER_MESSAGES) or span.tokens >= fold_limit(settings, window)


def exchange_starts(messages: Sequence[Message]) -> list[int]:
    """Indexes of the messages that begin an exchange: the user's, where the one before is not the user's too."""
    return [
        index
        for index, message in enumerate(messages)
        if message.role == "user" and (index == 0 or messages[index - 1].role != "user")
    ]


def fold_count(messages: Sequence[Message], settings: MemorySettings, window: int) -> int:
    """How many of the oldest `messages` the next fold takes; 0 when there is nothing to fold.

    The oldest half, moved on to the next user message, so that no question is parted from its answer; further where
    the rest is still too many tokens. The last exchange stays, and so does a question that waits for its answer.

    Args:
        messages: All messages after the rolling summary, oldest first.
        settings: The working mode and its numbers.
        window: The chat model's window in tokens.
    """
    starts = [index for index in exchange_starts(messages) if index > 0]
    if messages and messages[-1].role == "user" and starts:
        starts.pop()
    if not starts:
        return 0
    if settings.mode == "summary":
        return starts[-1]
    half = len(messages) // 2
    chosen = next((index for index in starts if index >= half), starts[-1])
    limit = fold_limit(settings, window) // 2
    rest = sum(message.tokens for message in messages[chosen:])
    for index in starts:
        if index > chosen and rest > limit:
            rest -= sum(message.tokens for message in messages[chosen:index])
            chosen = index
    return chosen
