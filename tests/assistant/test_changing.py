"""What the user does with memories: rules that learning obeys, mutes that recall obeys, and taking all of it back."""

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError, NotFound
from memchat.core.memories import Memory
from memchat.providers.scripted import CallTool
from memchat.store.decisions import Hold, NewMemory
from tests.assistant.conftest import Open, Script, converse, hits, prompt_of
from tests.store.test_redoing import state


async def learned(assistant: Assistant, *texts: str) -> list[Memory]:
    """What learning keeps of a new session in which these are said."""
    session = (await assistant.new_session()).session.id
    before = {memory.id for memory in await assistant.store.memories.list(fields=True)}
    await converse(assistant, session, *texts)
    assert await assistant.settle(20)
    return [memory for memory in await assistant.store.memories.list(fields=True) if memory.id not in before]


async def waiting(assistant: Assistant, *texts: str) -> list[Memory]:
    held = [Hold(NewMemory(kind="goal", text=text, confidence=0.5, origin="user", reason="Unsure.")) for text in texts]
    return list((await assistant.store.memories.apply(held, actor="scripted")).pending)


async def test_what_a_rule_keeps_out_is_not_learned_and_is_counted(assistant: Assistant) -> None:
    (home,) = await learned(assistant, "I live in Lisbon.")
    await assistant.memories.forget(home.id)
    rule = await assistant.memories.never_learn(home.id)
    assert rule.says == "Nothing about your location is learned."
    kept = await learned(assistant, "I live in Porto.", "I have a dog called Rex.")
    assert not any("Porto" in memory.text for memory in kept)
    assert any("Rex" in memory.text for memory in kept)
    (counted,) = await assistant.memories.rules()
    assert (counted.kept_out, counted.last_at is not None) == (1, True)
    await assistant.memories.drop_rule(rule.id)
    assert any("Faro" in memory.text for memory in await learned(assistant, "I live in Faro."))
    assert await assistant.memories.rules() == []


async def test_what_the_user_asks_to_be_remembered_is_kept_all_the_same(assistant: Assistant) -> None:
    await assistant.memories.never_learn("location", "attribute")
    kept = await learned(assistant, "Remember that I live in Porto.")
    assert [memory.text for memory in kept if "Porto" in memory.text]
    await assistant.memories.remember("I live in Faro")


