"""How a window is shared among the layers of a request.

The reply's reserve comes off first, at most a quarter of the window. The system prompt and the user's newest message
are never cut. Each of the other layers has a cap, a share of what the reserve leaves; at least 40 % of it is left to
the system prompt, the buffer and the user's message. Caps depend on the window alone, so a longer message does not move
them and a prompt cache holds. Where even the caps do not fit beside a long message, the layers are filled in the order
instructions, profile, summary, recalled, sessions, after a quarter of what is free is kept for the newest exchange.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memchat.core.context import Block, Layer
from memchat.core.messages import Role
from memchat.memory.layout import Entry

OVERHEAD = 4
"""Tokens that a chat template adds to each message."""

PRIMING = 3
"""Tokens that a chat template adds to begin the reply."""

SHARES: dict[Layer, float] = {"profile": 0.12, "sessions": 0.12, "summary": 0.2, "recalled": 0.16}


INSTRUCTIONS_SHARE = 0.1
"""For the standing instructions, of what is left to the system prompt, the buffer and the user's message."""

NEWS_SHARE = 0.06
"""For what was learned since the stable part was frozen, of what is recalled."""


def effective_reserve(window: int, reserve: int) -> int:
    """The reply's reserve in tokens: as set, but at most a quarter of the window."""
    return max(0, min(reserve, window // 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a layer's entries."""

    role: Role
    layer: Layer
    heading: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What of a layer fits: its block, none when nothing does, and the entries that are and are not in it."""

    block: Block | None
    kept: list[Entry]
    dropped: list[Entry]


class Meter:
    """Counts in a model's own tokens.

    Args:
        count: Length of a text in o200k_base tokens.
        scale: The model's tokens by o200k_base token.
    """

    def __init__(self, count: Callable[[str], int], scale: float) -> None:
        self._count = count
        self._scale = scale

    def text(self, text: str) -> int:
        """Tokens of a bare text."""
        return self.scaled(self._count(text))

    def scaled(self, counted: int) -> int:
        """The model's tokens for a number counted in o200k_base tokens."""
        return math.ceil(counted * self._scale)

    def block(self, role: Role, content: str, layer: Layer, ref: str | None = None) -> Block:
        """A block with its tokens, the message's overhead included."""
        return Block(role=role, content=content, tokens=self.text(content) + OVERHEAD, layer=layer, ref=ref)

    def fitting(self, frame: Frame, entries: Sequence[Entry], shown: Sequence[Entry], room: int) -> Fitted:
        """The block of those `entries` that fit into `room` tokens.

        Args:
            frame: What stands around the entries.
            entries: In the order in which they are to be kept; one that is too long does not keep shorter ones out.
            shown: The same entries in the order in which they are to be read.
            room: Tokens at most.
        """
        used = self.text(frame.heading) + self.text(frame.end) + OVERHEAD + 2
        kept: list[Entry] = []
        for entry in entries:
            tokens = self.text(entry.text) + 1
            if used + tokens <= room:
                used += tokens
                kept.append(entry)
        while kept:
            lines = (entry.text for entry in shown if entry in kept)
            content = "\n".join(filter(None, [frame.heading, *lines, frame.end]))
            block = self.block(frame.role, content, frame.layer)
            if block.tokens <= room:
                return Fitted(block, kept, [entry for entry in entries if entry not in kept])
            kept.pop()
        return Fitted(None, [], list(entries))
