"""The text of a question: what was typed, and what was piped in, after it."""

import os
import stat
import sys
import threading
from argparse import Namespace

from memchat.cli.parser import Parser
from memchat.cli.running import WrongUsage, say
from memchat.core.errors import MemchatError

_PATIENCE_SECONDS = 3.0


def add_text(parser: Parser) -> None:
    """Adds TEXT to a command."""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to say; what is piped in is added after it")


def question(args: Namespace) -> str:
    """What the user wants to say.

    Raises:
        WrongUsage: There is nothing.
    """
    typed = " ".join(args.text).strip()
    piped = _piped(told=bool(typed)).strip("\r\n")
    text = "\n\n".join(part for part in (typed, piped) if part.strip())
    if not text:
        raise WrongUsage("There is nothing to ask.", 'Type it, as in memchat ask "How are you?", or pipe it in.')
    return text


def _piped(*, told: bool) -> str:
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    with _hint_when_it_takes_long(told=told):
        try:
            raw = sys.stdin.buffer.read()
        except OSError as error:
            raise MemchatError(f"Standard input cannot be read: {error.strerror or error}.") from error
    return raw.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\0", "")


class _hint_when_it_takes_long:  # noqa: N801 - reads as a phrase after `with`
    """Says what is waited for, when an inherited pipe never ends."""

    def __init__(self, *, told: bool) -> None:
        sentence = "Reading standard input until it ends; `< /dev/null` ends it at once."
        self._timer = threading.Timer(_PATIENCE_SECONDS, say, [sentence])
        self._timer.daemon = True
        self._wanted = told and _is_pipe(sys.stdin.fileno())

    def __enter__(self) -> None:
        if self._wanted:
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _is_pipe(number: int) -> bool:
    mode = os.fstat(number).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
