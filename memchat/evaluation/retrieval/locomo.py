"""Reads LoCoMo (Maharana et al., ACL 2024), turn level.

A turn is `speaker: text [caption of its picture]`, and both speakers are people, so all of it is the user's. Evidence
names turns as `D3:12`; some of it is malformed, so every such name in it that is a turn's counts, and a question with
none is not scored.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from memchat.evaluation.retrieval.values import BETWEEN_TURNS, BrokenData, Question, Sample, Sitting, Turn, in_order

ADVERSARIAL = "adversarial"
_CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: ADVERSARIAL}

_SESSION = re.compile(r"session_(\d+)")
_TURN = re.compile(r"D\d+:\d+")
_TIME = re.compile(r"(\d{1,2}):(\d\d) ?([ap])m on (\d{1,2}) ([a-z]+),? (\d{4})", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def sample_of(entry: Mapping[str, Any], number: int) -> Sample:
    """One conversation with its questions.

    Args:
        entry: As the file has it.
        number: Its place in the file, from 1, for one without a name.

    Raises:
        BrokenData: A session's time cannot be read.
    """
    name = str(entry.get("sample_id", number))
    talk = entry["conversation"]
    sessions = sorted(int(match[1]) for key in talk if (match := _SESSION.fullmatch(key)))
    sittings = in_order([_sitting(talk, session, name) for session in sessions])
    known = {turn.id for sitting in sittings for turn in sitting.turns}
    questions = tuple(
        Question(
            text=str(asked["question"]),
            gold=frozenset(_TURN.findall(str(asked.get("evidence", "")))) & known,
            category=_CATEGORIES.get(asked.get("category"), str(asked.get("category", ""))),
        )
        for asked in entry["qa"]
    )
    return Sample(name=name, sittings=sittings, questions=questions)


def _sitting(talk: Mapping[str, Any], session: int, name: str) -> Sitting:
    told = str(talk.get(f"session_{session}_date_time", ""))
    turns = talk[f"session_{session}"]
    if (at := _moment(told)) is None and turns:
        raise BrokenData(
            f"{name}: session {session} has the date {told!r}; one such as 1:56 pm on 8 May, 2023 is wanted."
        )
    return Sitting(
        id=f"session_{session}",
        turns=tuple(
            Turn(id=str(turn["dia_id"]), text=_text(turn), at=at + place * BETWEEN_TURNS)
            for place, turn in enumerate(turns)
            if at is not None
        ),
    )


def _text(turn: Mapping[str, Any]) -> str:
    caption = turn.get("blip_caption")
    return f"{turn['speaker']}: {turn.get('text', '')}" + (f" [{caption}]" if caption else "")


def _moment(told: str) -> datetime | None:
    found = _TIME.search(told)
    if found is None or (month := found[5][:3].lower()) not in _MONTHS:
        return None
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
    try:
        return datetime(int(found[6]), _MONTHS.index(month) + 1, int(found[4]), hour, int(found[2]), tzinfo=UTC)
    except ValueError:
        return None
