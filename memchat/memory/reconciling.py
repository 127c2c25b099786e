"""What a new statement does to what is known: the rules.

A pair of statements is the same, a refinement, a replacement, or unrelated. Code decides where it is sure, a model
decides the rest over these four words, and code checks what it said: only memories with one subject and one attribute
supersede one another, and nothing is the same that differs in a name, a number, or in whether it is so. Whatever is not
sure is kept beside what is known, so that nothing is lost by a wrong word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from memchat.core.memories import Memory
from memchat.memory.attributes import many_valued, one_valued, same_attribute
from memchat.memory.comparing import (
    MAYBE_SAME,
    NEARLY_SAME,
    SURELY_SAME,
    adds,
    agree,
    covers,
    differs,
    gist,
    tells_change,
    tells_mistake,
)
from memchat.memory.extraction.values import Proposal
from memchat.memory.queries import folded, same_text, stem

Verdict = Literal["same", "refines", "replaces", "unrelated"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_STILL_SAME = 0.75
"""A model's word that two statements are the same is believed from this cosine on."""


_SLIP = timedelta(hours=1)
"""How long after it was said a slip of the tongue is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A memory that a proposal is compared with.

    Attributes:
        similarity: The cosine of their texts.
        attributes: The cosine of the names of their attributes.
    """

    memory: Memory
    similarity: float = 0.0
    attributes: float = 0.0


def by_rule(new: Proposal, known: Known) -> Verdict | None:
    """What is sure without a model; none when a model is to be asked.

    Args:
        new: What the user said.
        known: An active memory.
    """
    old = known.memory
    if not _comparable(new, old):
        return "unrelated"
    if same_text(new.text) == same_text(old.text):
        return "same"
    said, kept = gist(new.text), gist(old.text)
    related = about_the_same(new, known)
    if related and (verdict := _by_value(new, old)):
        return "unrelated" if verdict == "replaces" and not may_replace(new, known) else verdict
    if not said.unspaced and known.similarity >= SURELY_SAME and agree(said, kept):
        return "same"
    if said.words and said.words == kept.words and agree(said, kept):
        return "same"
    all_words = max(covers(said, kept), covers(kept, said)) == 1.0
    if related and all_words and not said.unspaced and known.similarity >= NEARLY_SAME and agree(said, kept):
        return "same"
    if rescheduled(new, old):
        return None
    if adds(said, kept) and (related or known.similarity >= MAYBE_SAME):
        return "refines" if related else None
    if related and not new.several:
        return None
    # About different things they can at most be the same.
    return None if known.similarity >= MAYBE_SAME and agree(said, kept) else "unrelated"


def checked(verdict: Verdict, new: Proposal, known: Known) -> Verdict:
    """What of a model's verdict stands: what is not borne out by the words becomes `unrelated`, and nothing is lost."""
    said, kept = gist(new.text), gist(known.memory.text)
    related = about_the_same(new, known)
    if said.unspaced:
        # Tea and coffee differ in a character or two: what has one more says something else.
        alike = agree(said, kept) and covers(said, kept) >= 0.5 and said.characters <= kept.characters
    else:
        alike = agree(said, kept) and known.similarity >= _STILL_SAME and not differs(said, kept)
    if verdict in ("refines", "replaces") and rescheduled(new, known.memory):
        return "replaces"
    match verdict:
        case "refines":
            keeps = kept.keys <= said.words | said.keys and kept.negative == said.negative
            fuller = adds(said, kept) or (covers(said, kept) >= 0.5 and not alike)
            if related and keeps and fuller and kept.characters <= said.characters:
                return "refines"
            return "same" if alike else "unrelated"
        case "same":
            return "same" if alike else "unrelated"
        case "replaces":
            borne_out = covers(said, kept) > 0 or said.unspaced or tells_change(new.quote)
            beside = many_valued(new.attribute) and said.negative == kept.negative and not tells_change(new.quote)
            return "replaces" if may_replace(new, known) and borne_out and not beside else "unrelated"
        case "unrelated":
            return "unrelated"


def about_the_same(new: Proposal, known: Known) -> bool:
    """Whether both tell the same attribute of the same subject."""
    return _subject(new.subject) == _subject(known.memory.subject) and same_attribute(
        new.attribute or new.field or "", known.memory.attribute or known.memory.field or "", known.attributes
    )


def may_replace(new: Proposal, known: Known) -> bool:
    """Whether `new` can take the place of a memory: one subject and attribute, now and for good, and not beside it."""
    old = known.memory
    passing = new.valid_to is not None and old.valid_to is None
    return about_the_same(new, known) and not (new.several or new.past or passing)


