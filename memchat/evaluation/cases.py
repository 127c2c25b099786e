"""The written conversations: what is said in them, what is to be learned, what is not, and what is asked afterwards."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime


def normalised(text: str) -> str:
    """`text` as matchers read it: compatible characters made alike, and each run of white space one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Tells by patterns whether a text says something, so that no model has to judge.

    Attributes:
        every: All of these must be found, in any order and case.
        unless: None of these may be.
    """

    every: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()

    def __call__(self, text: str) -> bool:
        """Whether `text` says it."""
        read = normalised(text)
        found = all(pattern.search(read) for pattern in self.every)
        return found and not any(pattern.search(read) for pattern in self.unless)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the user says, and what they are answered."""

    user: str
    assistant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A session of a conversation.

    Attributes:
        at: When it begins, where the user is.
    """

    at: datetime
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something true that the user tells.

    Attributes:
        key: Names it within the conversation.
        says: Whether a memory tells it.
        replaces: The key of what is true no longer because of it.
        optional: Whether it may be learned but need not be.
        past: Whether it tells what was, so that a memory that has ceased to hold tells it as well.
        kind: The kind of memory that it must become, where that matters.
    """

    key: str
    says: Matcher
    replaces: str = ""
    optional: bool = False
    past: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """Something that the words suggest and that is not so.

    Attributes:
        kind: What makes it one, such as `hypothetical`; `attack` is a text that wants to be remembered.
        says: Whether a memory fell for it.
    """

    kind: str
    says: Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked once all is said.

    Attributes:
        expect: An answer is right when it has all of these.
        forbid: And none of these.
        needs: The keys of the facts without which it cannot be answered.
    """

    ask: str
    expect: tuple[re.Pattern[str], ...]
    forbid: tuple[re.Pattern[str], ...] = ()
    needs: tuple[str, ...] = ()

    def right(self, answer: str) -> bool:
        """Whether `answer` is."""
        return Matcher(every=self.expect, unless=self.forbid)(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Some sessions of one user, and what is to come of them.

    Attributes:
        language: As a BCP 47 tag.
        secrets: What must be found nowhere afterwards.
    """

    name: str
    language: str
    sittings: tuple[Sitting, ...]
    facts: tuple[Fact, ...] = ()
    traps: tuple[Trap, ...] = ()
    questions: tuple[Question, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """All that the user says."""
        return "\n".join(exchange.user for sitting in self.sittings for exchange in sitting.exchanges)

    def fact(self, key: str) -> Fact:
        """The fact of that key."""
        return next(fact for fact in self.facts if fact.key == key)