async def test_a_tool_keeps_nothing_that_a_rule_keeps_out(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant({"model.tools": "on", "learning.mode": "off"})
    await assistant.memories.never_learn("dog", "like")
    script.say(CallTool("remember", {"text": "The user has a dog called Rex"}), "Noted.")
    session = (await assistant.new_session()).session.id
    await assistant.memories.never_learn("dog", "like")
    await converse(assistant, session, "I have a dog called Rex.")
    assert await assistant.store.memories.list() == []


async def test_never_learning_a_pending_memory_rejects_it_and_is_one_step(assistant: Assistant) -> None:
    tea, jazz = await waiting(assistant, "The user wants to drink less tea.", "The user wants to hear jazz.")
    before = await state(assistant.store)
    await assistant.memories.never_learn(tea.id, "kind")
    assert (await assistant.memories.get(tea.id)).status == "forgotten"
    assert (await assistant.memories.get(jazz.id)).status == "pending"
    await assistant.memories.undo()
    assert await assistant.memories.rules() == []
    assert await state(assistant.store) == before


async def test_a_rule_can_be_made_in_words_and_is_there_once(assistant: Assistant) -> None:
    for about, by, says in (
        ("Goals", "kind", "No goals are learned."),
        ("diet", "attribute", "Nothing about your diet is learned."),
        ("Tom", "subject", "Nothing about Tom is learned."),
        ("my health", "like", "Nothing like “my health” is learned."),
    ):
        rule = await assistant.memories.never_learn(about, by)  # type: ignore[arg-type]
        assert rule.says == says
        assert await assistant.memories.never_learn(about.upper(), by) == rule  # type: ignore[arg-type]
    assert len(await assistant.memories.rules()) == 4
    with pytest.raises(MemchatError, match="'hopes' is no kind of memory"):
        await assistant.memories.never_learn("hopes", "kind")
    with pytest.raises(NotFound):
        await assistant.memories.never_learn("hopes")
    (memory,) = await waiting(assistant, "The user wants to see Oslo.")
    with pytest.raises(MemchatError, match="whom else it is about"):
        await assistant.memories.never_learn(memory.id, "subject")


async def test_a_secret_does_not_stand_in_a_rule(assistant: Assistant) -> None:
    rule = await assistant.memories.never_learn("my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD", "like")
    assert "abcdefghij" not in rule.text


async def test_what_a_session_mutes_is_not_recalled_in_it_and_still_in_others(
    open_assistant: Open, script: Script
) -> None:
    assistant = await open_assistant({"model.tools": "on"})
    first = (await assistant.new_session()).session.id
    await converse(assistant, first, "My aunt Ottoline keeps axolotls in the bath.")
    assert await assistant.settle(20)
    await assistant.memories.remember("My aunt Ottoline keeps axolotls", first)
    await assistant.indexing.embed_new()
    session = (await assistant.new_session()).session.id
    question = "Which animals does my aunt Ottoline keep?"
    await converse(assistant, session, question)
    assert "axolotl" in prompt_of(script.chats[-1])
    for memory in await assistant.store.memories.list(search="axolotls"):
        assert await assistant.memories.mute(memory.id[:9], session)
        assert not await assistant.memories.mute(memory.id, session)
    script.say(CallTool("search_memory", {"query": "Ottoline animals"}), "I do not know.")
    await converse(assistant, session, question)
    assert "axolotl" not in prompt_of(script.chats[-1])
    assert any("axolotl" in hit.text for hit in await hits(assistant, "Ottoline")), "a person still finds it"
    fresh = (await assistant.new_session()).session.id
    await converse(assistant, fresh, question)
    assert "axolotl" in prompt_of(script.chats[-1])
    for ref in await assistant.memories.muted(session):
        await assistant.memories.unmute(ref, session)
    assert await assistant.memories.muted(session) == frozenset()
    await converse(assistant, session, question)
    assert "axolotl" in prompt_of(script.chats[-1])


async def test_an_incognito_session_mutes_for_itself(assistant: Assistant) -> None:
    memory = await assistant.memories.remember("I like tea")
    session = (await assistant.new_session(incognito=True)).session.id
    await assistant.memories.mute(memory.id, session)
    assert await assistant.memories.muted(session) == {memory.id}
    assert await assistant.memories.muted((await assistant.new_session()).session.id) == frozenset()
    with pytest.raises(NotFound):
        await assistant.memories.mute("nonsense", session)


async def test_an_edited_memory_is_found_by_its_new_meaning(assistant: Assistant) -> None:
    memory = await assistant.memories.remember("My hobby is stamp collecting")
    await assistant.indexing.embed_new()
    await assistant.memories.edit(memory.id, "My hobby is rock climbing")
    await assistant.indexing.embed_new()
    (vector,) = await _vectors(assistant, "mountaineering")
    nearest = await assistant.store.index.by_meaning(vector, limit=1)
    assert [hit.ref for hit in nearest] == [memory.id]
    assert nearest[0].score > 0.35


async def _vectors(assistant: Assistant, *texts: str) -> list[bytes]:
    embedder = await assistant._embedding.get()
    assert embedder is not None
    return await embedder.embed(list(texts))


async def test_everything_is_taken_back_to_the_first_state_and_made_again(assistant: Assistant) -> None:
    session = (await assistant.new_session()).session.id
    memories = assistant.memories
    tea = await memories.remember("I like tea")
    green = await memories.remember("I drink green tea")
    (oslo, rome) = await waiting(assistant, "The user wants to see Oslo.", "The user wants to see Rome.")
    await memories.accept([oslo.id, rome.id])
    await memories.edit(oslo.id, "The user wants to see Bergen.")
    await memories.merge([tea.id, green.id], "I like green tea")
    await memories.set_kind((rome.id,), "event")
    await memories.pin([rome.id, oslo.id])
    await memories.mute(rome.id, session)
    await memories.never_learn(oslo.id)
    await memories.set_profile("name", "Alexandra")
    await memories.set_profile("name", "Alex")
    await memories.archive(rome.id)
    after = await state(assistant.store)
    told = await memories.changes()
    assert {change.actor for change in told} == {"user", "scripted"}
    steps = 0
    while await memories.undo() is not None:
        steps += 1
    assert steps == 13
    assert {row.status for row in await memories.rows()} == {"forgotten"}, "in the history alone"
    assert await memories.profile() == ()
    assert await memories.rules() == []
    assert await memories.muted(session) == frozenset()
    for _ in range(steps):
        assert await memories.redo() is not None
    assert await memories.redo() is None
    assert await state(assistant.store) == after


async def test_a_turn_tells_what_was_learned_from_it(assistant: Assistant) -> None:
    session = (await assistant.new_session()).session.id
    await converse(assistant, session, "I live in Lisbon.")
    assert await assistant.settle(20)
    said = next(each for each in await assistant.earlier(session, 99) if each.role == "user")
    (memory,) = await assistant.memories.learned_from(said.id)
    assert "Lisbon" in memory.text
    rows = await assistant.memories.rows()
    assert [(row.id, row.message_id) for row in rows if row.status == "active"] == [(memory.id, said.id)]
