"""The formats, and what is said of a file that is none of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memchat.evaluation.retrieval.reading import read
from memchat.evaluation.retrieval.values import BrokenData, Format, Sample
from tests.evaluation.retrieval.conftest import FILES, Write


def said(sample: Sample) -> list[tuple[str, str, str]]:
    return [(turn.id, turn.role, turn.text) for sitting in sample.sittings for turn in sitting.turns]


def test_locomo_turns_carry_speaker_and_caption_and_are_all_the_users() -> None:
    (sample,) = read(FILES["locomo"], "locomo").samples
    assert sample.name == "talk-1"
    assert said(sample)[2] == ("D1:3", "user", "Nora: Look at my first bowl. [a photo of a crooked blue bowl]")
    assert {role for _, role, _ in said(sample)} == {"user"}
    assert [sitting.id for sitting in sample.sittings] == ["session_1", "session_2", "session_10"]
    assert [sitting.turns[0].at for sitting in sample.sittings] == [
        datetime(2026, 3, 3, 19, 5, tzinfo=UTC),
        datetime(2026, 4, 20, 0, 30, tzinfo=UTC),
        datetime(2026, 6, 1, 9, tzinfo=UTC),
    ]


def test_locomo_evidence_counts_where_it_names_a_turn_however_it_is_written() -> None:
    dataset = read(FILES["locomo"], "locomo")
    gold = [(question.category, set(question.gold)) for question in dataset.samples[0].questions]
    assert gold == [
        ("single-hop", {"D1:1"}),
        ("multi-hop", {"D1:2", "D2:1"}),
        ("temporal", {"D2:2"}),
        ("single-hop", {"D1:3"}),
        ("adversarial", {"D2:1"}),
        ("open-domain", set()),
        ("open-domain", set()),
    ]
    assert dataset.aside == "adversarial"


def test_longmemeval_keys_are_the_users_turns_and_questions_without_gold_are_left_out() -> None:
    dataset = read(FILES["longmemeval"], "longmemeval")
    (sample,) = dataset.samples
    assert dataset.left_out == 2
    assert [turn for turn, _, _ in said(sample)] == ["answer_a_1", "answer_a_3", "s_7_1", "answer_b_1"]  # by date
    (question,) = sample.questions
    assert question.gold == {"answer_a_3", "answer_b_1"}
    assert {sample.session_of[turn] for turn in question.gold} == {"answer_a", "answer_b"}
    assert (question.category, question.at) == ("multi-session", datetime(2026, 5, 20, 2, 21, tzinfo=UTC))


def test_our_own_format() -> None:
    move, bread = read(FILES["jsonl"], "jsonl").samples
    assert [(turn, role) for turn, role, _ in said(move)] == [
        ("m1", "user"),
        ("m2", "assistant"),
        ("m3", "user"),
        ("m4", "user"),
    ]
    assert move.sittings[0].turns[1].at > move.sittings[0].turns[0].at
    assert [(question.category, len(question.gold)) for question in move.questions] == [
        ("people", 1),
        ("chinese", 1),
        ("", 0),
    ]
    assert bread.sittings[0].turns[0].at == datetime(2026, 2, 2, 8, tzinfo=UTC)


def test_a_limit_keeps_the_first_conversations() -> None:
    assert [sample.name for sample in read(FILES["jsonl"], "jsonl", limit=1).samples] == ["move"]


TURN = '{"id": "a", "at": "2026-03-01T20:00:00Z", "text": "I play the oboe."}'


@pytest.mark.parametrize(
    ("text", "format", "sentence"),
    [
        ("[", "locomo", "this is not JSON"),
        ("{}", "locomo", "this is not locomo: a list of conversations"),
        ("[]", "longmemeval", "this is not longmemeval: a list of questions"),
        ("[1]", "locomo", "this is not locomo"),
        ('[{"qa": []}]', "locomo", "entry 1 is not locomo (there is no 'conversation')"),
        ('[{"conversation": [], "qa": []}]', "locomo", "nothing is said"),
        (
            '[{"conversation": {"session_1": [4], "session_1_date_time": "1:00 pm on 2 May, 2026"}, "qa": []}]',
            "locomo",
            "entry 1 is not locomo (something in it is",
        ),
        ("not json", "jsonl", "Line 1 is not JSON"),
        ("[1]", "jsonl", "Line 1 is not a JSON object"),
        ('{"id": "a"}', "jsonl", "Line 1 has no text"),
        ('{"id": "a", "text": "Hm", "speaker": "me"}', "jsonl", "Line 1 has the key 'speaker'; there are at, conv"),
        ('{"id": "a", "text": "Hm"}', "jsonl", "Line 1 begins a session and has no `at`"),
        ('{"id": "a", "text": "Hm", "at": "noon"}', "jsonl", "Line 1 has 'noon' as `at`"),
        ('{"id": "a", "text": "Hm", "role": "tool"}', "jsonl", "Line 1 has the role 'tool'"),
        (f"{TURN}\n{TURN}", "jsonl", "Two turns of the conversation 1 have the id 'a'"),
        (f'{TURN}\n{{"question": "Which?", "evidence": ["b"]}}', "jsonl", "Line 2 has 'b' as evidence"),
        (f'{TURN}\n{{"question": "Which?", "evidence": "a"}}', "jsonl", "Line 2: `evidence` is a list"),
        ('{"question": "Which?"}', "jsonl", "has questions, and nothing that was said"),
        (f'{TURN}\n{{"question": "Which?"}}', "jsonl", "no question with evidence"),
        ("", "jsonl", "no question with evidence"),
    ],
)
def test_what_is_wrong_is_said(write: Write, text: str, format: Format, sentence: str) -> None:
    path = write(text)
    with pytest.raises(BrokenData) as caught:
        read(path, format)
    assert str(caught.value).startswith(str(path))
    assert sentence in caught.value.sentence


def _changed(format: Format, **changes: Any) -> str:
    entries = json.loads(FILES[format].read_text("utf-8"))
    (entries[0]["conversation"] if format == "locomo" else entries[0]).update(changes)
    return json.dumps(entries)


def test_a_date_that_cannot_be_read_is_said(write: Write) -> None:
    with pytest.raises(BrokenData, match="session 1 has the date 'long ago'"):
        read(write(_changed("locomo", session_1_date_time="long ago")), "locomo")
    with pytest.raises(BrokenData, match="q_plants has the date '2026/13/40 10:00'"):
        read(write(_changed("longmemeval", question_date="2026/13/40 10:00")), "longmemeval")
    with pytest.raises(BrokenData, match="q_plants has 3 sessions, 1 ids and 3 dates"):
        read(write(_changed("longmemeval", haystack_session_ids=["one"])), "longmemeval")


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path, write: Write) -> None:
    with pytest.raises(BrokenData, match="cannot be read"):
        read(tmp_path / "none.json", "locomo")
    path = write("")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BrokenData, match="not UTF-8"):
        read(path, "locomo")
