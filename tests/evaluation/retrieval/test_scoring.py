"""The numbers, against what they are by hand."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.evaluation.retrieval.scoring import CUTS, grouped, mean, score

IDS = [f"t{number}" for number in range(60)]


def test_half_of_the_gold_is_half_a_recall_any_and_not_all() -> None:
    found = score(["x", "a", "y", "z", "w", "b"], {"a", "b"})
    assert (found.recall[1], found.recall[3], found.recall[5], found.recall[10]) == (0, 0.5, 0.5, 1)
    assert (found.any[1], found.any[3], found.all[5], found.all[10]) == (0, 1, 0, 1)
    assert found.mrr == 0.5


def test_ndcg_is_measured_against_all_of_the_gold_first_and_not_against_what_was_found() -> None:
    found = score(["x", "a"], {"a", "b"})
    assert found.ndcg == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert score(["a", "b", "x"], {"a", "b"}).ndcg == 1
    assert score(["b", "a"], {"a", "b"}).ndcg == 1
    assert score(["a"], {"a", "b"}).ndcg < 1


def test_more_gold_than_ten_can_still_be_ranked_ideally() -> None:
    assert score(IDS[:12], IDS[:12]).ndcg == pytest.approx(1)
    assert score(IDS[:12], IDS[:12]).recall[10] == pytest.approx(10 / 12)


def test_nothing_found_is_nothing() -> None:
    found = score([], {"a"})
    assert (found.recall[50], found.any[50], found.all[50], found.mrr, found.ndcg) == (0, 0, 0, 0, 0)


def test_empty_gold_has_no_score() -> None:
    with pytest.raises(ValueError, match="without gold"):
        score(["a"], ())
    assert mean([]) is None


def test_an_id_that_comes_again_takes_no_place_and_counts_once() -> None:
    assert score(["x", "x", "a", "a", "b"], {"a", "b"}) == score(["x", "a", "b"], {"a", "b"})


def test_each_question_weighs_the_same() -> None:
    found = mean([score(["a"], {"a"}), score(["x"], {"a", "b", "c"}), score(["a"], {"a", "b"})])
    assert found is not None
    assert (found.questions, found.recall[1]) == (3, 0.5)
    assert found.all[1] == pytest.approx(1 / 3)


def test_sessions_stand_where_their_best_turn_does() -> None:
    assert grouped(["a1", "b1", "a2", "c1"], {"a1": "a", "a2": "a", "b1": "b", "c1": "c"}) == ["a", "b", "c"]


@given(st.permutations(IDS), st.sets(st.sampled_from(IDS), min_size=1))
def test_rules(ranked: list[str], gold: set[str]) -> None:
    found = score(ranked, gold)
    for shallow, deep in pairwise(CUTS):
        assert found.recall[shallow] <= found.recall[deep]
    for cut in CUTS:
        assert 0 <= found.all[cut] <= found.recall[cut] <= found.any[cut] <= 1
    assert 0 <= found.ndcg <= 1 + 1e-9
    renamed = score([f"answer_{each}" for each in ranked], {f"answer_{each}" for each in gold})
    assert renamed == found
