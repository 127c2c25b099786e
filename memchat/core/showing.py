"""Stored text as a terminal shows it: nothing in it acts, hides or takes more cells than it seems to."""

import re

from memchat.core.text import plain as core_plain

_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u3164\uffa0\u180e\u200b\u2060-\u2064\u206a-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters without a shape of their own, which terminals differ about; not the joiners of emoji and of scripts."""


_PICTURE = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
_SCRIPTS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u103a\u17d2"
"""Signs after which a joiner shapes what follows, in the scripts of India and around it."""

_STRAY = re.compile(
    f"(?<![{_PICTURE}\ufe0f\U0001f3fb-\U0001f3ff{_SCRIPTS}])\u200d"  # joins no pictures and no letters that are joined
    f"|(?<![{_SCRIPTS}])\u200d(?![{_PICTURE}])"
    "|(?<![\u261d\u26f9\u270a-\u270d\U0001f385-\U0001f3cc\U0001f442-\U0001f4aa\U0001f574-\U0001f596"
    "\U0001f645-\U0001f6cc\U0001f90c-\U0001faff])[\U0001f3fb-\U0001f3ff]|\ufe0e"  # the colour of no skin
)
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")


def is_unseen(character: str) -> bool:
    """Whether `character` has no shape of its own, so that it hides."""
    return _UNSEEN.match(character) is not None


def plain(text: str) -> str:
    """`text` without what cannot be seen and terminal sequences; tabs are spaces, line ends are line feeds.

    What joins several characters to one picture stays only where it does: a terminal and Textual count others
    differently. No letter has more marks than a language puts on it.
    """
    if text.isascii():
        return core_plain(text).replace("\t", "    ")
    seen = _TOWER.sub(r"\1", _UNSEEN.sub("", core_plain(text)))
    return _FLAGS.sub(_flag, _STRAY.sub("", seen)).replace("\t", "    ")


def _flag(found: re.Match[str]) -> str:
    letters = found.group()
    return letters if len(letters) == 2 else letters.translate(_FLAG)


_TOWER = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""More marks over one letter than any language has: a terminal draws them over the lines above."""

_JOINED = re.compile(
    "[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef\u0488\u0489\u1abe\u20dd-\u20e0\u20e2-\u20e4]"
    "|(?<![\u0600-\u06ff\u0900-\u0dff])\u200c"  # parts letters only where letters are joined
)
"""What makes one picture of several or another of one, and what is drawn around a character."""

_FLAG = {0x1F1E6 + place: chr(ord("A") + place) for place in range(26)}


def level(text: str) -> str:
    """`text` in characters of which every terminal knows how many cells they take: for columns, and what stands beside.

    Emoji that are joined of several are shown one by one, flags are shown as the letters that they are made of.
    """
    if text.isascii():
        return text
    return _JOINED.sub("", _TOWER.sub(r"\1", text)).translate(_FLAG)


def shown(text: str) -> str:
    """`text` of any number of lines made safe, in characters that every terminal counts alike."""
    return level(plain(text))
