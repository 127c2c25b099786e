"""Text from models, memories and files on a terminal's lines."""

import sys

from memchat.core.showing import shown
from memchat.core.text import without_controls


def clean(text: str) -> str:
    """`text` with its line breaks, without what a terminal acts on; on a terminal as all terminals show it."""
    return shown(text) if sys.stdout.isatty() else without_controls(text)


def one_line(text: str) -> str:
    """`text` cleaned, on one line, every run of white space a single space."""
    return " ".join(clean(" ".join(text.split())).split())


def folded(text: str, width: int) -> list[str]:
    """`text` on lines of at most `width` cells."""
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(one_line(text)).wrap(Console(width=width), width)]


def shortened(text: str, width: int) -> str:
    """`text` on one line of at most `width` characters."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
