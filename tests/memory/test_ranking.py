"""Scores: their parts, bounds and order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.queries import query_of
from memchat.memory.ranking import ANSWER, MEANING, WORDS, Candidate, Match, boosts_of, rank, similarities
from memchat.memory.sameness import distinct
from memchat.store.values import IndexedItem
from tests.memory.making import NOW

MINILM = similarities("all-MiniLM-L6-v2-onnx-int8")


def item(key: int, text: str, **changes: object) -> IndexedItem:
    base = IndexedItem(
        key=key,
        kind="message",
        ref=f"m{key}",
        text=text,
        session_id="s1",
        session_title="A talk",
        message_id=f"m{key}",
        role="user",
        at=NOW - timedelta(days=3),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


TERMS = query_of("what vector store am I using?").terms
WEIGHTS = dict.fromkeys(TERMS, 3.0)
"""Of three words, none of them common; bm25 reaches about their sum."""

FACT = item(1, "I'm using ChromaDB for the vector store.")
QUESTION = item(2, "Which vector store am I using?", at=NOW)
REPLY = item(3, "You are not using any vector store that I know of.", role="assistant", at=NOW)
OTHER = item(4, "I'm using Python for the backend.", at=NOW)


def test_a_statement_comes_before_questions_and_replies_with_the_same_words() -> None:
    found = [
        Candidate(each, Match(bm25, 0.7)) for each, bm25 in ((QUESTION, 9.0), (REPLY, 8.0), (FACT, 7.0), (OTHER, 1.0))
    ]
    ranked = rank(found, TERMS, weights=WEIGHTS, stored=100, now=NOW, scale=MINILM)
    assert ranked[0].item is FACT
    assert [one.item for one in ranked].index(QUESTION) > 1
    assert ranked[0].score > 0.7


def test_one_common_word_is_not_enough() -> None:
    ranked = rank(
        [Candidate(FACT, Match(7.0)), Candidate(OTHER, Match(1.0))],
        TERMS,
        weights=WEIGHTS,
        stored=100,
        now=NOW,
        scale=None,
    )
    assert ranked[0].score > 0.6
    assert ranked[1].score < 0.3


def test_either_way_of_searching_finds_alone() -> None:
    by_words, by_meaning = (
        rank([candidate], TERMS, weights=WEIGHTS, stored=100, now=NOW, scale=MINILM)[0]
        for candidate in (
            Candidate(FACT, Match(7.0)),
            Candidate(item(5, "ChromaDB holds my embeddings"), Match(None, 0.62)),
        )
    )
    assert by_words.score >= 0.3
    assert by_meaning.score >= 0.3
    assert set(by_words.parts) == {"words", "recency"}


def test_pinned_and_new_come_first_among_equals_and_boosts_find_nothing_alone() -> None:
    old = item(6, FACT.text, at=NOW - timedelta(days=400))
    pinned = item(7, FACT.text, kind="fact", pinned=True)
    ranked = rank(
        [Candidate(each, Match(5.0)) for each in (old, FACT, pinned)],
        TERMS,
        weights=WEIGHTS,
        stored=9,
        now=NOW,
        scale=None,
    )
    assert [one.item for one in ranked] == [pinned, FACT, old]
    nothing = rank(
        [Candidate(replace(pinned, text="Kyoto"), Match(0.0, 0.1))],
        TERMS,
        weights=WEIGHTS,
        stored=9,
        now=NOW,
        scale=MINILM,
    )
    assert nothing[0].score == 0


def test_the_same_words_are_shown_once_and_a_changed_word_stays() -> None:
    texts = ["We meet on Monday.", "we meet on monday!", "We meet on Tuesday."]
    ranked = rank(
        [Candidate(item(n, t), Match(3.0)) for n, t in enumerate(texts)],
        ("meet",),
        weights={"meet": 3.0},
        stored=9,
        now=NOW,
        scale=None,
    )
    assert len(distinct(ranked)) == 2


@given(
    st.lists(
        st.tuples(
            st.text(max_size=80),
            st.none() | st.floats(0, 50),
            st.none() | st.floats(-1, 1),
            st.integers(-400, 4000),
            st.booleans(),
            st.sampled_from(["message", "fact", "profile", "episode"]),
            st.sampled_from(["user", "assistant", None]),
            st.none() | st.booleans(),
        ),
        max_size=8,
    ),
    st.text(max_size=40),
    st.booleans(),
    st.booleans(),
)
def test_scores_are_the_sum_of_their_parts_from_0_to_1(
    found: list[tuple[str, float | None, float | None, int, bool, str, str | None, bool | None]],
    query: str,
    by_meaning: bool,
    past: bool,
) -> None:
    candidates = [
        Candidate(
            item(n, text, at=NOW - timedelta(days=days), pinned=pinned, kind=kind, role=role),
            Match(bm25, cosine),
            in_time=in_time,
            over=past and pinned,
        )
        for n, (text, bm25, cosine, days, pinned, kind, role, in_time) in enumerate(found)
    ]
    scale = MINILM if by_meaning else None
    ranked = rank(
        candidates, query_of(query).terms, weights=WEIGHTS, stored=50, now=NOW, scale=scale, past=past, only_time=past
    )
    for one in ranked:
        assert 0 <= one.score <= 1
        assert abs(one.score - sum(one.parts.values())) < 1e-9
    again = rank(
        list(reversed(candidates)),
        query_of(query).terms,
        weights=WEIGHTS,
        stored=50,
        now=NOW,
        scale=scale,
        past=past,
        only_time=past,
    )
    assert [one.item.key for one in again] == [one.item.key for one in ranked]


BOUNDS = {
    "recency": (0.95, 1.05),
    "use": (1, 1.05),
    "confidence": (0.85, 1),
    "pinned": (1, 1.07),
    "kind": (1, 1.05),
    "time": (0.7, 1.25),
    "subject": (0.75, 1),
    "past": (1, 1.2),
    "named": (1, 1.15),
    "question": (0.55, 1),
    "speaker": (0.8, 1),
}


ITEMS = st.builds(
    item,
    st.just(1),
    st.sampled_from([FACT.text, QUESTION.text, "", "Hm? I see."]),
    kind=st.sampled_from(["message", "fact", "profile", "episode"]),
    role=st.sampled_from(["user", "assistant", None]),
    at=st.integers(-400, 40_000).map(lambda days: NOW - timedelta(days=days)),
    use_count=st.integers(-3, 10**6),
    confidence=st.floats(-1, 2),
    pinned=st.booleans(),
    asks=st.booleans(),
)
CANDIDATES = st.builds(
    Candidate,
    ITEMS,
    st.just(Match(3.0, 0.5)),
    in_time=st.none() | st.booleans(),
    over=st.booleans(),
    of_another=st.booleans(),
    named=st.booleans(),
)


@given(CANDIDATES, st.booleans(), st.booleans())
def test_every_boost_is_bounded(candidate: Candidate, answering: bool, past: bool) -> None:
    for name, factor in boosts_of(candidate, NOW, answering=answering, past=past).items():
        low, high = BOUNDS[name]
        assert low - 1e-9 <= factor <= high + 1e-9, name


def test_the_assistants_words_are_lowered_unless_they_are_asked_for() -> None:
    for named, part in ((False, "speaker"), (True, "named")):
        (one,) = rank(
            [Candidate(REPLY, Match(7.0, 0.6), named=named)],
            TERMS,
            weights=WEIGHTS,
            stored=100,
            now=NOW,
            scale=MINILM,
        )
        assert (one.parts.get(part, 0.0) > 0) is named
        assert ("speaker" in one.parts) is not named


def test_an_answer_takes_from_the_question_before_it_what_that_matches() -> None:
    answer = item(8, "ChromaDB.")
    alone, after = (
        rank(
            [Candidate(answer, Match(None, 0.1), answers=question)],
            TERMS,
            weights=WEIGHTS,
            stored=100,
            now=NOW,
            scale=MINILM,
        )[0]
        for question in (None, Match(9.0, 0.9))
    )
    assert alone.score == 0
    assert after.parts["answer"] == pytest.approx(ANSWER * (WORDS + MEANING))


SCORES = st.floats(0.01, 50)
COSINES = st.floats(0.21, 1)


@given(SCORES, COSINES, st.integers(-900, 9_000), st.integers(-900, 9_000), st.booleans())
def test_the_older_never_comes_before_the_newer_with_all_else_equal(
    bm25: float, cosine: float, first: int, second: int, by_meaning: bool
) -> None:
    pair = [item(n, FACT.text, at=NOW - timedelta(days=days)) for n, days in enumerate((first, second))]
    found = [Candidate(each, Match(bm25, cosine)) for each in pair]
    ranked = rank(found, TERMS, weights=WEIGHTS, stored=100, now=NOW, scale=MINILM if by_meaning else None)
    older = min(pair, key=lambda each: each.at)
    assert ranked[1].item.at == older.at
    assert ranked[1].score <= ranked[0].score


@given(SCORES, COSINES, st.floats(0, 1), st.floats(0, 1), st.integers(0, 99), st.integers(0, 99))
def test_what_is_surer_or_used_more_never_scores_less(
    bm25: float, cosine: float, first: float, second: float, few: int, many: int
) -> None:
    weak = item(1, FACT.text, kind="fact", confidence=min(first, second), use_count=min(few, many))
    strong = item(2, FACT.text, kind="fact", confidence=max(first, second), use_count=max(few, many))
    ranked = rank(
        [Candidate(each, Match(bm25, cosine)) for each in (weak, strong)],
        TERMS,
        weights=WEIGHTS,
        stored=100,
        now=NOW,
        scale=MINILM,
    )
    scores = {one.item.key: one.score for one in ranked}
    assert scores[2] >= scores[1]


def test_what_belongs_to_the_time_that_is_asked_for_comes_first() -> None:
    found = [
        Candidate(item(n, FACT.text), Match(9.0), in_time=in_time) for n, in_time in enumerate((False, True, None))
    ]
    ranked = rank(found, TERMS, weights=WEIGHTS, stored=100, now=NOW, scale=None)
    assert [one.item.key for one in ranked] == [1, 2, 0]
    assert ranked[0].parts["time"] > 0 > ranked[2].parts["time"]
    assert ranked[0].parts["cap"] < 0


def test_the_assistants_reply_to_a_question_answers_nothing_unless_it_is_asked_for() -> None:
    for named in (False, True):
        (one,) = rank(
            [Candidate(REPLY, Match(None, 0.1), answers=Match(9.0, 0.9), named=named)],
            TERMS,
            weights=WEIGHTS,
            stored=100,
            now=NOW,
            scale=MINILM,
        )
        assert ("answer" in one.parts) is named


def test_an_embedder_of_latin_script_tells_nothing_of_other_texts() -> None:
    assert MINILM.reads("Où est la bibliothèque de São Paulo?")
    assert MINILM.reads("12:30 🎾")
    assert MINILM.reads("My cat is called 小黑 and sleeps all day.")
    assert not MINILM.reads("我的貓叫做小黑，今年三歲")
    assert not MINILM.reads("Где я живу?")
    assert not MINILM.reads("用Python寫的爬蟲在哪裡")
    assert similarities("text-embedding-3-small").reads("我的貓叫做小黑")
    assert similarities("paraphrase-multilingual-MiniLM-L12-v2").reads("我的貓叫做小黑")


def test_a_month_that_no_text_names_does_not_lower_the_score() -> None:
    terms = query_of("which vector store did I use in April?").terms
    plain = rank(
        [Candidate(FACT, Match(7.0))], terms, weights=WEIGHTS | {"april": 3.0}, stored=100, now=NOW, scale=None
    )
    extra = rank(
        [Candidate(FACT, Match(7.0))],
        terms,
        weights=WEIGHTS | {"april": 3.0},
        stored=100,
        now=NOW,
        scale=None,
        extra={"april"},
    )
    assert extra[0].score > plain[0].score


def test_the_name_of_a_host_tells_nothing_of_an_embedder() -> None:
    cautious = similarities("another-model")
    for host in ("http://node5:11434/v1", "https://minilm.example/v1", "http://gte.lan/v1", "http://e5/v1"):
        assert similarities(f"nomic-embed-text@{host}") == cautious
        assert similarities(f"multilingual-e5-small@{host}") == similarities("multilingual-e5-small") != cautious


def test_items_of_one_score_and_second_keep_their_order_while_time_goes_on() -> None:
    said = [item(key, FACT.text, use_count=0) for key in range(6)]
    found = [Candidate(each, Match(3.0 + 4e-9 * each.key, 0.4)) for each in said]

    def order(after: timedelta) -> list[str]:
        ranked = rank(found, TERMS, weights=WEIGHTS, stored=100, now=NOW + after, scale=MINILM)
        return [one.item.ref for one in ranked]

    assert {tuple(order(timedelta(seconds=seconds / 7))) for seconds in range(60)} == {tuple(each.ref for each in said)}
