"""From messages to what is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.queries import Vocabulary, all_words, only_asks, query_of, stem


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("what vector store am I using?", ("vector", "store", "using")),
        ("Can you remind me what vector store I said I was using?", ("vector", "store", "using")),
        ("hello", ()),
        ("Thanks!", ()),
        ("what is 2+2?", ()),
        ("what is 12 * 37?", ()),
        ("", ()),
        ("Où est le café?", ("cafe",)),
        ("我用哪個資料庫", ("資料", "料庫")),
        ("中", ("中",)),
        ("node_modules", ("node", "modules")),
    ],
)
def test_terms_are_the_words_that_carry_meaning(text: str, terms: tuple[str, ...]) -> None:
    assert query_of(text).terms == terms


def test_a_long_message_is_reduced_to_its_ends() -> None:
    query = query_of("Zebra question first. " + "lorem ipsum " * 5000 + " finally Yacht?")
    assert len(query.text) <= 1300
    assert "zebra" in query.terms
    assert "yacht" in query.terms
    assert len(query.terms) <= 32


def test_a_search_by_hand_may_be_for_any_word() -> None:
    assert all_words("What is it") == ("what", "is", "it")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("using", "use"),
        ("uses", "used"),
        ("chunking", "chunks"),
        ("stores", "store"),
        ("planned", "plan"),
        ("city", "cities"),
        ("tuesday", "tuesdays"),
        ("play", "plays"),
        ("keys", "key"),
    ],
)
def test_english_endings_do_not_matter(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_user_is_not_use() -> None:
    assert stem("user") != stem("use")


def test_words_are_found_in_any_script() -> None:
    vocabulary = Vocabulary.of("I'm using ChromaDB. 我在用 ChromaDB 資料庫. Crème brûlée")
    assert all(vocabulary.has(term) for term in ("used", "chromadb", "資料", "creme", "brulee"))
    assert not vocabulary.has("資庫")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("what vector store am I using?", True),
        ("Can you remind me what I said", True),
        ("Hi! What did I choose? Is it good?", False),
        ("I'm using ChromaDB. Is that good?", False),
        ("I'm using ChromaDB for the vector store.", False),
        ("我用哪個資料庫？", True),
        ("", False),
    ],
)
def test_questions_are_told_from_statements(text: str, asks: bool) -> None:
    assert only_asks(text) is asks


@given(st.text(max_size=3000))
def test_any_text_makes_a_query(text: str) -> None:
    query = query_of(text)
    assert len(query.terms) <= 32
    vocabulary = Vocabulary.of(query.text)
    assert all(vocabulary.has(term) for term in query.terms)
