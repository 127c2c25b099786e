"""Days begin and end where the user is: what a request says of dates, and what a tool finds by them."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from memchat.core.events import ContextBuilt
from memchat.providers.scripted import CallTool
from tests.assistant.conftest import Open, Script, converse, prompt_of
from tests.assistant.test_turn import only

LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "today", "summarised"),
    [
        ("Etc/GMT+12", "Friday 20 November 2026", "[20 November 2026, "),
        ("UTC", "Friday 20 November 2026", "[20 November 2026, "),
        ("Etc/GMT-12", "Saturday 21 November 2026", "[21 November 2026, "),
    ],
)
async def test_requests_tell_dates_in_the_zone_of_the_profile(
    open_assistant: Open, script: Script, zone: str, today: str, summarised: str
) -> None:
    moments = count()

    def clock() -> datetime:
        return LATE + timedelta(milliseconds=next(moments))

    assistant = await open_assistant({"memory.recall_floor": "0.05", "model.tools": "on"}, clock=clock)
    await assistant.memories.set_profile("timezone", zone)
    first = (await assistant.new_session()).session.id
    await converse(assistant, first, "I like small gardens in Kyoto.")
    assert await assistant.settle(20)
    await assistant.store.summaries.put_session(session_id=first, text="Gardens.", to_seq=2, tokens=1, model=None)
    await assistant.memories.remember("I like tea houses in Kyoto.")
    there = (await assistant.new_session()).session.id
    script.say(CallTool("search_memory", {"query": "gardens in Kyoto"}), "Small ones.")
    events = await converse(assistant, there, "Which gardens in Kyoto do I like?")
    blocks = only(events, ContextBuilt).plan.blocks
    recalled = next(block.content for block in blocks if block.layer == "recalled")
    assert f"Today is {today}." in recalled
    day = today.split(" ", 1)[1]
    assert f"{day}, saved fact" in recalled
    assert f"{day}, saved fact" in prompt_of(script.chats[-1]).rsplit("Found (data", maxsplit=1)[-1]
    assert any(summarised in block.content for block in blocks if block.layer == "sessions")
