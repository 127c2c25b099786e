"""Which sentences go with a fact that is erased, and which stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.memory.carving import ERASED, Traces
from memchat.providers.tokens import TokenCounter

COUNTER = TokenCounter()
COUNTER.load()


def traces(*texts: str, quotes: tuple[str, ...] = (), dull: tuple[str, ...] = ()) -> Traces:
    return Traces.of(texts, quotes, COUNTER.rank, dull=dull)


def left(found: Traces, text: str) -> str:
    carved = found.cut(text)
    return text if carved is None else carved.text


DENTIST = ("The user's dentist is Dr. Brockelmann in Tübingen.", "my dentist is Dr. Brockelmann in Tübingen")
PEANUTS = ("The user is allergic to peanuts.", "I'm allergic to peanuts")
TEA = ("The user likes tea.", "I like tea")
TAIPEI = ("The user lives in Taipei.", "I live in Taipei")
HAN = ("使用者住在台北。", "我住在台北")
NUTS = ("使用者對花生過敏。", "我對花生過敏")
GERMAN = ("Der Nutzer wohnt in Hamburg.", "Ich wohne in Hamburg")
KOREAN = ("사용자는 서울에 산다", "저는 서울에 살아요")


@pytest.mark.parametrize(
    ("fact", "text", "expected"),
    [
        (DENTIST, "Hi! My dentist is Dr. Brockelmann in Tübingen. Which brush?", "Hi! [erased] Which brush?"),
        (DENTIST, "BROCKELMANN is closed.\nTake care!", "[erased]\nTake care!"),
        (DENTIST, "Call Brockelmann. Then Brockelmann again. Then home.", "[erased] Then home."),
        (DENTIST, "My sister is a dentist. Is there one in Rome?", None),
        (DENTIST, "You see Dr. Brockelmann, a dentist, on Monday", "[erased]"),
        (PEANUTS, "You should avoid peanut butter. Enjoy!", "[erased] Enjoy!"),
        (PEANUTS, "Noted: allergic to peanuts!", "[erased]"),
        (PEANUTS, "My cat is allergic to dust.", None),
        (TEA, "I like tea. Where can one buy tea in Kyoto?", "[erased] Where can one buy tea in Kyoto?"),
        (TEA, "You like tea, I know.", "[erased]"),
        (TEA, "I like coffee.", None),
        (TAIPEI, "My brother lives in Rome. I live in Taipei.", "My brother lives in Rome. [erased]"),
        (TAIPEI, "It costs 3.50 in taipei, at noon. Bye.", "[erased] Bye."),
        (HAN, "我住在台北。我喜歡茶。", "[erased]我喜歡茶。"),
        (HAN, "台北的天氣如何？", "[erased]"),
        (HAN, "我弟弟住在羅馬。", None),
        (NUTS, "醫生說我對花生會過敏。再見。", "[erased]再見。"),
        (NUTS, "我對貓過敏。", None),
        (GERMAN, "Ich wohne in Hamburg. Mein Bruder wohnt in Rom.", "[erased] Mein Bruder wohnt in Rom."),
        (KOREAN, "서울은 춥다. 부산은 덥다.", "[erased] 부산은 덥다."),
    ],
)
def test_what_goes_and_what_stays(fact: tuple[str, str], text: str, expected: str | None) -> None:
    assert left(traces(fact[0], quotes=fact[1:]), text) == (expected or text)


def test_numbers_are_as_good_as_names() -> None:
    found = traces("The code of the user's locker is 4711.")
    assert left(found, "Is 4711 right? The locker is green.") == "[erased] The locker is green."


def test_the_name_of_a_profile_field_tells_nothing() -> None:
    found = traces("location: Taipei", "Taipei", dull=("location",))
    assert found.keys == {"taipei"}
    assert found.cut("What is your location?") is None


def test_words_that_are_common_in_the_talk_are_not_enough_alone() -> None:
    found = traces(*TAIPEI).without_keys({"taipei"})
    assert found.cut("What is the weather in Taipei?") is None
    assert left(found, "I live in Taipei.") == "[erased]"


def test_of_a_long_line_only_the_part_around_the_words_goes() -> None:
    line = "word " * 200 + "and Brockelmann too " + "word " * 200
    kept = left(traces(*DENTIST), line)
    assert "Brockelmann" not in kept
    assert len(kept) > len(line) - 700


def test_a_short_quote_counts_only_where_it_was_said() -> None:
    found = traces("The user likes tea.", quotes=("tea",))
    assert found.cut("Some tea?") is None
    assert (
        left(found.with_wordings(["tea"]), "What I like? tea. And steamed rice.")
        == "What I like? [erased] And steamed rice."
    )


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("The user lives in Taipei now", True),
        ("The user lived in Taipei", True),
        ("The user's parents live in Taipei", False),
        ("The user lives in Rome", False),
    ],
)
def test_which_memories_say_the_same(other: str, same: bool) -> None:
    assert traces(*TAIPEI).tells(other) == same


def test_a_memory_with_another_number_says_something_else() -> None:
    desk = traces("Has desk 8.", "I have desk 8")
    assert desk.tells("Has the desk 8")
    assert desk.tells("Has a desk")
    assert not desk.tells("Has desk 9.")


SENTENCES = st.sampled_from(
    [
        "I like rain.",
        "Brockelmann again!",
        "Is it late?",
        "In Tübingen, too;",
        "A, b, c.",
        "今天下雨。",
        "…",
        "",
        "Dr. Brockelmann",
        "3.5 km",
        "🙂",
    ]
)


@settings(max_examples=150)
@given(st.lists(SENTENCES, max_size=12), st.sampled_from([" ", "\n", "\n\n", "  "]))
def test_no_key_word_is_left_and_cutting_twice_changes_nothing(parts: list[str], between: str) -> None:
    found = traces(*DENTIST)
    text = between.join(parts)
    kept = left(found, text)
    assert "Brockelmann" not in kept
    assert "Tübingen" not in kept
    assert left(found, kept) == kept
    assert kept.count("I like rain.") <= text.count("I like rain.")


@settings(max_examples=150)
@given(st.text(max_size=400))
def test_any_text_can_be_cut(text: str) -> None:
    carved = traces(*DENTIST, *HAN).cut(text)
    assert carved is None or (ERASED in carved.text and carved.words)
