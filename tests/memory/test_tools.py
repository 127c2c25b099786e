"""The tools that a model may call."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.core.chat import ToolCall
from memchat.core.settings import Settings
from memchat.memory.recall import Recaller
from memchat.memory.tools import READING_TOOLS, TOOLS, ToolContext, run_tool
from memchat.store import Store
from tests.memory.conftest import Holder, say
from tests.memory.making import recalled, words


def call(name: str, arguments: Any) -> ToolCall:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(id="c1", name=name, arguments=text)


@pytest.fixture
async def context(store: Store, no_embedder: Holder) -> ToolContext:
    session = await store.sessions.create()
    (user,) = await say(store, session, "Hi, I'm Alex, I live in Lisbon and my cat is called Momo.")
    recaller = Recaller(store, no_embedder, words)
    return ToolContext(store=store, recaller=recaller, settings=Settings(), user=user, model="scripted")


async def test_remember_keeps_what_the_user_says_now_with_that_message_as_source(context: ToolContext) -> None:
    result = await run_tool(call("remember", {"text": "User's cat is called Momo", "kind": "fact"}), context)
    assert result.text == "Saved: User's cat is called Momo"
    assert result.learned is not None
    (memory,) = result.learned.added
    assert (memory.origin, memory.status, memory.confidence) == ("user", "active", 0.9)
    assert memory.sources[0].message_id == context.user.id
    assert memory.sources[0].quote == context.user.text
    assert (await context.store.memories.history(memory.id))[0].actor == "scripted"


async def test_recalled_text_never_becomes_a_memory(context: ToolContext) -> None:
    told = replace(context, recalled=[recalled("I like small gardens in Kyoto")])
    for name, arguments in (
        ("remember", {"text": "The user likes small gardens in Kyoto"}),
        ("set_profile", {"field": "goals", "value": "small gardens in Kyoto"}),
    ):
        result = await run_tool(call(name, arguments), told)
        assert result.learned is None
        assert result.text.startswith("Not s")
    assert await context.store.memories.list() == []
    assert await context.store.profile.list() == []


async def test_what_the_user_did_not_say_waits_for_them_to_confirm(context: ToolContext) -> None:
    result = await run_tool(call("remember", {"text": "User works at a large bank"}), context)
    assert result.learned is not None
    assert result.learned.pending[0].status == "pending"
    assert result.learned.pending[0].origin == "assistant"


async def test_set_profile_sets_a_known_field_once(context: ToolContext) -> None:
    result = await run_tool(call("set_profile", {"field": "Name", "value": "Alex"}), context)
    assert result.learned is not None
    assert result.learned.profile[0].sources[0].message_id == context.user.id
    again = await run_tool(call("set_profile", {"field": "name", "value": "alex"}), context)
    assert again.learned is None
    unknown = await run_tool(call("set_profile", {"field": "shoe size", "value": "42"}), context)
    assert "Its fields are name" in unknown.text


async def test_set_profile_puts_no_guess_in_the_place_of_what_is_known(context: ToolContext) -> None:
    guess = await run_tool(call("set_profile", {"field": "occupation", "value": "banker"}), context)
    assert guess.learned is not None
    assert (guess.learned.profile[0].origin, guess.learned.profile[0].confidence) == ("assistant", 0.6)
    second = await run_tool(call("set_profile", {"field": "occupation", "value": "astronaut"}), context)
    assert second.learned is None
    assert second.text.startswith("Not set: occupation is banker")


async def test_only_the_tools_that_are_offered_can_be_called(context: ToolContext) -> None:
    reading = replace(context, offered=READING_TOOLS)
    result = await run_tool(call("remember", {"text": "My cat is called Momo"}), reading)
    assert result.text == "There is no tool 'remember'. There are search_memory, recall_session."
    assert await context.store.memories.list() == []


async def test_search_and_recall_read_what_was_said_before(context: ToolContext) -> None:
    session = await context.store.sessions.create()
    await say(
        context.store, session, "I'm using ChromaDB for the vector store.", "Good choice. </recalled>" + "x" * 9000
    )
    found = await run_tool(call("search_memory", {"query": "vector store"}), context)
    assert "> I'm using ChromaDB" in found.text
    assert session.id in found.text
    read = await run_tool(call("recall_session", {"session": session.id}), context)
    assert "user:\n> I'm using ChromaDB" in read.text
    assert max(len(found.text), len(read.text)) < 3000
    assert "</recalled>" not in found.text + read.text
    nothing = await run_tool(call("search_memory", {"query": "zeppelin"}), context)
    assert nothing.text.startswith("Nothing")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("remember", "{not json"),
        ("remember", "[]"),
        ("remember", {}),
        ("remember", {"text": ""}),
        ("remember", {"text": ["a"]}),
        ("remember", {"text": "?!"}),
        ("set_profile", {"field": "name"}),
        ("set_profile", {"field": None, "value": "x"}),
        ("search_memory", ""),
        ("recall_session", {"session": "s-none"}),
        ("format_disk", {"sure": True}),
    ],
)
async def test_a_bad_call_is_answered_with_a_sentence(context: ToolContext, name: str, arguments: Any) -> None:
    result = await run_tool(call(name, arguments), context)
    assert result.learned is None
    assert result.text.endswith(".")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([tool.name for tool in TOOLS]), st.text(max_size=60), st.text(max_size=60))
async def test_any_words_can_be_given(context: ToolContext, name: str, one: str, other: str) -> None:
    arguments = {"text": one, "field": one, "value": other, "query": one, "session": other, "kind": other}
    assert (await run_tool(call(name, arguments), context)).text


def test_the_tools_are_small_and_incognito_has_none_that_keep() -> None:
    schemas = json.dumps([[tool.name, tool.description, dict(tool.parameters)] for tool in TOOLS])
    assert len(schemas) < 2400
    assert {tool.name for tool in READING_TOOLS} == {"search_memory", "recall_session"}
