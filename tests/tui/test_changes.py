"""What was done, taken back or made again, in a sentence."""

import json

import pytest

from memchat.assistant import Assistant
from memchat.core.memories import Change
from memchat.core.times import now
from memchat.tui import changes


def edit(before: dict[str, object], after: dict[str, object]) -> Change:
    """An edit by the user that made `after` of `before`."""
    return Change(
        id="c1",
        target="f1",
        action="edit",
        actor="user",
        at=now(),
        before=json.dumps({"text": "Tea", "pinned": 0} | before),
        after=json.dumps({"text": "Tea", "pinned": 0} | after),
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"pinned": 0}, {"pinned": 1}, "pinned"),
        ({"pinned": 1}, {"pinned": 0}, "unpinned"),
        ({"kind": "fact"}, {"kind": "goal"}, "given another type"),
        ({"valid_to": None}, {"valid_to": 1.0}, "given other dates"),
        ({}, {"text": "Green tea"}, "edited"),
        ({}, {"text": "Green tea", "pinned": 1}, "edited"),
        ({}, {}, "edited"),
    ],
)
def test_an_edit_says_what_it_set(before: dict[str, object], after: dict[str, object], said: str) -> None:
    assert changes.did(edit(before, after)) == said


def test_the_end_of_a_sentence_has_one_full_stop() -> None:
    assert changes.named(["likes tea"]) == "likes tea."
    assert changes.named(["Likes tea."]) == "Likes tea."
    assert changes.named(["likes tea", "b", "c"]) == "likes tea · 2 more."
    assert changes.named([]) == "nothing any more."


async def test_several_that_were_changed_together_are_counted(assistant: Assistant) -> None:
    memories = assistant.memories
    ids = [(await memories.remember(f"Memory number {number}")).id for number in range(3)]
    await memories.archive(ids)
    assert await changes.undo(memories) == "Taken back: archived by you: Memory number 2, and 2 more"
    assert await changes.redo(memories) == "Made again: archived by you: Memory number 2, and 2 more"
    await memories.restore(ids)
    await memories.pin(ids)
    assert await changes.undo(memories) == "Taken back: pinned by you: Memory number 2, and 2 more"
    await memories.pin(ids[0])
    assert await changes.undo(memories) == "Taken back: pinned by you: Memory number 0"


async def test_a_rule_that_was_dropped_is_no_message_of_the_buffer(assistant: Assistant) -> None:
    memories = assistant.memories
    rule = await memories.never_learn("Bob", "subject")
    await memories.drop_rule(rule.id)
    assert await changes.undo(memories) == "Taken back: rule dropped by you: Nothing about Bob is learned."
    assert await changes.undo(memories) == "Taken back: rule made by you: Nothing about Bob is learned."
