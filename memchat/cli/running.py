"""How every command ends: in an exit code, and one line on stderr when it failed."""

import logging
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

from memchat.core.errors import MemchatError
from memchat.paths import Paths

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

_log = logging.getLogger(__name__)


class WrongUsage(MemchatError):
    """The words on the command line do not go together."""


def guarded(command: Callable[[], int]) -> int:
    """The exit code of `command`; whatever it raises becomes a sentence, and no traceback reaches the user."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    try:
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return interrupted()
    except BrokenPipeError:
        return reader_left()
    except WrongUsage as error:
        say(str(error))
        return WRONG_USAGE
    except MemchatError as error:
        return failed(str(error))
    except OSError as error:
        return refused(error)
    except Exception as error:  # noqa: BLE001 - the last resort, and it is logged
        return unexpected(error)
    return code


def _open_streams() -> None:
    """Puts the null device where a stream was closed, before a database gets its number and output goes into that."""
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def failed(sentence: str) -> int:
    """Says on one line of stderr why the command failed."""
    say(sentence)
    return FAILED


def say(sentence: str) -> None:
    """One line on stderr, with the program's name before it."""
    from memchat.cli.text import one_line

    sys.stdout.flush()
    print(f"memchat: {one_line(sentence)}", file=sys.stderr, flush=True)


def interrupted() -> int:
    """Ends the line that ^C stands on."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return INTERRUPTED


def reader_left() -> int:
    """Stops without a word when the reader of a pipe has read enough, such as `head`."""
    _leave_stdout()
    return DONE


def refused(error: OSError) -> int:
    """Tells what the system would not do, such as writing on a full disk."""
    _log.error("the system refused", exc_info=error)
    try:
        sys.stdout.flush()
    except OSError:
        _leave_stdout()
    place = f" ({error.filename})" if error.filename else ""
    return failed(f"{error.strerror or type(error).__name__}{place}. Details are in {_log_file()}.")


def unexpected(error: Exception) -> int:
    """Logs a failure that nobody foresaw, and names the log file."""
    _log.critical("unexpected failure", exc_info=error)
    return failed(f"Something went wrong inside memchat ({type(error).__name__}). Details are in {_log_file()}.")


def _log_file() -> str:
    return str(Paths.from_environment().log_file)


def _leave_stdout() -> None:
    """Sends what is still to be written nowhere: the interpreter flushes stdout once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
