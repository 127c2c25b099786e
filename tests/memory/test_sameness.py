"""What counts as the same text, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.sameness import gist_of, says_the_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We meet on Monday.", "we meet on monday!"),
        ("I am allergic to peanuts", "I'm allergic to peanuts."),
        ("I don’t eat meat", "I do not eat meat."),
        ("The cat sleeps on the sofa.", "A cat sleeps on a sofa"),
        ("Ich habe einen Hund.", "Ich habe den Hund"),
        ("Café in the morning", "cafe in the morning"),
        ("I live in Lisbon — for now", "I live in Lisbon, for now."),
        ("我住在台北。", "我住在台北"),
    ],
)
def test_case_punctuation_articles_and_short_forms_make_no_difference(one: str, other: str) -> None:
    assert says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We meet on Monday.", "We meet on Tuesday."),
        ("I live at number 14.", "I live at number 41."),
        ("It was -5 degrees.", "It was 5 degrees."),
        ("Rates rose by 5%.", "Rates rose by 5."),
        ("It costs $20.", "It costs €20."),
        ("I write C++.", "I write C."),
        ("I write C#.", "I write C++."),
        ("I eat meat.", "I don't eat meat."),
        ("I can swim.", "I can't swim."),
        ("Anna met Ben.", "Ben met Anna."),
        ("I take vitamin A.", "I take a vitamin."),
        ("My sister lives in Rome.", "Her sister lives in Rome."),
        ("Version 1.5 works.", "Version 15 works."),
        ("我住在台北", "我不住在台北"),
        ("x" * 5_000, "x" * 5_001),
    ],
)
def test_a_word_a_number_a_name_or_a_negation_does(one: str, other: str) -> None:
    assert not says_the_same(one, other)


@given(st.text(max_size=60))
def test_any_text_says_the_same_as_itself_and_never_nothing(text: str) -> None:
    assert says_the_same(text, f"  {text}\n")
    assert bool(gist_of(text)) is any(map(str.isalnum, text)) or not text.isascii() or any(s in text for s in "%$<>=")
