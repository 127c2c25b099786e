"""What one request holds, what was recalled for it, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from memchat.core.kinds import WorkingMode
from memchat.core.memories import Origin
from memchat.core.messages import Role

Layer = Literal["system", "profile", "sessions", "summary", "buffer", "recalled", "user"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""In the order of the request, so that a prompt cache holds; `recalled` ends the newest user message."""

ItemKind = Literal["message", "fact", "profile", "episode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSource:
    """Where a recalled item was said."""

    session_id: str | None
    session_title: str
    message_id: str | None
    role: Role | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledItem:
    """A fact, profile field, episode or old message that a turn needs.

    Attributes:
        score: How relevant, from 0 to 1; the sum of `parts`.
        parts: What the score is made of, by name, such as `words` and `meaning`.
        tokens: Its length in the request, in the model's tokens.
        valid_from: When it began to hold, where that is known.
        valid_to: When it ceased to hold.
        since_then: What took its place.
        said: Of a profile value that has ceased to hold, the user's words for it; they tell a model more.
        origin: Whose words it rests on.
        confidence: How sure it is, from 0 to 1.
    """

    id: str
    kind: ItemKind
    text: str
    score: float
    parts: Mapping[str, float]
    tokens: int
    source: ItemSource
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    since_then: str = ""
    said: str = ""
    origin: Origin = "user"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that was found and was not recalled, and why, in words that can stand beside it."""

    item: RecalledItem
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The answer of one search of the memory.

    Attributes:
        items: Best first.
        considered: How many candidates were scored.
        milliseconds: How long it took, the query's embedding included.
        words_only: Why meaning was not searched, in a sentence; empty when it was.
        missed: The best of what was found and is not among the items, best first.
        nothing: Why nothing was looked for, in a sentence; empty when it was.
    """

    items: tuple[RecalledItem, ...]
    considered: int
    milliseconds: float
    words_only: str = ""
    missed: tuple[Missed, ...] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of the request that belongs to one layer.

    Neighbouring blocks of one role are one message on the wire, parted by a blank line.

    Attributes:
        tokens: In the model's tokens, the message's own overhead included.
        ref: Id of the message, summary or session that it shows, where there is one.
    """

    role: Role
    content: str
    tokens: int
    layer: Layer
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing known that a block tells: a profile value, a pinned fact, an instruction, a summary.

    Attributes:
        ref: The memory, profile field, session or summary that it is.
        text: As it stands in the block.
        tokens: In the model's tokens.
    """

    layer: Layer
    ref: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that would have been in the request, and why it is not."""

    layer: Layer
    ref: str | None
    text: str
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPlan:
    """The exact request of one turn.

    Attributes:
        window: What the model reads at most, in its tokens, the reply included.
        reserve: Tokens kept free for the reply.
        fold_next: Ids of the buffer's messages that the next fold takes.
        mode: How the working memory was chosen.
        shown: What is known and goes in whatever is asked, in the order of the blocks.
    """

    model: str
    window: int
    reserve: int
    mode: WorkingMode
    blocks: tuple[Block, ...]
    recalled: tuple[RecalledItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fold_next: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()

    @property
    def layers(self) -> dict[Layer, int]:
        """Tokens by layer, every layer named."""
        totals: dict[Layer, int] = dict.fromkeys(LAYERS, 0)
        for block in self.blocks:
            totals[block.layer] += block.tokens
        return totals

    @property
    def tokens(self) -> int:
        """Tokens of the whole request."""
        return sum(block.tokens for block in self.blocks)
