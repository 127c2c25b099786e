"""Makes the README's picture: the real app on a real database, answered by a scripted model.

python docs/images/make.py
"""

import asyncio
import json
import re
import tempfile
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memchat.assistant import Assistant
from memchat.config import load
from memchat.paths import Paths
from memchat.providers.scripted import Reply, Say, ScriptedServer
from memchat.tui.app import MemchatApp
from memchat.tui.screens.chat import ChatScreen

PICTURE = Path(__file__).parent / "memchat.svg"
MARCH = [
    ("I found a lovely small place near Nanzen-ji: Murin-an, a garden with a tea room.", "Noted. It is quiet early."),
    ("I prefer small gardens to the famous large ones.", "Then Murin-an suits you better than Kinkaku-ji."),
]
TALK = [
    ("I land in Osaka on the 3rd and stay eight days. My budget is 1,800 euros.", "Eight days from the 3rd: noted."),
    ("How do I get to Kyoto from the airport?", "The Haruka express takes 75 minutes to Kyoto station."),
    ("I want to see gardens in the mornings.", "Then stay in the east of the city, near the Philosopher's Path."),
    ("And a day in Nara with the deer park.", "Day five suits: the Yamatoji line takes 45 minutes."),
]
QUESTION = "My sister Mei comes along. What was that garden that I found?"
ANSWER = """It was **Murin-an**, near Nanzen-ji. You told me about it on 3 March, with a note on the *tea room*.

- It is small, as you like gardens.
- It opens at nine, and mornings are quiet.
- From there it is ten minutes to the Philosopher's Path.
"""
FOLDED = """- Eight days in Kyoto from the 3rd, landing in Osaka; budget 1,800 euros.
- Airport to Kyoto: Haruka express, 75 minutes."""


def rule(replies: deque[str]) -> Any:
    """Chat replies in order; titles, summaries and what is learned as they would be written."""

    def answer(body: dict[str, Any]) -> Reply:
        first = str(body["messages"][0]["content"])
        if first.startswith("You are memchat"):
            return Say(replies.popleft(), chunks=400)
        if first.startswith("You read what a user said"):
            said = str(body["messages"][-1]["content"])
            lines = re.findall(r"^(\d+)\. ", said, re.MULTILINE)
            return Say(
                json.dumps({line: {"topic": "travel", "kind": "preference", "holds": "years"} for line in lines})
            )
        if first.startswith("You compare two notes"):
            said = str(body["messages"][-1]["content"])
            return Say(json.dumps(dict.fromkeys(re.findall(r"^(\d+)\. ", said, re.MULTILINE), "unrelated")))
        if "title" in first.lower():
            return Say("Gardens in Kyoto" if "Murin" in str(body) else "Trip to Kyoto")
        return Say(FOLDED)

    return answer


async def make() -> None:
    with tempfile.TemporaryDirectory() as home:
        paths = Paths.from_environment({"MEMCHAT_HOME": home})
        replies = deque([*(reply for _, reply in MARCH + TALK), ANSWER])
        async with ScriptedServer(rule(replies), models={"qwen2.5-7b": {"max_model_len": 16384}}) as server:
            environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "x", "MEMCHAT_MODEL": "qwen2.5-7b"}
            environ["MEMCHAT_MEMORY__FOLD_MESSAGES"] = "8"
            session = await live_through(paths, environ)
            app = MemchatApp(load(paths, environ), paths, resume=session, environ=environ)
            async with app.run_test(size=(124, 36)) as pilot:
                while not (isinstance(app.screen, ChatScreen) and app.screen.session_id):
                    await pilot.pause(0.1)
                await pilot.pause(2)
                app.screen.prompt.set_value(QUESTION)
                await pilot.press("enter")
                await pilot.pause(3)
                PICTURE.write_text(app.export_screenshot(title="memchat"), encoding="utf-8")
                await app.action_quit()


async def live_through(paths: Paths, environ: dict[str, str]) -> str:
    """A session in March, a profile, a fact, and the beginning of the session of the picture."""
    settings = load(paths, environ)
    march = await Assistant.open(
        settings, paths, environ=environ, clock=lambda: datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    )
    march.warm_up()
    earlier = (await march.new_session()).session.id
    for text, _ in MARCH:
        await exhaust(march, earlier, text)
    await march.leave_session(earlier)
    await march.settle(20)
    await march.close()
    assistant = await Assistant.open(settings, paths, environ=environ)
    assistant.warm_up()
    await assistant.memories.set_profile("name", "Alice")
    await assistant.memories.set_profile("location", "Lisbon")
    await assistant.memories.set_profile("communication_style", "short, with examples")
    await assistant.memories.remember("I am allergic to peanuts")
    now = (await assistant.new_session()).session.id
    for text, _ in TALK:
        await exhaust(assistant, now, text)
        await assistant.settle(20)
    await assistant.close()
    return now


async def exhaust(assistant: Assistant, session: str, text: str) -> None:
    async for _ in assistant.turn(session, text):
        pass


if __name__ == "__main__":
    asyncio.run(make())
