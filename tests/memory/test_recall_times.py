"""What was, and when: times in questions, what has ceased to hold, and past conversations as episodes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memchat.core.context import RecalledItem
from memchat.core.memories import Memory, Source
from memchat.core.messages import Session
from memchat.memory.layout import recalled_entry
from memchat.memory.recall import Recaller
from memchat.memory.times_asked import times_asked
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from memchat.store.decisions import Add, NewMemory, Replace
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words

LISBON = ZoneInfo("Europe/Lisbon")


class Life:
    """A store whose clock is set by hand, and what a user says and does in it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
        self.store: Store

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def goes_on_to(self, month: int, day: int, *, hour: int = 12) -> None:
        self.now = datetime(2026, month, day, hour, 0, tzinfo=UTC)

    async def talks(self, *texts: str, notes: str = "") -> Session:
        session = await self.store.sessions.create()
        said = await say(self.store, session, *texts)
        if notes:
            await self.store.summaries.put_session(
                session_id=session.id, text=notes, to_seq=said[-1].seq, tokens=words(notes), model="scripted"
            )
        return session

    async def lives_in(self, place: str, instead_of: Memory | None = None, at: datetime | None = None) -> Memory:
        session = await self.store.sessions.create()
        (message,) = await say(self.store, session, f"I live in {place}.")
        new = NewMemory(
            kind="fact",
            text=f"location: {place}",
            confidence=0.95,
            origin="user",
            sources=(Source(session_id=session.id, message_id=message.id, quote=f"I live in {place}."),),
            attribute="location",
            field="location",
            value=place,
        )
        decision = Replace(old_ids=(instead_of.id,), new=new, at=at or self.now) if instead_of else Add(new=new)
        await self.store.memories.apply([decision], actor="scripted")
        return (await self.store.memories.of_message(message.id))[0]


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    begun = Life()
    begun.store = await Store.open(tmp_path / "memory.db", clock=begun.clock)
    yield begun
    await begun.store.close()


async def asked(life: Life, source: Holder, text: str, **changes: object) -> list[RecalledItem]:
    wanted = {"outside": None, "limit": 6, "max_tokens": 900, "floor": 0.3} | changes
    recaller = Recaller(life.store, source, words, clock=life.clock, zone=LISBON)
    return list((await recaller.recall(text, **wanted)).items)  # type: ignore[arg-type]


@pytest.mark.parametrize("by_meaning", [True, False])
@pytest.mark.parametrize(
    "question", ["Where did I live before?", "Where did I use to live?", "Where did I live in April?"]
)
async def test_what_was_before_is_told_with_its_dates(
    life: Life, embedding: Holder, no_embedder: Holder, minilm: BuiltinEmbedder, question: str, by_meaning: bool
) -> None:
    taipei = await life.lives_in("Taipei")
    life.goes_on_to(11, 20)
    lisbon = await life.lives_in("Lisbon", instead_of=taipei, at=datetime(2026, 11, 13, tzinfo=UTC))
    await embed_all(life.store, minilm)
    source = embedding if by_meaning else no_embedder
    found = await asked(life, source, question, in_context={lisbon.id})
    assert found[0].id == taipei.id
    assert recalled_entry(found[0], LISBON).text == (
        "3 March 2026, the user said (held until 13 November 2026; since then: location: Lisbon):\n> I live in Taipei."
    )
    assert found[0].score == pytest.approx(sum(found[0].parts.values()))


