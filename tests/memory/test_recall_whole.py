"""The ranking that recall chooses from, whole, for measuring."""

import pytest

from memchat.core.times import now
from memchat.memory.ranking import COMPONENTS, Component
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words

ASK = "Which instrument did I say I bought last week?"


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


async def parts(recaller: Recaller, ask: str, *without: Component) -> dict[str, float]:
    """The sizes of all parts of what is found, together."""
    found: dict[str, float] = {}
    for item in (await recaller.ranking(ask, limit=50, without=without)).items:
        for name, part in item.parts.items():
            found[name] = found.get(name, 0.0) + abs(part)
    return found


async def test_a_part_of_the_score_is_gone_with_what_makes_it(recaller: Recaller) -> None:
    everything = await parts(recaller, ASK)
    assert everything.keys() >= {"words", "meaning", "answer", "named", "question", "time", "recency", "speaker"}
    without = {component: await parts(recaller, ASK, component) for component in COMPONENTS}
    for component in ("words", "meaning", "answer", "named", "question", "time"):
        assert component not in without[component]
    assert without["boosts"].keys() - {"cap"} == {"words", "meaning", "answer", "named", "question", "time"}
    assert without["tokens"]["meaning"] != pytest.approx(everything["meaning"])


async def test_what_is_left_out_is_no_more_than_that(recaller: Recaller) -> None:
    kept = {"words", "meaning", "tokens", "context"}
    bare = await parts(recaller, ASK, *(each for each in COMPONENTS if each not in kept))
    assert bare.keys() - {"cap"} == {"words", "meaning"}
    assert await parts(recaller, ASK, *COMPONENTS) == {}


async def test_without_context_what_stands_next_to_the_words_is_not_found(store: Store, no_embedder: Holder) -> None:
    session = await store.sessions.create()
    await say(store, session, *(f"Filler number {number} of many." for number in range(110)))
    await say(store, await store.sessions.create(), "The zebra came.", "Nice.", "It has stripes.")
    recaller = Recaller(store, no_embedder, words)
    assert len((await recaller.ranking("zebra", limit=50)).items) == 3
    (only,) = (await recaller.ranking("zebra", limit=50, without=["context"])).items
    assert only.text == "The zebra came."
