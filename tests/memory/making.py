"""Values for the tests of the memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from memchat.core.context import ItemKind, ItemSource, Recall, RecalledItem
from memchat.core.memories import Memory, ProfileField
from memchat.core.messages import Message, MessageStatus, RollingSummary, SessionSummary
from memchat.core.settings import MemorySettings
from memchat.memory.context import ContextInputs
from memchat.memory.prefix import Known

START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def words(text: str) -> int:
    """A count in which every character that is not a letter is a token, as a hard case for budgets."""
    return sum(1 for character in text if not character.isalpha()) + len(text) // 4 + (1 if text else 0)


def message(
    seq: int,
    text: str | None = None,
    role: Literal["user", "assistant"] | None = None,
    status: MessageStatus = "complete",
    tokens: int | None = None,
) -> Message:
    """Message number `seq`; odd ones are the user's."""
    text = f"message number {seq}" if text is None else text
    return Message(
        id=f"m{seq}",
        session_id="s1",
        seq=seq,
        role=role or ("user" if seq % 2 else "assistant"),
        text=text,
        status=status,
        created_at=START + timedelta(minutes=seq),
        tokens=words(text) if tokens is None else tokens,
    )


def talk(count: int, start: int = 1) -> list[Message]:
    """`count` messages in turn."""
    return [message(seq) for seq in range(start, start + count)]


def rolling(text: str, to_seq: int, from_seq: int = 1) -> RollingSummary:
    return RollingSummary(
        id="r1",
        session_id="s1",
        text=text,
        from_seq=from_seq,
        to_seq=to_seq,
        tokens=words(text),
        created_at=NOW,
    )


def past(number: int, text: str = "") -> SessionSummary:
    text = text or f"The user wanted thing {number}. It was resolved."
    return SessionSummary(
        session_id=f"s{number + 10}",
        title=f"Talk {number}",
        text=text,
        to_seq=4,
        tokens=words(text),
        session_at=START + timedelta(days=number),
        created_at=NOW,
    )


def field(name: str, value: str) -> ProfileField:
    return ProfileField(field=name, value=value, confidence=1.0, origin="user", updated_at=NOW)


def fact(text: str, id: str = "f1", *, pinned: bool = False) -> Memory:
    return Memory(
        id=id,
        kind="fact",
        text=text,
        status="active",
        confidence=1.0,
        origin="user",
        observed_at=NOW,
        updated_at=NOW,
        pinned=pinned,
    )


def recalled(
    text: str, id: str = "m900", *, score: float = 0.8, kind: ItemKind = "message", day: int = 0
) -> RecalledItem:
    source = ItemSource(
        session_id="s9",
        session_title="RAG plans",
        message_id=id if kind == "message" else None,
        role="user" if kind == "message" else None,
        at=START + timedelta(days=day),
    )
    return RecalledItem(
        id=id, kind=kind, text=text, score=score, parts={"words": score}, tokens=words(text), source=source
    )


def recall(items: Sequence[RecalledItem]) -> Recall:
    return Recall(items=tuple(items), considered=len(items), milliseconds=1.0)


def inputs(
    *,
    instructions: Sequence[Memory] = (),
    profile: Sequence[ProfileField] = (),
    pinned: Sequence[Memory] = (),
    session_summaries: Sequence[SessionSummary] = (),
    **changes: Any,
) -> ContextInputs:
    """A request of a session that has only just begun, with what is known about the user."""
    known = Known(instructions=instructions, profile=profile, pinned=pinned, summaries=session_summaries)
    values: dict[str, Any] = {
        "model": "scripted",
        "window": 8192,
        "reserve": 1024,
        "mode": "hybrid",
        "settings": MemorySettings(),
        "system": "You are a helpful assistant.",
        "frozen": known.frozen(NOW, NOW.tzinfo),
        "rolling_summary": None,
        "buffer": (),
        "recall": None,
        "user_text": "Hello",
        "user_ref": None,
        "now": NOW,
    }
    return ContextInputs(**{**values, **changes})
