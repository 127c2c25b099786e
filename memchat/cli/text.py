"""Text from models, memories and files, made harmless for a terminal."""

UNSAFE = [*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
"""C0 and C1 control characters, and those that turn the reading direction of what follows."""

_KEPT = {ord("\n"), ord("\t")}
_STRIPPED = dict.fromkeys(code for code in UNSAFE if code not in _KEPT)


def clean(text: str) -> str:
    """`text` without control characters other than newline and tab."""
    return text.translate(_STRIPPED)


def one_line(text: str) -> str:
    """`text` cleaned, on one line, every run of white space a single space."""
    return clean(" ".join(text.split()))


def shortened(text: str, width: int) -> str:
    """`text` on one line of at most `width` characters."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
