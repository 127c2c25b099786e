"""From a claim and what is told of it to a proposal that was checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER, Holds
from memchat.memory.claims import Claim
from memchat.memory.dates import resolve, spans, validity
from memchat.memory.extraction.checking import keeps_negation, says_no_more
from memchat.memory.extraction.phrasing import phrased, stands_alone
from memchat.memory.extraction.reading import Reading, holds_of
from memchat.memory.extraction.values import Heard, Proposal
from memchat.memory.extraction.verdicts import Judgement
from memchat.memory.grounding import ground
from memchat.memory.queries import same_text
from memchat.memory.quoting import one_line
from memchat.memory.screening_writes import suspicious

_SURE, _LIKELY, _HEDGED, _UNSURE = 0.95, 0.85, 0.5, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A claim of a message, and what its words and a model tell of it; no judgement when no model was needed."""

    heard: Heard
    claim: Claim
    reading: Reading
    judgement: Judgement | None


def proposal(finding: Finding, *, fields: Mapping[str, str], confidence: float, zone: tzinfo) -> Proposal | str:
    """What the claim comes to, or why it comes to nothing, in a sentence without its words.

    Args:
        finding: The claim.
        fields: The profile fields that learning may set.
        confidence: What is less sure waits for the user.
        zone: The user's time zone.
    """
    claim, heard, read, judged = finding.claim, finding.heard, finding.reading, finding.judgement
    message = heard.message
    if one_line(claim.quote) not in one_line(message.text):
        return "Its words are not in the message."
    if judged is not None and judged.kind is None and read.kind is None:
        return "The model found nothing in it to keep."
    if ground(claim.quote, message.text, ()) != "said" or _repeats(claim, heard):
        return "It repeats what was recalled."
    kind = _kind(read, judged)
    field = _field(read, fields)
    if claim.answers and field is None:
        return "It answers for a profile field that learning may not set."
    when = spans(claim.text, message.created_at, zone)
    value = _without(read.value, [span.words for span in when])
    text = _text(finding, field, value, message.created_at, zone)
    if not text:
        return "It cannot be said in a sentence."
    times = validity(claim.text, message.created_at, zone)
    begins = times.valid_from
    if begins is None and read.change:
        begins = next((span.start for span in when if span.start), None)
    past = claim.past or times.past
    sure = _confidence(finding)
    return Proposal(
        kind=kind,
        text=text,
        quote=claim.quote,
        message_id=message.id,
        said_at=message.created_at,
        confidence=sure,
        holds=_holds(read, judged, kind, claim),
        subject=read.subject,
        attribute=_attribute(read, judged),
        field=None if past else field,
        value=value or None,
        valid_from=begins,
        valid_to=times.valid_to,
        past=past,
        several=claim.several or read.several,
        reason=_reason(finding, text, sure, confidence),
        known=judged.known if judged else None,
    )


def _without(value: str, times: Sequence[str]) -> str:
    """`value` without the words at its end that only say when; all of it where there is nothing else."""
    for words in times:
        if value.casefold().endswith(words.casefold()) and len(value) > len(words):
            value = value[: -len(words)].rstrip(" ,，、")
    return value


def _repeats(claim: Claim, heard: Heard) -> bool:
    """Whether the user only repeats, word for word, what was recalled for this turn in a longer text."""
    said = same_text(claim.quote)
    return len(said.split()) > 12 and any(said in same_text(text) for text in heard.recalled)


def _kind(read: Reading, judged: Judgement | None) -> MemoryKind:
    if read.kind is not None:
        return read.kind
    return judged.kind if judged and judged.kind else "fact"


def _attribute(read: Reading, judged: Judgement | None) -> str:
    return read.attribute or (judged.topic if judged else "")


def _field(read: Reading, fields: Mapping[str, str]) -> str | None:
    """The profile field, where learning may set it: one that the words tell, or one that the user named so."""
    if read.subject != ABOUT_USER or not read.value:
        return None
    if read.field in fields:
        return read.field
    named = {re.sub(r"[\s_\-]+", " ", field.casefold()): field for field in fields}
    return named.get(read.attribute) if read.attribute else None


def _text(finding: Finding, field: str | None, value: str, at: datetime, zone: tzinfo) -> str:
    claim, judged = finding.claim, finding.judgement
    if field is not None and not claim.past:
        return f"{field.replace('_', ' ')}: {one_line(value)}"
    text = phrased(claim)
    if judged is not None and judged.text and not stands_alone(claim):
        wording = judged.text
        # Only what is left open is asked for in other words, and that is in English; a piece of it is no sentence.
        whole = bool(claim.about) or re.search(r"\busers?\b", wording, re.IGNORECASE) is not None
        of_the_user = whole and claim.language.first_person.search(wording) is None
        if of_the_user and says_no_more(wording, claim, claim.before) and keeps_negation(wording, claim):
            text = wording
    return one_line(resolve(text, at, zone))


def _holds(read: Reading, judged: Judgement | None, kind: MemoryKind, claim: Claim) -> Holds:
    if re.search(
        r"\b(?:this week|these days|for now|until (?:\w+day|tomorrow))\b|這週|这周|今週", claim.text, re.IGNORECASE
    ):
        return "weeks"
    if re.search(
        r"\b(?:this (?:month|semester|year|summer|winter)|currently|at the moment)\b|目前|derzeit|今年",
        claim.text,
        re.IGNORECASE,
    ):
        return "months"
    if read.kind is None and judged is not None and judged.holds is not None:
        return judged.holds
    return read.holds or holds_of(kind)


def _confidence(finding: Finding) -> float:
    read, judged = finding.reading, finding.judgement
    if finding.claim.hedged:
        return _HEDGED
    if read.sure:
        return _SURE if read.subject == ABOUT_USER else _LIKELY
    if judged is not None and judged.kind is not None:
        return _LIKELY if read.kind is not None else _UNSURE
    return _UNSURE if read.kind is not None else _HEDGED


def _reason(finding: Finding, text: str, sure: float, needed: float) -> str:
    for words in (finding.heard.message.text, text, finding.claim.quote):
        why = suspicious(words, origin="user", from_paste=False)
        if why:
            return why
    if finding.claim.hedged:
        return "You did not sound sure of it."
    return "" if sure >= needed else "It is not sure enough to be kept without your word."
