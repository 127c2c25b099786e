"""What can be read from a file, and what is said of what cannot."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.core.errors import MemchatError
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import HOLDS, MEMORY_STATUSES, ORIGINS, Memory, Source
from memchat.transfer.reading import read_memories
from memchat.transfer.writing import as_jsonl

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)

_words = st.text(min_size=2, max_size=60).map(str.strip).filter(lambda text: sum(map(str.isalnum, text)) > 1)
_names = st.text(alphabet="abcdefghij_ é京", max_size=20).map(lambda text: " ".join(text.split()))
_moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
_ids = st.from_regex(r"f[0-9a-z]{12}", fullmatch=True)
_sources = st.builds(Source, session_id=st.none() | _ids, message_id=st.none() | _ids, quote=st.text(max_size=40))


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    text, field = draw(_words), draw(st.none() | _names.filter(bool))
    begun, ended = sorted(draw(st.tuples(_moments, _moments)))
    return Memory(
        id=draw(_ids),
        kind=draw(st.sampled_from(MEMORY_KINDS)),
        text=text,
        status=draw(st.sampled_from(MEMORY_STATUSES)),
        confidence=draw(st.floats(0, 1)),
        origin=draw(st.sampled_from(ORIGINS)),
        observed_at=draw(_moments),
        updated_at=draw(_moments),
        valid_from=draw(st.sampled_from((None, begun))),
        valid_to=draw(st.sampled_from((None, ended))),
        superseded_by=draw(st.none() | _ids),
        pinned=draw(st.booleans()),
        use_count=draw(st.integers(0, 999)),
        last_used_at=draw(st.none() | _moments),
        subject=draw(_names) or "user",
        attribute=draw(_names),
        field=field,
        value=draw(_words) if field else None,
        holds=draw(st.sampled_from((None, *HOLDS))),
        seen_count=draw(st.integers(1, 99)),
        last_seen_at=draw(st.none() | _moments),
        actor=draw(_names) or "user",
        reason=draw(st.text(max_size=40)),
        derived_from=tuple(draw(st.lists(_ids, max_size=3))),
        sources=tuple(draw(st.lists(_sources, max_size=3))),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(memories(), max_size=3))
def test_every_field_of_every_memory_is_read_as_it_was_written(written: list[Memory]) -> None:
    text = as_jsonl(written, NOW)
    contents = read_memories(text, NOW)
    assert [each.memory for each in contents.candidates] == written
    assert contents.bad == ()
    assert len(text.splitlines()) == len(written) + 1


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    with suppress(MemchatError):
        read_memories(text, NOW)


@given(st.dictionaries(st.sampled_from([*Memory.__dataclass_fields__, "type"]), st.none() | st.integers() | st.text()))
def test_no_line_is_too_strange_to_be_told(values: dict[str, object]) -> None:
    contents = read_memories(json.dumps(values) + "\n{}", NOW)
    assert len(contents.candidates) + len(contents.bad) in {1, 2}


def test_what_cannot_be_read_is_told_by_its_line() -> None:
    good = {"text": "Likes tea."}
    lines = [
        json.dumps(good),
        "{broken",
        json.dumps({"text": ""}),
        json.dumps({"text": "x" * 2000}),
        json.dumps({**good, "kind": "rumour"}),
        json.dumps({**good, "confidence": 7}),
        json.dumps({**good, "observed_at": "yesterday"}),
        json.dumps({**good, "valid_from": "2026-03-02", "valid_to": "2026-03-01"}),
        json.dumps({"type": "episode", "text": "A talk."}),
        "17",
    ]
    contents = read_memories("\n".join(lines), NOW)
    assert [(each.line, each.memory.text) for each in contents.candidates] == [(1, "Likes tea.")]
    assert [(bad.line, bad.why) for bad in contents.bad] == [
        (2, "It is not a line of JSON."),
        (3, "There is nothing in it to keep."),
        (4, "It is longer than 1,000 characters."),
        (5, "Its kind is none that there is."),
        (6, "Its confidence is not from 0 to 1."),
        (7, "It has a time that is none."),
        (8, "It ceases to hold before it begins to."),
        (9, "It is not a memory."),
        (10, "It has no text."),
    ]


def test_a_newer_file_is_refused() -> None:
    with pytest.raises(MemchatError, match="newer memchat"):
        read_memories('{"type": "memchat memory", "version": 2}', NOW)


def test_sentences_one_a_line() -> None:
    contents = read_memories(
        "# About me\n\n- Likes tea.\n* [2024-05-01]. Has a dog.\n3. Lives in Taipei\nand so on\n", NOW
    )
    assert [(each.line, each.memory.text) for each in contents.candidates] == [
        (3, "Likes tea."),
        (4, "Has a dog."),
        (5, "Lives in Taipei"),
    ]
    assert contents.candidates[1].memory.observed_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert contents.candidates[0].memory.origin == "import"
    plain = read_memories("Likes tea.\nHas a dog.", NOW)
    assert [each.memory.text for each in plain.candidates] == ["Likes tea.", "Has a dog."]


def test_what_chatgpt_noted_down() -> None:
    def node(recipient: str, text: str) -> dict[str, object]:
        return {"message": {"recipient": recipient, "create_time": 1714550400.0, "content": {"parts": [text]}}}

    talk = {
        "title": "A talk",
        "mapping": {"a": node("all", "Hello"), "b": node("bio", "User likes tea.\nUser has a dog.")},
    }
    contents = read_memories(json.dumps([talk, {"mapping": None}]), NOW)
    assert [each.memory.text for each in contents.candidates] == ["User likes tea.", "User has a dog."]
    assert contents.candidates[0].memory.observed_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert "2 conversations themselves are not taken in" in contents.skipped


def test_a_list_of_memories_as_memchat_memory_list_prints_it() -> None:
    from memchat.core.jsonable import memory_json

    memory = Memory(
        id="f000000000001",
        kind="goal",
        text="Learns Go.",
        status="active",
        confidence=0.5,
        origin="user",
        observed_at=NOW,
        updated_at=NOW,
    )
    (candidate,) = read_memories(json.dumps([memory_json(memory)]), NOW).candidates
    assert (candidate.memory.text, candidate.memory.kind, candidate.memory.confidence) == ("Learns Go.", "goal", 0.5)
