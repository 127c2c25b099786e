"""The stable part of a session's requests: frozen, kept, and compared with what holds now."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.memories import Memory
from memchat.core.settings import MemorySettings
from memchat.memory.layout import Entry
from memchat.memory.prefix import Frozen, Known, from_json, news, to_json
from memchat.memory.procedural import standing
from tests.memory.making import NOW, fact, field, past

ENTRIES = st.lists(st.builds(Entry, st.text(), st.one_of(st.none(), st.text())), max_size=4).map(tuple)


@given(st.builds(Frozen, instructions=ENTRIES, profile=ENTRIES, sessions=ENTRIES))
def test_what_is_kept_comes_back_as_it_was(frozen: Frozen) -> None:
    stored = json.loads(json.dumps(to_json(frozen, MemorySettings())))
    assert from_json(stored, MemorySettings()) == frozen
    assert from_json(stored, MemorySettings(instructions=3)) is None, "other settings make another one"


@pytest.mark.parametrize(
    "content",
    [{}, {"settings": [3, 12]}, {"settings": [3, 12], "instructions": [], "profile": [["- a"]], "sessions": []}],
    ids=["nothing", "no layers", "half an entry"],
)
def test_what_cannot_be_read_is_made_anew(content: dict[str, object]) -> None:
    assert from_json(content, MemorySettings()) is None


def test_news_is_what_came_and_what_went() -> None:
    before = Known(profile=[field("location", "Taipei"), field("name", "Alex")], summaries=[past(1)])
    after = Known(
        profile=[field("location", "Lisbon"), field("name", "Alex")],
        instructions=[fact("Never use emojis.", "i1")],
        summaries=[past(1), past(2)],
    )
    told = news(before.frozen(NOW, None), after.frozen(NOW, None))
    assert [entry.text for entry in told] == [
        "- no longer: location: Taipei",
        "- location: Lisbon",
        "- standing instruction: Never use emojis.",
    ]
    assert news(after.frozen(NOW, None), after.frozen(NOW, None)) == ()


def test_what_has_ended_or_is_shown_elsewhere_is_not_among_the_pinned() -> None:
    over = replace(fact("Lives in Taipei", "f1", pinned=True), valid_to=NOW)
    told = fact("Never use emojis.", "f2", pinned=True)
    value = replace(fact("name: Alex", "f3", pinned=True), field="name", value="Alex")
    kept = fact("Allergic to peanuts", "f4", pinned=True)
    known = Known(instructions=[told], profile=[field("name", "Alex")], pinned=[over, told, value, kept])
    assert [entry.text for entry in known.frozen(NOW, None).profile] == ["- name: Alex", "- Allergic to peanuts"]


def instruction(number: int, **changes: object) -> Memory:
    made = replace(
        fact(f"Instruction {number}", f"i{number}"), kind="instruction", observed_at=NOW + timedelta(minutes=number)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_pinned_and_the_newest_instructions_hold_and_the_rest_is_named() -> None:
    given_ = [instruction(1, pinned=True), instruction(2), instruction(3), instruction(4)]
    chosen, left = standing(given_, NOW + timedelta(days=1), 2)
    assert [memory.id for memory in chosen] == ["i1", "i4"]
    assert [memory.id for memory in left] == ["i2", "i3"]
    assert standing(given_, NOW + timedelta(days=1), 0)[0] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "assistant", "actor": "scripted"},
        {"origin": "tool", "actor": "scripted"},
        {"origin": "import", "actor": "scripted"},
        {"origin": "file", "actor": "scripted"},
        {"kind": "fact"},
        {"status": "pending"},
        {"status": "superseded"},
        {"valid_to": NOW},
        {"valid_from": NOW + timedelta(days=9)},
    ],
)
def test_nothing_but_the_users_word_that_holds_now_is_a_standing_instruction(changes: dict[str, object]) -> None:
    assert standing([instruction(1, **changes)], NOW + timedelta(hours=1), 9) == ([], [])
