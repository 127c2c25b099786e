"""What was first said in a message is found at a cost that does not grow with what is remembered."""

from memchat.core.memories import Memory, Source
from memchat.store.store import Store
from tests.store.helpers import Costs, exchange


async def _learned(store: Store, text: str, session: str, *messages: str) -> Memory:
    sources = [Source(session_id=session, message_id=message, quote="") for message in messages]
    return await store.memories.add(kind="fact", text=text, confidence=0.9, origin="user", sources=sources)


async def test_a_memory_is_told_of_the_message_that_it_was_first_said_in(store: Store) -> None:
    session = (await store.sessions.create()).id
    first, _ = await exchange(store, session, "I like tea", "Fine.")
    second, _ = await exchange(store, session, "I really like tea, and rain", "Fine.")
    third, _ = await exchange(store, session, "Hello", "Fine.")
    tea = await _learned(store, "The user likes tea", session, first.id, second.id)
    rain = await _learned(store, "The user likes rain", session, second.id)
    await store.memories.forget(rain.id)
    found = await store.memories.first_said([first.id, second.id, third.id])
    assert {message: [each.id for each in memories] for message, memories in found.items()} == {
        first.id: [tea.id],
        second.id: [rain.id],
    }
    assert [each.status for each in found[second.id]] == ["forgotten"]
    assert await store.memories.first_said([]) == {}


async def test_it_costs_the_same_whatever_else_is_remembered(store: Store) -> None:
    session = (await store.sessions.create()).id
    asked, _ = await exchange(store, session, "I like tea", "Fine.")
    await _learned(store, "The user likes tea", session, asked.id)
    spent: list[tuple[int, int]] = []
    steps: list[int] = []
    async with Costs(store) as costs:
        for round_ in range(2):
            costs.begin()
            await store.memories.first_said([asked.id])
            spent.append((costs.statements.total(), costs.rows))
            steps.append(costs.steps)
            if not round_:
                for number in range(60):
                    other, _ = await exchange(store, session, f"Message {number}", "Fine.")
                    await _learned(store, f"The user likes number {number}", session, other.id)
    assert spent[0] == spent[1]
    assert steps[1] <= steps[0] + 10
