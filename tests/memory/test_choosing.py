"""What of the ranked is worth its place in a request."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.choosing import BESIDE_THE_BEST, SURE, SURER, beside_the_best, fitting, new_to, sure_enough
from memchat.memory.ranking import Ranked
from memchat.store.values import IndexedItem
from tests.memory.making import words
from tests.memory.test_ranking import item


def ranked(score: float, text: str = "I play chess.", key: int = 1, **changes: object) -> Ranked:
    return Ranked(item(key, text, **changes), score, {"words": score})


def test_what_was_asked_before_is_not_told_and_what_was_stated_is() -> None:
    stated = ranked(0.8, "I am allergic to peanuts.")
    asked = ranked(0.9, "I'm allergic to peanuts?", 2, asks=True)
    assert new_to("Am I allergic to nuts?", [asked, stated]) == [asked]
    assert new_to("I'm allergic to peanuts?", [stated]) == [stated]
    assert new_to("I am allergic to peanuts!", [stated]) == []
    assert new_to("I'm allergic to peanuts?", [asked]) == []


def test_a_short_reply_must_score_more_unless_the_assistants_words_are_asked_for() -> None:
    reply = ranked(0.2, "Chess is a fine game.", role="assistant")
    long = ranked(0.2, "Chess is a fine game. " * 20, role="assistant")
    asked_for = replace(reply, parts={"words": 0.15, "named": 0.05})
    assert sure_enough([reply, long, asked_for], 0.2 - SURER / 2) == [long, asked_for]
    assert sure_enough([reply], 0.2 - SURER) == [reply]


def test_beside_a_sure_one_only_what_comes_near_it_is_told() -> None:
    best, near, far = ranked(SURE), ranked(BESIDE_THE_BEST * SURE + 0.01), ranked(BESIDE_THE_BEST * SURE - 0.01)
    assert beside_the_best([best, near, far]) == [best, near]
    unsure = ranked(SURE - 0.01)
    assert beside_the_best([unsure, far]) == [unsure, far]


def test_the_best_is_measured_by_what_it_had_before_it_was_capped() -> None:
    best = Ranked(item(1, "x"), 1.0, {"words": 1.2, "cap": -0.2})
    assert beside_the_best([best, ranked(BESIDE_THE_BEST + 0.01)]) == [best]


ITEMS = st.lists(
    st.builds(item, st.integers(1, 99), st.text(min_size=1, max_size=400)), max_size=12, unique_by=lambda each: each.key
)


@given(ITEMS, st.integers(0, 8), st.integers(0, 400))
def test_a_budget_holds(items: list[IndexedItem], limit: int, room: int) -> None:
    found = [Ranked(each, 0.5, {"words": 0.5}) for each in items]
    chosen = fitting(found, ("chess",), limit, room, words)
    assert len(chosen) <= limit
    assert sum(words(part) for _, part in chosen) <= room
    places = [found.index(one) for one, _ in chosen]
    assert places == sorted(places)
