"""The ranking that recall chooses from, whole, for measuring."""

import pytest

from memchat.core.times import now
from memchat.memory.recall import COMPONENTS, Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words

ASK = "Which instrument did I buy last week?"


@pytest.fixture
async def recaller(store: Store, embedding: Holder, minilm: BuiltinEmbedder) -> Recaller:
    session = await store.sessions.create()
    await say(store, session, "I bought an instrument last week, an oboe.", "An oboe! Do you play well?")
    await say(
        store, session, "My cat sleeps on the piano.", "Cats do.", "Which instrument is the loudest?", "The bagpipes."
    )
    await embed_all(store, minilm)
    asked_at = now()
    return Recaller(store, embedding, words, clock=lambda: asked_at)


async def test_it_begins_as_recall_does_with_the_same_scores_and_goes_on_below_the_floor(recaller: Recaller) -> None:
    recalled = await recaller.recall(ASK, outside=None, limit=6, max_tokens=900, floor=0.3)
    whole = await recaller.ranking(ASK, limit=50)
    assert recalled.items
    assert [(item.id, item.score, item.parts) for item in whole.items[: len(recalled.items)]] == [
        (item.id, item.score, item.parts) for item in recalled.items
    ]
    assert len(whole.items) > len(recalled.items)
    assert whole.items[-1].score < 0.3


async def test_its_limit_is_all_that_it_leaves_out(recaller: Recaller) -> None:
    assert len((await recaller.ranking(ASK, limit=2)).items) == 2
    assert (await recaller.ranking("Hello!", limit=50)).items == ()


async def test_a_part_of_the_score_is_gone_with_what_makes_it(recaller: Recaller) -> None:
    everything = {name for item in (await recaller.ranking(ASK, limit=50)).items for name in item.parts}
    assert {"words", "meaning", "time", "recency", "question"} <= everything
    gone = {
        component: everything
        - {name for item in (await recaller.ranking(ASK, limit=50, without=[component])).items for name in item.parts}
        for component in COMPONENTS
    }
    assert gone["words"] == {"words"}
    assert gone["meaning"] == {"meaning"}
    assert "time" in gone["time"]
    assert gone["boosts"] >= {"recency", "question", "speaker", "time"}
