"""Recall over a real database, by words and by meaning."""

import pytest

from memchat.core.events import EmbedderChanged
from memchat.core.settings import MemorySettings
from memchat.memory.choosing import SURER
from memchat.memory.recall import Recaller
from memchat.memory.seeking import CANDIDATES
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import BufferSpan, Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words

FLOOR = MemorySettings().recall_floor
ASK = "what vector store am I using?"
TALK = (
    "Hi! My name is Alex and I'm building a RAG system in Python.",
    "Hello Alex! RAG systems are a good fit for Python. What would you like to know about vector stores?",
    "I'm using ChromaDB for the vector store.",
    "ChromaDB is a good choice for a vector store: it is simple to use.",
    "My main challenge is chunking strategy for long PDFs.",
    "Try splitting by headings first.",
    "Can you remind me what vector store I said I was using?",
    "You said ChromaDB.",
)


async def recall(recaller: Recaller, text: str, **changes: object) -> list[str]:
    wanted = {"outside": None, "limit": 6, "max_tokens": 900, "floor": FLOOR} | changes
    found = await recaller.recall(text, **wanted)  # type: ignore[arg-type]
    return [item.text for item in found.items]


@pytest.fixture
async def filled(store: Store, minilm: BuiltinEmbedder) -> Store:
    session = await store.sessions.create()
    await say(store, session, *TALK)
    other = await store.sessions.create()
    await say(store, other, "I like small gardens in Kyoto.", "Murin-an is one.", "Hello", "Hello! How can I help?")
    await say(store, other, "我的貓叫做小黑，今年三歲", "好可愛的名字！", "2 + 2 is what in binary?", "100.")
    await embed_all(store, minilm)
    return store


@pytest.mark.parametrize("by_meaning", [True, False])
async def test_the_statement_is_found_before_everything_else(
    filled: Store, embedding: Holder, no_embedder: Holder, by_meaning: bool
) -> None:
    recaller = Recaller(filled, embedding if by_meaning else no_embedder, words)
    found = await recaller.recall(ASK, outside=None, limit=6, max_tokens=900, floor=FLOOR)
    best = found.items[0]
    assert best.text == "I'm using ChromaDB for the vector store."
    assert best.source.session_title
    assert best.source.message_id == best.id
    assert best.source.role == "user"
    assert best.score == pytest.approx(sum(best.parts.values()))
    assert ("meaning" in best.parts) is by_meaning
    assert bool(found.words_only) is not by_meaning
    assert "?" not in found.items[0].text + found.items[1].text


@pytest.mark.parametrize("text", ["hello", "Hi there!", "what is 2+2?", "ok thanks", "", "?!", "Hello! How are you?"])
async def test_small_talk_and_sums_recall_nothing(filled: Store, embedding: Holder, text: str) -> None:
    assert await recall(Recaller(filled, embedding, words), text) == []


async def test_an_unrelated_question_recalls_nothing(filled: Store, embedding: Holder) -> None:
    recaller = Recaller(filled, embedding, words)
    assert await recall(recaller, "Explain the French revolution in two sentences.") == []
    assert await recall(recaller, "Write a haiku about the ocean at night.") == []


async def test_a_paraphrase_is_found_by_meaning(filled: Store, embedding: Holder) -> None:
    found = await recall(Recaller(filled, embedding, words), "how do I split my documents?", floor=0.2)
    assert any("chunking" in text for text in found[:2])


async def test_chinese_is_found_by_pairs_of_characters(filled: Store, no_embedder: Holder) -> None:
    assert (await recall(Recaller(filled, no_embedder, words), "我的貓叫什麼名字？"))[0].startswith("我的貓叫做小黑")


async def test_what_is_in_the_buffer_or_in_context_is_not_found(filled: Store, embedding: Holder) -> None:
    recaller = Recaller(filled, embedding, words)
    item = (await recaller.recall(ASK, outside=None, limit=1, max_tokens=900, floor=FLOOR)).items[0]
    assert item.source.session_id is not None
    assert item.text not in await recall(recaller, ASK, outside=BufferSpan(item.source.session_id, 1))
    assert item.text in await recall(recaller, ASK, outside=BufferSpan(item.source.session_id, 4))
    assert item.text not in await recall(recaller, ASK, in_context={item.id})


