"""What was found and did not become part of what is recalled, and why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from memchat.memory.choosing import least
from memchat.memory.holding import over
from memchat.memory.ranking import Ranked
from memchat.memory.sameness import says_the_same

MOST_MISSED = 8
"""How many are told of."""

TOO_WEAK = "too weak"
"""How the reason begins of what only scored too little."""

_NEAR = 1 / 3
"""The share of the floor from which on something weak is told of."""

_QUOTED = 40
"""Characters of a text that stand for it in a reason."""


class Chosen(NamedTuple):
    """What was left after each step of choosing, best first.

    Attributes:
        found: All that was ranked.
        new: Without what says the same as a better one, or as the message.
        sure: Without what scores too little.
        useful: Without what is in the request anyway, and what the user does not want.
        current: Without what no longer holds, and what is told better by something learned from it.
        beside: Without what hardly counts beside a sure answer.
        taken: What fitted.
    """

    found: Sequence[Ranked]
    new: Sequence[Ranked]
    sure: Sequence[Ranked]
    useful: Sequence[Ranked]
    current: Sequence[Ranked]
    beside: Sequence[Ranked]
    taken: Sequence[Ranked]


def near_misses(
    chosen: Chosen,
    *,
    now: datetime,
    floor: float,
    limit: int,
    hidden: Mapping[str, str],
    shown: Collection[str] = (),
) -> list[tuple[Ranked, str]]:
    """The best of what was found and not taken, each with the reason.

    Args:
        chosen: What was left after each step.
        now: The present moment.
        floor: The lowest score that counts.
        limit: The most items that are recalled.
        hidden: Refs of what the user does not want, and why not.
        shown: Refs of what goes to the model anyway.
    """
    steps = [_refs(step) for step in chosen[1:]]
    missed: list[tuple[Ranked, str]] = []
    for one in chosen.found:
        if len(missed) == MOST_MISSED:
            break
        at = next((place for place, step in enumerate(steps) if one.item.ref not in step), None)
        if at is not None and not _far(one, at, floor, shown):
            missed.append((one, _reason(one, at, chosen, now, floor, limit, hidden)))
    return missed


def _far(one: Ranked, at: int, floor: float, shown: Collection[str]) -> bool:
    """Whether something weak missed by much, or is in the request already, or repeats what is weak too."""
    if Chosen._fields[at + 1] not in ("new", "sure") or one.score >= least(one, floor):
        return False
    return one.score < _NEAR * floor or one.item.ref in shown or Chosen._fields[at + 1] == "new"


def _reason(
    one: Ranked, at: int, chosen: Chosen, now: datetime, floor: float, limit: int, hidden: Mapping[str, str]
) -> str:
    match Chosen._fields[at + 1]:
        case "new":
            better = next((each for each in chosen.new if says_the_same(each.item.text, one.item.text)), None)
            return f"says the same as “{_start(better.item.text)}”" if better else "says only what your message says"
        case "sure":
            return f"{TOO_WEAK}: {_score(one.score)} of {_score(least(one, floor))}"
        case "useful":
            return hidden.get(one.item.ref, "is in the context anyway")
        case "current" if over(one.item, now):
            return "no longer holds"
        case "current":
            return "told by what was learned from it, or past"
        case "beside":
            return "weak beside a sure answer"
        case _:
            return f"no room: {limit} at most" if len(chosen.taken) >= limit else "no room: too many tokens"


def _refs(ranked: Collection[Ranked]) -> frozenset[str]:
    return frozenset(one.item.ref for one in ranked)


def _start(text: str) -> str:
    words = " ".join(text[: 2 * _QUOTED].split())
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…"


def _score(score: float) -> str:
    return f"{max(0.0, score):.2f}".removeprefix("0")
