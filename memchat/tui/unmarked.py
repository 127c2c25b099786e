"""A reply's words without its Markdown, for where there is room for a line or two."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LONGEST = 4_000
"""Characters that are read; what is shown is far less."""


def unmarked(text: str) -> str:
    """The words of a Markdown text, each of its blocks on a line of its own; links keep what they are called."""
    blocks = _parser().parse(text[:_LONGEST])
    return "\n".join(filter(None, ("".join(_words(block)).strip() for block in blocks)))


def _words(token: "Token") -> Iterator[str]:
    if token.type in ("softbreak", "hardbreak"):
        yield "\n"
    elif token.children:
        for child in token.children:
            yield from _words(child)
    else:
        yield token.content


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
