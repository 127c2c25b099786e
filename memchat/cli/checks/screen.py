"""The terminal."""

import locale
import os
import shutil
import sys
from collections.abc import AsyncIterator

from memchat.cli.checks.finding import Finding, Surroundings, ok, warn

_SMALLEST = (80, 24)
_PANELS = 100


async def terminal(_: Surroundings) -> AsyncIterator[Finding]:
    yield _encoding()
    if not sys.stdout.isatty():
        yield ok("terminal", "not looked at: the output goes to a file or a pipe")
        return
    yield _kind()
    yield _size()
    for finding in _multiplexer():
        yield finding


def _encoding() -> Finding:
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.lower().replace("-", "") != "utf8":
        return warn(
            "locale", f"the encoding is {encoding}", "Set LANG to a UTF-8 locale, such as en_US.UTF-8 or C.UTF-8."
        )
    return ok("locale", encoding)


def _kind() -> Finding:
    term = os.environ.get("TERM", "")
    if term in {"", "dumb", "linux"}:
        return warn(
            "terminal", f"TERM is {term or 'not set'}", "Use a terminal with 256 colours, and a TERM that says so."
        )
    colours = os.environ.get("COLORTERM", "")
    if os.environ.get("NO_COLOR"):
        return ok("terminal", f"{term}, NO_COLOR is set")
    if colours in {"truecolor", "24bit"}:
        return ok("terminal", f"{term}, 16 million colours")
    if "256" in term or "direct" in term:
        return ok("terminal", f"{term}, 256 colours; COLORTERM=truecolor gives all, where the terminal can")
    return warn("terminal", f"{term}, few colours", "Set TERM=xterm-256color, or use the theme memchat-ansi.")


def _size() -> Finding:
    size = shutil.get_terminal_size()
    detail = f"{size.columns} columns, {size.lines} lines"
    if (size.columns, size.lines) < _SMALLEST or size.lines < _SMALLEST[1]:
        return warn("size", detail, "Make it 80 by 24 or larger.")
    if size.columns < _PANELS:
        return ok("size", f"{detail}; from {_PANELS} columns the panels stand beside the chat")
    return ok("size", detail)


def _multiplexer() -> list[Finding]:
    if os.environ.get("TMUX"):
        settings = "set -s set-clipboard on; set -g allow-passthrough on; set -s escape-time 10; set -g mouse on"
        return [ok("tmux", f"for copying, esc and the mouse, in ~/.tmux.conf: {settings}")]
    if os.environ.get("STY"):
        return [warn("screen", "GNU screen passes on neither all colours nor the clipboard", "Use tmux, or none.")]
    return []