async def test_what_has_ceased_to_hold_is_not_recalled_as_current(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    taipei = await life.lives_in("Taipei")
    life.goes_on_to(11, 20)
    await life.lives_in("Lisbon", instead_of=taipei)
    await life.store.memories.add(
        kind="fact",
        text="The user lives in a hotel until the flat is ready",
        confidence=1.0,
        origin="user",
        valid_to=datetime(2026, 11, 27, tzinfo=UTC),
    )
    await embed_all(life.store, minilm)
    texts = [item.text for item in await asked(life, embedding, "Where do I live?")]
    assert not any("Taipei" in text for text in texts)
    assert any("Lisbon" in text for text in texts)
    assert any("hotel" in text for text in texts)
    life.goes_on_to(12, 1)
    texts = [item.text for item in await asked(life, embedding, "Where do I live?")]
    assert not any("hotel" in text for text in texts)
    texts = [item.text for item in await asked(life, embedding, "Where did I live before?")]
    assert any("hotel" in text for text in texts)


@pytest.mark.parametrize("by_meaning", [True, False])
@pytest.mark.parametrize(
    "question",
    [
        "What did we discuss last month?",
        "what did we talk about in october",
        "Worüber haben wir letzten Monat gesprochen?",
        "De quoi avons-nous parlé le mois dernier ?",
        "¿De qué hablamos el mes pasado?",
        "Sobre o que falamos no mês passado?",
        "上個月我們聊了什麼？",
        "先月何を話しましたか？",
        "지난달에 무슨 이야기를 했지?",
        "Waar hadden we het vorige maand over?",
        "О чём мы говорили в прошлом месяце?",
    ],
)
async def test_a_conversation_is_found_by_its_time_alone(
    life: Life, embedding: Holder, no_embedder: Holder, minilm: BuiltinEmbedder, question: str, by_meaning: bool
) -> None:
    await life.talks("Help me with sourdough.", "Feed it daily.", notes="The user bakes sourdough bread.")
    life.goes_on_to(10, 5)
    trip = await life.talks("Plan a trip to Kyoto.", "Stay by the river.", notes="The user plans a trip to Kyoto.")
    life.goes_on_to(11, 18)
    await life.talks("Explain monads.", "A monad is a pattern.", notes="The user learns about monads.")
    await embed_all(life.store, minilm)
    life.goes_on_to(11, 20)
    found = await asked(life, embedding if by_meaning else no_embedder, question)
    assert (found[0].kind, found[0].id) == ("episode", trip.id)
    assert {item.source.session_id for item in found} == {trip.id}
    assert recalled_entry(found[0], LISBON).text.startswith(
        'On 5 October 2026 you discussed "Plan a trip to Kyoto.":\n> The user plans'
    )


async def test_a_time_helps_to_choose_among_what_words_find(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    for month in (3, 5, 9):
        life.goes_on_to(month, 10)
        await life.talks(f"I read a book about gardens, number {month}.", "How was it?")
    life.goes_on_to(11, 20)
    await embed_all(life.store, minilm)
    for question, number in (("in March", 3), ("in May", 5), ("two months ago", 9), ("before April", 3)):
        found = await asked(life, embedding, f"Which book about gardens did I read {question}?")
        assert found[0].text.endswith(f"number {number}.")
        assert found[0].parts["time"] > 0


async def test_what_a_text_tells_of_counts_as_well_as_when_it_was_said(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    life.goes_on_to(11, 2)
    await life.talks("I ran a marathon in June.", "Congratulations!")
    await life.talks("I ran a marathon last week.", "Again!")
    await embed_all(life.store, minilm)
    life.goes_on_to(11, 20)
    found = await asked(life, embedding, "Which marathon did I run in June?")
    assert found[0].text == "I ran a marathon in June."


async def test_a_question_in_the_present_is_about_what_comes_too(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    life.goes_on_to(11, 16)
    for text in (
        "The user has a dentist appointment on Friday 27 November 2026",
        "The user has a vet appointment in May",
    ):
        await life.store.memories.add(kind="event", text=text, confidence=1.0, origin="user")
    await embed_all(life.store, minilm)
    life.goes_on_to(11, 23)
    found = await asked(life, embedding, "Which appointment do I have on Friday?")
    assert "dentist" in found[0].text
    assert found[0].parts["time"] > 0


async def test_an_event_can_tell_the_time(life: Life, embedding: Holder, minilm: BuiltinEmbedder) -> None:
    life.goes_on_to(4, 2)
    await life.talks("I bought a camera, a Fuji.", "Nice.")
    life.goes_on_to(5, 20)
    await life.talks("My trip to Kyoto is from 1 June to 9 June.", "Enjoy it.")
    life.goes_on_to(8, 2)
    await life.talks("I bought a camera, a Leica.", "Wow.")
    await embed_all(life.store, minilm)
    life.goes_on_to(11, 20)
    before = await asked(life, embedding, "Which camera did I buy before my trip to Kyoto?")
    after = await asked(life, embedding, "Which camera did I buy after my trip to Kyoto?")
    assert [next(item.text for item in found if "camera" in item.text) for found in (before, after)] == [
        "I bought a camera, a Fuji.",
        "I bought a camera, a Leica.",
    ]


async def test_yesterday_is_the_users_at_the_time_of_asking(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    life.now = datetime(2026, 7, 10, 22, 30, tzinfo=UTC)  # 23:30 in Lisbon
    session = await life.talks("I painted the fence green.", "Good.")
    life.now = datetime(2026, 7, 10, 23, 30, tzinfo=UTC)  # past midnight there
    await embed_all(life.store, minilm)
    found = await asked(life, embedding, "What did I do yesterday?")
    assert found[0].source.session_id == session.id
    assert await asked(life, embedding, "What did I do today?") == []


async def test_a_fact_comes_without_the_message_that_says_the_same(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    (message,) = await say(life.store, await life.store.sessions.create(), "I am allergic to peanuts.")
    await life.store.memories.add(
        kind="fact",
        text="The user is allergic to peanuts.",
        confidence=0.9,
        origin="user",
        sources=[Source(session_id=message.session_id, message_id=message.id, quote=message.text)],
    )
    await embed_all(life.store, minilm)
    assert [item.kind for item in await asked(life, embedding, "Which foods am I allergic to?")] == ["fact"]


async def test_a_fact_is_found_by_what_it_is_filed_under(
    life: Life, embedding: Holder, no_embedder: Holder, minilm: BuiltinEmbedder
) -> None:
    await life.store.memories.add(
        kind="fact",
        text="The user is a nurse at St. Mary's",
        confidence=0.9,
        origin="user",
        attribute="occupation",
    )
    await life.store.memories.add(kind="fact", text="The user plays the cello", confidence=0.9, origin="user")
    await embed_all(life.store, minilm)
    for source in (embedding, no_embedder):
        found = await asked(life, source, "What's my job?")
        assert [item.text for item in found] == ["The user is a nurse at St. Mary's"]


async def test_what_is_about_another_comes_after_what_is_about_the_user(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    for subject, text in (("anna", "Anna lives in Oslo"), ("user", "The user lives in Lisbon")):
        await life.store.memories.add(kind="fact", text=text, confidence=0.9, origin="user", subject=subject)
    await embed_all(life.store, minilm)
    assert (await asked(life, embedding, "Where do I live?"))[0].text == "The user lives in Lisbon"
    assert (await asked(life, embedding, "Where does Anna live?"))[0].text == "Anna lives in Oslo"


async def test_how_far_to_trust_a_memory_is_shown(life: Life, embedding: Holder, minilm: BuiltinEmbedder) -> None:
    await life.store.memories.add(kind="fact", text="The user's bike is red", confidence=0.4, origin="user")
    await life.store.memories.add(kind="fact", text="The user's bike is a Brompton", confidence=1.0, origin="file")
    await embed_all(life.store, minilm)
    shown = [recalled_entry(item, LISBON).text for item in await asked(life, embedding, "What bike do I have?")]
    assert sorted(text.split(":")[0] for text in shown) == [
        "3 March 2026, saved fact, from an imported text, not confirmed",
        "3 March 2026, saved fact, not certain",
    ]


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("What did we talk about last week?", True),
        ("what happened yesterday", True),
        ("What did I say about Kyoto last week?", False),
        ("上週我們討論了什麼？", True),
        ("上週我們討論京都的什麼？", False),
    ],
)
def test_a_question_for_a_time_alone_is_told_from_others(text: str, only: bool) -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert times_asked(text, now, LISBON).only is only


@pytest.mark.parametrize(
    ("text", "relation", "event"),
    [
        ("What did I buy before my trip to Kyoto?", "before", "my trip to Kyoto"),
        ("Since the move, what have I changed?", "after", "the move"),
        ("Was habe ich vor meiner Reise gekauft?", "before", "meiner Reise gekauft"),
        ("在我的旅行之前我買了什麼？", "before", "我的旅行"),
    ],
)
def test_an_event_is_told_by_its_words(text: str, relation: str, event: str) -> None:
    anchor = times_asked(text, datetime(2026, 11, 20, tzinfo=UTC), LISBON).anchor
    assert anchor is not None
    assert (anchor.relation, anchor.event) == (relation, event)


async def test_a_reply_that_echoes_what_no_longer_holds_is_not_recalled(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    taipei = await life.lives_in("Taipei")
    session = await life.store.sessions.get(taipei.sources[0].session_id or "")
    (echo,) = await say(life.store, session, "You live in Taipei.")
    assert echo.role == "assistant"
    life.goes_on_to(11, 20)
    lisbon = await life.lives_in("Lisbon", instead_of=taipei, at=datetime(2026, 11, 13, tzinfo=UTC))
    await embed_all(life.store, minilm)
    found = await asked(life, embedding, "Where do I live now?", floor=0.05, in_context={lisbon.id})
    assert not [item.text for item in found if "Taipei" in item.text]


@pytest.mark.parametrize(
    ("field", "before", "after", "past", "present"),
    [
        ("location", "Lisbon", "Porto", "Where did I live before?", "Where do I live?"),
        ("occupation", "nurse", "baker", "What was my job before?", "What is my job?"),
    ],
)
async def test_a_value_set_by_hand_that_rests_on_no_message_is_found_when_it_is_over(
    life: Life, embedding: Holder, minilm: BuiltinEmbedder, field: str, before: str, after: str, past: str, present: str
) -> None:
    for set_by_hand in (before, after):
        await life.store.profile.set(field, set_by_hand, origin="user")
        life.goes_on_to(11, 20)
    await embed_all(life.store, minilm)
    was = await asked(life, embedding, past)
    assert before in was[0].text
    now = await asked(life, embedding, present)
    assert after in now[0].text
    assert not any(before in item.text for item in now)
