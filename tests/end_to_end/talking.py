"""Talks in one session until it is killed, and prints the id of each message that UserSaved acknowledged.

python -m tests.end_to_end.talking [SESSION]
"""

import asyncio
import itertools
import os
import sys

from memchat.assistant import Assistant
from memchat.config import load
from memchat.core.events import Delta, UserSaved
from memchat.paths import Paths


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def talk(session_id: str | None) -> None:
    paths = Paths.from_environment()
    assistant = await Assistant.open(load(paths, overrides={"memory.embedder": "off"}), paths)
    assistant.warm_up()
    view = await (assistant.open_session(session_id) if session_id else assistant.new_session())
    say(f"session {view.session.id}")
    for number in itertools.count(1):
        async for event in assistant.turn(view.session.id, f"Question {number} of {os.getpid()}."):
            if isinstance(event, UserSaved):
                say(f"saved {event.message.id}")
            elif isinstance(event, Delta):
                say("delta")


if __name__ == "__main__":
    asyncio.run(talk(sys.argv[1] if len(sys.argv) > 1 else None))
