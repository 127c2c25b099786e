"""The whole of it, for real: two sessions with the built-in small model, and what the second knows of the first."""

import shutil

import pytest

from memchat.assistant import Assistant
from memchat.config import load
from memchat.core.events import AssistantSaved, ContextBuilt, Recalled
from memchat.paths import Paths
from memchat.providers.weights import Weights
from tests.end_to_end.conftest import SMALL


@pytest.mark.model
@pytest.mark.timeout(600)
async def test_a_second_session_answers_from_the_first(small_weights: Weights, paths: Paths) -> None:
    weights = small_weights.path(SMALL)
    assert weights is not None
    shutil.copytree(weights.parent, paths.weights_dir)
    settings = load(paths, {}, {"model.endpoint": "builtin", "model.name": SMALL, "model.reply_tokens": "48"})
    assistant = await Assistant.open(settings, paths, environ={})
    assistant.warm_up()
    try:
        first = (await assistant.new_session()).session.id
        events = [event async for event in assistant.turn(first, "I'm using ChromaDB for the vector store.")]
        (saved,) = (event.message for event in events if isinstance(event, AssistantSaved))
        assert (saved.status, saved.model) == ("complete", SMALL)
        assert saved.text.strip()
        assert saved.usage is not None
        await assistant.leave_session(first)
        assert await assistant.settle(120)
        second = (await assistant.new_session()).session.id
        events = [event async for event in assistant.turn(second, "what vector store am I using?")]
        (recall,) = (event.recall for event in events if isinstance(event, Recalled))
        assert "ChromaDB" in recall.items[0].text
        assert recall.items[0].source.session_id == first
        (plan,) = (event.plan for event in events if isinstance(event, ContextBuilt))
        assert plan.layers["sessions"] > 0, "the first session's summary went along"
        assert any(isinstance(event, AssistantSaved) for event in events)
    finally:
        await assistant.close()
