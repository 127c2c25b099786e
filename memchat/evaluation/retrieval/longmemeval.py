"""Reads LongMemEval (Wu et al., ICLR 2025), by its retrieval protocol.

The user's turns alone are keys; each question has a haystack of its own. What answers it are the user's turns marked
`has_answer`, and at session level the sessions that hold one. Questions to abstain on, and those with no such turn, are
left out, for with nothing to be found everything is found: of the 500 released ones, 419 stay.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from memchat.evaluation.retrieval.values import BETWEEN_TURNS, BrokenData, Question, Sample, Sitting, Turn, in_order

_TIME = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})\D+?(\d{1,2}):(\d\d)")
_ABSTAIN = "_abs"


def sample_of(entry: Mapping[str, Any]) -> Sample | None:
    """A question with its haystack; none for one that is left out.

    Args:
        entry: As the file has it.

    Raises:
        BrokenData: Sessions, their ids and their dates are not as many, or a date cannot be read.
    """
    name = str(entry["question_id"])
    ids, dates, sessions = entry["haystack_session_ids"], entry["haystack_dates"], entry["haystack_sessions"]
    if not len(ids) == len(dates) == len(sessions):
        raise BrokenData(f"{name} has {len(sessions)} sessions, {len(ids)} ids and {len(dates)} dates of them.")
    gold = frozenset(
        _id(session_id, place)
        for session_id, session in zip(ids, sessions, strict=True)
        for place, turn in enumerate(session)
        if turn["role"] == "user" and turn.get("has_answer")
    )
    if not gold or _ABSTAIN in name:
        return None
    sittings = [
        _sitting(str(session_id), _moment(date, name), session)
        for session_id, date, session in zip(ids, dates, sessions, strict=True)
    ]
    question = Question(
        text=str(entry["question"]),
        gold=gold,
        category=str(entry.get("question_type", "")),
        at=_moment(entry["question_date"], name) if entry.get("question_date") else None,
    )
    return Sample(name=name, sittings=in_order(sittings), questions=(question,))


def _sitting(session_id: str, at: datetime, session: Any) -> Sitting:
    return Sitting(
        id=session_id,
        turns=tuple(
            Turn(id=_id(session_id, place), text=str(turn["content"]), at=at + place * BETWEEN_TURNS)
            for place, turn in enumerate(session)
            if turn["role"] == "user"
        ),
    )


def _id(session_id: str, place: int) -> str:
    return f"{session_id}_{place + 1}"


def _moment(told: str, name: str) -> datetime:
    found = _TIME.search(str(told))
    try:
        if found is not None:
            return datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        pass
    raise BrokenData(f"{name} has the date {told!r}; one such as 2023/05/20 (Sat) 02:21 is wanted.")
