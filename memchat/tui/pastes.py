"""Keeps large pastes out of the input: a short mark stands for each until the message is sent."""


class Pastes:
    """The texts that marks in the input stand for.

    Args:
        most_characters: Longer pastes get a mark.
        most_lines: So do those with more lines.
    """

    def __init__(self, *, most_characters: int = 10_000, most_lines: int = 200) -> None:
        self._most_characters = most_characters
        self._most_lines = most_lines
        self._texts: dict[str, str] = {}

    def fold(self, text: str) -> str:
        """`text`, or the mark that stands for it."""
        lines = text.count("\n") + 1
        if len(text) <= self._most_characters and lines <= self._most_lines:
            return text
        size = f"{lines:,} lines" if lines > self._most_lines else f"{len(text):,} characters"
        mark = f"[pasted {size}]"
        number = 2
        while self._texts.get(mark, text) != text:
            mark = f"[pasted {size} #{number}]"
            number += 1
        self._texts[mark] = text
        return mark

    def unfold(self, text: str) -> str:
        """`text` with each mark replaced by what it stands for."""
        for mark, pasted in self._texts.items():
            if mark in text:
                text = text.replace(mark, pasted, 1)
        return text

    def mark_before(self, text: str) -> str:
        """The mark that `text` ends with, or nothing."""
        return next((mark for mark in self._texts if text.endswith(mark)), "")
