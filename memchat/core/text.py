"""Text from models, memories and files is data: nothing in it may move a terminal or reorder what is read."""

import re

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS and their like, up to their end
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 but tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the reading direction
    "\u2028\u2029\ufeff]"
)


def is_control(character: str) -> bool:
    """Whether a terminal would act on `character` rather than show it."""
    return _CONTROL.match(character) is not None


def without_controls(text: str) -> str:
    """`text` without control characters but tab and line feed; safe for a piece of a stream.

    What a terminal sequence leaves behind once its escape character is gone is shown as the characters it is.
    """
    return text if text.isprintable() and text.isascii() else _CONTROL.sub("", text)


def plain(text: str) -> str:
    """`text` without terminal sequences and control characters; line ends are line feeds."""
    if text.isprintable() and text.isascii():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _SEQUENCE.sub("", text))
