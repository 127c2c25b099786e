"""Erasing for good, through the assistant: the words are in no file, and nothing brings them back."""

import json
import logging
from typing import Any

import pytest

from memchat.assistant import Assistant
from memchat.cli import logs
from memchat.core.erasure import ErasureKind, PlaceKind
from memchat.core.errors import MemchatError
from memchat.core.events import ContextBuilt, Delta, Recalled, TurnEvent
from memchat.core.memories import Source
from memchat.core.times import now
from memchat.paths import Paths
from memchat.providers.file_lock import FileLock
from memchat.providers.scripted import Say
from memchat.store import Store
from memchat.store.decisions import Add, Merge, NewMemory, Reinforce
from tests.assistant.conftest import Open, Script, converse, hits, prompt_of
from tests.memory.reading import Reader

SAID = "My dentist is Dr. Brockelmann in Tübingen."
FACT = "The user's dentist is Dr. Brockelmann in Tübingen."
WORDS = ("Brockelmann", "brockelmann", "Tübingen")
EMBEDDER_OFF = {"memory.embedder": "off"}


def files_with(paths: Paths, *words: str) -> list[str]:
    """The files under MEMCHAT_HOME that hold one of `words` as bytes."""
    home = paths.data_dir.parent
    return sorted(
        str(file.relative_to(home))
        for file in home.rglob("*")
        if file.is_file() and any(word.encode() in file.read_bytes() for word in words)
    )


async def told_everywhere(assistant: Assistant, script: Script, paths: Paths) -> tuple[str, str, str]:
    """A fact that has left its words wherever words can be; its id, and those of its session and of a later one."""
    script.background = Say("The dentist Brockelmann was named. They want a quiet appointment.")
    script.say("So Dr. Brockelmann in Tübingen looks after your teeth. Anything else?")
    first = (await assistant.new_session()).session.id
    events = await converse(assistant, first, f"Hello there. {SAID} What is a good toothpaste?")
    script.say("Dr. Brockelmann is open on Monday. Shall I tell you more?", "With pleasure.")
    await converse(assistant, first, "When is Brockelmann open? I like quiet streets.", "Which rivers are there?")
    store = assistant.store
    message = (await store.messages.page(first, before_seq=None, limit=50))[0]
    source = Source(session_id=first, message_id=message.id, quote=SAID)
    memory = await store.memories.add(kind="fact", text=FACT, confidence=0.9, origin="user", sources=(source,))
    await store.memories.edit(memory.id, "The user's dentist is called Brockelmann and works in Tübingen.")
    await store.memories.edit(memory.id, FACT)
    await store.summaries.add(
        session_id=first,
        text="They go to Brockelmann.",
        from_seq=1,
        to_seq=2,
        tokens=9,
        model="m",
        previous_id=None,
    )
    await assistant.leave_session(first)
    await assistant.settle()
    later = (await assistant.new_session()).session.id
    await assistant.rename(later, "Calling Brockelmann")
    await assistant.set_draft(later, "Tell Brockelmann that I am late. Then call home.")
    script.say("Dr. Brockelmann, you said. Is that all?")
    await converse(assistant, later, "Who is my dentist?")
    await assistant.settle()
    logging.getLogger("memchat").warning("the job learn failed on %s", SAID)
    logging.getLogger("memchat").warning("nothing to see here")
    await store.backup(paths.database.with_name("memchat.db.v2.bak"))
    assert events
    return memory.id, first, later


@pytest.fixture
def log(paths: Paths) -> Any:
    logs.begin(paths.log_file)
    yield
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, logs.LazyFile)]:
        root.removeHandler(handler)
        handler.close()