def rescheduled(new: Proposal, old: Memory) -> bool:
    """Whether `new` says in so many words that what is known changed, and names it again with another time or number.

    That stands for the attribute where nobody named one: "The report is due on 3 March", "it was moved to the 17th".
    Who takes back what they said just before need not say all of it again: "I misread: the flight is on the 14th".
    """
    said, kept = gist(new.text), gist(old.text)
    slip = tells_mistake(new.quote) and timedelta(0) <= new.said_at - old.observed_at <= _SLIP
    changed = slip or tells_change(new.quote)
    if new.several or new.past or new.kind == "instruction" or not changed or old.field or new.field:
        return False
    if said.keys == kept.keys or said.negative != kept.negative:
        return False
    if slip:
        return bool(kept.keys & said.keys and (kept.words - kept.keys) & said.words)
    if not kept.names <= said.names | said.words:
        return False
    named = {stem(key) for key in kept.keys} | kept.keys
    core = kept.words - named
    shared = core & said.words
    return len(shared) >= max(1 if kept.keys & said.keys else 2, (len(core) + 1) // 2)


def ends(new: Proposal, known: Known) -> bool:
    """Whether a statement about the past says that a memory, which holds so far, is no longer so."""
    old = known.memory
    if not new.past or is_past(old, new.said_at) or _subject(new.subject) != _subject(old.subject):
        return False
    said, kept = gist(new.text), gist(old.text)
    if new.value and old.value and about_the_same(new, known):
        words, before = set(same_text(new.value).split()), set(same_text(old.value).split())
        return words <= before or before <= words
    if kept.keys:
        alike = about_the_same(new, known) or known.similarity >= 0.6 or covers(said, kept) >= 0.5
        return kept.keys <= said.words | said.keys and alike
    return covers(said, kept) >= 0.99 or known.similarity >= MAYBE_SAME


def is_past(memory: Memory, at: datetime) -> bool:
    """Whether a memory has ceased to hold by then."""
    return memory.valid_to is not None and memory.valid_to <= at


def is_older(new: Proposal, old: Memory) -> bool:
    """Whether `new` was said before what is known was last said, as when sessions are read in another order."""
    return new.said_at < (old.last_seen_at or old.observed_at)


def settled(new: Proposal, known: Sequence[Known], verdicts: Mapping[str, Verdict]) -> Mapping[str, Verdict]:
    """The verdicts by memory id, each by rule where one is sure, else by the model's word, checked.

    Args:
        new: What the user said.
        known: What it is compared with.
        verdicts: What a model said of some of them; what it did not say is `unrelated`.
    """
    found: dict[str, Verdict] = {}
    for each in known:
        verdict = by_rule(new, each)
        if verdict is None:
            verdict = checked(verdicts.get(each.memory.id, "unrelated"), new, each)
        found[each.memory.id] = verdict
    return found


def _by_value(new: Proposal, old: Memory) -> Verdict | None:
    """What the value of an attribute tells beside what is known of it."""
    said, kept = gist(new.text), gist(old.text)
    if not new.value or said.negative != kept.negative:
        return None
    single = one_valued(new.attribute or new.field or "")
    if not old.value:
        return "replaces" if single and not gist(new.value).words & kept.words and gist(new.value).words else None
    if same_text(new.value) == same_text(old.value):
        return None if old.field is None and new.field is None and not agree(said, kept) else "same"
    words, before = set(same_text(new.value).split()), set(same_text(old.value).split())
    if before < words:
        return "refines"
    if words < before:
        return "same"
    return "replaces" if single and not words & before else None


def _comparable(new: Proposal, old: Memory) -> bool:
    """Whether two statements can have to do with one another at all."""
    if _subject(new.subject) != _subject(old.subject):
        return False
    if (new.kind == "instruction") != (old.kind == "instruction"):
        return False
    if new.past != is_past(old, new.said_at):
        return False
    return not _apart(new.valid_from, new.valid_to, old.valid_from, old.valid_to)


def _apart(
    from_one: datetime | None, to_one: datetime | None, from_other: datetime | None, to_other: datetime | None
) -> bool:
    """Whether two periods have no moment in common; an open end has no end."""
    ended_before = to_one is not None and from_other is not None and to_one <= from_other
    return ended_before or (to_other is not None and from_one is not None and to_other <= from_one)


def _subject(name: str) -> str:
    return same_text(folded(name)).removeprefix("the ").removeprefix("user s ").removeprefix("my ")
