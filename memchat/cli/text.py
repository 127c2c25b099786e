"""Text from models, memories and files on a terminal's lines."""

from memchat.core.text import without_controls


def one_line(text: str) -> str:
    """`text` cleaned, on one line, every run of white space a single space."""
    return without_controls(" ".join(text.split()))


def shortened(text: str, width: int) -> str:
    """`text` on one line of at most `width` characters."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
