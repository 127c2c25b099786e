"""The line that is shown of a hit."""

from hypothesis import given
from hypothesis import strategies as st

from memchat.core.searching import Snippet
from memchat.memory.searching.snippets import snippet

WORDS = st.text(st.sampled_from("ab \n小é🌱"), max_size=300)


def line(text: str, *words: str, limit: int = 60, before: int = 10) -> Snippet:
    places = sorted((text.index(word), text.index(word) + len(word)) for word in words)
    return snippet(text, places, limit=limit, before=before)


def test_a_short_text_is_there_as_it_is_on_one_line() -> None:
    found = line("A small\n  garden", "garden")
    assert found == Snippet("A small garden", ((8, 14),))


def test_of_a_long_text_the_part_with_the_most_marks() -> None:
    text = "one " * 50 + "alpha " + "two " * 50 + "beta and gamma " + "three " * 50
    found = line(text, "alpha", "beta", "gamma")
    assert found.text.startswith("…two two two beta and gamma three")
    assert found.text.endswith("…")
    assert [found.text[start:end] for start, end in found.marks] == ["beta", "gamma"]


def test_without_marks_it_is_the_beginning() -> None:
    found = snippet("word " * 40, [], limit=20, before=5)
    assert found == Snippet("word word word word…", ())


@given(WORDS, st.lists(st.integers(0, 299), max_size=8), st.integers(12, 80), st.integers(0, 10))
def test_it_keeps_its_length_and_its_marks_show_what_is_marked(
    text: str, places: list[int], limit: int, before: int
) -> None:
    starts = sorted({place for place in places if place < len(text) and not text[place].isspace()})
    found = snippet(text, [(place, place + 1) for place in starts], limit=limit, before=before)
    assert len(found.text) <= limit
    assert "\n" not in found.text
    for start, end in found.marks:
        assert end - start == 1
        assert found.text[start:end] in {text[place] for place in starts}
