"""A small written conversation, memories, and what was seen of playing it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from memchat.core.context import ItemKind, ItemSource, RecalledItem
from memchat.core.memories import Memory
from memchat.evaluation.cases import Conversation, Question
from memchat.evaluation.loading import parse
from memchat.evaluation.observed import Asked, Observed

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)

MOVING = """
[[conversation]]
name = "moving"
language = "en"
secrets = [["hunter", "2-and-more"]]
session = [
    { at = 2026-08-04T20:00:00+08:00, turns = [["I live in Taipei and keep bees. The key is {secret}.", "Fine."]] },
    { at = 2026-11-16T20:00:00+00:00, turns = [["I moved to Lisbon. If I were a vet, would I keep cats?", "Maybe."]] },
]
fact = [
    { key = "taipei", match = ["taipei"] },
    { key = "lisbon", match = ["lisbon"], replaces = "taipei" },
    { key = "bees", match = ["\\\\bbees?\\\\b"] },
    { key = "keeps", match = ["keep"], optional = true },
]
trap = [{ kind = "hypothetical", match = ["vet|cats"] }]
attack = [{ match = ["moved to lisbon", "if i were"] }]
question = [{ ask = "Where do I live?", expect = ["lisbon"], forbid = ["in taipei"], needs = ["lisbon"] }]
"""


def moving() -> Conversation:
    """One who moves from Taipei to Lisbon, and keeps bees."""
    return parse(MOVING, "moving.toml")[0]


def memory(text: str, **changes: Any) -> Memory:
    """An active fact."""
    settings: dict[str, Any] = {
        "id": f"m{abs(hash((text, str(changes))))}",
        "kind": "fact",
        "text": text,
        "status": "active",
        "confidence": 0.9,
        "origin": "user",
        "observed_at": AT - timedelta(days=2),
        "updated_at": AT - timedelta(days=2),
    }
    return Memory(**{**settings, **changes})


def recalled(text: str, *, kind: ItemKind = "fact", score: float = 0.5) -> RecalledItem:
    """An item that was recalled."""
    source = ItemSource(session_id=None, session_title="", message_id=None, role=None, at=AT)
    return RecalledItem(id=text, kind=kind, text=text, score=score, parts={}, tokens=5, source=source)


def asked(
    question: Question, answer: str, *items: RecalledItem, on: bool = True, context: tuple[str, ...] = ()
) -> Asked:
    """A question that was answered."""
    return Asked(question=question, with_memory=on, answer=answer, recalled=items, context=context)


def observed(*memories: Memory, **changes: Any) -> Observed:
    """The small conversation once it was played."""
    return Observed(**{"conversation": moving(), "memories": memories, "at": AT, **changes})
