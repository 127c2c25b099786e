"""Folding and session summaries over a real database, written by a scripted model."""

import json
from typing import Any

import pytest

from memchat.core.errors import ModelError
from memchat.core.events import SummaryUpdated
from memchat.core.messages import Session
from memchat.core.settings import MemorySettings
from memchat.memory.rolling import condensed, fold
from memchat.memory.session_summary import summarise_session
from memchat.memory.summarising import Summariser, UnusableSummary
from memchat.memory.title import make_title
from memchat.providers.client import ChatModel
from memchat.providers.scripted import Disconnect, Empty, Say, ScriptedServer, Status
from memchat.store import Store
from tests.memory.conftest import say
from tests.memory.making import words

SIX = MemorySettings(fold_messages=6)
TALK = (
    *("My name is Alex and I build a RAG system.", "Hello Alex."),
    *("I'm using ChromaDB for the vector store.", "Good."),
    *("My challenge is chunking long PDFs.", "Split by headings."),
)


@pytest.fixture
async def session(store: Store) -> Session:
    made = await store.sessions.create()
    await say(store, made, *TALK)
    return made


async def test_the_oldest_half_becomes_notes_and_the_messages_stay(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(Say("- The user is Alex and builds a RAG system.\n- The user uses ChromaDB."))
    event = await fold(store, summariser, session.id, SIX, 8192)
    assert event is not None
    assert event.new is not None
    assert event.old is None
    assert (event.new.from_seq, event.new.to_seq, event.new.covers) == (1, 4, 4)
    assert event.new.text.endswith("- The user uses ChromaDB.")
    assert event.new.model == "scripted"
    asked = server.requests[0]["messages"]
    assert "ChromaDB" in asked[1]["content"]
    assert "chunking" not in asked[1]["content"]
    assert len(await store.messages.range(session.id, 1, 6)) == 6
    assert await fold(store, summariser, session.id, SIX, 8192) is None, "nothing is due any more"


async def test_the_next_fold_adds_to_the_notes(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(Say("- The user uses ChromaDB."), Say("- The user uses ChromaDB.\n- Chunks are 512 tokens."))
    await fold(store, summariser, session.id, SIX, 8192)
    await say(store, session, "512 tokens work.", "Good.", "Now entities.", "With spaCy.")
    event = await fold(store, summariser, session.id, SIX, 8192)
    assert event is not None
    assert event.new is not None
    assert event.old is not None
    assert event.new.text == "- The user uses ChromaDB.\n- Chunks are 512 tokens."
    assert (event.new.from_seq, event.new.to_seq, event.new.previous_id) == (1, 8, event.old.id)


async def test_long_notes_are_condensed_and_keep_names_and_numbers(
    store: Store, server: ScriptedServer, summariser: Summariser
) -> None:
    session = await store.sessions.create()
    things = " ".join(f"Alpha{n} Beta{n}" for n in range(3))
    await say(store, session, *[f"I have {things}.", "Hello."] * 3)
    settings = MemorySettings(fold_messages=6, summary_tokens=60)
    long = "\n".join(f"- The user told about thing Alpha{n} at length." for n in range(3))
    server.add(Say(long), Say(long.replace("Alpha", "Beta")))
    server.add(Say("- Nothing much was said here."), Say("- Alpha0, Alpha1, Beta0, Beta1."))
    await fold(store, summariser, session.id, settings, 8192)
    await say(store, session, *[f"Again {things}.", "Good."] * 2)
    event = await fold(store, summariser, session.id, settings, 8192)
    assert event is not None
    assert event.new is not None
    assert words(event.new.text) <= 60
    assert event.new.text == "- Alpha0, Alpha1, Beta0, Beta1."


async def test_names_and_numbers_that_condensing_drops_are_put_back(
    server: ScriptedServer, summariser: Summariser
) -> None:
    filler = "\n".join(f"- The user and the assistant went on about this and that, {n} times." for n in ("two", "six"))
    notes = f"- The user is Alex.\n{filler}\n- The overlap is 50-token.\n- They have 512 tokens in ChromaDB."
    server.add(Say("- Alex uses ChromaDB with 512 tokens."))
    found = await condensed(notes, 60, summariser)
    assert found == "- Alex uses ChromaDB with 512 tokens.\n- The overlap is 50-token."


async def test_a_model_that_loses_everything_costs_only_the_oldest_notes(
    server: ScriptedServer, summariser: Summariser
) -> None:
    notes = "\n".join(f"- The user told about Thing{n} at length." for n in range(9))
    server.add(Say("- There was some talk."), Say("- It was a nice talk."))
    found = await condensed(notes, 60, summariser)
    assert notes.endswith(found)
    assert "Thing8" in found


@pytest.mark.parametrize("bad", [Empty(), Say("I'm sorry, but I can't do that."), Say("- - -"), Status(500)])
async def test_a_bad_summary_changes_nothing(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser, bad: Any
) -> None:
    server.add(bad, bad)
    with pytest.raises(ModelError):
        await fold(store, summariser, session.id, SIX, 8192)
    assert await store.summaries.latest(session.id) is None
    assert len(server.requests) == (1 if isinstance(bad, Status) else 2)
    while len(server.requests) < 2:
        with pytest.raises(ModelError):
            await fold(store, summariser, session.id, SIX, 8192)
    server.add(Say("- The user uses ChromaDB."))
    assert await fold(store, summariser, session.id, SIX, 8192) is not None


async def test_a_reply_past_its_limit_is_cut_after_a_sentence(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    settings = MemorySettings(fold_messages=6, summary_tokens=100)
    server.add(Say("- The user uses ChromaDB.\n" + "\n".join(f"- And a thing number {n}." for n in range(300))))
    event = await fold(store, summariser, session.id, settings, 8192)
    assert event is not None
    assert event.new is not None
    assert words(event.new.text) <= 100
    assert event.new.text.endswith(".")


async def test_a_fold_that_another_process_did_meanwhile_is_dropped(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    async def overtaken(_: dict[str, Any]) -> Say:
        await store.summaries.add(
            session_id=session.id, text="Theirs.", from_seq=1, to_seq=4, tokens=2, model="m", previous_id=None
        )
        return Say("- Mine, which comes late.")

    server.add(overtaken)
    assert await fold(store, summariser, session.id, SIX, 8192) is None
    latest = await store.summaries.latest(session.id)
    assert latest is not None
    assert latest.text == "Theirs."


@pytest.mark.parametrize(("window", "scale"), [(2048, 1.0), (1024, 1.6)])
async def test_every_request_of_a_long_backlog_fits_the_window(
    store: Store, server: ScriptedServer, model: ChatModel, window: int, scale: float
) -> None:
    sizes: list[float] = []

    def note(body: dict[str, Any]) -> Say:
        asked = sum(words(message["content"]) * scale + 4 for message in body["messages"])
        sizes.append(asked + body["max_tokens"])
        return Say(f"- Note {len(sizes)} on what the user said.")

    session = await store.sessions.create()
    for n in range(120):
        await say(store, session, f"Message {n}: " + "many words are here. " * 4, "An answer. " * 30)
    await say(store, session, "One giant message. " * 2000, "Noted.", "And now?", "Well.")
    summariser = Summariser(model=model, window=window, scale=scale, count=words)
    server.add(*[note] * 500)
    event = await fold(store, summariser, session.id, MemorySettings(), 8192)
    assert event is not None
    assert event.new is not None
    assert len(sizes) > 5
    assert max(sizes) <= window
    assert words(event.new.text) <= 400
    assert event.new.from_seq == 1


async def test_what_was_folded_before_a_failure_is_kept(store: Store, server: ScriptedServer, model: ChatModel) -> None:
    session = await store.sessions.create()
    for n in range(40):
        await say(store, session, f"Message {n}: " + "many words are here. " * 10, "An answer. " * 30)
    summariser = Summariser(model=model, window=1024, scale=1.0, count=words)
    server.add(Say("- First notes on this."), Disconnect("- Sec"))
    with pytest.raises(ModelError):
        await fold(store, summariser, session.id, MemorySettings(), 8192)
    first = await store.summaries.latest(session.id)
    assert first is not None
    assert first.text == "- First notes on this."
    server.add(*[Say("- More notes on that.")] * 60)
    event = await fold(store, summariser, session.id, MemorySettings(), 8192)
    assert isinstance(event, SummaryUpdated)
    assert event.new is not None
    assert event.new.from_seq == 1
    assert event.new.text == "- First notes on this.\n- More notes on that."


async def test_a_finished_session_gets_its_summary_once(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(Say('{"topic": "RAG", "wanted": "chunking", "resolved": "by headings", "pending": "nothing"}'))
    event = await summarise_session(store, summariser, session.id)
    assert event is not None
    assert event.summary.to_seq == 6
    assert event.summary.text == "Topic: RAG\nWanted: chunking\nResolved: by headings\nPending: nothing"
    assert await summarise_session(store, summariser, session.id) is None
    await say(store, session, "One more thing.", "Yes?")
    server.add(Say("Topic: RAG and more"))
    again = await summarise_session(store, summariser, session.id)
    assert again is not None
    assert again.summary.to_seq == 8


async def test_what_was_never_said_is_not_written_down(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(
        Say(
            '{"topic": "RAG system", "wanted": "Alex builds a RAG system. His boss John Doe pays.", '
            '"resolved": "ChromaDB for 300 dollars", "decided": "Split by headings", "pending": "nothing"}'
        )
    )
    event = await summarise_session(store, summariser, session.id)
    assert event is not None
    assert event.summary.text == (
        "Topic: RAG system\nWanted: Alex builds a RAG system.\nDecided: Split by headings\nPending: nothing"
    )


async def test_when_a_model_only_invents_the_users_own_words_stand_in(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(*[Say("- The user met John Doe in Berlin.")] * 2)
    event = await fold(store, summariser, session.id, SIX, 8192)
    assert event is not None
    assert event.new is not None
    assert event.new.text.startswith('- The user said: "My name is Alex and I build a RAG system."')
    server.add(*[Say('{"topic": "the Zanzibar trip of John Doe"}')] * 2)
    closed = await summarise_session(store, summariser, session.id)
    assert closed is not None
    assert closed.summary.text == 'The user said: "My challenge is chunking long PDFs."'


async def test_when_a_model_copies_its_instructions_the_users_own_words_stand_in(
    store: Store, server: ScriptedServer, summariser: Summariser
) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Good to know.", "It rains here.", "Take an umbrella.")
    copied = {"topic": "the subject", "wanted": "what the user wanted", "resolved": "", "decided": "", "pending": ""}
    server.add(Say(json.dumps(copied)), Say(json.dumps(copied)))
    closed = await summarise_session(store, summariser, session.id)
    assert closed is not None
    assert "I live in Taipei." in closed.summary.text
    assert "what the user wanted" not in closed.summary.text


async def test_a_session_of_one_short_exchange_is_told_in_the_users_own_words(
    store: Store, server: ScriptedServer, summariser: Summariser
) -> None:
    session = await store.sessions.create()
    await say(store, session, "I moved to Lisbon last week.", "How do you like it there?")
    closed = await summarise_session(store, summariser, session.id)
    assert closed is not None
    assert closed.summary.text == 'The user said: "I moved to Lisbon last week."'
    assert server.requests == []


async def test_a_long_session_is_summarised_from_its_notes_within_the_window(
    store: Store, session: Session, server: ScriptedServer, model: ChatModel
) -> None:
    sizes: list[int] = []

    def reply(body: dict[str, Any]) -> Say:
        sizes.append(sum(words(message["content"]) + 4 for message in body["messages"]) + body["max_tokens"])
        four = "JSON" in body["messages"][0]["content"]
        return Say("Topic: all of it" if four else f"- Note {'x' * len(sizes)} of ChromaDB.")

    for n in range(60):
        await say(store, session, f"ChromaDB again, {n}: " + "many words are here. " * 8, "An answer. " * 30)
    server.add(*[reply] * 100)
    summariser = Summariser(model=model, window=2048, scale=1.0, count=words)
    event = await summarise_session(store, summariser, session.id)
    assert event is not None
    assert event.summary.text == "Topic: all of it"
    assert max(sizes) <= 2048
    assert "ChromaDB" in str(server.requests[-1]["messages"][1]["content"])


async def test_an_unanswered_session_has_no_summary(store: Store, summariser: Summariser) -> None:
    session = await store.sessions.create()
    await say(store, session, "Hello?")
    assert await summarise_session(store, summariser, session.id) is None


async def test_a_session_is_named_once_and_never_against_the_user(
    store: Store, session: Session, server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(Say("A title that is far too long to be a title, since it goes on and on"))
    assert await make_title(store, summariser, session.id) is None
    server.add(Say('"RAG with ChromaDB."'))
    event = await make_title(store, summariser, session.id)
    assert event is not None
    assert (event.session.title, event.session.title_by) == ("RAG with ChromaDB", "model")
    assert await make_title(store, summariser, session.id) is None
    await store.sessions.rename(session.id, "Mine", by="user")
    assert await make_title(store, summariser, session.id) is None


async def test_no_usable_reply_is_a_failure_that_can_be_tried_again(
    server: ScriptedServer, summariser: Summariser
) -> None:
    server.add(Say("..."), Say("User: text\nAssistant: text"))
    with pytest.raises(UnusableSummary) as caught:
        await summariser.write("title", "text", limit=20)
    assert caught.value.retryable
