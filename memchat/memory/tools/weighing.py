"""What a model wants to keep, against what the user said: whose words it rests on, and whether it must wait."""

from dataclasses import dataclass, field

from memchat.core.memories import Origin
from memchat.memory.asked import LONGEST, asked_to_remember
from memchat.memory.claims import Claim, claims
from memchat.memory.deciding import IN_REVIEW
from memchat.memory.extraction.reading import Reading, reading
from memchat.memory.grounding import ground
from memchat.memory.queries import Vocabulary, all_words, query_of
from memchat.memory.screening_writes import suspicious
from memchat.memory.tools.values import ToolContext

_SURE, _GUESSED = 0.9, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What may be kept, and how.

    Attributes:
        refusal: Why it is not kept at all, for the model; empty when it may be.
        reason: Why it waits for the user; empty when it need not.
        quote: The user's words that it rests on.
        asked: Whether the user asks for it to be remembered.
        standing: Whether the user says how the assistant is to answer from now on.
        told: What the words of the user's statement tell that it comes nearest to.
    """

    refusal: str = ""
    reason: str = ""
    origin: Origin = "user"
    confidence: float = _SURE
    quote: str = ""
    asked: bool = False
    standing: bool = False
    told: Reading = field(default_factory=Reading)


def weigh(text: str, context: ToolContext) -> Weighed:
    """Weighs what a model wants to keep.

    Args:
        text: Of a profile value, the value.
        context: The message that it is to rest on.
    """
    said = context.user.text
    rests_on = ground(text, said, [item.text for item in context.recalled])
    if rests_on == "recalled":
        return Weighed(refusal="Not saved: that was recalled and is known already. Save only what the user says now.")
    asked = asked_to_remember(said) is not None
    if context.settings.learning.mode == "off" and not asked:
        return Weighed(refusal="Not saved: learning is off. The user can save it with /remember.")
    if rests_on == "neither":
        return Weighed(
            reason="Your message does not say it.", origin="assistant", confidence=_GUESSED, quote=said[:LONGEST]
        )
    claim = _nearest(text, claims(said))
    near = claim if claim is not None and ground(text, claim.text, ()) == "said" else None
    stated = asked or near is not None
    reason = _unsafe(text, said) or ("" if stated else "Your message does not state it in your own words.")
    if not reason and near is not None and near.hedged:
        reason = "You did not sound sure of it."
    if not reason and context.settings.learning.mode == "review" and not asked:
        reason = IN_REVIEW
    return Weighed(
        reason=reason,
        quote=near.quote if near is not None else said[:LONGEST],
        asked=asked,
        standing=near is not None and near.standing,
        told=reading(near) if near is not None else Reading(),
    )


def _unsafe(text: str, said: str) -> str:
    return next((why for each in (said, text) if (why := suspicious(each, origin="user", from_paste=False))), "")


def _nearest(text: str, stated: tuple[Claim, ...]) -> Claim | None:
    """The statement that has most of the words of `text`."""
    terms = query_of(text).terms or all_words(text)
    shares = [(sum(map(Vocabulary.of(claim.text).has, terms)), claim) for claim in stated]
    best = max(shares, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None
