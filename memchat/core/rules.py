"""Rules of what is never learned, as the user makes, reads and removes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from memchat.core.kinds import MemoryKind
from memchat.core.memories import ABOUT_USER

RuleBasis = Literal["kind", "attribute", "subject", "like"]
"""What a rule goes by: the kind of a memory, what of whom it tells, whom it is about, or what it says."""
RULE_BASES: tuple[RuleBasis, ...] = get_args(RuleBasis)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRule:
    """What is kept out of learning from ordinary talk; what the user asks to be remembered is kept all the same.

    Attributes:
        id: Empty as long as it is only proposed.
        basis: What it goes by; only what belongs to that is set.
        kind: Of a rule by kind.
        subject: Whom it is about, of a rule by attribute or by subject.
        attribute: Of a rule by attribute, such as `employer`.
        text: Of a rule by likeness, what is not to be learned, nor anything that says nearly that.
        kept_out: How often it kept something out.
        last_at: When it did so last.
    """

    id: str = ""
    basis: RuleBasis
    kind: MemoryKind | None = None
    subject: str = ""
    attribute: str = ""
    text: str = ""
    made_at: datetime
    kept_out: int = 0
    last_at: datetime | None = None

    @property
    def says(self) -> str:
        """It as a sentence."""
        return rule_sentence(self.basis, kind=self.kind, subject=self.subject, attribute=self.attribute, text=self.text)


def rule_sentence(
    basis: RuleBasis, *, kind: MemoryKind | None = None, subject: str = "", attribute: str = "", text: str = ""
) -> str:
    """What a rule says."""
    match basis:
        case "kind":
            return f"No {kind}s are learned."
        case "attribute":
            whose = "your" if subject in {"", ABOUT_USER} else f"{subject}’s"
            return f"Nothing about {whose} {attribute.replace('_', ' ')} is learned."
        case "subject":
            return f"Nothing about {subject} is learned."
        case "like":
            return f"Nothing like “{text}” is learned."
