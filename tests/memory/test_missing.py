"""What was found and not recalled, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.missing import MOST_MISSED, Chosen, near_misses
from memchat.memory.ranking import Ranked
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import NOW, words
from tests.memory.test_ranking import item


def ranked(score: float, text: str = "I play chess.", key: int = 1, **changes: object) -> Ranked:
    return Ranked(item(key, text, **changes), score, {"words": score})


def misses(found: list[Ranked], left: int, **changes: object) -> list[tuple[str, str]]:
    """The reasons where all of `found` came through the first `left` steps and nothing through the next."""
    steps = [found if step <= left else [] for step in range(len(Chosen._fields))]
    wanted = {"now": NOW, "floor": 0.15, "limit": 8, "hidden": {}} | changes
    told = near_misses(Chosen(*steps), **wanted)  # type: ignore[arg-type]
    return [(one.item.ref, reason) for one, reason in told]


def test_what_missed_by_much_is_not_told_of() -> None:
    assert misses([ranked(0.04), ranked(0.05, key=2)], 1) == [(ranked(0, key=2).item.ref, "too weak: .05 of .15")]


def test_each_step_has_its_reason() -> None:
    one = ranked(0.12)
    ref = one.item.ref
    assert misses([ranked(0.3)], 0) == [(ref, "says only what your message says")]
    assert misses([one], 1) == [(ref, "too weak: .12 of .15")]
    assert misses([one], 2) == [(ref, "is in the context anyway")]
    assert misses([one], 2, hidden={ref: "muted in this session"}) == [(ref, "muted in this session")]
    assert misses([one], 3) == [(ref, "told by what was learned from it, or past")]
    assert misses([one], 4) == [(ref, "weak beside a sure answer")]
    assert misses([one], 5) == [(ref, "no room: too many tokens")]
    assert misses([one], 6) == []


def test_what_is_weak_is_not_told_where_it_is_in_the_request_or_only_repeats() -> None:
    one = ranked(0.12)
    assert misses([one], 0) == []
    assert misses([one], 1, shown=[one.item.ref]) == []


def test_what_no_longer_holds_is_told_to_be_past() -> None:
    past = Ranked(replace(item(1, "I live in Taipei."), valid_to=NOW - timedelta(days=9)), 0.5, {"words": 0.5})
    assert misses([past], 3) == [(past.item.ref, "no longer holds")]


def test_what_says_the_same_is_told_beside_what_it_repeats() -> None:
    first, again = ranked(0.6, "I play the chess."), ranked(0.5, "i play chess!", 2)
    chosen = Chosen([first, again], *([[first]] * 6))
    told = near_misses(chosen, now=NOW, floor=0.15, limit=8, hidden={})
    assert [(one.item.key, reason) for one, reason in told] == [(2, "says the same as “I play the chess.”")]


@given(st.lists(st.floats(0, 1), max_size=30), st.integers(0, 6))
def test_few_are_told_the_best_first_and_none_that_was_taken(scores: list[float], left: int) -> None:
    found = [ranked(score, key=key) for key, score in enumerate(sorted(scores, reverse=True), 1)]
    told = misses(found, left, floor=0.0)
    assert [ref for ref, _ in told] == ([one.item.ref for one in found] if left < 6 else [])[:MOST_MISSED]


@pytest.fixture
async def gardens(store: Store, minilm: BuiltinEmbedder) -> Store:
    session = await store.sessions.create()
    await say(
        store,
        session,
        "I like small gardens in Kyoto.",
        "Murin-an is one.",
        "My garden in Kyoto has a pond with koi.",
        "Lovely!",
        "The garden shop in Kyoto closes at six.",
        "Noted.",
    )
    await embed_all(store, minilm)
    return store


async def test_a_search_tells_what_it_left(gardens: Store, embedding: Holder) -> None:
    recaller = Recaller(gardens, embedding, words)
    ask = "what do I like about gardens in Kyoto?"
    everything = await recaller.recall(ask, outside=None, limit=8, max_tokens=900, floor=0.15)
    best = everything.items[0]
    one = await recaller.recall(ask, outside=None, limit=1, max_tokens=900, floor=0.15)
    assert [item.id for item in one.items] == [best.id]
    assert all(each.reason for each in one.missed)
    assert not {each.item.id for each in one.missed} & {best.id}
    hidden = await recaller.recall(
        ask, outside=None, limit=8, max_tokens=900, floor=0.15, hidden={best.id: "muted in this session"}
    )
    assert best.id not in {item.id for item in hidden.items}
    assert (best.id, "muted in this session") in {(each.item.id, each.reason) for each in hidden.missed}
    for each in (*one.missed, *hidden.missed):
        assert each.item.score == pytest.approx(sum(each.item.parts.values()))
