"""How memories fade, and what one is worth: demoted with time, never deleted by it.

A score is relevance × boosts, and every boost is bounded:

============ ============= ===============================================================================
boost        from – to     what it is
============ ============= ===============================================================================
`recency`    0.95 – 1.05   0.95 + 0.10 · 0.5^(age / half-life); 1 where the date is not known
`use`        1.00 – 1.05   1 + 0.05 · n / (n + 4), for the n turns that it was in the context of
`confidence` 0.85 – 1.00   1 - 0.15 · (1 - confidence); 1 where that is not known
`pinned`     1.00 – 1.07   1.07 for what the user pinned
============ ============= ===============================================================================

The half-life goes by how long a thing is likely to hold, else by its type, and grows with use, up to twice as long:
what is used more fades more slowly. A date in the future counts as now. So of two that differ in nothing but age the
newer one never comes second, and old age alone takes away a tenth and no more.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from memchat.core.context import ItemKind
from memchat.core.kinds import MemoryKind
from memchat.core.memories import Holds, Memory

HALF_LIFE_BY_HOLDS: Mapping[Holds, float] = MappingProxyType({"days": 4, "weeks": 20, "months": 120, "years": 1_000})
"""In days, of what is known to hold about so long."""

HALF_LIFE_BY_TYPE: Mapping[ItemKind | MemoryKind, float] = MappingProxyType(
    {
        "message": 30,
        "episode": 60,
        "event": 45,
        "goal": 90,
        "decision": 180,
        "fact": 365,
        "preference": 365,
        "profile": 730,
        "instruction": 1_000,
    }
)
"""In days, where nothing is known about how long it holds."""

_RECENCY, _USE, _USED_OFTEN, _DOUBT, _PINNED = 0.10, 0.05, 4, 0.15, 1.07
_DAY_SECONDS = 86_400


def half_life(kind: ItemKind | MemoryKind, holds: Holds | None = None, uses: int = 0) -> float:
    """After how many days a thing has lost half of its newness.

    Args:
        kind: Its type.
        holds: How long it is likely to hold; none when that is not known.
        uses: How many turns it was in the context of.
    """
    days = HALF_LIFE_BY_HOLDS[holds] if holds else HALF_LIFE_BY_TYPE[kind]
    return days * (1 + _often(uses))


def newness(age_days: float, half_life_days: float) -> float:
    """From 1 for what is new or dated in the future towards 0, halved with every half-life."""
    return float(0.5 ** (max(0.0, age_days) / half_life_days))


def recency(at: datetime | None, now: datetime, half_life_days: float) -> float:
    """The boost for newness.

    Args:
        at: When it was said; none when that is not known.
        now: The present moment.
        half_life_days: As `half_life` tells.
    """
    if at is None:
        return 1.0
    return 1 - _RECENCY / 2 + _RECENCY * newness((now - at).total_seconds() / _DAY_SECONDS, half_life_days)


def boosts(
    *,
    kind: ItemKind | MemoryKind,
    at: datetime | None,
    now: datetime,
    holds: Holds | None = None,
    uses: int = 0,
    confidence: float | None = None,
    pinned: bool = False,
) -> dict[str, float]:
    """Every boost by its name, as the table above has them; their product is what relevance is multiplied by.

    Args:
        kind: Its type.
        at: When it was said; none when that is not known.
        now: The present moment.
        holds: How long it is likely to hold; none when that is not known.
        uses: How many turns it was in the context of.
        confidence: How sure it is, from 0 to 1; none when that is not known.
        pinned: Whether the user pinned it.
    """
    sure = 1.0 if confidence is None else min(1.0, max(0.0, confidence))
    return {
        "recency": recency(at, now, half_life(kind, holds, uses)),
        "use": 1 + _USE * _often(uses),
        "confidence": 1 - _DOUBT * (1 - sure),
        "pinned": _PINNED if pinned else 1.0,
    }


def value(memory: Memory, now: datetime) -> float:
    """What keeping a memory is worth, from 0 to 1, whatever is asked: for choosing what to archive first.

    A pinned one is worth 1. Of another, newness counts for a half, use for a quarter, being sure for a quarter; newness
    from when it was last said or used.

    Args:
        memory: Which.
        now: The present moment.
    """
    if memory.pinned:
        return 1.0
    known = [moment for moment in (memory.observed_at, memory.last_seen_at, memory.last_used_at) if moment is not None]
    age = (now - max(known)).total_seconds() / _DAY_SECONDS
    kind: ItemKind | MemoryKind = "profile" if memory.field else memory.kind
    said = memory.seen_count - 1
    new = newness(age, half_life(kind, memory.holds, memory.use_count + max(0, said)))
    sure = min(1.0, max(0.0, memory.confidence))
    return 0.5 * new + 0.25 * _often(memory.use_count + max(0, said)) + 0.25 * sure


def _often(uses: int) -> float:
    """From 0 for never towards 1, half of it at four times."""
    return max(0, uses) / (max(0, uses) + _USED_OFTEN)
