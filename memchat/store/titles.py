"""The title of a session that nobody has named yet."""

_LENGTH = 48


def default_title(text: str) -> str:
    """The beginning of `text` on one line, cut after a word where that leaves enough."""
    line = " ".join(text[: _LENGTH * 8].split())
    if len(line) <= _LENGTH:
        return line
    words, _, _ = line[:_LENGTH].rpartition(" ")
    return (words if len(words) > _LENGTH // 2 else line[: _LENGTH - 1]).rstrip(" .,;:-") + "…"
