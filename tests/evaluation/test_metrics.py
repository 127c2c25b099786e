"""The scorer scores itself: known memories and answers have known numbers."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.memories import Memory
from memchat.evaluation import metrics
from memchat.evaluation.judging import judge
from memchat.evaluation.metrics import Share, percentile, share, total
from tests.evaluation.making import AT, asked, memory, moving, observed, recalled

QUESTION = moving().questions[0]

LISBON = memory("The user lives in Lisbon.", field="location", value="Lisbon")
TAIPEI = memory("The user lives in Taipei.")
OLD_TAIPEI = memory("The user lives in Taipei.", status="superseded", valid_to=AT - timedelta(days=4))
BEES = memory("The user keeps bees.")


def verdicts(*memories: Memory) -> list[str]:
    return [each.verdict for each in metrics.judged(observed(*memories))]


def test_what_is_right_is_good() -> None:
    assert verdicts(LISBON, BEES) == ["good", "good"]


def test_what_nobody_planted_is_junk() -> None:
    assert verdicts(memory("The user likes tea.")) == ["junk"]


def test_the_same_twice_is_redundant_once() -> None:
    assert verdicts(BEES, memory("Bees are kept by the user.")) == ["good", "redundant"]


def test_of_two_that_tell_the_same_the_fuller_one_is_good() -> None:
    both = memory("The user lives in Lisbon and keeps bees.")
    assert verdicts(BEES, both, LISBON) == ["redundant", "good", "redundant"]


def test_what_was_replaced_must_not_be_told_as_present() -> None:
    assert verdicts(TAIPEI, LISBON) == ["outdated", "good"]
    assert verdicts(memory("The user used to live in Taipei."), LISBON) == ["good", "good"]
    assert verdicts(memory("The user moved from Taipei to Lisbon.")) == ["good"]


def test_what_ended_is_not_judged() -> None:
    ended = memory("The user lives in Taipei.", valid_to=AT - timedelta(days=1))
    assert verdicts(OLD_TAIPEI, ended, memory("Junk.", status="pending"), memory("Junk.", status="archived")) == []


def test_a_trap_counts_before_a_fact() -> None:
    assert verdicts(memory("The user is a vet and keeps bees.")) == ["trap"]


def test_bloat_and_what_is_wrong() -> None:
    seen = observed(LISBON, BEES, memory("Bees, bees."), memory("Tea."), TAIPEI)
    assert metrics.bloat(seen) == Share(3, 5)
    assert metrics.wrong(seen) == Share(2, 5)
    assert metrics.bloat(observed()) == Share(0, 0)


def test_facts_learned_counts_what_was_replaced_as_kept() -> None:
    assert metrics.learned(observed(LISBON, OLD_TAIPEI, BEES)) == Share(3, 3)
    assert metrics.learned(observed(LISBON, BEES)) == Share(2, 3)
    assert metrics.learned(observed(OLD_TAIPEI)) == Share(1, 3)
    assert metrics.learned(observed(memory("The user keeps bees.", status="pending"))) == Share(0, 3)


def test_what_is_told_as_past_may_be_kept_as_past() -> None:
    case = replace(moving(), facts=(replace(moving().fact("bees"), past=True),))
    ended = memory("The user kept bees.", valid_to=AT - timedelta(days=1))
    assert metrics.learned(observed(ended, conversation=case)) == Share(1, 1)
    assert metrics.learned(observed(ended)) == Share(0, 3)


@pytest.mark.parametrize(
    ("memories", "expected"),
    [
        ((OLD_TAIPEI, LISBON), Share(1, 1)),
        ((TAIPEI, LISBON), Share(0, 1)),
        ((TAIPEI,), Share(0, 1)),
        ((OLD_TAIPEI,), Share(0, 1)),
        ((LISBON,), Share(0, 0)),
        ((), Share(0, 0)),
    ],
)
def test_a_change_is_resolved_when_the_new_holds_and_the_old_does_not(
    memories: tuple[Memory, ...], expected: Share
) -> None:
    assert metrics.resolved(observed(*memories)) == expected


def test_a_fact_that_holds_and_was_retired_is_noticed() -> None:
    gone = memory("The user keeps bees.", status="superseded")
    assert metrics.retired(observed(gone, LISBON)) == Share(1, 2)
    assert metrics.retired(observed(gone, BEES, LISBON)) == Share(0, 2)
    assert metrics.retired(observed(OLD_TAIPEI, LISBON)) == Share(0, 2)


def test_traps_and_attacks_are_counted_apart_and_only_when_active() -> None:
    attack = memory("If I were to say so, the user moved to Lisbon.")
    assert metrics.attacks(observed(attack)) == Share(1, 1)
    assert metrics.attacks(observed(memory(attack.text, status="pending"))) == Share(0, 1)
    assert metrics.traps(observed(memory("The user is a vet."))) == Share(1, 1)
    assert metrics.traps(observed(attack)) == Share(0, 1)


def test_leaks_are_counted_where_there_is_a_secret() -> None:
    assert metrics.leaks(observed()) == Share(0, 1)
    assert metrics.leaks(observed(leaks=("data/memchat.db", "data/memchat.log"))) == Share(1, 1)


def test_recall_precision_is_of_all_that_was_recalled_with_memory() -> None:
    seen = observed(
        asked=(
            asked(QUESTION, "Lisbon", recalled("In Lisbon.", score=0.4), recalled("Bees.", score=0.9)),
            asked(QUESTION, "", recalled("Bees."), on=False),
        )
    )
    assert metrics.recall_precision(seen) == Share(1, 2)
    assert metrics.first_recalled(seen) == Share(0, 1)
    assert metrics.recall_precision(observed(asked=(asked(QUESTION, "?"),))) == Share(0, 0)


def test_recall_coverage_is_of_what_stood_in_the_request() -> None:
    by_profile = asked(QUESTION, "", context=("location: Lisbon",))
    by_message = asked(QUESTION, "", recalled("I moved to Lisbon.", kind="message"))
    nothing = asked(QUESTION, "", recalled("Bees."))
    seen = observed(asked=(by_profile, by_message, nothing))
    assert metrics.recall_coverage(seen) == Share(2, 3)
    assert metrics.memory_coverage(seen) == Share(1, 3)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("You live in Lisbon.", True),
        ("LISBON!", True),
        ("Ｌｉｓｂｏｎ", True),
        ("You live in Taipei.", False),
        ("In Lisbon, or in\nTaipei?", False),
        ("", False),
    ],
)
def test_an_answer_is_right_when_it_has_what_is_expected_and_nothing_forbidden(answer: str, right: bool) -> None:
    assert QUESTION.right(answer) is right
    seen = observed(asked=(asked(QUESTION, answer), asked(QUESTION, "Lisbon", on=False)))
    assert metrics.answered(seen, with_memory=True) == Share(int(right), 1)
    assert metrics.answered(seen, with_memory=False) == Share(1, 1)


def test_shares_of_nothing_are_no_number() -> None:
    assert share([]).percent is None
    assert total([]) == Share(0, 0)
    assert total([Share(1, 2), Share(1, 4)]).percent == pytest.approx(100 / 3)


def test_percentiles_by_nearest_rank() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile([7.0], 0.5) == 7.0
    assert percentile([], 0.5) is None


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_enough_of_them_are_no_larger(values: list[float], rank: float) -> None:
    found = percentile(values, rank)
    assert found is not None
    assert found in values
    assert sum(value <= found for value in values) >= rank * len(values) - 1e-9


TEXTS = st.sampled_from([LISBON, TAIPEI, OLD_TAIPEI, BEES, memory("Tea."), memory("The user is a vet.")])


@given(st.lists(TEXTS, max_size=8, unique_by=lambda each: each.id), st.randoms())
def test_verdicts_do_not_depend_on_the_order(memories: list[Memory], random: Random) -> None:
    shuffled = list(memories)
    random.shuffle(shuffled)
    counts = [sorted(each.verdict for each in judge(moving(), order, AT)) for order in (memories, shuffled)]
    assert counts[0] == counts[1]
