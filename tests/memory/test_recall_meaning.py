"""What is about nothing in the store recalls nothing, and a question in other words than the fact's finds it."""

import pytest

from memchat.core.settings import MemorySettings
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all
from tests.memory.making import words

SETTINGS = MemorySettings()
PARAPHRASES = (
    ("I'm allergic to peanuts.", "what can't I eat?"),
    ("My daughter Mia is seven.", "how old is my kid?"),
    ("I teach chemistry at a secondary school.", "what do I do for a living?"),
    ("I ride my bicycle to the office.", "how do I commute?"),
    ("We have a mortgage with Santander.", "which bank lent us money for the house?"),
    ("My parents live in Porto.", "where is my mum's home?"),
    ("I had my appendix removed in 2019.", "what surgery did I undergo?"),
    ("I'm learning Mandarin with a tutor.", "which foreign language am I studying?"),
    ("My flight to Oslo leaves on Friday morning.", "when does my plane depart?"),
    ("I always write my code in Rust.", "which programming language do I prefer?"),
    ("I can't sleep when it is hot.", "does warm weather keep me awake at night?"),
    ("Our baby is due in October.", "when will my child be born?"),
    ("I play chess every Tuesday.", "what board game do I enjoy?"),
    ("My knee hurts after running.", "which body part aches when I jog?"),
    ("I drive a red Fiat Panda.", "what car have I got?"),
    ("My sister is a lawyer.", "what is my sibling's profession?"),
    ("I stopped eating meat two years ago.", "am I a vegetarian?"),
    ("I rent a flat near the station.", "what kind of apartment do I live in?"),
    ("My dog Rex is afraid of thunder.", "which noise scares my pet?"),
    ("I paint with watercolours on Sundays.", "what is my artistic hobby?"),
    ("My boss is leaving the company in May.", "which manager of mine is quitting?"),
    ("I grew up on a farm in Iowa.", "where did I spend my childhood?"),
    ("I bought noise-cancelling headphones.", "what audio gear did I purchase?"),
    ("I owe my brother 500 euros.", "whom do I have debts with?"),
    ("My wedding is on 6 June.", "when am I getting married?"),
    ("I use a Dvorak keyboard.", "which typing layout is mine?"),
    ("I'm scared of spiders.", "what phobia do I have?"),
    ("We spent the summer in Crete.", "where did we go on holiday?"),
    ("My favourite composer is Bach.", "which classical music do I like best?"),
    ("I take pills against high blood pressure.", "what medication do I need?"),
)
BESIDES = (
    "The dishwasher was repaired on Monday.",
    "My passport expires in 2029.",
    "I ordered new curtains for the kitchen.",
    "I vote by post.",
    "I prefer tea to coffee.",
    "My neighbour Karl has a loud lawn mower.",
    "I back my photos up every month.",
    "I wear size 43 shoes.",
    "I volunteer at the library on Saturdays.",
    "My tax adviser is called Ms Novak.",
)
UNRELATED = (
    "hey",
    "good evening to you",
    "thanks a lot, bye",
    "see you later",
    "nice, sounds good",
    "what is 14 times 12?",
    "3 + 4 * 9",
    "what is 15 percent of 240?",
    "what is the cube root of 512?",
    "will it snow in Helsinki tomorrow?",
    "what's the temperature outside?",
    "who painted the Mona Lisa?",
    "what is the capital of Bhutan?",
    "who was the first person on the moon?",
    "when did the Roman empire fall?",
    "what is the speed of light?",
    "explain how a transistor works",
    "how do vaccines work?",
    "what's the difference between a stack and a queue?",
    "write a SQL query that joins two tables",
    "write a bash script that counts files",
    "how do I reverse a list in Python?",
    "what does the segmentation fault error mean?",
    "fix this bug: TypeError: 'NoneType' object is not iterable",
    "translate 'where is the exit' into Polish",
    "convert 80 degrees Fahrenheit to Celsius",
    "tell me a riddle",
    "write a limerick about a pirate",
    "summarise the plot of Macbeth",
    "how many planets are there?",
)


@pytest.fixture
async def known(store: Store, minilm: BuiltinEmbedder) -> Store:
    for text in (*(fact for fact, _ in PARAPHRASES), *BESIDES):
        await store.memories.add(kind="fact", text=text, confidence=1.0, origin="user")
    await embed_all(store, minilm)
    return store


async def recalled(store: Store, embedding: Holder, text: str) -> list[str]:
    recaller = Recaller(store, embedding, words)
    found = await recaller.recall(text, outside=None, limit=25, max_tokens=9_000, floor=SETTINGS.recall_floor)
    return [item.text for item in found.items]


async def test_what_is_about_nothing_in_the_store_recalls_nearly_nothing(known: Store, embedding: Holder) -> None:
    found = {text: items for text in UNRELATED if (items := await recalled(known, embedding, text))}
    assert sum(map(len, found.values())) <= 2, found


async def test_a_question_in_other_words_finds_its_fact(known: Store, embedding: Holder) -> None:
    missed = [(asked, fact) for fact, asked in PARAPHRASES if fact not in (await recalled(known, embedding, asked))[:5]]
    assert len(missed) <= 6, missed