async def test_what_is_erased_is_in_no_file_and_does_not_come_back(
    open_assistant: Open, script: Script, paths: Paths, log: None
) -> None:
    assistant = await open_assistant()
    memory, first, later = await told_everywhere(assistant, script, paths)
    await assistant.indexing.embed_new()
    before = files_with(paths, *WORDS)
    assert {"data/memchat.log", "data/memchat.db.v2.bak"} <= set(before)

    preview = await assistant.eraser.preview("memory", memory)
    assert {place.kind for place in preview.places} >= set[PlaceKind](
        (
            "memory",
            "history",
            "quote",
            "message",
            "title",
            "draft",
            "rolling_summary",
            "session_summary",
            "recalled",
            "log",
            "backup",
        )
    )
    assert (await assistant.store.memories.get(memory)).text == FACT, "a preview changes nothing"
    (cut,) = [place for place in preview.of("message") if "toothpaste" in place.text]
    assert cut.words == (SAID,)

    script.background = Say("They talked about toothpaste.")
    erased = await assistant.eraser.erase("memory", memory)
    assert erased.complete
    assert erased.erasure.places == preview.places
    assert files_with(paths, *WORDS) == []
    assert "nothing to see here" in paths.log_file.read_text("utf-8")
    assert await assistant.store.check() == "ok"

    messages = await assistant.store.messages.page(first, before_seq=None, limit=50)
    assert [message.text for message in messages[:4]] == [
        "Hello there. [erased] What is a good toothpaste?",
        "[erased] Anything else?",
        "[erased] I like quiet streets.",
        "[erased] Shall I tell you more?",
    ]
    assert (await assistant.store.sessions.get(later)).draft == "[erased] Then call home."

    await assistant.settle()
    summary = await assistant.store.summaries.of_session(first)
    assert summary is not None
    assert summary.text == "They talked about toothpaste.", "it is made again without the words"
    assert not any(word in json.dumps(body, ensure_ascii=False) for body in script.others[-1:] for word in WORDS)

    script.chats.clear()
    session = (await assistant.new_session()).session.id
    for number in range(20):
        await converse(assistant, session, f"Who is my dentist, and where? I forgot ({number}).")
    await assistant.settle()
    assert len(script.chats) == 20
    assert not any(word in prompt_of(body) for body in script.chats for word in WORDS)
    assert await hits(assistant, "dentist Brockelmann Tübingen in:facts,profile") == []
    assert [each.text for each in await assistant.store.memories.list(fields=True) if "entist" in each.text] == []
    assert files_with(paths, *WORDS) == []


async def test_several_are_erased_as_one_and_what_they_share_is_no_reason_to_leave_it(
    assistant: Assistant, paths: Paths
) -> None:
    dog = "Dr. Brockelmann has a white dog."
    session, (first, second, tea) = await say(assistant, SAID, dog, "I like tea.")
    ids = [
        await known(assistant, FACT, SAID, session, first),
        await known(assistant, "Dr. Brockelmann has a white dog", dog, session, second),
    ]
    kept = await known(assistant, "The user likes tea", "I like tea.", session, tea)
    preview = await assistant.eraser.preview("memory", ids)
    assert (await assistant.store.memories.get(ids[0])).text == FACT, "a preview changes nothing"
    assert {place.ref for place in preview.of("memory")} == set(ids)
    assert len({place.id for place in preview.places}) == len(preview.places)
    erased = await assistant.eraser.erase("memory", ids)
    assert erased.erasure.places == preview.places
    assert files_with(paths, *WORDS, "white dog") == []
    assert (await assistant.store.memories.get(kept)).text == "The user likes tea"


@pytest.mark.parametrize("during", [Recalled, ContextBuilt, Delta])
async def test_what_another_program_erases_during_a_turn_is_kept_of_neither_recall_nor_request(
    open_assistant: Open, script: Script, paths: Paths, during: type[TurnEvent]
) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    told, (message,) = await say(assistant, SAID)
    memory = await known(assistant, FACT, SAID, told, message)
    session = (await assistant.new_session()).session.id
    await converse(assistant, session, "Who is my dentist, is it Brockelmann?")
    store = assistant.store
    assert WORDS[0] in prompt_of(script.chats[-1])
    assert await store.requests.of_session(session)
    erased = False
    async for event in assistant.turn(session, "Who is my dentist in Tübingen?"):
        if isinstance(event, during) and not erased:
            erased = True
            other = await Store.open(paths.database)
            await other.memories.erase(memory)
            await other.sessions.erase(told)
            await other.close()
    assert erased
    assert WORDS[0] in prompt_of(script.chats[-1]), "it had been found before"
    assert await store.requests.of_session(session) == []
    last = [each for each in await store.messages.page(session, before_seq=None, limit=9) if each.role == "user"][-1]
    recalled = await store.recalls.told(last.id)
    assert recalled is None or all("Brockelmann" not in item.text for item in recalled.items)
    script.chats.clear()
    await converse(assistant, session, "Which rivers are there?")
    assert len(await store.requests.of_session(session)) == 1, "what is sent after it is kept"


