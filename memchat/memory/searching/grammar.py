"""What a person may type into the search: words, "exact words", beginnings* and filters such as in:facts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TypeVar

from memchat.core.context import ItemKind
from memchat.core.searching import SEARCH_ORDERS, BadFilter, Exact, Narrowed, SearchOrder, SearchQuery, Speaker
from memchat.memory.searching.times import time_of

T = TypeVar("T")

_QUOTES = (('"', '"'), ("“", "”"), ("„", "“”"), ("«", "»"), ("「", "」"), ("『", "』"))
_QUOTED = "|".join(f"{opening}[^{closing}]*(?:[{closing}]|$)" for opening, closing in _QUOTES)
_NAMES = ("in", "from", "after", "since", "before", "until", "on", "during", "session", "space", "sort")
_PIECE = re.compile(
    rf"(?<!\S)(?P<name>{'|'.join(_NAMES)})[:：](?P<value>{_QUOTED}|\S*)|(?P<quoted>{_QUOTED})(?P<star>\*?)|(?P<word>\S+)",
    re.IGNORECASE,
)
_SAME = {"since": "after", "until": "before", "during": "on"}

_KINDS: dict[str, tuple[ItemKind, ...]] = {
    "messages": ("message",),
    "facts": ("fact",),
    "profile": ("profile",),
    "sessions": ("episode",),
    "episodes": ("episode",),
    "everything": (),
}
_SPEAKERS: dict[str, Speaker] = {"me": "user", "user": "user", "assistant": "assistant", "ai": "assistant"}
_ORDERS: dict[str, SearchOrder] = {**{order: order for order in SEARCH_ORDERS}, "score": "best", "date": "newest"}

_TIMES = 'a day, a month, a year, or a time such as 2026-03-14, 2026-03, yesterday or "last march"'
_ALLOWED = {
    "in": "messages, facts, profile or sessions, several with commas",
    "from": "me or assistant",
    "after": _TIMES,
    "before": _TIMES,
    "on": _TIMES,
    "session": "the beginning of a session's id, or words of its title",
    "space": "the name of a space, or all",
    "sort": "best, newest or oldest",
}
_OPTIONS = {"from": "role"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a phrase or a filter.

    Attributes:
        text: The word, what stands between the quotes, or the filter's value.
        name: The filter's; empty for words.
        quoted: Whether it stands in quotes.
        starred: Whether it may go on.
        open: Whether its closing quote is missing.
        place: Where it stands in what was typed, as a pair of offsets.
    """

    text: str
    name: str
    quoted: bool
    starred: bool
    open: bool
    place: tuple[int, int]


def pieces(typed: str) -> Iterator[Piece]:
    """What was typed, piece by piece."""
    for found in _PIECE.finditer(typed):
        name = (found["name"] or "").lower()
        whole = found["quoted"] or found["value"] or ""
        opening = next((closing for start, closing in _QUOTES if whole.startswith(start)), "")
        closed = len(whole) > 1 and whole[-1] in opening
        inner = whole[1 : -1 if closed else None] if opening else whole
        word = found["word"] or ""
        yield Piece(
            text=(inner if whole or name else word.rstrip("*")).strip(),
            name=_SAME.get(name, name),
            quoted=bool(opening) and not name,
            starred=bool(found["star"]) or word.endswith("*"),
            open=bool(opening) and not closed,
            place=found.span(),
        )


def parsed(typed: str, now: datetime, zone: tzinfo | None, *, typing_at: int | None = None) -> SearchQuery:
    """What `typed` looks for.

    Args:
        typed: Words and filters.
        now: The present moment.
        zone: The user's time zone; none is this machine's.
        typing_at: Where more is being typed, in characters, so that the word that ends there may go on; none where
            all is typed.

    Raises:
        BadFilter: A filter cannot be understood.
    """
    found = list(pieces(typed))
    words = [piece for piece in found if not piece.name and piece.text]
    exact = [
        Exact(piece.text, beginning=piece.starred or (piece.open and piece.place[1] == typing_at))
        for piece in words
        if piece.quoted or piece.starred
    ]
    plain = (piece for piece in words if not (piece.quoted or piece.starred))
    unfinished = next((piece.text for piece in plain if piece.place[1] == typing_at), "")
    filters: dict[str, str] = {}
    for piece in found:
        if piece.name in filters and piece.name == "in":
            filters["in"] += f",{piece.text}"
        elif piece.name:
            filters[piece.name] = piece.text
    return filtered(
        SearchQuery(
            text=" ".join(piece.text for piece in words), unfinished=unfinished, narrowed=Narrowed(exact=tuple(exact))
        ),
        filters,
        now,
        zone,
    )


