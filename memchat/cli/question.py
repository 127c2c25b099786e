"""The text of a question: what was typed, and what was piped in, after it."""

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
    more = piped().strip("\r\n")
    text = "\n\n".join(part for part in (typed, more) if part.strip())
    if not text:
        raise WrongUsage("There is nothing to ask.", 'Type it, as in memchat ask "How are you?", or pipe it in.')
    return text


def piped() -> str:
    """What stands in a pipe or a file that standard input is; nothing on a terminal."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    hint = threading.Timer(
        _PATIENCE_SECONDS, say, ["Reading standard input until it ends; `< /dev/null` ends it at once."]
    )
    hint.daemon = True  # an inherited pipe may never end, and then the user must learn what is waited for
    hint.start()
    try:
        raw = sys.stdin.buffer.read()
    except OSError as error:
        raise MemchatError(f"Standard input cannot be read: {error.strerror or error}.") from error
    finally:
        hint.cancel()
    return raw.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\0", "")
