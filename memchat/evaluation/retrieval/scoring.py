"""From rankings to numbers.

For one question with the gold set G and the ranking r:

========== =====================================================================================================
recall@k   the share of G among the first k
any@k      1 when one of G is among the first k, else 0
all@k      1 when all of G are among the first k, else 0
MRR        1 / the place of the first of G; 0 when none is ranked
nDCG@10    the sum of 1 / log2(1 + place) over those of G in the first ten, divided by what it is with all of G
           first (Järvelin and Kekäläinen, 2002)
========== =====================================================================================================

Each is averaged over questions. A question without gold has no score: with nothing to be found, `all` would be 1.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

CUTS = (1, 3, 5, 10, 25, 30, 50)
"""How many are looked at: LoCoMo's k and LongMemEval's."""

DEPTH = 50
_NDCG_AT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well one question was ranked, or many on average; each number from 0 to 1."""

    questions: int
    recall: Mapping[int, float]
    any: Mapping[int, float]
    all: Mapping[int, float]
    mrr: float
    ndcg: float


def score(ranked: Sequence[str], gold: Collection[str]) -> Score:
    """How well one question was ranked.

    Args:
        ranked: Ids, best first; one that comes again counts where it came first.
        gold: Ids of what is to be found.

    Raises:
        ValueError: There is nothing to be found.
    """
    wanted = set(gold)
    if not wanted:
        raise ValueError("a question without gold has no score")
    order = list(dict.fromkeys(ranked))
    places = [place for place, each in enumerate(order, 1) if each in wanted]
    found = {cut: sum(place <= cut for place in places) for cut in CUTS}
    gained = sum(1 / math.log2(1 + place) for place in places if place <= _NDCG_AT)
    ideal = sum(1 / math.log2(1 + place) for place in range(1, min(len(wanted), _NDCG_AT) + 1))
    return Score(
        questions=1,
        recall={cut: count / len(wanted) for cut, count in found.items()},
        any={cut: float(count > 0) for cut, count in found.items()},
        all={cut: float(count == len(wanted)) for cut, count in found.items()},
        mrr=1 / places[0] if places else 0.0,
        ndcg=gained / ideal,
    )


def mean(scores: Iterable[Score]) -> Score | None:
    """The average; none of nothing."""
    listed = list(scores)
    if not listed:
        return None
    count = len(listed)
    return Score(
        questions=sum(each.questions for each in listed),
        recall={cut: sum(each.recall[cut] for each in listed) / count for cut in CUTS},
        any={cut: sum(each.any[cut] for each in listed) / count for cut in CUTS},
        all={cut: sum(each.all[cut] for each in listed) / count for cut in CUTS},
        mrr=sum(each.mrr for each in listed) / count,
        ndcg=sum(each.ndcg for each in listed) / count,
    )


def grouped(ranked: Iterable[str], group_of: Mapping[str, str]) -> list[str]:
    """The groups of what was ranked, each at the place of its best."""
    return list(dict.fromkeys(group_of[each] for each in ranked))
