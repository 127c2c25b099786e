"""The learning job of a session, from what the user said to what is known."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from memchat.core.errors import ModelError
from memchat.core.events import Learned
from memchat.core.memories import Memory
from memchat.core.messages import Session, Usage
from memchat.core.settings import LearningSettings, ProfileSettings, Settings
from memchat.memory.facts import remember
from memchat.memory.jobs import learn_job
from memchat.memory.learn import Learner
from memchat.memory.reconciling import VERDICTS, Verdict
from memchat.providers.client import ChatModel
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.scripted import ScriptedServer, Status
from memchat.store import Store
from tests.clocks import StillClock
from tests.memory.conftest import embed_all, say
from tests.memory.reading import Reader

Learn = Callable[..., Awaitable[list[Learned]]]


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def server(reader: Reader) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(reader, models={"scripted": {"max_model_len": 8192}}) as running:
        yield running


@pytest.fixture
def costs() -> list[Usage]:
    return []


@pytest.fixture
def learn(store: Store, model: ChatModel, minilm: BuiltinEmbedder, costs: list[Usage]) -> Learn:
    """Learns from a session as it stands; `embedder=None` does without one."""

    async def charge(usage: Usage | None) -> None:
        costs.extend([usage] if usage is not None else [])

    async def run(session: Session, **changes: Any) -> list[Learned]:
        told: list[Learned] = []
        values: dict[str, Any] = {
            "store": store,
            "model": model,
            "embedder": minilm,
            "settings": Settings(),
            "zone": UTC,
            "session_id": session.id,
            "job_id": None,
            "charge": charge,
            "publish": told.append,
        }
        await Learner(**(values | changes)).learn()
        await embed_all(store, minilm)
        return told

    return run


async def active(store: Store) -> list[Memory]:
    """Facts and profile values that hold."""
    return await store.memories.list(status="active", fields=True)


async def test_a_move_supersedes_the_old_place_and_keeps_it_in_the_past(
    store: Store, learn: Learn, clock: StillClock, reader: Reader
) -> None:
    first = await store.sessions.create()
    await say(store, first, "I live in Taipei.", "Nice.")
    (told,) = await learn(first)
    assert told.profile[0].value == "Taipei"
    clock.skip(days=18)
    second = await store.sessions.create()
    (message, _) = await say(store, second, "I moved to Lisbon last week.", "Oh!")
    (told,) = await learn(second)
    assert (told.session_id, told.message_id) == (second.id, message.id)
    (place,) = await store.profile.list()
    assert (place.field, place.value) == ("location", "Lisbon")
    assert place.sources[0].quote in message.text
    (old,) = await store.memories.past("user", "location")
    assert old.value == "Taipei"
    assert old.status == "superseded"
    assert old.superseded_by == place.memory_id
    assert old.valid_to is not None
    assert clock() - timedelta(days=14) <= old.valid_to <= clock() - timedelta(days=4), "when they moved"
    assert reader.calls == 0, "rules are sure of all that"


TEN_WAYS = (
    ("I'm allergic to peanuts.", "I am allergic to peanuts, so no satay for me."),
    ("As I said, I'm allergic to peanuts.", "I have an allergy to peanuts."),
    ("I'm really allergic to peanuts!", "By the way, I have a peanut allergy."),
    ("I've been allergic to peanuts since childhood.", "My peanut allergy is bad."),
    ("I'm allergic to peanuts, please keep that in mind.", "I can't eat peanuts because I'm allergic."),
)


async def test_the_same_said_ten_ways_in_five_sessions_is_one_memory_with_all_its_sources(
    store: Store, learn: Learn, clock: StillClock, reader: Reader
) -> None:
    reader.topics = {"peanut": "allergy"}
    reader.verdict = lambda _, __: "same"
    said: list[str] = []
    for ways in TEN_WAYS:
        clock.skip(days=3)
        session = await store.sessions.create()
        for way in ways:
            clock.skip(minutes=5)
            said.append((await say(store, session, way, "I see."))[0].id)
            await learn(session)
    (memory,) = await active(store)
    assert "peanut" in memory.text
    assert [source.message_id for source in memory.sources] == said
    assert memory.seen_count == 10
    assert memory.last_seen_at == clock()


async def test_messages_are_read_once_each_and_in_one_call(
    store: Store, learn: Learn, reader: Reader, costs: list[Usage]
) -> None:
    reader.topics = {"bees": "hobby", "tuba": "instrument"}
    session = await store.sessions.create()
    await say(store, session, "I keep bees on the roof.", "Nice.", "I play the tuba in a band.", "Wow.")
    told = await learn(session)
    assert [each.added[0].sources[0].quote for each in told] == ["I keep bees on the roof", "I play the tuba in a band"]
    assert reader.calls == 1
    assert [usage.prompt_tokens for usage in costs] == [100]
    assert await learn(session) == []
    assert reader.calls == 1
    assert (await store.sessions.get(session.id)).learned_to == 3


async def test_small_talk_costs_nothing_and_brings_nothing(store: Store, learn: Learn, reader: Reader) -> None:
    session = await store.sessions.create()
    await say(store, session, "Hi!", "Hello.", "What is 2 + 2?", "4.", "Thanks, great!", "Welcome.")
    assert await learn(session) == []
    assert reader.calls == 0
    assert (await store.sessions.get(session.id)).learned_to == 5


async def test_a_play_that_began_in_an_earlier_message_brings_nothing_until_it_ends(
    store: Store, learn: Learn, reader: Reader
) -> None:
    session = await store.sessions.create()
    await say(store, session, "Let's role-play: you are a captain and I am your cook.", "Aye.")
    assert await learn(session) == []
    await say(store, session, "I live in the galley.", "Aye.", "I live on salted fish.", "Aye.")
    assert await learn(session) == []
    await say(store, session, "Stop the game. I live in Rome.", "Fine.")
    [told] = await learn(session)
    assert reader.calls == 0
    assert [change.field for change in told.profile] == ["location"]


async def test_a_failing_model_leaves_the_messages_to_be_read(
    store: Store, learn: Learn, server: ScriptedServer, reader: Reader
) -> None:
    reader.topics = {"bees": "hobby"}
    session = await store.sessions.create()
    await say(store, session, "I keep bees.", "Nice.")
    server.add(Status(500, "no"))
    with pytest.raises(ModelError):
        await learn(session)
    assert (await store.sessions.get(session.id)).learned_to == 0
    assert len(await learn(session)) == 1


async def test_the_job_ends_with_what_it_learned(store: Store, learn: Learn) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.", "My name is Mei.", "Hello Mei.")
    await store.jobs.add([learn_job(session.id)])
    job = await store.jobs.lease("me", 60)
    assert job is not None
    await learn(session, job_id=job.id)
    assert await store.jobs.waiting() == 0
    assert {field.field: field.value for field in await store.profile.list()} == {"location": "Taipei", "name": "Mei"}


async def test_a_deleted_session_is_not_learned_from(store: Store, learn: Learn) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.")
    await store.sessions.delete(session.id)
    assert await learn(session) == []
    assert await active(store) == []


async def test_in_review_mode_all_of_it_waits(store: Store, learn: Learn) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.")
    (told,) = await learn(session, settings=Settings(learning=LearningSettings(mode="review")))
    assert [memory.status for memory in told.pending] == ["pending"]
    assert await active(store) == []
    accepted = await store.memories.accept(told.pending[0].id)
    assert (await store.profile.list())[0].memory_id == accepted.id


async def test_what_the_user_set_by_hand_is_not_overwritten(store: Store, learn: Learn) -> None:
    await store.profile.set("location", "Taipei", origin="user")
    session = await store.sessions.create()
    await say(store, session, "I live in Lisbon.", "Nice.")
    (told,) = await learn(session)
    assert told.pending[0].value == "Lisbon"
    assert "yourself" in told.pending[0].reason
    assert (await store.profile.list())[0].value == "Taipei"
    await store.memories.accept(told.pending[0].id)
    assert (await store.profile.list())[0].value == "Lisbon"


async def test_a_field_that_only_the_user_sets_is_left_alone(store: Store, learn: Learn) -> None:
    settings = Settings(profile=ProfileSettings(by_hand=("location",)))
    session = await store.sessions.create()
    await say(store, session, "I live in Lisbon.", "Nice.")
    await learn(session, settings=settings)
    assert await store.profile.list() == []


async def test_what_was_remembered_at_once_is_not_learned_again(store: Store, learn: Learn) -> None:
    session = await store.sessions.create()
    (user, _) = await say(store, session, "Remember that I live in Taipei.", "I will.")
    await remember(store, "I live in Taipei.", session_id=session.id, message_id=user.id)
    await learn(session)
    assert [memory.text for memory in await active(store)] == ["I live in Taipei."]


async def test_a_remembered_fact_ends_when_the_user_says_that_it_changed(
    store: Store, learn: Learn, clock: StillClock
) -> None:
    await remember(store, "My favourite colour is blue.", session_id=None, message_id=None)
    clock.skip(days=1)
    session = await store.sessions.create()
    await say(store, session, "My favourite colour is green now.", "Noted.")
    (told,) = await learn(session)
    assert [memory.text for memory in told.superseded] == ["My favourite colour is blue."]
    assert len(await active(store)) == 1


async def test_an_older_message_that_is_read_later_is_kept_as_past(
    store: Store, learn: Learn, clock: StillClock
) -> None:
    first, second = await store.sessions.create(), await store.sessions.create()
    await say(store, first, "I live in Taipei.", "Nice.")
    clock.skip(days=10)
    await say(store, second, "I live in Lisbon.", "Nice.")
    await learn(second)
    await learn(first)
    assert [field.value for field in await store.profile.list()] == ["Lisbon"]
    (past,) = [memory for memory in await active(store) if memory.field is None]
    assert past.text == "The user's location was Taipei."
    assert past.valid_to is not None
    assert past.valid_to <= clock()


async def test_no_longer_ends_what_was_known(store: Store, learn: Learn, clock: StillClock) -> None:
    session = await store.sessions.create()
    await say(store, session, "I work at Acme.", "Nice.")
    await learn(session)
    clock.skip(days=30)
    await say(store, session, "I no longer work at Acme.", "Oh.")
    await learn(session)
    assert all(memory.valid_to is not None and memory.valid_to <= clock() for memory in await active(store))


async def test_pets_stand_beside_one_another_whatever_a_model_says(store: Store, learn: Learn, reader: Reader) -> None:
    reader.topics = {"dog": "pet", "cat": "pet"}
    reader.verdict = lambda _, __: "replaces"
    session = await store.sessions.create()
    await say(store, session, "I have a dog called Rex.", "Nice.", "I have a cat called Miso.", "Oh.")
    await learn(session)
    assert len(await active(store)) == 2


async def test_a_contradiction_in_one_batch_is_settled_in_order(store: Store, learn: Learn, clock: StillClock) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.")
    clock.skip(minutes=1)
    await say(store, session, "Sorry, I moved to Lisbon.", "Oh.")
    await learn(session)
    assert [field.value for field in await store.profile.list()] == ["Lisbon"]
    assert [memory.value for memory in await store.memories.past("user", "location")] == ["Taipei"]


async def test_an_undone_batch_is_what_one_message_came_to(store: Store, learn: Learn, clock: StillClock) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.")
    await learn(session)
    clock.skip(days=1)
    await say(store, session, "I moved to Lisbon.", "Oh.")
    await learn(session)
    await store.memories.undo()
    assert [field.value for field in await store.profile.list()] == ["Taipei"]


async def test_without_an_embedder_words_find_what_is_known(store: Store, learn: Learn, clock: StillClock) -> None:
    session = await store.sessions.create()
    await say(store, session, "I live in Taipei.", "Nice.")
    await learn(session, embedder=None)
    clock.skip(days=1)
    await say(store, session, "I live in Taipei now.", "I know.")
    await learn(session, embedder=None)
    (memory,) = await active(store)
    assert memory.seen_count == 2


SAID = (
    "I like tea.",
    "I like coffee.",
    "I love green tea.",
    "I work at Acme.",
    "My sister works at Initech.",
    "I have a dog called Rex.",
    "I have a cat called Tom.",
    "I don't like cake.",
    "I like cake.",
    "I play the violin.",
    "I play the viola.",
    "I like red wine.",
    "I like white wine.",
    "I work at Globex.",
    "我喜歡喝茶。",
    "我喜歡喝咖啡。",
)


@pytest.mark.parametrize("verdict", VERDICTS)
async def test_no_word_of_a_model_loses_anything(
    store: Store, learn: Learn, clock: StillClock, reader: Reader, verdict: Verdict
) -> None:
    reader.verdict = lambda _, __: verdict
    reader.topics = {"violin": "instrument", "viola": "instrument"}
    taught: dict[str, str] = {}
    for text in SAID:
        session = await store.sessions.create()
        (message, _) = await say(store, session, text, "I see.")
        before = {memory.id: memory for memory in await store.memories.list(fields=True)}
        await learn(session)
        after = {memory.id: memory for memory in await store.memories.list(fields=True)}
        assert before.keys() <= after.keys()
        assert not [memory for memory in after.values() if memory.status in ("forgotten", "archived")]
        for memory in after.values():
            if memory.status == "superseded":
                assert memory.valid_to is not None
                successor = after[memory.superseded_by or ""]
                assert (successor.subject, successor.attribute) == (memory.subject, memory.attribute)
        taught[text] = " ".join(memory.text for memory in await store.memories.of_message(message.id))
        clock.skip(days=1)
    assert all(taught.values()), "what was said rests somewhere"
    said = " ".join(
        [memory.text for memory in await active(store)]
        + [change.before or "" for memory in await active(store) for change in await store.memories.history(memory.id)]
        + [memory.text for memory in await store.memories.list(status="superseded", fields=True)]
    )
    for word in (
        "tea",
        "coffee",
        "Acme",
        "Globex",
        "Initech",
        "Rex",
        "Tom",
        "violin",
        "viola.",
        "red",
        "white",
        "茶",
        "咖啡",
    ):
        assert word in said
    sister = [memory for memory in await active(store) if "Initech" in memory.text]
    assert sister, "what is about somebody else is not touched"


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Etc/GMT+12", 19), ("UTC", 19), ("Etc/GMT-12", 20), ("Asia/Taipei", 20), ("America/Los_Angeles", 19)],
)
async def test_a_statement_is_dated_by_when_it_was_said_in_the_users_zone_and_not_by_when_it_is_read(
    store: Store, learn: Learn, clock: StillClock, zone: str, day: int
) -> None:
    clock.at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    session = await store.sessions.create()
    (message, _) = await say(store, session, "I moved to Lisbon yesterday.", "Oh!")
    clock.skip(days=12)
    await learn(session, zone=ZoneInfo(zone))
    (place,) = await store.profile.list()
    (memory,) = await store.memories.by_ids([place.memory_id])
    assert memory.observed_at == message.created_at
    assert memory.valid_from == datetime(2026, 11, day, tzinfo=ZoneInfo(zone))
