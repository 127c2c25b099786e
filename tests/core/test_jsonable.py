"""The JSON shapes that programs outside rely on, field by field."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from memchat.core.context import LAYERS, Block, ContextPlan, ItemSource, LeftOut, Recall, RecalledItem
from memchat.core.events import (
    AssistantSaved,
    ContextBuilt,
    Delta,
    EmbedderChanged,
    EpisodeClosed,
    Event,
    IndexChanged,
    Learned,
    LearningChanged,
    Reasoning,
    Recalled,
    Retrying,
    SessionChanged,
    SummaryUpdated,
    ToolCalled,
    TurnFailed,
    UserSaved,
)
from memchat.core.jsonable import event_json, memory_json, plan_json, profile_field_json, recalled_item_json
from memchat.core.memories import Memory, ProfileField, Source
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary, Usage

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MESSAGE = Message(
    id="m1",
    session_id="s1",
    seq=1,
    role="user",
    text="Hi.",
    status="complete",
    created_at=NOON,
    tokens=2,
    usage=Usage(prompt_tokens=3, completion_tokens=4),
)
MEMORY = Memory(
    id="f1",
    kind="fact",
    text="Alex uses ChromaDB.",
    status="active",
    confidence=1.0,
    origin="user",
    observed_at=NOON,
    updated_at=NOON,
    sources=(Source(session_id="s1", message_id="m1", quote="I use ChromaDB."),),
)
FIELD = ProfileField(field="name", value="Alex", confidence=1.0, origin="user", updated_at=NOON)
ITEM = RecalledItem(
    id="m1",
    kind="message",
    text="Hi.",
    score=0.75,
    parts={"words": 0.5, "meaning": 0.25},
    tokens=2,
    source=ItemSource(session_id="s1", session_title="Greeting", message_id="m1", role="user", at=NOON),
)
PLAN = ContextPlan(
    model="m",
    window=100,
    reserve=20,
    mode="hybrid",
    blocks=(Block(role="system", content="Be kind.", tokens=7, layer="system"),),
    recalled=(ITEM,),
    left_out=(LeftOut(layer="buffer", ref="m0", text="Old.", tokens=3, reason="does not fit"),),
)
SUMMARY = RollingSummary(id="r1", session_id="s1", text="Notes.", from_seq=1, to_seq=4, tokens=2, created_at=NOON)
EPISODE = SessionSummary(
    session_id="s1", title="Greeting", text="Hi.", to_seq=4, tokens=2, session_at=NOON, created_at=NOON
)
SESSION = Session(id="s1", title="Greeting", created_at=NOON, updated_at=NOON)

EVENTS: dict[str, Event] = {
    "user_saved": UserSaved(MESSAGE),
    "recalled": Recalled(Recall(items=(ITEM,), considered=3, milliseconds=1.5)),
    "context_built": ContextBuilt(PLAN),
    "delta": Delta("Hi"),
    "reasoning": Reasoning("Hm"),
    "tool_called": ToolCalled(name="remember", arguments="{}", result="Saved."),
    "retrying": Retrying(attempt=2, attempts=4, seconds=1.0, reason="busy"),
    "assistant_saved": AssistantSaved(MESSAGE),
    "error": TurnFailed(sentence="No.", next_step="Try.", user_message=MESSAGE, retryable=True),
    "learned": Learned(added=(MEMORY,), profile=(FIELD,)),
    "summary_updated": SummaryUpdated(old=None, new=SUMMARY),
    "episode_closed": EpisodeClosed(EPISODE),
    "session_changed": SessionChanged(SESSION),
    "learning_changed": LearningChanged(waiting=1),
    "embedder_changed": EmbedderChanged(state="ready"),
    "index_changed": IndexChanged(items=10, left=4, embedder="better"),
}


def test_every_event_is_one_line_of_json_with_its_type() -> None:
    for name, event in EVENTS.items():
        line = json.dumps(event_json(event))
        assert json.loads(line)["type"] == name
        assert "\n" not in line


def test_a_recalled_item() -> None:
    shape = recalled_item_json(ITEM)
    assert list(shape) == ["id", "kind", "text", "score", "parts", "tokens", "source"]
    assert shape["source"] == {
        "session": "s1",
        "title": "Greeting",
        "message": "m1",
        "role": "user",
        "at": "2026-03-03T12:00:00Z",
    }
    assert sum(shape["parts"].values()) == shape["score"]


def test_a_recalled_item_that_holds_no_more_says_so() -> None:
    shape = recalled_item_json(replace(ITEM, valid_to=NOON, since_then="Lives in Lisbon."))
    assert shape["valid_to"] == "2026-03-03T12:00:00Z"
    assert (shape["valid_from"], shape["since_then"]) == (None, "Lives in Lisbon.")


def test_an_explained_request() -> None:
    shape = plan_json(PLAN)
    assert {"model", "window", "reserve", "messages", "layers", "recalled", "left_out"} <= set(shape)
    assert tuple(shape["layers"]) == LAYERS
    assert {"role", "content", "tokens", "layer"} <= set(shape["messages"][0])
    assert shape["layers"]["system"] == 7


def test_a_memory_and_a_profile_field() -> None:
    assert list(memory_json(MEMORY)) == [
        *("id", "kind", "text", "status", "confidence", "origin", "observed_at", "valid_from", "valid_to"),
        *("superseded_by", "pinned", "use_count", "sources"),
    ]
    assert memory_json(MEMORY)["sources"] == [{"session": "s1", "message": "m1", "quote": "I use ChromaDB."}]
    assert list(profile_field_json(FIELD)) == ["field", "value", "confidence", "origin", "updated_at", "sources"]


def test_the_plans_numbers_are_derived_from_its_blocks() -> None:
    assert PLAN.tokens == sum(PLAN.layers.values()) == 7
    assert SUMMARY.covers == 4