async def test_the_same_question_asked_before_is_not_an_answer(filled: Store, embedding: Holder) -> None:
    for _ in range(8):
        session = await filled.sessions.create()
        await say(filled, session, ASK, "I do not know which vector store you are using.")
    found = await recall(Recaller(filled, embedding, words), ASK)
    assert found[0] == "I'm using ChromaDB for the vector store."
    assert ASK not in found
    assert len(found) == len(set(found))


async def test_a_fact_comes_with_its_kind(filled: Store, embedding: Holder, minilm: BuiltinEmbedder) -> None:
    await filled.memories.add(kind="preference", text="Allergic to peanuts", confidence=1.0, origin="user")
    await embed_all(filled, minilm)
    recaller = Recaller(filled, embedding, words)
    found = await recaller.recall("Can I eat peanuts?", outside=None, limit=6, max_tokens=900, floor=FLOOR)
    assert (found.items[0].kind, found.items[0].text) == ("fact", "Allergic to peanuts")


async def test_the_only_fact_is_found_before_it_is_embedded(store: Store, embedding: Holder) -> None:
    await store.memories.add(kind="fact", text="I am allergic to peanuts", confidence=1.0, origin="user")
    recaller = Recaller(store, embedding, words)
    assert await recall(recaller, "Which foods am I allergic to?") == ["I am allergic to peanuts"]


async def test_a_long_message_is_cut_to_what_is_asked_about(store: Store, no_embedder: Holder) -> None:
    session = await store.sessions.create()
    long = "Filler about nothing. " * 400 + "The launch code name is Bluebird. " + "More filler text. " * 400
    await say(store, session, long, "Noted.")
    recaller = Recaller(store, no_embedder, words)
    found = await recaller.recall("What is the launch code name?", outside=None, limit=6, max_tokens=300, floor=FLOOR)
    assert "Bluebird" in found.items[0].text
    assert sum(item.tokens for item in found.items) <= 300


async def test_limits_hold(filled: Store, embedding: Holder) -> None:
    recaller = Recaller(filled, embedding, words)
    assert len(await recall(recaller, ASK, limit=2, floor=0.0)) == 2
    assert await recall(recaller, ASK, limit=0) == []
    found = await recaller.recall(ASK, outside=None, limit=50, max_tokens=80, floor=0.0)
    assert sum(item.tokens for item in found.items) <= 80


async def test_while_the_embedder_loads_words_are_searched_alone(filled: Store) -> None:
    recaller = Recaller(filled, Holder(None, EmbedderChanged(state="loading")), words)
    found = await recaller.recall(ASK, outside=None, limit=6, max_tokens=900, floor=FLOOR)
    assert found.items
    assert "loading" in found.words_only


async def test_what_is_ranked_does_not_grow_with_what_is_stored(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    session = await store.sessions.create()
    topics = ("python", "gardens", "vectors", "trains", "tea", "music", "chess", "rivers")
    for n in range(300):
        await say(store, session, f"I read about {topics[n % 8]} number {n} today.", f"Tell me of {topics[n % 7]}.")
    await embed_all(store, minilm)
    recaller = Recaller(store, embedding, words)
    found = await recaller.recall("What did I read about gardens?", outside=None, limit=6, max_tokens=900, floor=FLOOR)
    assert 0 < found.considered <= 4 * CANDIDATES


async def test_beside_a_sure_answer_weak_ones_are_left_out(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    weak = "Squirrels steal the peanuts from the bird table behind the house every winter."
    for text in ("The user is allergic to peanuts.", weak):
        await store.memories.add(kind="fact", text=text, confidence=0.9, origin="user")
    await embed_all(store, minilm)
    recaller = Recaller(store, embedding, words)
    assert await recall(recaller, "Am I allergic to peanuts?", floor=0.05) == ["The user is allergic to peanuts."]
    assert len(await recall(recaller, "peanuts in winter", floor=0.05)) == 2


async def test_a_short_reply_needs_a_surer_match_than_what_the_user_said(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    said, replied = "The bees behind the house are mine.", "So the bees behind the house are fine."
    await say(store, await store.sessions.create(), said, "Good.")
    await say(store, await store.sessions.create(), "Good evening.", replied)
    await embed_all(store, minilm)
    recaller = Recaller(store, embedding, words)
    question = "Where do the bees live?"
    scores = {item.text: item.score for item in (await recaller.ranking(question, limit=9)).items}
    just_under = scores[replied] - SURER / 2
    assert 0 < just_under < scores[said]
    assert await recall(recaller, question, floor=just_under) == [said]
    assert await recall(recaller, question, floor=just_under - 0.6 * SURER) == [said, replied]
