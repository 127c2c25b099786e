"""Reads memchat's own format: JSON Lines, each line a turn or a question, as docs/evaluation.md tells."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from memchat.evaluation.retrieval.values import BETWEEN_TURNS, BrokenData, Question, Sample, Sitting, Turn, in_order

_TURN_KEYS = {"conversation", "session", "id", "at", "role", "text"}
_QUESTION_KEYS = {"conversation", "question", "evidence", "category", "at"}
_ROLES = ("user", "assistant")


def samples_of(text: str) -> tuple[Sample, ...]:
    """The conversations, in the order in which they first appear.

    Raises:
        BrokenData: A line is neither a turn nor a question, or names what is not there.
    """
    turns: dict[str, dict[str, list[Turn]]] = {}
    asked: dict[str, list[tuple[int, Question]]] = {}
    for number, entry in _entries(text):
        conversation = str(entry.get("conversation", "1"))
        sessions = turns.setdefault(conversation, {})
        if "question" in entry:
            asked.setdefault(conversation, []).append((number, _question(entry, number)))
        else:
            session = sessions.setdefault(str(entry.get("session", "1")), [])
            session.append(_turn(entry, number, session[-1] if session else None))
    return tuple(_sample(name, sessions, asked.get(name, [])) for name, sessions in turns.items())


def _sample(name: str, sessions: Mapping[str, list[Turn]], asked: list[tuple[int, Question]]) -> Sample:
    ids = [turn.id for session in sessions.values() for turn in session]
    if twice := [each for each, count in Counter(ids).items() if count > 1]:
        raise BrokenData(f"Two turns of the conversation {name} have the id {twice[0]!r}.")
    for number, question in asked:
        if missing := sorted(question.gold - set(ids)):
            raise BrokenData(f"Line {number} has {missing[0]!r} as evidence, and the conversation {name} no such turn.")
    if not ids:
        raise BrokenData(f"The conversation {name} has questions, and nothing that was said.")
    sittings = [Sitting(id=session, turns=tuple(said)) for session, said in sessions.items()]
    return Sample(name=name, sittings=in_order(sittings), questions=tuple(question for _, question in asked))


def _entries(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise BrokenData(f"Line {number} is not JSON: {error}.") from error
        if not isinstance(entry, dict):
            raise BrokenData(f"Line {number} is not a JSON object.")
        known = _QUESTION_KEYS if "question" in entry else _TURN_KEYS
        if unknown := sorted(set(entry) - known):
            raise BrokenData(f"Line {number} has the key {unknown[0]!r}; there are {', '.join(sorted(known))}.")
        yield number, entry


def _turn(entry: Mapping[str, Any], number: int, before: Turn | None) -> Turn:
    for key in ("id", "text"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise BrokenData(f"Line {number} has no {key}, and is no question either.")
    role = entry.get("role", "user")
    if role not in _ROLES:
        raise BrokenData(f"Line {number} has the role {role!r}; it is user or assistant.")
    at = _moment(entry, number) or (before.at + BETWEEN_TURNS if before else None)
    if at is None:
        raise BrokenData(f"Line {number} begins a session and has no `at`, such as 2026-03-01T20:00:00+01:00.")
    return Turn(id=entry["id"], text=entry["text"], at=at, role=role)


def _question(entry: Mapping[str, Any], number: int) -> Question:
    evidence = entry.get("evidence", [])
    if not isinstance(evidence, list) or not all(isinstance(each, str) for each in evidence):
        raise BrokenData(f"Line {number}: `evidence` is a list of ids of turns.")
    return Question(
        text=str(entry["question"]),
        gold=frozenset(evidence),
        category=str(entry.get("category", "")),
        at=_moment(entry, number),
    )


def _moment(entry: Mapping[str, Any], number: int) -> datetime | None:
    if "at" not in entry:
        return None
    try:
        at = datetime.fromisoformat(str(entry["at"]))
    except ValueError:
        raise BrokenData(
            f"Line {number} has {entry['at']!r} as `at`; a time such as 2026-03-01T20:00:00+01:00 is wanted."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
