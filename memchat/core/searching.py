"""What a search by hand asks for, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from memchat.core.context import ItemKind, RecalledItem
from memchat.core.errors import MemchatError

SearchOrder = Literal["best", "newest", "oldest"]
SEARCH_ORDERS: tuple[SearchOrder, ...] = get_args(SearchOrder)

Speaker = Literal["user", "assistant"]

ALL_SPACES = "all"
"""Stands for every space in place of a name."""


class BadFilter(MemchatError):
    """A filter that cannot be understood; the sentence says what it takes."""


@dataclass(frozen=True, slots=True)
class Exact:
    """Words that must be there, in this order.

    Attributes:
        beginning: Whether the last word may go on.
    """

    words: str
    beginning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which part of all that is remembered is looked through; none of a part is no bound.

    Attributes:
        kinds: Only these.
        since: Only what was said then or later.
        until: Only what was said before then.
        session_id: Only what belongs to this session.
        speaker: Only what they said, and what was learned from their words.
        exact: Only what holds all of these.
    """

    kinds: tuple[ItemKind, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    session_id: str | None = None
    speaker: Speaker | None = None
    exact: tuple[Exact, ...] = ()


EVERYTHING = Narrowed()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What a person looks for.

    Attributes:
        text: The words, those that must be there among them; empty to list all that the rest leaves.
        unfinished: The word that is being typed, which may go on; empty when none is.
        narrowed: Where it is looked for, but for the session and the space, which are only named here.
        session: A session's id, the beginning of one, or words of its title; empty for all.
        space: A space's name, or `ALL_SPACES`; empty for the one that is open.
    """

    text: str = ""
    unfinished: str = ""
    narrowed: Narrowed = EVERYTHING
    session: str = ""
    space: str = ""
    order: SearchOrder = "best"


@dataclass(frozen=True, slots=True)
class Snippet:
    """The line of a text that is shown of a hit, with `…` where something is missing, and what is marked in it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A thing that was found.

    Attributes:
        text: The whole text of the item, without what a terminal acts on.
        marks: Where in it what was looked for stands: beginning and end, in characters, in their order.
        snippet: A line of it.
        space: The space that it was found in; empty for the one that is open.
    """

    item: RecalledItem
    text: str
    marks: tuple[tuple[int, int], ...]
    snippet: Snippet
    space: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Some of what was found.

    Attributes:
        hits: In the order that was asked for.
        total: How many there are in all.
        more_than: Whether there are more than `total`, which were not ranked.
        by_kind: How many of each kind.
        words_only: Why meaning was not searched, in a sentence; empty when it was, or had nothing to do.
    """

    hits: tuple[SearchHit, ...] = ()
    total: int = 0
    more_than: bool = False
    by_kind: Mapping[ItemKind, int]
    words_only: str = ""
