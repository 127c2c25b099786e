"""Erasing for good, through the assistant: the words are in no file, and nothing brings them back."""

import json
import logging
from typing import Any

import pytest

from memchat.assistant import Assistant
from memchat.cli import logs
from memchat.core.erasure import PlaceKind
from memchat.core.memories import Source
from memchat.paths import Paths
from memchat.providers.scripted import Say
from tests.assistant.conftest import Open, Script, converse, prompt_of

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
    await assistant.index()
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
    assert await assistant.search("dentist Brockelmann Tübingen", kinds=("fact", "profile")) == []
    assert [each.text for each in await assistant.store.memories.list(fields=True) if "entist" in each.text] == []
    assert files_with(paths, *WORDS) == []
