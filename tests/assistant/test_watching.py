"""What another program changes in the same database is noticed, and nothing else is told of."""

from pathlib import Path

import pytest

from memchat.assistant.listeners import Listeners
from memchat.assistant.watching import Watching
from memchat.core.events import BackgroundEvent, ChangedElsewhere
from memchat.store import Store


@pytest.fixture
def heard() -> list[BackgroundEvent]:
    return []


async def test_what_another_program_changes_is_told_once(tmp_path: Path, heard: list[BackgroundEvent]) -> None:
    here, there = [await Store.open(tmp_path / "m.db") for _ in range(2)]
    listeners = Listeners()
    listeners.add(heard.append)
    watching = Watching(here, listeners)
    memory = await here.memories.add(kind="fact", text="The user likes tea", confidence=0.9, origin="user")
    assert not await watching.look(), "the first look takes in what is there"

    session = await there.sessions.create(model="m")
    await there.sessions.claim(session.id, "another", 60)
    assert not await watching.look(), "nothing that is remembered was changed"
    await here.by_hand.pin([memory.id], pinned=True)
    assert not await watching.look(), "what this program does it knows of"

    for change in (
        lambda: there.memories.edit(memory.id, "The user likes milk"),
        there.memories.undo,
        there.memories.redo,
        lambda: there.by_hand.forget([memory.id]),
    ):
        await change()
        assert await watching.look()
        assert not await watching.look()
    assert heard == [ChangedElsewhere()] * 4
    await here.close()
    await there.close()


def test_nothing_is_looked_at_while_nobody_listens() -> None:
    listeners = Listeners()
    assert not listeners
    remove = listeners.add(lambda _: None)
    assert listeners
    remove()
    assert not listeners
