"""From a session's new messages to what they say of the user."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from memchat.core.memories import Memory
from memchat.core.settings import Settings
from memchat.memory.claims import Claim, claims
from memchat.memory.extraction.phrasing import stands_alone
from memchat.memory.extraction.proposing import Finding, proposal
from memchat.memory.extraction.reading import Reading, readings
from memchat.memory.extraction.values import Extracted, ExtractionBatch, Heard, Proposal
from memchat.memory.extraction.verdicts import Judgement, Question, judge
from memchat.memory.queries import query_of, same_text

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel

_MOST_QUESTIONS = 10
_MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class _Read:
    heard: Heard
    claim: Claim
    reading: Reading

    @property
    def clear(self) -> bool:
        """Whether its words tell all that a model would be asked for."""
        sure = self.reading.sure and (bool(self.reading.attribute) or self.claim.standing)
        return sure and stands_alone(self.claim)


async def extract(model: "ChatModel", batch: ExtractionBatch, *, settings: Settings, zone: tzinfo) -> Extracted:
    """The facts and profile values that the user states in the messages of `batch`.

    The model is asked, in one call, about the sentences that can be claims and whose own words do not tell all; when
    there are none it is not called at all. What it says is checked against the words of the message, and what fails is
    dropped, or waits for the user to agree.

    Args:
        model: Who reads.
        batch: What is read.
        settings: The confidence that is needed, and how much one message can bring.
        zone: The user's time zone, in which `yesterday` is meant.

    Raises:
        ModelError: The call failed. A reply that is no use is not an error; it brings nothing.
    """
    # Long messages take a while, in which the screen must not stand still.
    read, dropped = await asyncio.to_thread(_read, batch)
    asked = [each for each in read if not each.clear][:_MOST_QUESTIONS]
    judged: dict[int, Judgement] = {}
    usage, calls = None, 0
    if asked:
        questions = [Question(claim=each.claim, rephrase=not stands_alone(each.claim)) for each in asked]
        # Only words such as "it" need what was said before them; all else would only be more to read.
        alone = len(batch.heard) == 1 and any(question.rephrase for question in questions)
        before = asked[0].heard.before if alone else ""
        answer = await judge(model, questions, before=before, candidates=_near(batch.candidates, asked))
        usage, calls = answer.usage, answer.calls
        judged = {id(each): verdict for each, verdict in zip(asked, answer.judged, strict=False)}
        if answer.problem:
            dropped.append(f"The model's answer on {len(asked)} claims was no use: {answer.problem}")
    proposals: list[Proposal] = []
    for each in read:
        found = _found(each, judged.get(id(each)), batch, settings, zone)
        if isinstance(found, str):
            dropped.append(found)
        else:
            proposals.append(found)
    kept, left_out = _handful(proposals, settings.learning.facts_per_message)
    return Extracted(proposals=tuple(kept), dropped=(*dropped, *left_out), usage=usage, called=calls)


def _read(batch: ExtractionBatch) -> tuple[list[_Read], list[str]]:
    read: list[_Read] = []
    dropped: list[str] = []
    for heard in batch.heard:
        kept = [same_text(text) for text in heard.kept]
        for claim in claims(heard.message.text, before=heard.before, playing=heard.playing):
            own = same_text(claim.quote)
            if any(_within(own, text) or _within(text, own) for text in kept if text):
                dropped.append("It was stored already, as the user asked.")
                continue
            read += [_Read(heard, claim, told) for told in readings(claim)]
    return read, dropped


def _within(text: str, other: str) -> bool:
    """Whether `text` is in `other`, in another order of its words too."""
    words = text.split()
    return text in other or (len(words) > 2 and set(words) <= set(other.split()))


def _found(
    read: _Read, judgement: Judgement | None, batch: ExtractionBatch, settings: Settings, zone: tzinfo
) -> Proposal | str:
    if not read.clear and judgement is None:
        return "No model said what a claim tells."
    finding = Finding(heard=read.heard, claim=read.claim, reading=read.reading, judgement=judgement)
    return proposal(finding, fields=batch.fields, confidence=settings.learning.confidence, zone=zone)


def _near(candidates: Sequence[Memory], asked: Sequence[_Read]) -> list[Memory]:
    """The candidates that share a word with what is asked; the others cost a small model more than they tell it."""
    said = {term for each in asked for term in query_of(each.claim.text).terms}
    shared = [(len(said.intersection(query_of(each.text).terms)), each) for each in candidates]
    return [each for count, each in sorted(shared, key=lambda pair: -pair[0]) if count][:_MOST_CANDIDATES]


def _handful(proposals: Sequence[Proposal], most: int) -> tuple[list[Proposal], list[str]]:
    """The surest `most` of each message, in the order in which they were said, each said once."""
    kept: list[Proposal] = []
    dropped: list[str] = []
    for message_id in dict.fromkeys(each.message_id for each in proposals):
        once = {
            (each.field, same_text(each.text)): each for each in reversed(proposals) if each.message_id == message_id
        }
        own = list(reversed(once.values()))
        best = sorted(own, key=lambda each: (each.reason != "", -each.confidence))[:most]
        kept += [each for each in own if each in best]
        dropped += ["It was more than one message may bring."] * (len(own) - len(best))
    return kept, dropped
