"""Whether a model can tell what to keep of what a user says: a dozen lines of which the answer is known."""

import asyncio
from typing import TYPE_CHECKING

from memchat.memory.claims import Claim
from memchat.memory.extraction.verdicts import Question, judge
from memchat.memory.languages import languages

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel

UNABLE = (
    "{model} is too small to tell what to remember, so nothing is learned from ordinary talk. "
    "/remember works, and so does recall; a larger model learns."
)
"""What the user is told of a model that cannot; `model` is its name."""

_NEEDED = 9
_AT_ONCE = 4
_CASES: tuple[tuple[str, bool], ...] = (
    ("I restarted the router", False),
    ("I have a bad knee", True),
    ("I collect vinyl records", True),
    ("I clicked on save", False),
    ("I play the cello", True),
    ("I ran the tests again", False),
    ("I changed line 12", False),
    ("I drive an old Volvo", True),
    ("I can't stand cilantro", True),
    ("I got a 404", False),
    ("My boss is called Petra", True),
    ("I pressed the wrong button", False),
)


async def can_extract(model: "ChatModel") -> bool:
    """Whether `model` tells at least three quarters of a dozen lines right, in JSON that can be read.

    A model that keeps all of them, or none, fails.

    Raises:
        ModelError: The call failed, so that nothing is known.
    """
    right = 0
    # The first look at the languages takes a while, in which the screen must not stand still.
    english = (await asyncio.to_thread(languages))["en"]
    for start in range(0, len(_CASES), _AT_ONCE):
        cases = _CASES[start : start + _AT_ONCE]
        claims = [Claim(quote=text, text=text, language=english) for text, _ in cases]
        questions = [Question(claim=claim, rephrase=False) for claim in claims]
        answer = await judge(model, questions, before="", candidates=())
        if answer.problem:
            return False
        right += sum((said.kind is not None) == keep for said, (_, keep) in zip(answer.judged, cases, strict=True))
    return right >= _NEEDED
