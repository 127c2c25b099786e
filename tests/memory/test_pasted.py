"""Of a long message the user's own words are looked up, and the few that tell most of what they pasted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.queries import LOOKED_AT, query_of
from memchat.memory.times_asked import times_asked

LOG = "\n".join(
    f"2026-03-0{day} 12:0{day}:11 ERROR worker-{day} payment_gateway: timeout in OrderProcessor.charge_card"
    for day in range(1, 8)
)
CODE = """```python
class OrderProcessor:
    def charge_card(self, amount):
        return self.gateway.post("/charge", amount)
```"""
ARTICLE = (
    "Coral reefs cover less than one percent of the ocean floor, but shelter a quarter of all marine species. " * 4
    + "\n\nResearchers at the Lizard Island station found that larvae settle by the sound of healthy reefs. " * 4
    + "\n\nCritics say that it does not help where the water is too warm. " * 4
)
QUESTION = "Does this fit my thesis on acoustics?"


def test_the_question_beside_a_log_is_what_is_looked_up() -> None:
    for text in (f"{QUESTION}\n\n{LOG}", f"{LOG}\n\n{QUESTION}"):
        query = query_of(text)
        assert query.text == QUESTION
        assert query.terms[:3] == ("fit", "thesis", "acoustics")
        assert {"payment", "gateway"} & set(query.terms)
        assert len(query.terms) <= 7


def test_the_question_beside_an_article_is_what_is_looked_up() -> None:
    for text in (f"{QUESTION}\n\n{ARTICLE}", f"{ARTICLE}\n\n{QUESTION}"):
        query = query_of(text)
        assert query.text == QUESTION
        assert {"thesis", "lizard"} <= set(query.terms)


def test_code_is_looked_up_by_its_identifiers() -> None:
    query = query_of(f"How did I want to handle refunds here?\n{CODE}")
    assert query.text == "How did I want to handle refunds here?"
    assert {"refunds", "orderprocessor"} <= set(query.terms)
    assert "orderprocessor" in query_of(CODE).terms


def test_a_question_that_says_nothing_is_looked_up_by_what_is_pasted() -> None:
    query = query_of(f"What is this?\n\n{LOG}")
    assert query.text == "What is this?"
    assert {"payment", "gateway", "orderprocessor"} <= set(query.terms)


def test_a_long_text_in_chinese_is_reduced_as_well() -> None:
    pasted = "珊瑚礁只佔海底的不到百分之一，卻庇護了四分之一的海洋生物。" * 20
    query = query_of(f"這跟我的論文有什麼關係？\n\n{pasted}")
    assert query.text == "這跟我的論文有什麼關係？"
    assert "論文" in query.terms


def test_the_times_in_a_log_are_not_asked_for() -> None:
    asked = times_asked(f"{QUESTION}\n\n{LOG}", datetime(2026, 5, 1, tzinfo=UTC), UTC)
    assert asked.spans == ()


def test_what_is_not_long_is_looked_up_whole() -> None:
    text = "I moved to Gent.\nMy landlord is called Havel."
    assert query_of(text).text == text


@given(st.text(max_size=200), st.integers(1, 60))
def test_any_text_is_reduced(text: str, times: int) -> None:
    query = query_of(f"{text}\n" * times)
    assert len(query.text) <= LOOKED_AT + 1
    assert len(query.terms) <= 32
