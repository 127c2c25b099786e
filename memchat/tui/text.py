"""Text from models, memories and files made safe and short enough to show."""

import re

from memchat.core.showing import level, plain, shown

__all__ = ["brief", "counted", "level", "one_line", "plain", "short_number", "shown", "size_of"]

Part = tuple[str, str]
"""Text and its style, such as `("me", "bold $accent")`."""


def one_line(text: str, limit: int = 400) -> str:
    """The start of `text` on one line.

    Args:
        text: Anything, however long; no more of it is read than is needed.
        limit: The most characters that are kept.
    """
    start = " ".join(shown(text[: limit * 4]).split())
    return start if len(start) <= limit and len(text) <= limit * 4 else start[: limit - 1] + "…"


_OF_THE_USER = re.compile(r"the user(?:(?:'s|’s) | (?!(?:and|or)\b))(?=\w)", re.IGNORECASE)


def brief(text: str) -> str:
    """What a memory says of the user, for a line with little room: `likes small gardens`.

    Args:
        text: A memory's; one that does not begin with the user stays as it is.
    """
    said = _OF_THE_USER.match(text)
    return text[said.end() :] if said else text


def short_number(number: int) -> str:
    """`number` in at most four characters and a unit: `950`, `2.1k`, `16k`, `1.1M`."""
    if number < 1000:
        return str(number)
    size, unit = (1_000, "k") if number < 999_500 else (1_000_000, "M")
    scaled = number / size
    return f"{scaled:.1f}{unit}".replace(".0", "") if scaled < 9.95 else f"{scaled:.0f}{unit}"


def size_of(number: int) -> str:
    """A file's size in bytes for people: `98 MB`, `1.1 GB`."""
    for size, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if number >= size:
            scaled = number / size
            return f"{scaled:.1f} {unit}" if scaled < 10 and unit == "GB" else f"{scaled:.0f} {unit}"
    return f"{number} B"


def counted(number: int, noun: str, many: str = "") -> str:
    """`number` with its noun: `1 message`, `1,200 messages`.

    Args:
        number: How many.
        noun: What one of them is called.
        many: What several are called; empty adds an s.
    """
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"
