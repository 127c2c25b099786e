"""Stored text as data: nothing in it can move a terminal, end its own quotation or speak as another role."""

import re
import unicodedata

from memchat.core.text import plain

_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060-\u2065\ufff9-\ufffb\U000e0000-\U000e0fff]")
_TEMPLATE_TOKEN = re.compile(r"<\|([^|<>\n]{1,60})\|>")
_OWN_TAG = re.compile(r"<(/?)(recalled)", re.IGNORECASE)


def defused(text: str) -> str:
    """`text` without terminal escapes, controls, bidi marks and the tokens of chat templates.

    Line breaks and tabs stay, and so do the joiners that emoji and some scripts need.
    """
    text = _INVISIBLE.sub("", plain(unicodedata.normalize("NFC", text)))
    text = _TEMPLATE_TOKEN.sub(r"<¦\1¦>", text)
    return text.encode("utf-8", "replace").decode("utf-8")


def quote(text: str) -> str:
    """`text` as quoted lines that cannot end the block that holds them.

    Every line begins with `> `, so a closing tag in the text never stands at the start of one; such tags are
    broken besides, for models that do not look at line starts.
    """
    cleaned = _OWN_TAG.sub(r"‹\1\2", defused(text)).strip()
    return "\n".join(f"> {line}".rstrip() for line in cleaned.split("\n"))


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space."""
    return " ".join(_OWN_TAG.sub(r"‹\1\2", defused(text)).split())
