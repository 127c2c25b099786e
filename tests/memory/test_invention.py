"""Notes may name only what was said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.memory.invention import inventions, without_copies, without_inventions

SAID = "User: I'm Alex, we use Chroma DB since May for 1,310 euros, eight days a month, at 10:03.\nAssistant: Good."


@pytest.mark.parametrize(
    "note",
    [
        "The user is Alex and uses ChromaDB.",
        "It costs 1310 euros for 8 days.",
        "It began in May, on a Friday, at 10:03.",
        "Alex's database is ChromaDB.",
        "使用者 Alex 用 ChromaDB。",
    ],
)
def test_what_was_said_may_be_put_otherwise(note: str) -> None:
    assert without_inventions(note, SAID) == note


@pytest.mark.parametrize(
    ("note", "invented"),
    [
        ("The user met John at the station.", ["John"]),
        ("They use Pinecone and Alex likes it.", ["Pinecone"]),
        ("It costs 310 euros.", ["310"]),
        ("Begun with spaCy by Alex.", ["spaCy"]),
    ],
)
def test_names_and_numbers_that_nobody_said_are_found(note: str, invented: list[str]) -> None:
    assert inventions(note, SAID) == invented
    assert without_inventions(f"- Alex is here. {note}\n- {note}", SAID) == "- Alex is here."


def test_capitals_are_no_names_where_every_noun_has_one() -> None:
    said = "Ich ziehe nach Lissabon um, mit meiner Katze."
    kept = "Der Nutzer plant den Umzug nach Lissabon mit seiner Katze und viel Gepäck."
    assert without_inventions(f"{kept} Es sind 17 Katzen.", said) == kept


@settings(max_examples=200)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_looked_at(note: str, source: str) -> None:
    kept = without_inventions(note, source)
    assert without_inventions(kept, source) == kept
    assert len(kept) <= len(note)


def test_lines_that_repeat_the_instructions_are_dropped() -> None:
    asked = (
        'topic: the subject, in a few words\nwanted: what the user wanted, and what they chose\npending: or "nothing"'
    )
    notes = "Topic: the subject\nWanted: What the user wanted, and what they chose.\nResolved: the sink leaks"
    assert without_copies(notes, asked) == "Resolved: the sink leaks"
    assert without_copies("Pending: nothing", asked) == "Pending: nothing"
