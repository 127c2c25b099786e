"""A message that refers to what was said before it recalls by that; one that stands alone is left as it is."""

import pytest

from memchat.core.settings import MemorySettings
from memchat.memory.queries import query_of
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all
from tests.memory.follow_ups import ELSEWHERE, FOLLOW_UPS, SAY_NOTHING, STAND_ALONE
from tests.memory.making import words

FLOOR = MemorySettings().recall_floor
CAKE = ("What's the plan for the wedding cake?", "A lemon cake with three layers.")


async def found(store: Store, embedding: Holder, talk: tuple[tuple[str, str, str, str], ...], *, told: bool) -> int:
    """After how many of the follow-ups what helps is among the first five."""
    recaller = Recaller(store, embedding, words)
    count = 0
    for user, reply, message, fact in talk:
        last = (user, reply) if told else ()
        recalled = await recaller.recall(message, outside=None, limit=5, max_tokens=900, floor=FLOOR, last=last)
        count += fact in [item.text for item in recalled.items]
    return count


@pytest.mark.parametrize(("talk", "least", "gained"), [(FOLLOW_UPS, 37, 8), (ELSEWHERE, 14, 4)])
async def test_a_follow_up_recalls_what_it_refers_to(
    store: Store,
    embedding: Holder,
    minilm: BuiltinEmbedder,
    talk: tuple[tuple[str, str, str, str], ...],
    least: int,
    gained: int,
) -> None:
    for *_, fact in talk:
        await store.memories.add(kind="fact", text=fact, confidence=1.0, origin="user")
    await embed_all(store, minilm)
    by_itself, told = [await found(store, embedding, talk, told=told) for told in (False, True)]
    assert told >= least
    assert told >= by_itself + gained


def test_a_message_that_stands_alone_is_not_diluted() -> None:
    assert [text for text in (*STAND_ALONE, *SAY_NOTHING) if query_of(text, CAKE) != query_of(text)] == []


def test_the_newest_words_are_referred_to_and_of_a_chain_what_it_began_with() -> None:
    talk = ("Where does my sister Ana live?", "In Utrecht.", "why?", "Because of her job.")
    query = query_of("and since when?", talk)
    assert query.follows
    assert {"sister", "ana"} <= set(query.terms)
    assert query.text.endswith("and since when?")


def test_of_a_long_reply_the_beginning_counts() -> None:
    query = query_of("why?", ("Which bike is mine?", "The red one. " + "Bikes need oil and care. " * 200))
    assert {"bike", "red"} <= set(query.terms)
    assert len(query.text) < 300


@pytest.mark.parametrize("text", ["thanks!", "ok", "hello", "yes", "2 + 2", "how are you?", "haha", "👍"])
def test_what_asks_for_nothing_refers_to_nothing(text: str) -> None:
    assert query_of(text, CAKE).terms == ()


def test_without_anything_before_it_a_follow_up_asks_for_nothing() -> None:
    assert query_of("why?", ()).terms == ()
    assert query_of("and the other one?", ()).terms == ()