async def test_a_rule_that_says_what_is_erased_goes_with_its_history(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    memories = assistant.memories
    dentist = await memories.remember(SAID)
    session = (await assistant.new_session()).session.id
    await memories.mute(dentist.id, session)
    dropped = await memories.never_learn("the dentist Brockelmann", "like")
    await memories.drop_rule(dropped.id)
    stands = await memories.never_learn("Brockelmann", "subject")
    other = await memories.never_learn("diet", "attribute")
    await assistant.sessions.tag(session, "Brockelmann")
    preview = await assistant.eraser.preview("memory", dentist.id)
    assert [place.text for place in preview.of("rule")] == ["Brockelmann"]
    await assistant.eraser.erase("memory", dentist.id)
    assert await memories.rules() == [other]
    targets = {change.target for change in await memories.changes()}
    assert targets.isdisjoint({f"rule:{dropped.id}", f"rule:{stands.id}", f"mute:{session}:{dentist.id}"})
    while await memories.undo() is not None:
        assert all("erased" not in rule.says for rule in await memories.rules()), "no rule comes back without its words"
    assert files_with(paths, *WORDS) == []


async def say(assistant: Assistant, *texts: str) -> tuple[str, list[str]]:
    """A session in which `texts` were said and stored as they are, and the ids of the messages."""
    session = await assistant.store.sessions.create()
    messages = [await assistant.store.messages.append_user(session.id, text, tokens=9) for text in texts]
    return session.id, [message.id for message in messages]


async def known(assistant: Assistant, text: str, quote: str, session: str, message: str, **values: Any) -> str:
    """A memory that rests on a message; its id."""
    source = Source(session_id=session, message_id=message, quote=quote)
    memory = await assistant.store.memories.add(
        kind="fact", text=text, confidence=0.9, origin="user", sources=(source,), actor="model", **values
    )
    return memory.id


async def texts_of(assistant: Assistant, session: str) -> list[str]:
    return [each.text for each in await assistant.store.messages.page(session, before_seq=None, limit=200)]


async def test_learning_cannot_bring_it_back_from_the_same_message_nor_from_another_old_one(
    open_assistant: Open, paths: Paths
) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (first, again) = await say(assistant, SAID, "What else is there?")
    memory = await known(assistant, FACT, SAID, session, first)
    await assistant.eraser.erase("memory", memory)
    for message, text in ((first, FACT), (first, "Something else altogether."), (again, FACT)):
        source = Source(session_id=session, message_id=message, quote="x")
        new = NewMemory(kind="fact", text=text, confidence=0.9, origin="user", sources=(source,))
        applied = await assistant.store.memories.apply([Add(new)], actor="model")
        assert applied.empty
    assert files_with(paths, *WORDS) == []
    # The user can say it anew.
    _, (anew,) = await say(assistant, SAID)
    assert await known(assistant, FACT, SAID, session, anew)
    assert [each.text for each in await assistant.store.memories.list()] == [FACT]


async def test_what_is_about_something_else_stays(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(
        assistant,
        "I live in Taipei. I like tea.",
        "My parents live in Rome.",
        "My office is in Berlin; I work there on Mondays.",
        "Is it far from Taipei to Berlin?",
    )
    memory = await known(assistant, "The user lives in Taipei.", "I live in Taipei", session, ids[0])
    parents = await known(assistant, "The user's parents live in Rome.", "My parents live in Rome", session, ids[1])
    office = await known(assistant, "The user's office is in Berlin.", "My office is in Berlin", session, ids[2])
    await assistant.eraser.erase("memory", memory)
    assert await texts_of(assistant, session) == [
        "[erased] I like tea.",
        "My parents live in Rome.",
        "My office is in Berlin; I work there on Mondays.",
        "[erased]",
    ]
    assert {each.id for each in await assistant.store.memories.list()} == {parents, office}


async def test_a_name_that_other_memories_hold_goes_only_with_the_fact(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(
        assistant, "My sister Margarethe has asthma.", "Margarethe was born in June.", "Margarethe called."
    )
    memory = await known(assistant, "Margarethe has asthma.", "Margarethe has asthma", session, ids[0])
    await known(assistant, "Margarethe was born in June.", "Margarethe was born in June", session, ids[1])
    preview = await assistant.eraser.preview("memory", memory)
    assert [place.text for place in preview.places if place.fate == "stays"] == ["Margarethe was born in June."]
    assert preview.note == 'Where "Margarethe" is said about something else, it stays.'
    await assistant.eraser.erase("memory", memory)
    assert await texts_of(assistant, session) == ["[erased]", "Margarethe was born in June.", "Margarethe called."]


async def test_what_the_user_talks_about_all_the_time_is_not_cut_everywhere(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    talk = [f"How do I do step {number} in Zanzibarlang?" for number in range(40)]
    session, ids = await say(assistant, "I write a compiler for Zanzibarlang.", *talk)
    memory = await known(assistant, "The user writes a compiler for Zanzibarlang.", "", session, ids[0])
    await assistant.eraser.erase("memory", memory)
    assert await texts_of(assistant, session) == ["[erased]", *talk]


async def test_conversations_can_be_left_as_they_are(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (message,) = await say(assistant, SAID)
    memory = await known(assistant, FACT, SAID, session, message)
    preview = await assistant.eraser.preview("memory", memory, keep=True)
    assert preview.note == "The conversations stay as they are, with these words in them."
    assert not preview.of("message", "title", "session_summary")
    await assistant.eraser.erase("memory", memory, keep=True)
    assert await texts_of(assistant, session) == [SAID]
    source = Source(session_id=session, message_id=message, quote=SAID)
    new = NewMemory(kind="fact", text="The user sees Brockelmann.", confidence=0.9, origin="user", sources=(source,))
    assert (await assistant.store.memories.apply([Add(new)], actor="model")).empty
    assert files_with(paths, "Brockelmann") == ["data/memchat.db"]


async def test_a_place_can_be_spared(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(assistant, SAID, "Is Brockelmann a German name?")
    memory = await known(assistant, FACT, SAID, session, ids[0])
    preview = await assistant.eraser.preview("memory", memory)
    (spared,) = [place.id for place in preview.of("message") if "German name" in place.text]
    await assistant.eraser.erase("memory", memory, spared=[spared])
    assert await texts_of(assistant, session) == ["[erased]", "Is Brockelmann a German name?"]


async def test_a_merged_memory_goes_with_its_parts(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(assistant, SAID, "Dr. Brockelmann looks after my teeth.")
    first = await known(assistant, FACT, SAID, session, ids[0])
    second = await known(assistant, "Dr. Brockelmann looks after the user's teeth.", "", session, ids[1])
    new = NewMemory(kind="fact", text="The user's dentist is Dr. Brockelmann.", confidence=0.9, origin="user")
    applied = await assistant.store.memories.apply([Merge(part_ids=(first, second), new=new)], actor="model")
    await assistant.eraser.erase("memory", applied.added[0].id)
    assert await assistant.store.memories.list() == []
    assert files_with(paths, "Brockelmann") == []


async def test_what_rested_on_it_goes_and_the_other_parts_come_back(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(assistant, SAID, "I brush my teeth at noon.")
    first = await known(assistant, FACT, SAID, session, ids[0])
    second = await known(assistant, "The user brushes at noon.", "I brush my teeth at noon", session, ids[1])
    new = NewMemory(kind="fact", text="The user cares for their teeth.", confidence=0.9, origin="user")
    await assistant.store.memories.apply([Merge(part_ids=(first, second), new=new)], actor="model")
    preview = await assistant.eraser.preview("memory", first)
    assert {(place.text, place.fate) for place in preview.of("memory")} == {
        (FACT, "removed"),
        ("The user cares for their teeth.", "removed"),
        ("The user brushes at noon.", "restored"),
    }
    await assistant.eraser.erase("memory", first)
    (left,) = await assistant.store.memories.list()
    assert (left.text, left.status, left.superseded_by) == ("The user brushes at noon.", "active", None)


@pytest.mark.parametrize("undone", [True, False])
async def test_what_else_was_merged_with_it_keeps_its_words(
    open_assistant: Open, paths: Paths, *, undone: bool
) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(assistant, SAID, "I hate wasps.")
    first = await known(assistant, FACT, SAID, session, ids[0])
    second = await known(assistant, "The user hates wasps.", "I hate wasps.", session, ids[1])
    await assistant.memories.merge([first, second], "Goes to Dr. Brockelmann, and hates wasps.")
    if undone:
        await assistant.memories.undo()
    preview = await assistant.eraser.preview("memory", first)
    assert not [place for place in preview.places if place.text == "I hate wasps."]
    assert second not in {place.ref for place in preview.places if place.fate != "restored"}
    await assistant.eraser.erase("memory", first)
    assert await texts_of(assistant, session) == ["[erased]", "I hate wasps."]
    (left,) = await assistant.store.memories.list()
    assert (left.id, left.status, [source.quote for source in left.sources]) == (second, "active", ["I hate wasps."])
    assert files_with(paths, *WORDS) == []
    again = await assistant.store.memories.apply(
        [Add(new=NewMemory(kind="fact", text="Fears wasps.", confidence=0.9, origin="user", sources=left.sources))],
        actor="model",
    )
    assert again.added, "its message can still be learned from"


async def test_a_session_leaves_what_was_once_merged_with_what_it_told(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (message,) = await say(assistant, SAID)
    other, (second,) = await say(assistant, "I have always hated wasps.")
    told = await known(assistant, FACT, SAID, session, message)
    kept = await known(assistant, "The user hates wasps.", "I have always hated wasps.", other, second)
    await assistant.memories.merge([told, kept], "Goes to Dr. Brockelmann, and hates wasps.")
    await assistant.memories.undo()
    await assistant.eraser.erase("session", session)
    assert await texts_of(assistant, other) == ["I have always hated wasps."]
    (left,) = await assistant.store.memories.list()
    assert (left.id, left.sources[0].quote) == (kept, "I have always hated wasps.")
    assert files_with(paths, *WORDS) == []


async def test_a_profile_field_goes_with_its_past(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, ids = await say(assistant, "I live in Taipei.", "I moved to Lisbon last week.", "Name a city.")
    for value, message in (("Taipei", ids[0]), ("Lisbon", ids[1])):
        source = Source(session_id=session, message_id=message, quote=value)
        await assistant.store.profile.set("location", value, origin="user", sources=(source,))
    preview = await assistant.eraser.preview("profile", "location")
    assert preview.words == ("Lisbon", "Taipei")
    await assistant.eraser.erase("profile", "location")
    assert await assistant.store.profile.list() == []
    assert await texts_of(assistant, session) == ["[erased]", "[erased]", "Name a city."]
    assert files_with(paths, "Taipei", "Lisbon", "taipei", "lisbon") == []


async def test_a_profile_value_that_says_the_same_goes_along(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (message,) = await say(assistant, "I live in Taipei.")
    memory = await known(assistant, "The user lives in Taipei.", "I live in Taipei", session, message)
    await assistant.store.profile.set("location", "Taipei", origin="user", actor="model")
    await assistant.eraser.erase("memory", memory)
    assert await assistant.store.profile.list() == []
    assert files_with(paths, "Taipei", "taipei") == []


async def test_a_session_goes_with_what_rests_on_it_alone(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (message,) = await say(assistant, SAID)
    other, (second,) = await say(assistant, "I like quiet streets.")
    await known(assistant, FACT, SAID, session, message)
    kept = await known(assistant, "The user likes quiet streets.", "quiet streets", session, message)
    source = Source(session_id=other, message_id=second, quote="I like quiet streets")
    await assistant.store.memories.apply(
        [Reinforce(id=kept, sources=(source,), confidence=0.9, seen_at=now())], actor="model"
    )
    preview = await assistant.eraser.preview("session", session)
    assert [place.text for place in preview.of("memory")] == [FACT]
    erased = await assistant.eraser.erase("session", session)
    assert erased.complete
    assert files_with(paths, *WORDS) == []
    assert [each.id for each in await assistant.store.memories.list()] == [kept]


async def test_a_session_can_go_and_leave_what_was_learned_in_it(open_assistant: Open) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session, (message,) = await say(assistant, SAID)
    await known(assistant, FACT, SAID, session, message)
    await assistant.eraser.erase("session", session, keep=True)
    (memory,) = await assistant.store.memories.list()
    assert (memory.text, [source.quote for source in memory.sources]) == (FACT, [""])


async def test_all_of_a_space_goes_and_the_others_stay(open_assistant: Open, paths: Paths) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    work = await assistant.in_space("work")
    try:
        for each in (assistant, work):
            session, (message,) = await say(each, SAID)
            await known(each, FACT, SAID, session, message)
    finally:
        await work.close()
    assert paths.spaces() == ["personal", "work"]
    database = paths.database_of("work")
    with FileLock(database.with_name(f"{database.name}.making")) as making:
        assert making.try_acquire()
    preview = await assistant.eraser.preview("space", "work")
    assert [place.text for place in preview.of("memory")] == [FACT]
    assert (await assistant.eraser.erase("space", "work")).complete
    assert paths.spaces() == ["personal"]
    assert [file.name for file in database.parent.iterdir() if file.name.startswith("work")] == []
    assert files_with(paths, *WORDS) != []
    assert (await assistant.eraser.erase("space", "personal")).complete
    assert files_with(paths, *WORDS) == []
    assert await assistant.store.memories.list() == []
    session, (message,) = await say(assistant, "A new beginning.")
    assert await known(assistant, "The user begins anew.", "A new beginning", session, message)


async def test_nothing_is_erased_while_a_reply_comes(open_assistant: Open, script: Script) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    session = (await assistant.new_session()).session.id
    memory = await assistant.memories.remember(FACT)
    script.say("So it is.")
    turn = assistant.turn(session, "Is it?")
    await anext(turn)
    with pytest.raises(MemchatError, match="A reply is still coming"):
        await assistant.eraser.erase("memory", memory.id)
    await turn.aclose()
    assert (await assistant.eraser.erase("memory", memory.id)).complete


@pytest.mark.parametrize("kind", ["memory", "profile", "session", "space"])
async def test_what_is_not_there_cannot_be_erased(open_assistant: Open, kind: ErasureKind) -> None:
    assistant = await open_assistant(EMBEDDER_OFF)
    for call in (assistant.eraser.preview, assistant.eraser.erase):
        with pytest.raises(MemchatError):
            await call(kind, "nothing")


class Insisting(Reader):
    """Claims of every line that it says what was erased."""

    def _lines(self, body: dict[str, Any], asked: str) -> dict[str, Any]:  # type: ignore[override]
        answer = super()._lines(body, asked)
        return {number: values | {"kind": "fact", "text": FACT} for number, values in answer.items()}


async def test_a_reader_that_insists_does_not_bring_it_back_in_twenty_turns(
    open_assistant: Open, script: Script, paths: Paths
) -> None:
    script.reader = Reader({"dentist": "dentist"})
    assistant = await open_assistant()
    first = (await assistant.new_session()).session.id
    script.say("I will keep in mind that Dr. Brockelmann in Tübingen is your dentist.")
    await converse(assistant, first, SAID, "Which rivers are there?")
    await assistant.settle()
    (memory,) = await assistant.store.memories.list(status="active")
    assert "Brockelmann" in memory.text
    await assistant.eraser.erase("memory", memory.id)
    script.reader = Insisting({"dentist": "dentist"})
    script.chats.clear()
    second = (await assistant.new_session()).session.id
    for number in range(20):
        session = second if number % 2 else first
        await converse(assistant, session, f"I like the humour of my dentist. Who is it ({number})?")
    await assistant.settle()
    assert len(script.chats) == 20
    assert script.reader.calls
    assert not any(word in prompt_of(body) for body in script.chats for word in WORDS)
    found = await assistant.store.memories.list(fields=True)
    assert not [each.text for each in found if "Brockelmann" in each.text]
    assert files_with(paths, *WORDS) == []
