"""A request as it can be copied: as JSON, and as a command that sends it."""

import re
import shlex

from memchat.core.requests import SentRequest
from memchat.core.text import is_control

_END = "END_OF_REQUEST"
_UNSEEN = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]")


def as_json(request: SentRequest) -> str:
    """The body as text; characters that cannot be seen, or that a terminal acts on, are written as their numbers.

    It is the same JSON value, and the same bytes where there are no such characters.
    """
    return "".join(escaped(each) if _hidden(each) else each for each in request.body.decode(errors="replace"))


def as_curl(request: SentRequest) -> str:
    """A command for a shell that sends the same request; the key stays where it is, in the environment."""
    url = request.url or "https://api.openai.com/v1/chat/completions"
    lines = [f"curl -sS {shlex.quote(url)}", "-H 'Content-Type: application/json'"]
    if request.keyed or not request.url:
        lines.append('-H "Authorization: Bearer $OPENAI_API_KEY"')
    # A long argument is more than a command may have, and the shell reads nothing in a quoted document.
    lines.append(f"--data-binary @- <<'{_END}'")
    return " \\\n  ".join(lines) + f"\n{as_json(request)}\n{_END}"


def _hidden(character: str) -> bool:
    seen = character.isascii() and character != "\x7f"
    return not seen and (is_control(character) or _UNSEEN.match(character) is not None)


def escaped(character: str) -> str:
    """A character as JSON writes it by its number."""
    return character.encode("utf-16-be").hex("-", 2).replace("-", "\\u").join(("\\u", ""))
