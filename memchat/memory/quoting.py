"""Stored text as data: nothing in it can move a terminal, end its own quotation or speak as another role."""

import re
import unicodedata

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS and their like, up to their end
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TEMPLATE_TOKEN = re.compile(r"<\|([^|<>\n]{1,60})\|>")
_OWN_TAG = re.compile(r"<(/?)(recalled)", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` without terminal escapes, controls, bidi marks and the tokens of chat templates.

    Line breaks and tabs stay, and so do the joiners that emoji and some scripts need.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", _ESCAPES.sub("", text))
    text = _INVISIBLE.sub("", text)
    text = _TEMPLATE_TOKEN.sub(r"<¦\1¦>", text)
    return text.encode("utf-8", "replace").decode("utf-8")


def quote(text: str) -> str:
    """`text` as quoted lines that cannot end the block that holds them.

    Every line begins with `> `, so a closing tag in the text never stands at the start of one; such tags are
    broken besides, for models that do not look at line starts.
    """
    cleaned = _OWN_TAG.sub(r"‹\1\2", plain(text)).strip()
    return "\n".join(f"> {line}".rstrip() for line in cleaned.split("\n"))


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space."""
    return " ".join(_OWN_TAG.sub(r"‹\1\2", plain(text)).split())