def filtered(
    query: SearchQuery, filters: Mapping[str, str], now: datetime, zone: tzinfo | None, *, options: bool = False
) -> SearchQuery:
    """`query` with more filters, which replace those of the same name.

    Args:
        query: What is looked for.
        filters: What was typed for each, by name.
        now: The present moment.
        zone: The user's time zone; none is this machine's.
        options: Whether they were options of a command, for what an error says.

    Raises:
        BadFilter: One cannot be understood.
    """
    for name, value in filters.items():
        changed = _with(query, name, value.strip(), now, zone)
        if changed is None:
            shown = f"--{_OPTIONS.get(name, name)}" if options else f"{name}:"
            not_this = f", not “{value.strip()}”" if value.strip() else ""
            raise BadFilter(f"{shown} takes {_ALLOWED[name]}{not_this}.")
        query = changed
    since, until = query.narrowed.since, query.narrowed.until
    if since is not None and until is not None and since >= until:
        raise BadFilter("There is no time between the two.", "What comes after has to be earlier than what is before.")
    return query


def _with(query: SearchQuery, name: str, value: str, now: datetime, zone: tzinfo | None) -> SearchQuery | None:
    """`query` with one filter; none where its value cannot be understood."""
    if not value:
        return None
    narrowed = query.narrowed
    match name:
        case "session":
            return replace(query, session=value)
        case "space":
            return replace(query, space=value)
        case "sort":
            order = _one_of(_ORDERS, value)
            return None if order is None else replace(query, order=order)
        case "from":
            speaker = _one_of(_SPEAKERS, value)
            return None if speaker is None else replace(query, narrowed=replace(narrowed, speaker=speaker))
        case "in":
            kinds = _kinds(value)
            return None if kinds is None else replace(query, narrowed=replace(narrowed, kinds=kinds or None))
    span = time_of(value, now, zone)
    if span is None or span.start is None or span.end is None:
        return None
    match name:
        case "after":
            narrowed = replace(narrowed, since=span.start)
        case "before":
            narrowed = replace(narrowed, until=span.start)
        case _:
            narrowed = replace(narrowed, since=span.start, until=span.end)
    return replace(query, narrowed=narrowed)


def _kinds(value: str) -> tuple[ItemKind, ...] | None:
    """The kinds that are named, none of them where it is everything; none where one cannot be understood."""
    found: dict[ItemKind, None] = {}
    for part in filter(None, re.split(r"[,，、\s]+", value)):
        kinds = _one_of(_KINDS, part)
        if kinds is None:
            return None
        found.update(dict.fromkeys(kinds))
    return tuple(found)


def _one_of(known: Mapping[str, T], value: str) -> T | None:
    """What is called so, or the one thing whose name begins so."""
    folded = value.casefold()
    if folded in known:
        return known[folded]
    found = {known[name] for name in known if name.startswith(folded)}
    return found.pop() if len(found) == 1 else None


def filter_of(typed: str, name: str) -> str:
    """What is typed for a filter; empty where it is not there."""
    return next((piece.text for piece in reversed(list(pieces(typed))) if piece.name == name), "")


def with_filter(typed: str, name: str, value: str) -> str:
    """`typed` with another value for a filter, which goes to the end; without it where the value is empty."""
    rest = typed
    for piece in reversed(list(pieces(typed))):
        if piece.name == name:
            rest = rest[: piece.place[0]].rstrip() + " " + rest[piece.place[1] :].lstrip()
    if not value:
        return rest.strip() if rest != typed else typed
    quoted = f'"{value}"' if re.search(r"\s", value) else value
    return f"{rest.rstrip()} {name}:{quoted}".lstrip()
