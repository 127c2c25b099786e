"""What is typed over the sessions: words, `#tags`, and `is:archived` or `is:all`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from memchat.core.messages import Session

Shelf = Literal["", "archived", "all"]
"""Which sessions are listed: those that are not filed away, those that are, or all."""

SHELVES: tuple[Shelf, ...] = ("", "archived", "all")
_FILTER = "is:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What is looked for.

    Attributes:
        words: Folded; all of them in the title, or all in one message.
        tags: The beginnings of tags, folded, as `tag_key` writes them.
    """

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shelf: Shelf = ""

    def fits(self, session: Session) -> bool:
        """Whether a session is on the shelf and has the tags, whatever was said in it."""
        if self.shelf != "all" and (session.archived_at is not None) != (self.shelf == "archived"):
            return False
        keys = [tag_key(tag) for tag in session.tags]
        return all(any(key.startswith(tag) for key in keys) for tag in self.tags)

    def titled(self, title: str) -> bool:
        """Whether all words are in a folded title."""
        return all(word in title for word in self.words)


def narrowing(typed: str) -> Narrowing:
    """What `typed` looks for."""
    words: list[str] = []
    tags: list[str] = []
    shelf: Shelf = ""
    for part in typed.casefold().split():
        if part.startswith("#"):
            tags.append(tag_key(part[1:]))
        elif found := _shelf_of(part):
            shelf = found
        else:
            words.append(part)
    return Narrowing(words=tuple(words), tags=tuple(tags), shelf=shelf)


def with_shelf(typed: str, shelf: Shelf) -> str:
    """`typed`, looking on another shelf."""
    rest = [part for part in typed.split() if not _shelf_of(part.casefold())]
    return " ".join([*rest, *([f"{_FILTER}{shelf}"] if shelf else [])])


def with_tag(typed: str, tag: str) -> str:
    """`typed` with a tag, or without it where it had it."""
    wanted = f"#{tag_key(tag)}"
    parts = typed.split()
    rest = [part for part in parts if part.casefold() != wanted]
    return " ".join(rest if len(rest) < len(parts) else [*parts, wanted])


def tag_key(tag: str) -> str:
    """A tag as it is typed: folded, in one word."""
    return "-".join(tag.casefold().split())


def tags_of(sessions: Iterable[Session]) -> list[tuple[str, int]]:
    """The tags and how many sessions have each, the most used first."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for session in sessions:
        for tag in session.tags:
            counts[tag_key(tag)] += 1
            names.setdefault(tag_key(tag), tag)
    return [(names[key], count) for key, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]


def written_tags(typed: str) -> list[str]:
    """The tags in what the user wrote: parted by commas where there are some, else by blanks."""
    parts = typed.split(",") if "," in typed else typed.split()
    return [tag for part in parts if (tag := part.strip().lstrip("#").strip())]


def _shelf_of(part: str) -> Shelf:
    return next((shelf for shelf in SHELVES if shelf and part == f"{_FILTER}{shelf}"), "")
