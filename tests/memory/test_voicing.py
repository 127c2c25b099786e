"""Memories are told in the third person and asked for in the first."""

import pytest

from memchat.core.settings import MemorySettings
from memchat.memory.recall import Recaller
from memchat.memory.voicing import as_asked_for
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all
from tests.memory.making import words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The user lives in a hotel.", "I lives in a hotel."),
        ("The user's sister lends the user money.", "my sister lends I money."),
        ("User prefers tea.", "I prefers tea."),
        ("The user says: “I can't stand coriander.”", "I can't stand coriander."),
        ("The user-friendly manual is the users' own.", "The user-friendly manual is the users' own."),
        ("location: Lisbon", "location: Lisbon"),
        ("使用者住在台北", "使用者住在台北"),
    ],
)
def test_the_user_is_i(text: str, read: str) -> None:
    assert as_asked_for(text) == read


FACTS = {
    "The user lives in a hotel until the flat is ready.": "where do I live?",
    "The user is allergic to peanuts.": "what can't I eat?",
    "The user teaches chemistry at a secondary school.": "what do I do for a living?",
    "The user's parents live in Porto.": "where is my mum's home?",
    "The user owes their brother 500 euros.": "whom do I have debts with?",
    "The user is scared of spiders.": "what phobia do I have?",
    "The user rents a flat near the station.": "what kind of apartment do I live in?",
    "The user drives a red Fiat Panda.": "what car have I got?",
    "The user's knee hurts after running.": "which body part aches when I jog?",
    "The user bought noise-cancelling headphones.": "what audio gear did I purchase?",
}


async def test_a_memory_told_of_the_user_is_found_by_a_question_of_their_own(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    for text in FACTS:
        await store.memories.add(kind="fact", text=text, confidence=1.0, origin="user")
    await embed_all(store, minilm)
    recaller = Recaller(store, embedding, words)
    missed = []
    for fact, question in FACTS.items():
        found = await recaller.recall(
            question, outside=None, limit=5, max_tokens=900, floor=MemorySettings().recall_floor
        )
        if fact not in [item.text for item in found.items]:
            missed.append((question, [item.text for item in found.items]))
    assert not missed
