"""Where a text has what the index finds it by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.store.marking import marks


def marked(text: str, *terms: str, beginnings: tuple[str, ...] = ()) -> list[str]:
    return [text[start:end] for start, end in marks(text, terms, beginnings)]


@pytest.mark.parametrize(
    ("text", "terms", "found"),
    [
        ("The gardens of Kyoto, gardening all day", ["garden"], ["gardens", "gardening"]),
        ("At the café; un cafe\u0301 noir", ["cafe"], ["café", "cafe\u0301"]),
        ("Die Gärten in der Straße und der Garten", ["garten", "strasse"], ["Gärten", "Straße", "Garten"]),
        ("我的貓叫做小黑，住在台北。", ["小黑", "台北"], ["小黑", "台北"]),
        ("我的貓叫", ["我的", "的貓", "貓叫"], ["我的貓叫"]),
        ("서울에서 만난 친구", ["서울"], ["서울"]),
        ("Ёлка и елки", ["елка"], ["Ёлка", "елки"]),
        ("كِتَاب الكتاب", ["كتاب"], ["كِتَاب", "الكتاب"]),
        ("ภาษาไทยง่าย", ["ไทย"], ["ไทย"]),
        ("def getUserName(user_id): pass  # C++, C", ["user", "c++"], ["User", "user", "C++"]),
        ("see src/main.py", ["main.py"], ["main.py"]),
        ("exact words, words exact", ["exact words"], ["exact words"]),
        ("nothing here", ["zebra", "", '"', "!!"], []),
    ],
)
def test_words_in_any_form(text: str, terms: list[str], found: list[str]) -> None:
    assert marked(text, *terms) == found


def test_beginnings() -> None:
    assert marked("universities, university", beginnings=("universi",)) == ["universities", "university"]
    assert marked("small gardens", beginnings=("small gar",)) == ["small gardens"]
    assert marked("小黑黑", beginnings=("小",)) == ["小"]


@given(st.text(), st.lists(st.text(max_size=12), max_size=4), st.lists(st.text(max_size=6), max_size=2))
def test_marks_lie_in_the_text_in_order_and_apart(text: str, terms: list[str], beginnings: list[str]) -> None:
    at = -1
    for start, end in marks(text, terms, beginnings):
        assert at < start < end <= len(text)
        at = end
