"""What of the ranked is worth its place in a request."""

from collections.abc import Callable, Sequence

from memchat.memory.excerpts import excerpt
from memchat.memory.ranking import Ranked
from memchat.memory.sameness import distinct, says_the_same

SURE = 0.6
"""An item with this score surely has to do with what is asked."""

BESIDE_THE_BEST = 0.55
"""What scores less than this share of a sure one is noise beside it."""

SHORT_REPLY = 200
"""Characters of a reply that says little by itself."""

SURER = 0.15
"""How much more than other items such a reply must score."""

_LEAST_ITEM_TOKENS = 48
_LINE_TOKENS = 24
"""About what the line above an item takes in the request, and the quote marks."""


def new_to(message: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """`ranked` without what says the same as a better one, or only what the message says.

    A statement stays where the message asks whether it is so.
    """
    asks = message.rstrip().endswith(("?", "？"))
    return [
        one for one in distinct(ranked) if not says_the_same(one.item.text, message) or (asks and not one.item.asks)
    ]


def sure_enough(ranked: Sequence[Ranked], floor: float) -> list[Ranked]:
    """Those from `floor` on; of the assistant's short replies, which mostly echo, only surer ones."""
    return [one for one in ranked if one.score >= least(one, floor)]


def least(one: Ranked, floor: float) -> float:
    """What an item must score at least."""
    return floor + SURER if _echoes(one) else floor


def beside_the_best(ranked: Sequence[Ranked]) -> list[Ranked]:
    """`ranked`, best first, without what hardly counts beside a best one that surely answers."""
    if not ranked or ranked[0].score < SURE:
        return list(ranked)
    best = ranked[0].uncapped
    return [one for one in ranked if one.uncapped >= BESIDE_THE_BEST * best]


def fitting(
    ranked: Sequence[Ranked], terms: Sequence[str], limit: int, room: int, count: Callable[[str], int]
) -> list[tuple[Ranked, str]]:
    """The best items within a budget, each with what is told of it: of a long one, the part that is asked about.

    Args:
        ranked: Best first.
        terms: The query's words.
        limit: The most items.
        room: The most tokens of all together.
        count: Length of a text in tokens.
    """
    longest = max(_LEAST_ITEM_TOKENS, room // 3)
    chosen: list[tuple[Ranked, str]] = []
    for one in ranked:
        if len(chosen) == limit:
            break
        part = excerpt(one.item.text, terms, longest, count)
        tokens = count(part) + _LINE_TOKENS
        if tokens <= room:
            room -= tokens
            chosen.append((one, part))
    return chosen


def _echoes(one: Ranked) -> bool:
    item = one.item
    asked_for = one.parts.get("named", 0.0) > 0
    return item.kind == "message" and item.role == "assistant" and len(item.text) <= SHORT_REPLY and not asked_for
